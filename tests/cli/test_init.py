"""``flops-mock init``: what is written, what is said, and that nothing of the user's is touched."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from standins.projects import REPOSITORY
from standins.terminals import on_terminal

from pytest_flops_mock import MockSLA, ProjectSLA
from pytest_flops_mock.cli import main
from pytest_flops_mock.starter import origin

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # comes with pytest

COMMAND = [sys.executable, "-m", "pytest_flops_mock"]
SOURCE = "https://example.org/flops/mock.git@v1"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ML repository without anything else, as the current folder. It says that its data are MNIST."""
    folder = tmp_path / "digits"
    folder.mkdir()
    for name, text in REPOSITORY.items():
        (folder / name).write_text(text, encoding="utf-8")
    with (folder / "data_manager.py").open("a", encoding="utf-8") as file:
        file.write("\n# Digits of MNIST.\n")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(origin, "known_origin", lambda: "")
    return folder


Init = Callable[..., tuple[int, str, str]]


@pytest.fixture
def init(capsys: pytest.CaptureFixture[str]) -> Init:
    """Runs the command in this process: status, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["init", *arguments])
        return status, *capsys.readouterr()

    return run


def lying(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and ".git/" not in str(path)}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, timeout=300)


def read(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


WRITTEN = {"mocks/mnist.json", "projects/mnist.json", "pytest.ini", "tests/test_flops.py", ".github/workflows/flops.yml"}


def test_what_is_missing_is_written_and_told(repository: Path, init: Init) -> None:
    git(repository, "init", "-q", "-b", "main")
    status, out, err = init()
    assert (status, err) == (0, "")
    assert lying(repository) == {*REPOSITORY, *WRITTEN}
    assert out == (
        "found       Git (branch main), model_manager.py, data_manager.py, conda.yaml\n"
        "data        mnist: the code names it\n"
        "wrote       mocks/mnist.json             the MDP SLA: mnist in 2 partitions, tag mnist\n"
        "            projects/mnist.json          the project SLA: sklearn, 3 rounds, 2 learners\n"
        "            pytest.ini                   pytest's settings: a test for each stage\n"
        "            tests/test_flops.py          a test of your own to go on from\n"
        "            .github/workflows/flops.yml  the check in CI\n"
        "open        projects/mnist.json: put the address of the repository into ml_repo_url "
        "(Git names no remote)\n"
        "            .github/workflows/flops.yml: say where pytest-flops-mock comes from, in that file or "
        "with --from GIT_URL\n"
        "            commit: FLOps clones what is committed and pushed\n"
        "next\n"
        "  flops-mock check . --sla mocks/mnist.json --project-sla projects/mnist.json\n"
        "  pytest\n"
    )


def test_the_slas_have_nothing_that_flops_stumbles_over(repository: Path, init: Init) -> None:
    git(repository, "init", "-q")
    git(repository, "remote", "add", "origin", "https://me:hunter2@github.com/Acme/Digits.git")
    init()
    project = ProjectSLA.load("projects/mnist.json")
    assert project.ml_repo_url == "https://github.com/Acme/digits"
    assert project.findings() == ()
    assert MockSLA.load("mocks/mnist.json").findings(project) == ()
    assert "hunter2" not in "".join((repository / name).read_text(encoding="utf-8") for name in lying(repository))


def test_options_decide(repository: Path, init: Init) -> None:
    status, out, _ = init(
        "--dataset", "cifar10", "--data-tag", "pictures", "--partitions", "5", "--customer", "me", "--ci", "none"
    )  # fmt: skip
    assert status == 0
    assert "the MDP SLA: cifar10 in 5 partitions, tag pictures" in out
    configuration = {"dataset_name": "cifar10", "number_of_partitions": 5, "data_tag": "pictures"}
    assert read("mocks/cifar10.json") == {"customerID": "me", "mock_data_configuration": configuration}
    assert read("projects/cifar10.json")["training_configuration"]["data_tags"] == ["pictures"]
    assert read("projects/cifar10.json")["customerID"] == "me"
    assert not (repository / ".github").exists()


def test_a_second_time_there_is_nothing_to_write(repository: Path, init: Init) -> None:
    init()
    before = {name: (repository / name).read_bytes() for name in lying(repository)}
    status, out, _ = init()
    assert status == 0
    assert "wrote       nothing: all is there\n" in out
    assert {name: (repository / name).read_bytes() for name in lying(repository)} == before


def test_the_tag_is_that_of_the_sla_that_is_there(repository: Path, init: Init) -> None:
    (repository / "sla.json").write_text(json.dumps({"mock_data_configuration": {"data_tag": "wards"}}), encoding="utf-8")
    _, out, _ = init()
    assert "kept        sla.json\n" in out
    assert read("projects/wards.json")["training_configuration"]["data_tags"] == ["wards"]
    assert "flops-mock check . --sla sla.json --project-sla projects/wards.json" in out


def test_a_path_is_written_as_the_sla_reads_it(repository: Path, init: Init) -> None:
    (repository / "data").mkdir()
    (repository / "data" / "visits of 2024.csv").write_text("age\n1\n", encoding="utf-8")
    (repository / "data" / "visits.csv").write_text("age\n1\n", encoding="utf-8")
    init("--dataset", "data/visits.csv")
    assert read("mocks/visits.json")["mock_data_configuration"]["dataset_name"] == "../data/visits.csv"
    assert (repository / "mocks" / "../data/visits.csv").is_file()


@pytest.mark.parametrize(
    ("file", "text", "lines"),
    [
        ("setup.cfg", "[tool:pytest]\naddopts = -q\n", ["flops_check = true", "flops_sla = mocks/mnist.json"]),
        ("pyproject.toml", "[tool.pytest.ini_options]\n", ["flops_check = true", 'flops_sla = ["mocks/mnist.json"]']),
    ],
)
def test_settings_of_the_user_are_shown_lines_to_paste_and_not_touched(
    file: str, text: str, lines: list[str], repository: Path, init: Init
) -> None:
    (repository / file).write_text(text, encoding="utf-8")
    _, out, _ = init()
    assert (repository / file).read_text(encoding="utf-8") == text
    assert not (repository / "pytest.ini").exists()
    assert f"paste       into {file}, which is yours:\n" + "".join(f"    {line}\n" for line in lines) in out
    if file.endswith(".toml"):
        pasted = "".join(f"{line.strip()}\n" for line in re.findall(r"^    flops_.*$", out, re.MULTILINE))
        assert set(tomllib.loads(text + pasted)["tool"]["pytest"]["ini_options"]) >= {"flops_check", "flops_project_sla"}
    tests = (repository / "tests" / "test_flops.py").read_text(encoding="utf-8")
    assert 'flops_check(sla="mocks/mnist.json", project_sla="projects/mnist.json")' in tests


def test_a_workflow_installs_from_where_it_is_told(repository: Path, init: Init) -> None:
    _, out, _ = init("--from", SOURCE)
    assert "--from" not in out
    job = yaml.safe_load((repository / ".github/workflows/flops.yml").read_text(encoding="utf-8"))["jobs"]["flops"]
    install, check = (step["run"] for step in job["steps"] if "run" in step)
    assert shlex.split(install)[-1] == f"pytest-flops-mock[env] @ git+{SOURCE}"
    assert shlex.split(check)[3:] == [
        "tests/test_flops.py",
        "mocks/mnist.json",
        "--flops-project-sla",
        "projects/mnist.json",
        "--flops-env",
        "learner",
    ]


def test_nothing_is_invented_where_that_is_not_known(repository: Path, init: Init) -> None:
    _, out, _ = init()
    text = (repository / ".github/workflows/flops.yml").read_text(encoding="utf-8")
    assert "      # - run: 'python -m pip install \"pytest-flops-mock[env] @ git+GIT_URL\"'\n" in text
    assert "say where pytest-flops-mock comes from, in that file or with --from GIT_URL" in out
    assert "http" not in text
    assert len([step for step in yaml.safe_load(text)["jobs"]["flops"]["steps"] if "run" in step]) == 1


def test_gitlab_gets_a_job_and_one_that_is_there_stays(repository: Path, init: Init) -> None:
    git(repository, "init", "-q")
    git(repository, "remote", "add", "origin", "git@gitlab.example.org:acme/digits.git")
    _, out, _ = init("--from", SOURCE)
    (job,) = yaml.safe_load((repository / ".gitlab-ci.yml").read_text(encoding="utf-8")).values()
    assert job["script"][1].endswith("--flops-env learner --junitxml flops.xml")
    assert job["artifacts"]["reports"] == {"junit": "flops.xml"}
    assert "(the remote is git@gitlab.example.org:acme/digits.git, and FLOps clones from GitHub only)" in out


def test_a_pipeline_of_the_user_is_shown_a_job_to_paste(repository: Path, init: Init) -> None:
    (repository / ".gitlab-ci.yml").write_text("test:\n  script: make\n", encoding="utf-8")
    _, out, _ = init("--from", SOURCE)
    assert (repository / ".gitlab-ci.yml").read_text(encoding="utf-8") == "test:\n  script: make\n"
    assert "paste       into .gitlab-ci.yml, which is yours:\n    flops:\n      image: python:3.10\n" in out


@pytest.mark.parametrize(
    ("arguments", "message", "parts"),
    [
        (["--data-tag", "a b"], "no learner could ask for such a data tag", ["nearest   a_b"]),
        (["--partitions", "0"], "--partitions takes a whole number", ["got       '0'"]),
        (["--ci", "githup"], "--ci does not know that", ["nearest   github"]),
        (["--dataset", "./visits.csv"], "the data are not there", ["got       ./visits.csv"]),
        (["--dataset", "a b"], "FLOps could not be given a data set of that name", []),
        (["--from", "https://me:hunter2@x.org/y"], "CI cannot install from there", ["got       https://***@x.org/y"]),
        (["conda.yaml"], "a repository is a folder, and this is a file", ["nearest   ."]),
        (["--template", "nunpy"], "there is no such template", ["nearest   numpy"]),
        (["--template", "numpy", "--data-tag", "a"], "a template has SLAs of its own", ["got       --data-tag"]),
    ],
)
def test_what_means_nothing_is_refused_and_nothing_is_written(
    arguments: list[str], message: str, parts: list[str], repository: Path, init: Init
) -> None:
    status, _, err = init(*arguments)
    assert status == 2
    assert err.startswith(f"flops-mock: {message}\n")
    assert all(f"  {part}\n" in err for part in parts), err
    assert lying(repository) == set(REPOSITORY)


def test_a_data_set_that_is_not_sure_is_not_guessed(repository: Path, init: Init) -> None:
    for name in ("data_manager.py", "model_manager.py"):
        text = (repository / name).read_text(encoding="utf-8").replace("MNIST", "")
        (repository / name).write_text(text, encoding="utf-8")
    status, _, err = init()
    assert status == 2
    assert "flops-mock: the code does not say which data set it is for\n" in err
    assert "  nearest   mnist\n" in err
    assert "  fix       flops-mock init . --dataset mnist, or --yes to take it\n" in err
    assert lying(repository) == set(REPOSITORY)
    assert init("--yes")[0] == 0
    assert read("mocks/mnist.json")["mock_data_configuration"]["dataset_name"] == "mnist"


def test_a_name_that_nothing_is_known_of_is_told(repository: Path, init: Init) -> None:
    status, out, _ = init("--dataset", "minst")
    assert status == 0
    assert (
        "nothing is known of minst (of mnist, it is): describe data of your own with flops-mock twin minst --like FILE"
        in out
    )


@pytest.mark.parametrize("template", ["sklearn", "pytorch", "numpy", "text", "table"])
def test_a_template_is_a_whole_repository(
    template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, init: Init
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = init("new", "--template", template, "--ci", "none")
    assert (status, err) == (0, "")
    files = lying(tmp_path / "new")
    assert files >= {"model_manager.py", "data_manager.py", "conda.yaml", "pytest.ini", "tests/test_flops.py", "README.md"}
    assert not [name for name in files if "__pycache__" in name]
    (check,) = [line.split() for line in out.splitlines() if "flops-mock check" in line]
    assert {check[4], check[6]} <= files
    project = ProjectSLA.load(tmp_path / "new" / check[6])
    assert project.ml_repo_url == "https://github.com/your-name/new"
    assert project.findings() == ()
    assert "\n  cd new\n" in out


def test_files_of_a_template_that_are_there_are_named_one_by_one(repository: Path, init: Init) -> None:
    status, _, err = init("--template", "numpy")
    assert status == 2
    assert [line for line in err.splitlines() if line.startswith("flops-mock: ")] == [
        f"flops-mock: {name} is there already, and nothing is overwritten"
        for name in ("conda.yaml", "data_manager.py", "model_manager.py")
    ]
    assert lying(repository) == set(REPOSITORY)


def test_a_template_goes_beside_what_a_new_repository_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, init: Init
) -> None:
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    git(tmp_path, "add", "README.md")
    status, out, _ = init("--template", "numpy")
    assert status == 0
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"
    assert "kept        README.md\n" in out
    # What Git does not track does not exist for FLOps, where it tracks something.
    assert "\n  git add conda.yaml data_manager.py model_manager.py pytest.ini mocks projects tests .github\n" in out


def test_an_empty_folder_is_told_of_the_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, init: Init) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = init()
    assert status == 2
    assert err == (
        "flops-mock: this folder is empty\n"
        "  where     .\n"
        "  expected  model_manager.py, data_manager.py, conda.yaml at the root\n"
        "  fix       flops-mock init --template sklearn begins one that trains; templates: sklearn, pytorch, numpy, "
        "text, table\n"
    )


def test_a_folder_around_a_repository_is_told_of_it(repository: Path, monkeypatch: pytest.MonkeyPatch, init: Init) -> None:
    monkeypatch.chdir(repository.parent)
    _, _, err = init()
    assert "flops-mock: this is no ML repository\n" in err
    assert "  nearest   digits\n" in err
    (repository / "notes").mkdir()
    (repository / "notes" / "a.txt").write_text("", encoding="utf-8")
    monkeypatch.chdir(repository / "notes")
    assert "  nearest   ..\n" in init()[2]


def test_a_flower_app_is_told_what_carries_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, init: Init) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.flwr.app]\npublisher = "me"\n', encoding="utf-8")
    (tmp_path / "task.py").write_text("import torch\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    _, _, err = init()
    assert "flops-mock: this is a Flower app, and FLOps trains ML repositories\n" in err
    assert "  got       [tool.flwr.app] in pyproject.toml\n" in err
    assert "carry over into ModelManager" in err
    assert "flops-mock init --template pytorch lays such files beside the app\n" in err
    assert init("--template", "pytorch")[0] == 0
    assert (tmp_path / "task.py").read_text(encoding="utf-8") == "import torch\n"


ANSWERS = [
    ("data set ", "\n"),
    ("data tag [mnist]: ", "digits\n"),
    ("partitions [2]: ", "four\n"),
    ("partitions [2]: ", "4\n"),
    ("[github]: ", "none\n"),
]


@pytest.mark.parametrize("columns", [80, 200])
def test_on_a_terminal_it_asks_and_enter_takes_what_is_likely(columns: int, repository: Path) -> None:
    (repository / "data_manager.py").write_text(REPOSITORY["data_manager.py"], encoding="utf-8")
    status, shown = on_terminal([*COMMAND, "init"], columns=columns, folder=repository, typed=ANSWERS)
    assert status == 0, shown
    assert "data set (the code reads label, as " in shown
    assert "data tag [mnist]: " in shown
    assert "--partitions takes a whole number\n" in shown
    assert shown.count("partitions [2]: ") == 2
    assert "CI (github, gitlab, none) [github]: " in shown
    assert "the MDP SLA: mnist in 4 partitions, tag digits" in shown
    told = shown[shown.index("wrote ") :].splitlines()
    assert max(map(len, told)) <= columns
    if columns == 80:
        assert "open        projects/mnist.json: put the address of the repository into" in told
        assert "            ml_repo_url (there is no Git work tree)" in told
    command = "  flops-mock check . --sla mocks/mnist.json --project-sla projects/mnist.json"
    assert told[-2:] == [command, "  pytest"]


def test_a_command_that_is_too_wide_goes_on_behind_a_backslash(repository: Path) -> None:
    arguments = ["--data-tag", "digits", "--ci", "none", "--dataset", "flwrlabs/ambient-acoustic-context", "--yes"]
    _, shown = on_terminal([*COMMAND, "init", *arguments], columns=80, folder=repository)
    command = shown[shown.index("next\n") + 5 :].removesuffix("  pytest\n")
    assert command.count("\\\n") == 1
    assert shlex.split(command.replace("\\\n", "")) == [
        *("flops-mock", "check", ".", "--sla", "mocks/ambient_acoustic_context.json"),
        *("--project-sla", "projects/ambient_acoustic_context.json"),
    ]


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_who_breaks_off_has_nothing_written(key: str, repository: Path) -> None:
    status, shown = on_terminal(
        [*COMMAND, "init"], columns=80, folder=repository, typed=[("data tag", "digits\n"), ("partitions", key)]
    )
    assert status == 130
    assert "flops-mock: nothing was written" in shown
    assert "Traceback" not in shown
    assert lying(repository) == set(REPOSITORY)


def test_nothing_heavy_is_loaded_for_it(repository: Path) -> None:
    program = "import sys; from pytest_flops_mock.cli import main; main(['init']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=True)
    loaded = set(done.stderr.split())
    assert not loaded & {
        "datasets",
        "flwr_datasets",
        "numpy",
        "pandas",
        "pyarrow",
        "pydantic",
        "pytest",
        "yaml",
        "urllib.request",
    }


@pytest.mark.slow
@pytest.mark.parametrize("settings", ["", "[tool:pytest]\naddopts = -q\n"], ids=["no settings", "settings of its own"])
def test_what_is_written_passes(settings: str, repository: Path, init: Init) -> None:
    example = Path(__file__).parents[2] / "examples" / "mnist_numpy"
    for file in ("model_manager.py", "data_manager.py", "conda.yaml"):
        (repository / file).write_bytes((example / file).read_bytes())
    if settings:
        (repository / "setup.cfg").write_text(settings, encoding="utf-8")
    _, out, _ = init("--from", SOURCE, "--dataset", "mnist")
    steps = yaml.safe_load((repository / ".github/workflows/flops.yml").read_text(encoding="utf-8"))["jobs"]["flops"][
        "steps"
    ]
    in_ci = steps[-1]["run"].removeprefix("python -m ").replace("--flops-env learner", "")
    passed = []
    for line in [*out.partition("next\n")[2].splitlines(), in_ci]:
        program, *arguments = shlex.split(line)
        option = "--env=current" if program == "flops-mock" else "--flops-env=current"
        command = [str(Path(sys.executable).with_name(program)), *arguments, option]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        passed += re.findall(r"\b\d+ passed", done.stdout)
    assert passed == (["2 passed", "12 passed"] if settings else ["11 passed", "11 passed"])
