"""Every block of README and docs is true: code runs, commands are those that CI runs, output is what is printed."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from standins.hub import hub_environment, parquet, running_hub
from standins.twins import make_twin
from uv import find_uv_bin

from pytest_flops_mock import MockSLA, ProjectSLA
from pytest_flops_mock.data.twins.catalogue import all_twins, find_twin

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {
    "README.md": README,
    **{
        path.name: path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "docs").glob("*.md"))
        if path.name not in ("codes.md", "reference.md", "security.md")  # made of tables
    },
}
DATA, ENVIRONMENTS, HOW_TO, INSTALL, PARTITIONS, REPORTS, ROUNDS, SEARCH, TESTS = (
    PAGES[f"{name}.md"]
    for name in (
        "data",
        "environments",
        "how-to",
        "install",
        "partitions",
        "reports",
        "rounds",
        "search",
        "tests-of-your-own",
    )
)


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def test_there_is_nothing_to_say_about_the_slas_of_the_example() -> None:
    folder = ROOT / "examples" / "mnist_sklearn"
    project = ProjectSLA.load(folder / "projects" / "mnist_small.json")
    assert project.findings() == ()
    assert MockSLA.load(folder / "mocks" / "mnist_multi.json").findings(project) == ()


OF_TESTS = {
    name: [block for block in blocks("python", text) if "def test_" in block and "flops_replay(" not in block]
    for name, text in PAGES.items()
}


@pytest.fixture
def example(pytester: pytest.Pytester, kept_environments: Path) -> pytest.Pytester:
    """A copy of the example repository, without its own tests, as the current folder."""
    shutil.copytree(ROOT / "examples" / "mnist_sklearn", pytester.path, dirs_exist_ok=True)
    shutil.rmtree(pytester.path / "tests")
    (pytester.path / "tests").mkdir()
    return pytester


@pytest.mark.slow
@pytest.mark.parametrize("page", [name for name, tests in OF_TESTS.items() if tests])
def test_blocks_of_tests_pass_in_the_example(example: pytest.Pytester, page: str) -> None:
    """Each is a file of its own: what another one imports or defines is out of its sight."""
    for number, block in enumerate(OF_TESTS[page]):
        (example.path / "tests" / f"test_block_{number}.py").write_text(block, encoding="utf-8")
    result = example.runpytest_subprocess("-v", timeout=600)
    assert result.ret == 0, str(result.stdout)
    assert not {"failed", "skipped", "errors"} & result.parseoutcomes().keys()
    for number in range(len(OF_TESTS[page])):
        result.stdout.fnmatch_lines([f"*tests/test_block_{number}.py::*PASSED*"])


@pytest.mark.parametrize("block", [block for text in PAGES.values() for block in blocks("json", text)])
def test_an_sla_shown_has_no_problems(block: str) -> None:
    assert not MockSLA.load(block).problems()


@pytest.mark.slow
def test_a_block_for_conftest_changes_the_store(example: pytest.Pytester) -> None:
    (block,) = [block for block in blocks("python", TESTS) if "@pytest.fixture" in block]
    (example.path / "conftest.py").write_text(block, encoding="utf-8")
    (example.path / "tests" / "test_store.py").write_text(
        "def test_store(mock_data_provider, tmp_path):\n"
        "    run = mock_data_provider('mocks/mnist_multi.json')\n"
        "    assert {path.name for path in (tmp_path / 'volume').iterdir()} == set(run.names)\n",
        encoding="utf-8",
    )
    example.runpytest_subprocess(timeout=600).assert_outcomes(passed=1)


@pytest.mark.slow
def test_the_script_prints_a_report(example: pytest.Pytester) -> None:
    (script,) = [block for block in blocks("python", TESTS) if "def " not in block]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert "verdict     compatible" in done.stdout
    assert '"verdict": "compatible"' in done.stdout
    assert done.stderr == ""


@pytest.mark.slow
def test_the_first_three_commands_make_a_repository_check_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a Git checkout")
    for name in ("conda.yaml", "data_manager.py", "model_manager.py"):
        shutil.copy(ROOT / "examples" / "mnist_sklearn" / name, tmp_path / name)
    fresh = tmp_path / ".venv"
    subprocess.run([find_uv_bin(), "venv", "--quiet", "--seed", "--python", sys.executable, fresh], check=True, timeout=300)
    (installed,) = fresh.glob("lib/python*/site-packages")
    for there in Path(pytest.__file__).parents[1].iterdir():  # what it depends on
        of_ours = there.name.startswith(("pytest_flops_mock", "__editable__", "_virtualenv"))
        if not of_ours and not (installed / there.name).exists():
            (installed / there.name).symlink_to(there)
    monkeypatch.chdir(tmp_path)
    (commands,) = [block for block in blocks("console") if "flops-mock init" in block]
    path = f"{fresh / 'bin'}{os.pathsep}{os.environ['PATH']}"
    commands = commands.replace("\npytest", "\npython -m pytest")  # its script lies where the dependencies are
    out = shell(commands, PATH=path, URL_OF_THIS_PROJECT=ROOT.as_uri(), XDG_CACHE_HOME=str(tmp_path / ".cache"))
    assert (installed / "pytest_flops_mock").is_dir()
    assert "wrote       mocks/mnist.json " in out
    assert re.search(r"\n=+ 11 passed", out)


@pytest.mark.slow
def test_the_commands_for_users_work_in_the_example(example: pytest.Pytester) -> None:
    (check,) = [block for block in blocks("console") if "flops-mock check" in block]
    assert "\nverdict     compatible" in shell(check)
    as_json, as_page = blocks("console", REPORTS)
    assert '"verdict": "compatible"' in shell(as_json)
    shell(as_page)
    assert ">Compatible</h1>" in (example.path / "report.html").read_text(encoding="utf-8")
    (option,) = re.findall(r"`(pytest --flops-check .*?)`", README)
    assert "10 passed" in shell(option)


def shell(commands: str, **variables: str) -> str:
    """What commands print, of which none may fail."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {**os.environ, "PATH": path, **variables}
    done = subprocess.run(
        f"set -e\n{commands}", shell=True, env=variables, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_command_for_partitions_shows_and_draws_them(example: pytest.Pytester) -> None:
    (command,) = blocks("console", PARTITIONS)
    out = shell(command)
    assert "\nlabel       label: 10 classes, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9\n" in out
    assert out.endswith("\nplot        partitions.svg\n")
    assert (example.path / "partitions.svg").read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.slow
def test_the_check_of_the_how_to_in_two_environments_works(example: pytest.Pytester) -> None:
    (command,) = [block for block in blocks("console", HOW_TO) if "--env" in block]
    assert "datasets 2." in shell(command)


@pytest.mark.slow
def test_the_reports_and_the_baseline_of_the_how_to_work(example: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(example.path / "none"))  # what is built elsewhere does not matter here
    for word in ("--output sarif:report", "--baseline"):
        (commands,) = [block for block in blocks("console", HOW_TO) if word in block]
        out = shell(commands.replace("--sla", "--env current --sla"))
    assert out.endswith("the same\n")
    written = {path.name for path in example.path.iterdir()}
    assert {"report.json", "report.md", "report", "baseline.json", "today.json"} <= written


@pytest.mark.slow
def test_environments_are_removed_as_the_page_about_them_says(tmp_path: Path) -> None:
    (commands,) = blocks("console", ENVIRONMENTS)
    out = shell(commands, XDG_CACHE_HOME=str(tmp_path))
    assert out.splitlines() == ["removed     none", "kept        no environments"] * 3


@pytest.mark.slow
def test_the_twin_of_the_how_to_is_described_and_shown(example: pytest.Pytester) -> None:
    (commands,) = [block for block in blocks("console", HOW_TO) if "twin" in block]
    (example.path / "data").mkdir()
    rows = "".join(f"{number},{'ill' if number % 3 else 'well'}\n" for number in range(60))
    (example.path / "data" / "visits.csv").write_text(f"age,outcome\n{rows}", encoding="utf-8")
    out = shell(commands, HF_HOME=str(example.path / "cache"))
    assert "described   acme/visits: 2 columns, train 60 rows\n" in out
    assert "\nrow 4\n" in out


@pytest.mark.slow
def test_the_commands_for_work_without_a_network_are_three_and_work(example: pytest.Pytester) -> None:
    (offline,) = blocks("console", DATA)
    assert len(offline.splitlines()) == 3
    (later,) = [block for block in blocks("console", HOW_TO) if "record" in block]
    digits = find_twin("mnist")
    assert digits is not None
    real = make_twin(digits, rows=300, seed=1, splits=["train"])["train"]
    with running_hub() as hub:
        files = {"data/train-00000-of-00001.parquet": parquet(real.with_format("arrow")[:].to_pydict(), real.features)}
        hub.add("ylecun/mnist", files, legacy="mnist")
        out = shell(offline + later, **hub_environment(hub, example.path / "home"))
    assert "\nsheet       cifar10-twin.png\n" in out
    assert "\nrecorded    ylecun/mnist: 256 rows at revision " in out
    assert "recorded sample of ylecun/mnist" in out
    assert "\nsame        ylecun/mnist: " in out


def test_the_workflow_shown_uses_inputs_that_the_action_has() -> None:
    import yaml

    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    workflows = [yaml.safe_load(block) for block in blocks("yaml", HOW_TO) if "runs-on:" in block]
    steps = [step for workflow in workflows for job in workflow["jobs"].values() for step in job["steps"]]
    ours = [step for step in steps if "pytest-flops-mock" in step.get("uses", "")]
    assert len(ours) == len(workflows) > 1
    for step in ours:
        assert step["with"].keys() <= inputs.keys()


def test_the_component_shown_has_inputs_of_its_own() -> None:
    import yaml

    (shown,) = [yaml.safe_load(block) for block in blocks("yaml", HOW_TO) if "component:" in block]
    spec, _ = (ROOT / "templates" / "check.yml").read_text(encoding="utf-8").split("\n---\n")
    assert shown["include"][0]["inputs"].keys() <= yaml.safe_load(spec)["spec"]["inputs"].keys()


@pytest.mark.slow
def test_the_settings_shown_make_pytest_alone_check(example: pytest.Pytester) -> None:
    shutil.copytree(ROOT / "examples" / "mnist_sklearn" / "projects", example.path / "projects", dirs_exist_ok=True)
    (settings,) = blocks("ini")
    (example.path / "pytest.ini").write_text(settings, encoding="utf-8")
    example.runpytest_subprocess(timeout=600).assert_outcomes(passed=10)


@pytest.mark.slow
def test_the_report_shown_is_what_a_check_prints(example: pytest.Pytester) -> None:
    path = example.path / "mocks" / "mnist_multi.json"
    sla = json.loads(path.read_text(encoding="utf-8"))
    sla["mock_data_configuration"]["dataset_name"] = "cifar10"
    path.write_text(json.dumps(sla), encoding="utf-8")
    shutil.copytree(ROOT / "examples" / "mnist_sklearn" / "tests", example.path / "tests", dirs_exist_ok=True)

    result = example.runpytest_subprocess(timeout=600)

    result.assert_outcomes(passed=1, failed=1)
    (shown,) = blocks("text")
    result.stdout.no_fnmatch_line("*Traceback*")
    assert shown in str(result.stdout)


@pytest.mark.slow
def test_a_search_finds_what_is_shown_and_what_it_saved_is_replayed(example: pytest.Pytester) -> None:
    command, with_pytest = blocks("console", SEARCH)
    out = shell(command, COLUMNS="1000")
    for text in blocks("text", SEARCH):
        for line in text.splitlines():
            assert re.search(".*".join(map(re.escape, line.split("…"))), out), line
    assert "1 passed" in shell(f"{with_pytest.strip()} -k search")

    saved = re.findall(r"flops-mock replay \. (tests/flops-found/found_\w+)\.parquet", out)
    _, block = blocks("python", SEARCH)
    for name in saved:
        test = example.path / f"{Path(name).parent}/test_{Path(name).name}.py"
        comment, code = test.read_text(encoding="utf-8").split("\n\n\n")
        assert all(line.startswith("#") for line in comment.splitlines())
        assert code == block.replace("found_3f2a9c1d04be", Path(name).name)
    example.runpytest_subprocess("tests/flops-found", timeout=240).assert_outcomes(failed=len(saved))


@pytest.mark.slow
def test_rounds_show_what_is_shown(example: pytest.Pytester) -> None:
    command, with_pytest = blocks("console", ROUNDS)
    out = shell(command)
    for text in blocks("text", ROUNDS):
        for line in text.splitlines():
            assert re.search(".*".join(map(re.escape, line.split("…"))), out), line
    assert "1 passed" in shell(f"{with_pytest.strip()} -k rounds")


def test_the_picture_shows_the_same_finding() -> None:
    drawing = (ROOT / "docs" / "check.svg").read_text(encoding="utf-8")
    drawn = html.unescape(re.sub(r"<[^>]+>", "", drawing)).replace("\N{NO-BREAK SPACE}", " ")
    (shown,) = blocks("text")
    for line in shown.splitlines():
        for part in line.split("  "):
            assert part in drawn


def test_the_first_screen_shows_reports_in_small_files() -> None:
    shown = re.findall(r"!\[[^\]]{20,}\]\(docs/(report-\w+\.png)\)", "\n".join(README.splitlines()[:15]))
    assert shown == ["report-bad.png", "report-good.png"]
    assert "(report-data.png)" in REPORTS
    for path in (ROOT / "docs").glob("*.png"):
        assert path.name in (*shown, "report-data.png")
        assert path.stat().st_size <= 150_000


@pytest.mark.slow
def test_what_can_be_left_out_is_left_out_and_a_check_works_without_it(tmp_path: Path) -> None:
    uv, python = find_uv_bin(), tmp_path / ".venv" / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, tmp_path / ".venv"], check=True, timeout=120)
    (commands,) = blocks("console", INSTALL)
    commands = commands.replace('"pytest-flops-mock @ git+$URL_OF_THIS_PROJECT"', f'"{ROOT}"').replace("uv pip", f"{uv} pip")
    subprocess.run(
        ["bash", "-ec", commands],
        cwd=tmp_path,
        env={**os.environ, "VIRTUAL_ENV": str(tmp_path / ".venv")},
        check=True,
        timeout=600,
    )
    (installed,) = tmp_path.glob(".venv/lib/python*/site-packages")
    assert not [name for name in ("matplotlib", "seaborn", "hf_xet") if (installed / name).exists()]
    shutil.copytree(ROOT / "examples" / "mnist_numpy", tmp_path / "repository")
    command = [
        str(python),
        "-m",
        "pytest_flops_mock",
        "check",
        "repository",
        "--env=current",
        "--sla=repository/mocks/*.json",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert "\nverdict     compatible" in done.stdout, done.stdout + done.stderr


def test_ci_runs_the_commands_of_the_readme() -> None:
    headings = re.findall(r"^run_readme '(.*)'$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), flags=re.MULTILINE)
    commands = [block for block in blocks("console") if block.startswith("python3 -m venv")]
    assert len(headings) == len(commands) == 2
    for heading in headings:
        assert heading in README


def test_the_number_of_twins_is_right() -> None:
    assert f"{len(all_twins())} data sets have one" in DATA
