"""SLAs as users have them: comments, trailing commas, mistakes in JSON, and files that are not there."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import pytest

from pytest_flops_mock.errors import SLAError
from pytest_flops_mock.sla.parsing import described, parse_text, read, shown

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


def refusal(text: str) -> SLAError:
    with pytest.raises(SLAError) as caught:
        parse_text(text, "sla.json")
    return caught.value


def test_the_documentations_comments_and_trailing_commas_are_fine() -> None:
    assert parse_text(DOCUMENTED, "sla.json") == {
        "customerID": "Admin",
        "mock_data_configuration": {"dataset_name": "cifar10", "number_of_partitions": 3, "data_tag": "my_tag"},
    }


@pytest.mark.parametrize(
    "value",
    [
        "50% off",
        "a,]",
        "a,}",
        'say "hi", % or not',
        "back\\slash",
        "\\",
        'ends with \\"',
        "ünï",
        "100%",
        "",
        ",",
        "// no",
    ],
)
def test_strings_keep_what_looks_like_a_comment_or_a_trailing_comma(value: str) -> None:
    plain = {"key": value, value: ["x", value]}

    assert parse_text(json.dumps(plain, indent=2), "sla.json") == plain
    assert parse_text(json.dumps(plain, ensure_ascii=False), "sla.json") == plain


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("{}", {}),
        ("% first a comment\n{}\n% and one after", {}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ('{"a": [1, 2,],}', {"a": [1, 2]}),
        ('{"a": [1, % one\n],\r\n}\r\n', {"a": [1]}),
        ('{"a": 1 % no comma needed\n}', {"a": 1}),
        ('{"a": {"b": 1}, "c": {"b": 1}}', {"a": {"b": 1}, "c": {"b": 1}}),
    ],
)
def test_what_counts_as_an_sla(text: str, data: dict[str, object]) -> None:
    assert parse_text(text, "sla.json") == data


def test_a_syntax_error_names_file_line_and_column_and_shows_the_line() -> None:
    error = refusal('{\n    % who you are\n    "customerID": "Admin"\n    "verbose": true,\n}')

    assert error.problems[0].code == "FM002"
    assert str(error) == (
        "the SLA is not JSON\n"
        "  where     sla.json, line 4, column 5\n"
        "  expected  a comma between two entries, or the closing bracket\n"
        '  came      "verbose": true,\n'
        "            ^\n"
        "  next      add it before this place or a line above"
    )


def test_the_caret_stands_under_the_mistake_after_comments_tabs_and_in_long_lines() -> None:
    behind_comment = refusal('{"a": 1, % one\n\t\t"b": nope}')
    long = refusal('{"a": "' + "x" * 200 + '", oops, "c": "' + "y" * 200 + '"}')

    assert '  came      "b": nope}\n                 ^\n' in str(behind_comment)
    line, caret = long.problems[0].came.splitlines()
    assert line[caret.index("^") :].startswith("oops")
    assert line.startswith("…")
    assert len(line) <= 81


@pytest.mark.parametrize(
    ("text", "expected", "hint"),
    [
        ("{'a': 1}", "a key in double quotes", 'use straight double quotes, such as "Admin"'),
        ('{"a": “x”}', "a value", 'use straight double quotes, such as "Admin"'),
        ('{"a": 1, // one\n}', "a key in double quotes", "start comments with %, or remove them"),
        ('{"a": 1 # one\n}', "a comma between two entries", "start comments with %, or remove them"),
        ('{"a": None}', "a value", "write null"),
        ('{"a": mnist}', "a value", "write a string in double quotes, a number, true, false, null"),
        ('{"a" 1}', "a colon after the key", "add the colon"),
        ('{"a": "x}', "a closing double quote on the same line", "add the quote"),
        ('{"a": "x\n"}', "a closing double quote on the same line", "add the quote; in strings, write \\n and \\t"),
        ('{"a": "C:\\data"}', "an escape of JSON", "write \\\\ for a backslash"),
        ('{"a": 1}}', "nothing after the end of the object", "remove the rest, or the bracket that closes too early"),
        ('{\u00a0"a": 1}', "a key in double quotes", "remove or replace the character U+00A0"),
        ('{"a": NaN}', "a number that JSON knows", "write a finite number"),
        ('{"a": "NaN", "b": -Infinity}', "a number that JSON knows", "write a finite number"),
        ("", "a JSON object, { … }", "write an SLA into it"),
        ("  % nothing but a comment", "a JSON object, { … }", "write an SLA into it"),
    ],
)
def test_each_mistake_gets_a_next_step(text: str, expected: str, hint: str) -> None:
    told = str(refusal(text))

    assert told.startswith("the SLA is not JSON\n  where     sla.json, line ")
    assert f"  expected  {expected}" in told
    assert f"  next      {hint}" in told


def test_pythons_words_for_true_and_false_get_jsons() -> None:
    assert refusal('{"verbose": True}').problems[0].nearest == "true"


@pytest.mark.parametrize("text", ["{,}", '{"a": 1,,}', '{"a": [,]}', '{"a": [1,,]}', '{"a": ,}', '{"a":'])
def test_a_comma_too_many_or_an_open_bracket_is_a_mistake(text: str) -> None:
    assert refusal(text).problems[0].code == "FM002"


def test_a_text_that_ends_too_early_is_told_so() -> None:
    assert "  came      the end of the text\n" in str(refusal('{"a": 1\n'))


def test_keys_that_stand_twice_are_all_told() -> None:
    error = refusal(
        '{"customerID": "a", "mock_data_configuration": {"data_tag": "x", "data_tag": "y"}, "customerID": "b"}'
    )

    assert str(error) == (
        'the key "data_tag" stands twice in one object, and FLOps would silently use the last\n'
        "  where     sla.json: mock_data_configuration.data_tag\n"
        "  expected  each key once\n"
        '  came      "x", then "y"\n'
        "  next      remove one of the two\n"
        'the key "customerID" stands twice in one object, and FLOps would silently use the last\n'
        "  where     sla.json: customerID\n"
        "  expected  each key once\n"
        '  came      "a", then "b"\n'
        "  next      remove one of the two"
    )


@pytest.mark.parametrize(
    ("text", "came"),
    [
        ("[1]", "[1] (a list)"),
        ('"x"', '"x" (a string)'),
        ("3", "3 (a number)"),
        ("null", "null"),
        ("true", "true (a boolean)"),
    ],
)
def test_the_top_level_is_an_object(text: str, came: str) -> None:
    error = refusal(text)

    assert error.problems[0].code == "FM002"
    assert str(error) == (
        "the SLA is not a JSON object\n"
        "  where     sla.json\n"
        "  expected  an object, { … }, at the top level\n"
        f"  came      {came}\n"
        '  next      put the keys into one object, such as {"customerID": "Admin", …}'
    )


@pytest.mark.parametrize("text", ['{"a": ' + "[" * 200_000, '{"a": ' + "9" * 5_000 + "}"])
def test_absurd_json_ends_in_a_message_too(text: str) -> None:
    error = refusal(text)

    assert error.problems[0].code == "FM002"
    assert str(error).startswith("the SLA is beyond what can be parsed\n  where     sla.json\n")


def test_a_file_is_read_from_the_base_folder_and_named_as_written(tmp_path: Path) -> None:
    (tmp_path / "slas").mkdir()
    (tmp_path / "slas" / "mnist.json").write_text(DOCUMENTED, encoding="utf-8")

    document = read("slas/mnist.json", base=tmp_path)

    assert document.data["customerID"] == "Admin"
    assert document.origin == "slas/mnist.json"
    assert document.folder == tmp_path / "slas"
    assert read(PurePosixPath("slas/mnist.json"), base=tmp_path) == document
    assert read(tmp_path / "slas" / "mnist.json").folder == document.folder


def test_without_a_base_a_path_starts_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
        "  came      no such file; *.json there: cifar10.json, mnist_simple.json\n"
        "  nearest   slas/mnist_simple.json\n"
        f"  next      give a path that starts from {tmp_path}, or an absolute one"
    )


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SLAError) as caught:
        read("nowhere/sla.json", base=tmp_path)

    assert f"  expected  a file in {tmp_path / 'nowhere'}\n  came      no such folder\n" in str(caught.value)


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "slas").mkdir()
    (tmp_path / "slas" / "mnist.json").write_text("{}", encoding="utf-8")

    with pytest.raises(SLAError) as caught:
        read("slas", base=tmp_path)

    assert str(caught.value) == (
        "the SLA's path is a folder\n"
        "  where     slas\n"
        "  expected  the path of one JSON file\n"
        "  came      a folder; *.json in it: mnist.json\n"
        "  next      add the file's name to the path"
    )


@pytest.mark.parametrize(
    ("content", "came"),
    [
        ('{"a": "ü"}'.encode("latin-1"), "byte 0xFC at offset 7"),
        ('{"a": 1}'.encode("utf-16"), "a file in UTF-16"),
    ],
)
def test_a_file_that_is_not_utf8_text(content: bytes, came: str, tmp_path: Path) -> None:
    (tmp_path / "sla.json").write_bytes(content)

    with pytest.raises(SLAError) as caught:
        read("sla.json", base=tmp_path)

    assert caught.value.problems[0].code == "FM001"
    assert str(caught.value) == (
        "the SLA file is not UTF-8 text\n"
        "  where     sla.json\n"
        "  expected  JSON in UTF-8\n"
        f"  came      {came}\n"
        "  next      save it as UTF-8"
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
        "  came      5 (int)\n"
        "  next      give the path of an SLA file"
    )


def test_values_are_shown_as_json_cut_and_with_what_cannot_be_seen_escaped() -> None:
    assert shown("it's") == '"it\'s"'
    assert shown("a\u00a0b\ud800") == '"a\\u00a0b\\ud800"'
    assert shown({1: object}).startswith("{1: <class")
    assert len(shown("x" * 500)) == 80
    assert described({"a": None}) == '{"a": null} (an object)'
    assert described(2.5) == "2.5 (a number)"
    assert described(b"x") == "b'x' (bytes)"
