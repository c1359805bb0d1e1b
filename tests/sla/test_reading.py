"""SLAs are read from files, pasted text and mappings, and a file that cannot be read is told."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from types import MappingProxyType

import pytest

from pytest_flops_mock.errors import SLAError
from pytest_flops_mock.sla.parsing import parse_text
from pytest_flops_mock.sla.reading import read

DOCUMENTED = """\
{
    "customerID": "Admin",  % your id at the orchestrator
    % what the mock data provider sends
    "mock_data_configuration": {
        "dataset_name": "cifar10",
        "number_of_partitions": 3,
        "data_tag": "my_tag",  % what learners ask for
    },
}
"""


def test_a_file_is_read_from_the_base_folder_and_named_as_written(tmp_path: Path) -> None:
    (tmp_path / "slas").mkdir()
    (tmp_path / "slas" / "mnist.json").write_text(DOCUMENTED, encoding="utf-8")

    document = read("slas/mnist.json", base=tmp_path)

    assert document.data["customerID"] == "Admin"
    assert document.origin == "slas/mnist.json"
    assert document.folder == tmp_path / "slas"
    assert read(PurePosixPath("slas/mnist.json"), base=tmp_path) == document
    assert read(tmp_path / "slas" / "mnist.json").folder == document.folder


def test_without_a_base_a_path_starts_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sla.json").write_bytes(b"\xef\xbb\xbf{}")
    monkeypatch.chdir(tmp_path)

    assert read("sla.json").folder == tmp_path


def test_a_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sla.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert read("~/sla.json").folder == tmp_path


@pytest.mark.parametrize("text", [DOCUMENTED, "% a comment\n {}", '  {"a": 1}', '\ufeff{"a": 1}'])
def test_json_text_is_told_from_a_path(text: str, tmp_path: Path) -> None:
    document = read(text, base=tmp_path)

    assert document.origin == "<text>"
    assert document.folder == tmp_path
    assert document.data == parse_text(text, "")


@pytest.mark.parametrize("text", ["[1]", '"customerID": "Admin",\n"mock_data_configuration": {}'])
def test_text_that_is_almost_an_sla_gets_a_message_about_json_not_about_files(text: str) -> None:
    with pytest.raises(SLAError, match="the SLA is not"):
        read(text)


def test_a_mapping_is_copied() -> None:
    inner = {"data_tag": "x"}

    document = read(MappingProxyType({"mock_data_configuration": MappingProxyType(inner), "tags": [inner]}))
    inner["data_tag"] = "changed"

    assert document.data == {"mock_data_configuration": {"data_tag": "x"}, "tags": [{"data_tag": "x"}]}
    assert document.origin == "<mapping>"
    assert document.folder is None


def test_a_missing_file_names_the_folder_and_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "slas").mkdir()
    for name in ("mnist_simple.json", "cifar10.json", "mnist_simpel.txt"):
        (tmp_path / "slas" / name).write_text("{}", encoding="utf-8")

    with pytest.raises(SLAError) as caught:
        read("slas/mnist_simpel.json", base=tmp_path)

    assert caught.value.problems[0].code == "FM001"
    assert str(caught.value) == (
        "the SLA file does not exist\n"
        "  where     slas/mnist_simpel.json\n"
        f"  expected  a file in {tmp_path / 'slas'}\n"
        "  got       no such file; *.json there: cifar10.json, mnist_simple.json\n"
        "  nearest   slas/mnist_simple.json\n"
        f"  fix       give a path that starts from {tmp_path}, or an absolute one"
    )


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SLAError) as caught:
        read("nowhere/sla.json", base=tmp_path)

    assert f"  expected  a file in {tmp_path / 'nowhere'}\n  got       no such folder\n" in str(caught.value)


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "slas").mkdir()
    (tmp_path / "slas" / "mnist.json").write_text("{}", encoding="utf-8")

    with pytest.raises(SLAError) as caught:
        read("slas", base=tmp_path)

    assert str(caught.value) == (
        "the SLA's path is a folder\n"
        "  where     slas\n"
        "  expected  the path of one JSON file\n"
        "  got       a folder; *.json in it: mnist.json\n"
        "  fix       add the file's name to the path"
    )


@pytest.mark.parametrize(
    ("content", "got"),
    [
        ('{"a": "ü"}'.encode("latin-1"), "byte 0xFC at offset 7"),
        ('{"a": 1}'.encode("utf-16"), "a file in UTF-16"),
    ],
)
def test_a_file_that_is_not_utf8_text(content: bytes, got: str, tmp_path: Path) -> None:
    (tmp_path / "sla.json").write_bytes(content)

    with pytest.raises(SLAError) as caught:
        read("sla.json", base=tmp_path)

    assert caught.value.problems[0].code == "FM001"
    assert str(caught.value) == (
        "the SLA file is not UTF-8 text\n"
        "  where     sla.json\n"
        "  expected  JSON in UTF-8\n"
        f"  got       {got}\n"
        "  fix       save it as UTF-8"
    )


@pytest.mark.parametrize("source", ["sla\0.json", "x" * 5_000])
def test_a_path_that_no_file_can_have(source: str, tmp_path: Path) -> None:
    with pytest.raises(SLAError, match="the SLA file cannot be read"):
        read(source, base=tmp_path)


def test_an_empty_path() -> None:
    with pytest.raises(SLAError, match="the SLA's path is empty"):
        read(" ")


def test_something_else_than_a_source() -> None:
    with pytest.raises(SLAError) as caught:
        read(5)  # type: ignore[arg-type]

    assert str(caught.value) == (
        "an SLA cannot be read from this\n"
        "  expected  a path, JSON text, or a mapping\n"
        "  got       5 (int)\n"
        "  fix       give the path of an SLA file"
    )
