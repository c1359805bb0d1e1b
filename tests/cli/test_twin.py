"""``flops-mock twin``: listing, showing and describing."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pytest
from PIL import Image

from pytest_flops_mock.cli import main

SCHEMA = {"x": {"dtype": "float32", "_type": "Value"}, "label": {"names": ["no", "yes"], "_type": "ClassLabel"}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with local data and a schema."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    rows = [{"x": number / 7, "y": "no" if number % 3 else "yes"} for number in range(60)]
    (tmp_path / "visits.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "features.json").write_text(json.dumps(SCHEMA))
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["twin", *arguments]) == status
    out, err = capsys.readouterr()
    assert not (err if status == 0 else out)
    return out if status == 0 else err


def test_all_are_listed_by_their_full_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "scans", "--features", "scans/features.json")
    lines = [" ".join(line.split()) for line in told(capsys).splitlines()]
    assert "ylecun/mnist train 60,000, test 10,000; also mnist" in lines
    assert (
        "ufldl-stanford/svhn train 73,257, test 26,032, extra 531,131; also svhn; configuration cropped_digits of several"
        in lines
    )
    assert "panitsasi/fedjam train 28,800, test 7,200; also panitsasi/FedJam; 4 unsure" in lines
    assert lines[-1] == "scans described in tests/flops-data"
    (folder / "tests" / "flops-data" / "visits.twin.json").write_text("{")
    *_, last = [" ".join(line.split()) for line in told(capsys).splitlines()]
    assert last.startswith("visits.twin.json cannot be used: Invalid JSON")


def test_a_twin_of_pictures_is_shown_with_a_contact_sheet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "uoft-cs/cifar10", "--show", "--rows", "40", "--seed", "7")
    assert out.startswith("twin        cifar10 (also uoft-cs/cifar10)\n")
    assert "\nrow 4\n  img    picture of 32x32 pixels, RGB\n" in out
    assert out.endswith("\nsheet       cifar10-twin.png\n")
    with Image.open(folder / "cifar10-twin.png") as sheet:
        assert sheet.height == 10 * 34
    told(capsys, "mnist", "--show", "--to", "new/sheet.png", "--split", "test")
    assert (folder / "new" / "sheet.png").exists()


def test_what_is_unsure_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "fixie-ai/librispeech_asr")
    assert "\nsource      https://huggingface.co/datasets/fixie-ai/librispeech_asr\n" in out
    assert "\nunsure      The sentences of the twin are shorter than the real ones.\n" in out
    assert "\nunsure      The sound of the twin is WAV; that on the hub is FLAC.\n" in out
    assert "unsure" not in told(capsys, "mnist")


def test_a_twin_without_pictures_is_shown_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "row 0" not in told(capsys, "scikit-learn/iris")
    assert "\n  Species        Iris-" in told(capsys, "scikit-learn/iris", "--show")
    assert "\n  PetalWidthCm   null\n" in told(capsys, "scikit-learn/iris", "--show", "--drift", "missing=1")
    assert not list(folder.glob("*.png"))


def test_a_twin_is_shown_with_another_schema(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drift = "renamed=digit column=label; extra_column=site; image_size=9x7; image_mode=RGBA; reordered"
    out = told(capsys, "mnist", "--show", "--rows", "5", "--drift", drift)
    assert out.index("\n  site   ") < out.index("\n  digit  ") < out.index("\n  image  picture of 9x7 pixels, RGBA\n")
    assert len(list(folder.glob("*.png"))) == 1


def test_local_data_get_a_twin(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "--like", "visits.jsonl", "--label", "y")
    assert out == (
        "described   visits: 2 columns, train 60 rows\n"
        "label       y\n"
        "values      those that come often are kept of y; --hide COLUMN leaves them out\n"
        "withheld    x: all 60 values, which are too many, or of too few people each; kept: means over five people and "
        "more, how far they are apart\n"
        "in          tests/flops-data/visits.twin.json\n"
        'next        "dataset_name": "visits" in an SLA; flops-mock twin visits --show\n'
    )
    assert "\nrow 0\n  x  " in told(capsys, "visits", "--show")
    assert "\nvalues  " not in told(capsys, "--like", "visits.jsonl", "--hide", "y")
    out = told(capsys, "acme/visits", "--like", "visits.jsonl", "--to", "twins")
    assert "label       none; with --label COLUMN the other columns follow from it" in out
    assert "splits      train 60 rows" in told(capsys, "acme/visits", "--recordings", "twins")


def test_what_is_kept_at_ones_own_risk_is_told_now_and_later(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "--like", "visits.jsonl", "--keep", "y", "--person", "x").splitlines()
    assert "at risk     values are kept of y, whoever has them; the file says so" in lines
    assert "at risk     values of y were kept, whoever has them" in told(capsys, "visits").splitlines()


def test_a_table_with_other_separators_is_noticed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "visits.csv").write_text("x;y\n" + "".join(f"{number};{number % 3}\n" for number in range(60)))
    note = "\nnote        the only column is called 'x;y': ';' is between the values, and datasets wants commas\n"
    assert note in told(capsys, "--like", "visits.csv")


def test_a_schema_gets_a_twin_that_is_called_like_its_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "--features", "scans/features.json")
    assert out.startswith("described   scans: 2 columns, train 600 rows\nlabel       label\n")
    assert (folder / "tests" / "flops-data" / "scans.twin.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mnits"], "there is no synthetic twin of this data set"),
        (["./visits.jsonl"], "a twin has a name, and this is a path"),
        (["visits.jsonl", "--show"], "a twin has a name, and this is a path"),
        (["mnist", "--show", "--rows", "0"], "--rows takes a whole number"),
        (["mnist", "--show", "--seed", "x"], "--seed takes a whole number"),
        (["mnist", "--show", "--split", "tests"], "the twin of mnist has no split 'tests'"),
        (["mnist", "--show", "--drift", "mising=1"], "there is no such kind of drift"),
        (["mnist", "--show", "--to", "visits.jsonl/x.png"], "the contact sheet cannot be written"),
        (["imdb", "--show", "--to", "x.png"], "there is no contact sheet of a data set without pictures"),
        (["--like", "visits.jsonl", "--hide", "z"], "there is no column 'z'"),
        (["--features", "scans/features.json", "--hide", "x"], "a schema has no values that could be hidden"),
        (["--features", "scans/features.json", "--keep", "x"], "a schema has no values that could be kept"),
        (["--features", "scans/features.json", "--person", "x"], "a schema has no values that are of persons"),
        (["--like", "visits.jsonl", "--person", "z"], "there is no column 'z'"),
        (["--show"], "an option has nothing to work on\n  where     flops-mock twin\n  expected  the name of a data set\n"),
        (["mnist", "--rows", "5"], "an option has nothing to work on"),
        (["mnist", "--show", "--label", "label"], "an option has nothing to work on"),
        (["--like", "visits.jsonl", "--rows", "5"], "an option has nothing to work on"),
        (["--like", "visit.jsonl"], "the local data set cannot be read"),
        (["--like", "visits.jsonl", "--label", "z"], "there is no column 'z'"),
        (["./visits", "--like", "visits.jsonl"], "this is no name of a data set for an SLA"),
        (["my visits", "--like", "visits.jsonl"], "this is no name of a data set for an SLA"),
        (["", "--like", "visits.jsonl"], "this is no name of a data set for an SLA"),
        (["--features", "visits.jsonl"], "the file says no schema of a data set"),
        (["--features", "scans/features.json", "--to", "visits.jsonl/x"], "the description of the twin cannot be written"),
    ],
)
def test_bad_input_is_told_and_leaves_nothing(
    arguments: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(folder.rglob("*.*"))
    assert told(capsys, *arguments, status=2).startswith(f"flops-mock: {message}")
    assert [path for path in sorted(folder.rglob("*.*")) if "cache" not in path.parts] == before


def test_data_and_a_schema_at_once_are_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["twin", "--like", "visits.jsonl", "--features", "scans/features.json"])
    assert end.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


def test_what_a_description_replaces_or_stands_before_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "replaced" not in told(capsys, "acme/visits", "--like", "visits.jsonl")
    out = told(capsys, "acme/visits", "--like", "visits.jsonl")
    assert out.startswith("described   acme/visits: 2 columns, train 60 rows; the description before is replaced\n")
    err = told(capsys, "acme--visits", "--like", "visits.jsonl", status=2)
    assert err.startswith("flops-mock: the file of this description is that of another data set\n")
    assert "described in" in told(capsys).splitlines()[-1]
    out = told(capsys, "ylecun/mnist", "--like", "visits.jsonl")
    assert "\ninstead     of the synthetic twin of ylecun/mnist in the catalogue\n" in out
    assert told(capsys, "mnist").startswith("twin        ylecun/mnist\n")


def test_the_next_step_can_be_pasted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = folder / "both"
    both.mkdir()
    for name in "ab":
        (both / f"{name}.csv").write_text("x\n" + "1\n" * 30, encoding="utf-8")
    head = "".join(f"- config_name: {name}\n  data_files: {name}.csv\n" for name in "ab")
    (both / "README.md").write_text(f"---\nconfigs:\n{head}---\n", encoding="utf-8")
    out = told(capsys, "acme/both", "--like", "both", "--config", "b", "--to", "my twins")
    assert out.endswith(
        'next        "dataset_name": "acme/both", "config_name": "b" in an SLA (with --flops-recordings \'my twins\'); '
        "flops-mock twin acme/both --show --recordings 'my twins'\n"
    )
    assert "config      b, to be named with config_name" in told(capsys, "acme/both", "--recordings", "my twins")


def test_no_more_rows_are_made_than_there_are(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "row 4" in told(capsys, "scikit-learn/iris", "--show", "--rows", "100000000000")
