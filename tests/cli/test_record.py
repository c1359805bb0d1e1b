"""Recorded samples: what ``flops-mock record`` writes, how it is replayed, and how drift and damage are told."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets
import pytest
from standins.data import Found, loaded_data
from standins.hub import Fault, Hub, on_hub, parquet, running_hub
from standins.projects import mock_sla

from pytest_flops_mock import DataSource, FlopsMockError, MLDataServer, MockDataProvider, load_partitions
from pytest_flops_mock.cli import main

pytestmark = pytest.mark.slow  # each scenario is a Python of its own, with a server

RUNS = """
import contextlib, io, json, sys
from pytest_flops_mock.cli import main
told = []
for arguments in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as end:
            status = end.code
    told.append([status, out.getvalue(), err.getvalue()])
print(json.dumps(told))
"""

CLASSES = ["a", "b", "c", "d"]
FEATURES = datasets.Features({"x": datasets.Value("int32"), "label": datasets.ClassLabel(names=CLASSES)})
CARD = "---\nlicense: cc-by-4.0\n---\n"


def sorted_rows() -> bytes:
    """Rows in the order of their classes, as on many a hub: the first ones have one class only."""
    return parquet({"x": list(range(2000)), "label": [n // 500 for n in range(2000)]}, FEATURES)


def pictures() -> bytes:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (8, 8), (200, 10, 10)).save(file, "JPEG")
    rows = {"image": [{"bytes": file.getvalue(), "path": "a.jpeg"}] * 5, "label": [0, 1, 0, 1, 0]}
    return parquet(rows, datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["no", "yes"])}))


def flops_mock(hub: Hub, home: Path, *commands: list[str], **env: str) -> list[tuple[int, str, str]]:
    """Exit status, standard output and standard error of each command, run in the folder ``home / "work"``."""
    told = json.loads(on_hub(RUNS, hub, home, json.dumps(commands), **env))
    return [(status, out, err) for status, out, err in told]


@dataclass(frozen=True)
class Recorded:
    """What a hub's data sets were recorded to."""

    hub: Hub
    home: Path
    told: tuple[tuple[int, str, str], ...]

    @property
    def folder(self) -> Path:
        return self.home / "work" / "tests" / "flops-data"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    with running_hub() as hub:
        test = parquet({"x": [7, 8], "label": [1, 2]}, FEATURES)
        hub.add("acme/sorted", {"README.md": CARD, "data/train.parquet": sorted_rows(), "data/test.parquet": test})
        hub.add("ylecun/mnist", {"data/train.parquet": pictures()}, legacy="mnist")
        hub.add("acme/table", {"train.csv": "x,y\n1,a\n2,b\n3,a\n"}, private=True)
        hub.add("acme/busy", {"train.csv": "x\n1\n"}, fault=Fault(503))
        home = tmp_path_factory.mktemp("home")
        commands = [
            ["record", "acme/sorted", "--rows", "40", "--by", "label", "--seed", "7"],
            ["record", "acme/sorted", "--split", "test"],
            ["record", "mnist", "--rows", "3"],
            ["record", "acme/table", "--rows", "2", "--by", "y"],
            ["record", "acme/sorted", "--rows", "40", "--to", "first"],
            ["record", "acme/sorted", "--rows", "40", "--by", "label", "--seed", "7", "--to", "again"],
            ["record", "acme/sorted", "--by", "lable"],
            ["record", "acme/sorted", "--split", "tset"],
            ["record", "acme/busy", "--to", "nothing"],
            ["record"],
            ["record", "acme/sorted", "--rows", "0"],
            ["record", "--check"],
            ["record", "--check", "--to", "nowhere"],
            ["record", "acme/sorted", "--split", "test", "--by", "label", "--to", "lacking"],
        ]
        yield Recorded(hub, home, tuple(flops_mock(hub, home, *commands, HF_TOKEN=hub.token)))


def replayed(folder: Path, name: str, **selection: Any) -> Found:
    return loaded_data(name, DataSource.RECORDED, recordings=folder, **selection)


def told(folder: Path, name: str, **selection: Any) -> str:
    with pytest.raises(FlopsMockError) as error:
        replayed(folder, name, **selection)
    return str(error.value)


def test_what_was_recorded_is_told(recorded: Recorded) -> None:
    status, out, err = recorded.told[0]
    assert (status, err) == (0, "")
    assert out == (
        f"recorded    acme/sorted: 40 rows at revision {recorded.hub.commit('acme/sorted')[:12]}, licence cc-by-4.0\n"
        "in          tests/flops-data/acme--sorted.parquet\n"
        "            tests/flops-data/acme--sorted.json\n"
    )


def test_classes_without_a_row_are_told(recorded: Recorded) -> None:
    _, out, _ = recorded.told[13]
    assert out.endswith("\nlacking     classes a, d, of which no row was among those read; try more --rows\n")
    assert "lacking" not in recorded.told[3][1]


def test_a_folder_holds_a_parquet_file_and_a_manifest_for_each_and_nothing_else(recorded: Recorded) -> None:
    stems = ["acme--sorted", "acme--sorted.test", "acme--table", "ylecun--mnist"]
    assert sorted(path.name for path in recorded.folder.iterdir()) == sorted(
        f"{stem}.{ending}" for stem in stems for ending in ("json", "parquet")
    )


def test_the_manifest_says_where_the_rows_are_from(recorded: Recorded) -> None:
    manifest = json.loads((recorded.folder / "ylecun--mnist.json").read_text(encoding="utf-8"))
    digest, day, features = manifest.pop("digest"), manifest.pop("recorded"), manifest.pop("features")
    assert len(digest) == 64
    assert day.startswith("20")
    assert list(features) == ["image", "label"]
    assert manifest == {
        "form": "pytest-flops-mock/recording/1",
        "dataset": "ylecun/mnist",
        "names": ["mnist", "ylecun/mnist"],
        "config_name": None,
        "asked_revision": None,
        "revision": recorded.hub.commit("ylecun/mnist"),
        "split": "train",
        "rows": 3,
        "by": None,
        "seed": 42,
        "licence": "unknown",
    }


def test_no_token_is_written(recorded: Recorded) -> None:
    assert recorded.told[3][0] == 0, recorded.told[3]
    for path in recorded.folder.iterdir():
        assert recorded.hub.token.encode() not in path.read_bytes()


def test_by_a_column_all_classes_get_rows_and_the_seed_decides_which(recorded: Recorded) -> None:
    rows = replayed(recorded.folder, "acme/sorted").dataset[:]
    assert [list(rows["label"]).count(label) for label in range(4)] == [10] * 4
    assert list(rows["x"]) == sorted(rows["x"])
    assert list(rows["x"]) != [500 * label + n for label in range(4) for n in range(10)]
    work = recorded.home / "work"
    assert replayed(work / "first", "acme/sorted").dataset[:]["x"] == list(range(40))
    again = (work / "again" / "acme--sorted.parquet").read_bytes()
    assert again == (recorded.folder / "acme--sorted.parquet").read_bytes()


def test_a_sample_is_replayed_with_the_hubs_features_by_any_name_of_the_data_set(recorded: Recorded) -> None:
    found = replayed(recorded.folder, "acme/sorted")
    assert found.dataset.features == FEATURES
    revision = recorded.hub.commit("acme/sorted")[:12]
    assert found.source == "recorded"
    assert found.origin.startswith(f"recorded sample of acme/sorted, revision {revision}, recorded 20")
    assert found.origin.endswith(", 40 rows")
    assert found.label == "label"  # the column of classes that it was recorded by
    for name in ("mnist", "ylecun/mnist"):
        images = replayed(recorded.folder, name).dataset[:]["image"]
        assert [image.format for image in images] == ["JPEG"] * 3
    assert replayed(recorded.folder, "acme/table").dataset[:]["y"] == ["a", "b"]
    assert replayed(recorded.folder, "acme/sorted", split="test").dataset[:]["x"] == [7, 8]
    assert replayed(recorded.folder, "acme/sorted", max_rows=5).dataset.num_rows == 5
    assert replayed(recorded.folder, "acme/sorted", revision=recorded.hub.commit("acme/sorted")).dataset.num_rows == 40


def test_a_provider_sends_the_sample_and_each_data_set_may_have_its_own_source(recorded: Recorded) -> None:
    choice = "ylecun/mnist:recorded *:synthetic"
    with MLDataServer() as server:
        provider = MockDataProvider(server.uri, data=choice, recordings=recorded.folder)
        run = provider.run(mock_sla(dataset_name="mnist", data_tag="a", number_of_partitions=2))
        assert (run.source, run.rows) == ("recorded", 3)
        assert load_partitions(server.uri, ["a"]).num_rows == 3
        other = provider.run(mock_sla(dataset_name="cifar10", data_tag="b", max_rows=20))
        assert (other.source, other.rows) == ("synthetic", 20)
        assert provider.source_of("./rows.csv") == "local"


OTHER_WAYS = "or take other data: --flops-data=synthetic or hub"


def test_what_was_not_recorded_is_told_with_the_command_that_does(recorded: Recorded) -> None:
    assert told(recorded.folder, "acme/sortd") == (
        "there is no recorded sample of acme/sortd\n"
        f"  where     {recorded.folder}\n"
        "  expected  a sample that flops-mock record has written there\n"
        "  got       samples of: acme/sorted, acme/sorted, acme/table, ylecun/mnist\n"
        "  nearest   acme/sorted\n"
        f"  fix       flops-mock record acme/sortd --to {recorded.folder} (needs the network once), {OTHER_WAYS}"
    )
    assert "  got       no such folder\n" in told(recorded.folder / "none", "mnist")


def test_a_sample_of_other_rows_is_not_taken(recorded: Recorded) -> None:
    revision = recorded.hub.commit("acme/table")[:12]
    assert told(recorded.folder, "acme/table", split="test", config_name="b", revision="v1") == (
        "there is a recorded sample of acme/table, but not of the rows that are wanted\n"
        f"  where     {recorded.folder}\n"
        "  expected  split test, configuration b, revision v1\n"
        f"  got       split train, revision {revision}\n"
        f"  fix       flops-mock record acme/table --config b --split test --revision v1 --to {recorded.folder} "
        f"(needs the network once), {OTHER_WAYS}"
    )


def test_a_path_is_not_recorded_but_can_be_described(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "data/my visits.csv"]) == 2
    assert capsys.readouterr().err == (
        "flops-mock: a sample is recorded of a data set of the hub, and this is a path\n"
        "  where     dataset_name = 'data/my visits.csv'\n"
        "  expected  the name of a data set, such as ylecun/mnist\n"
        "  got       data/my visits.csv\n"
        "  fix       an SLA can name the path as it is; to check where the data cannot go, describe them: "
        "flops-mock twin NAME --like 'data/my visits.csv'\n"
    )


def edited(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / "acme--table.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        change(manifest)
        path.write_text(json.dumps(manifest), encoding="utf-8")

    return damage


def truncated(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])

    return damage


def pointer(folder: Path) -> None:
    (folder / "acme--table.parquet").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n")


def other_rows(folder: Path) -> None:
    rows = datasets.load_dataset("parquet", data_files=str(folder / "acme--table.parquet"), cache_dir=str(folder / "c"))[
        "train"
    ]
    rows.map(lambda row: {"x": row["x"] + 1}, load_from_cache_file=False).to_parquet(folder / "acme--table.parquet")


@pytest.mark.parametrize(
    ("damage", "file", "message", "got"),
    [
        (
            lambda folder: (folder / "acme--table.parquet").unlink(),
            "parquet",
            "the Parquet file of the recorded sample is missing",
            "No such file or directory",
        ),
        (truncated("acme--table.parquet"), "parquet", "the recorded sample cannot be read", "ArrowInvalid: "),
        (
            pointer,
            "parquet",
            "the recorded sample cannot be read",
            "a pointer of Git LFS in place of the file; git lfs pull",
        ),
        (truncated("acme--table.json"), "json", "the manifest of the recorded sample cannot be read", "Invalid JSON: "),
        (
            edited(lambda manifest: manifest.pop("digest")),
            "json",
            "the manifest of the recorded sample cannot be read",
            "digest: Field required",
        ),
        (edited(lambda manifest: manifest.update(form="x/2")), "json", "the manifest has another form", "x/2"),
        (
            edited(lambda manifest: manifest.update(licence="mine")),
            "parquet",
            "the recorded sample or its manifest was changed afterwards",
            "digest ",
        ),
        (
            edited(lambda manifest: manifest.update(rows=9)),
            "parquet",
            "the recorded sample does not fit its manifest",
            "2 rows",
        ),
        (
            edited(lambda manifest: manifest["features"].pop("y")),
            "parquet",
            "the recorded sample does not fit its manifest",
            "column y is new",
        ),
        (other_rows, "parquet", "the recorded sample or its manifest was changed afterwards", "digest "),
    ],
    ids=[
        "no parquet",
        "short parquet",
        "git lfs",
        "short manifest",
        "no digest",
        "form",
        "licence",
        "rows",
        "features",
        "other rows",
    ],
)
def test_a_sample_that_is_not_as_it_was_recorded_is_told(
    damage: Callable[[Path], None], file: str, message: str, got: str, recorded: Recorded, tmp_path: Path
) -> None:
    folder = tmp_path / "samples"
    shutil.copytree(recorded.folder, folder)
    damage(folder)
    text = told(folder, "acme/table")
    assert text.startswith(f"{message}\n  where     {folder / f'acme--table.{file}'}\n  expected  ")
    assert f"\n  got       {got}" in text
    again = text.partition("\n  fix       record it again")[2].removesuffix(f", {OTHER_WAYS}")
    if "manifest of the recorded sample cannot be read" in message:
        assert again == " (flops-mock record)"
    else:
        assert re.fullmatch(rf": flops-mock record acme/table --by y( --rows \d+)? --to {re.escape(str(folder))}", again)
    assert replayed(folder, "acme/sorted").dataset.num_rows == 40  # the others are as good as before


def test_options_that_a_comparison_does_not_read_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "--check", "--rows", "5", "--by", "y"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("flops-mock: an option has nothing to work on\n  where     flops-mock record --check\n")
    assert "  got       --by, --rows\n" in err


def test_wrong_use_is_told_and_writes_nothing(recorded: Recorded) -> None:
    column, split, busy, nothing, rows = recorded.told[6:11]
    assert [status for status, *_ in (column, split, busy, nothing, rows)] == [2] * 5
    assert column[2].startswith("flops-mock: the data set has no column 'lable'\n")
    assert "  expected  one of: x, label\n" in column[2]
    assert "  nearest   label\n" in column[2]
    assert split[2].startswith("flops-mock: the data set has no split 'tset'\n")
    assert busy[2].startswith("flops-mock: the Hugging Face hub has trouble of its own\n")
    assert nothing[2].startswith("flops-mock: there is no data set to record\n")
    assert rows[2].startswith("flops-mock: --rows takes a whole number\n  where     --rows\n")
    assert not (recorded.home / "work" / "nothing").exists()


def test_a_schema_that_has_not_moved_is_told_as_the_same(recorded: Recorded) -> None:
    status, out, err = recorded.told[11]
    assert (status, err) == (0, "")
    assert [line.partition(":")[0] for line in out.splitlines()] == [
        "same        acme/sorted",
        "same        acme/sorted, split test",
        "same        acme/table",
        "same        ylecun/mnist",
    ]
    status, out, err = recorded.told[12]
    assert (status, out) == (2, "")
    assert err.startswith("flops-mock: there is no recorded sample of any data set\n  where     nowhere\n")


def test_a_schema_that_has_moved_is_an_alarm(tmp_path: Path) -> None:
    with running_hub() as hub:
        hub.add("acme/sorted", {"train.parquet": sorted_rows(), "test.parquet": sorted_rows()})
        record = ["record", "acme/sorted", "--rows", "5"]
        before = hub.commit("acme/sorted")[:12]
        assert [status for status, *_ in flops_mock(hub, tmp_path, record, [*record, "--split", "test"])] == [0, 0]
        hub.add("acme/sorted", {"train.parquet": parquet({"x": [1.5], "z": ["a"]})})
        ((status, out, _), offline) = flops_mock(hub, tmp_path, ["record", "--check", "acme/sorted"], record)
        ((failed, _, err),) = flops_mock(hub, tmp_path, record, HF_HUB_OFFLINE="1")
    after = hub.commit("acme/sorted")[:12]
    assert (status, offline[0], failed) == (1, 0, 2)
    train, gone, new, changed, test, test_gone = out.splitlines()
    assert train.startswith("moved       acme/sorted: recorded 20")
    assert train.endswith(f" at revision {before}, now {after}")
    assert gone == "            column label is gone"
    assert new == "            column z is new"
    assert changed.startswith("            column x was {")
    assert test.startswith("moved       acme/sorted, split test: recorded 20")
    assert test_gone == "            split test is gone"
    assert err.startswith("flops-mock: a sample cannot be recorded or compared while the network is switched off\n")
