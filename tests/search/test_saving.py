"""Partitions that are saved: two files, both or none, never in place of others; and read back only as they were."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from standins.found import rows_of

from pytest_flops_mock import Stage
from pytest_flops_mock.errors import SavedPartitionError
from pytest_flops_mock.flight.features import features_of
from pytest_flops_mock.search.saving import Saved, read_saved, refuse_unwritable, save

ROWS = rows_of(x=[1.5, 2.5], label=[7, 7])


def saved(folder: Path, rows: pa.Table = ROWS, **changes: Any) -> Saved:
    values: dict[str, Any] = {
        "text": "2 rows whose labels are {7}",
        "broke": "ValueError: too few, data_manager.py:18",
        "code": "FM603",
        "through": Stage.TRAIN,
        "dataset_name": "mnist",
        "label": "label",
    }
    return save(rows, folder, **{**values, **changes})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(path: Path) -> str:
    with pytest.raises(SavedPartitionError) as error:
        read_saved(path)
    return str(error.value)


def test_a_partition_comes_back_as_it_was_with_what_it_is(tmp_path: Path) -> None:
    one = saved(tmp_path / "tests" / "flops-found")
    found = read_saved(one.partition)
    assert found.rows.equals(ROWS, check_metadata=True)
    assert features_of(found.rows.schema).keys() == {"x", "label"}
    assert (found.facts.text, found.facts.code, found.facts.label) == ("2 rows whose labels are {7}", "FM603", "label")
    assert found.through is Stage.TRAIN
    assert names(one.partition.parent) == [one.partition.name, one.test.name], "nothing else is left"


def test_no_rows_come_back_with_their_features(tmp_path: Path) -> None:
    found = read_saved(saved(tmp_path, ROWS.slice(0, 0)).partition)
    assert found.rows.equals(ROWS.slice(0, 0), check_metadata=True)


def test_the_test_says_in_comments_what_was_found_whatever_others_wrote(tmp_path: Path) -> None:
    one = saved(tmp_path, broke='ValueError: """\nimport os\x1b[31m\r# \\')
    text = one.test.read_text(encoding="utf-8")
    code = [line for line in text.splitlines() if line and not line.startswith("#")]
    stem = one.partition.stem
    assert code == [
        f"def test_{stem}(flops_replay):",
        f'    report = flops_replay("{stem}.parquet")',
        "    assert report.ok, report",
    ]
    assert "2 rows whose labels are {7}: FM603 ValueError" in " ".join(text.replace("\n# ", " ").split())
    assert max(map(len, text.splitlines())) <= 100
    compile(text, one.test.name, "exec")


def test_names_follow_from_the_rows_alone(tmp_path: Path) -> None:
    one = saved(tmp_path / "a")
    same = saved(tmp_path / "b", pa.concat_tables([ROWS.slice(0, 1), ROWS.slice(1)]), text="other words")
    other = saved(tmp_path / "c", ROWS.slice(0, 1))
    assert one.partition.name == same.partition.name != other.partition.name
    assert one.test.stem == f"test_{one.partition.stem}"


def test_what_is_there_stays(tmp_path: Path) -> None:
    one = saved(tmp_path)
    one.test.write_text("# mine\n", encoding="utf-8")
    before = one.partition.read_bytes()
    assert saved(tmp_path, text="other words") == one
    assert (one.test.read_text(encoding="utf-8"), one.partition.read_bytes()) == ("# mine\n", before)


def test_another_file_of_that_name_is_told_and_kept(tmp_path: Path) -> None:
    one = saved(tmp_path)
    one.partition.write_bytes(b"mine")
    with pytest.raises(SavedPartitionError, match="the saved partition is not what a search has saved"):
        saved(tmp_path)
    assert one.partition.read_bytes() == b"mine"


def test_both_files_come_to_be_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def full(source: str, target: Path) -> None:
        if Path(target).suffix == ".py":
            raise KeyboardInterrupt
        link(source, target)

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(KeyboardInterrupt):
        saved(tmp_path)
    assert names(tmp_path) == []


def test_a_file_system_without_links_has_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str, target: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    one = saved(tmp_path)
    assert names(tmp_path) == [one.partition.name, one.test.name]


def test_a_partition_that_is_gone_is_told(tmp_path: Path) -> None:
    one = saved(tmp_path)
    assert refused(tmp_path / "found_0123456789ab.parquet") == (
        "the saved partition is not there\n"
        f"  where     {tmp_path / 'found_0123456789ab.parquet'}\n"
        "  expected  the Parquet file that a search has saved beside the test\n"
        "  got       no such file\n"
        f"  nearest   {one.partition.name}\n"
        "  fix       bring it back (git checkout), or delete the test that replays it"
    )


def test_other_rows_under_its_name_are_told(tmp_path: Path) -> None:
    one, other = saved(tmp_path), saved(tmp_path, ROWS.slice(0, 1))
    one.partition.write_bytes(other.partition.read_bytes())
    assert "under the name found_" in refused(one.partition)


def test_rows_that_were_altered_are_told(tmp_path: Path) -> None:
    one = saved(tmp_path)
    schema = pq.read_schema(one.partition)
    pq.write_table(rows_of(x=[1.5, 9.0], label=[7, 7]).replace_schema_metadata(schema.metadata), one.partition)
    said = refused(one.partition)
    assert said.startswith("the saved partition is not what a search has saved\n")
    assert "expected  rows of the digest " in said


@pytest.mark.parametrize("content", [b"", b"PAR1", b"\0" * 4000], ids=["empty", "cut off", "zeros"])
def test_what_is_no_parquet_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "found_x.parquet"
    path.write_bytes(content)
    assert refused(path).startswith("the saved partition is not what a search has saved\n")


def test_a_flipped_byte_is_told(tmp_path: Path) -> None:
    one = saved(tmp_path)
    content = bytearray(one.partition.read_bytes())
    for place in range(4, 80, 5):
        content[place] ^= 0xFF
    one.partition.write_bytes(content)
    assert "the saved partition is not what a search has saved" in refused(one.partition)


def test_parquet_of_somebody_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "found_x.parquet"
    pq.write_table(ROWS, path)
    assert "a Parquet file of another kind" in refused(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "found_x.parquet")
    assert "a pipe, not a file" in refused(tmp_path / "found_x.parquet")


def test_a_folder_that_cannot_be_written_is_refused_before_a_search(tmp_path: Path) -> None:
    refuse_unwritable(tmp_path / "not" / "there" / "yet", "--save")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SavedPartitionError) as error:
        refuse_unwritable(tmp_path / "file" / "below", "--save")
    assert str(error.value) == (
        "what a search finds cannot be saved\n"
        "  where     --save\n"
        "  expected  a folder that can be written\n"
        f"  got       {tmp_path / 'file' / 'below'}: Not a directory\n"
        "  fix       name another folder, or none"
    )
    assert names(tmp_path) == ["file"]
