"""SLAs as users have them: comments, trailing commas, mistakes in JSON, and files that are not there."""

from __future__ import annotations

import json

import pytest

from pytest_flops_mock.errors import SLAError
from pytest_flops_mock.sla.parsing import described, parse_text, shown

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
        '  got       "verbose": true,\n'
        "            ^\n"
        "  fix       add it before this place or a line above"
    )


def test_the_caret_stands_under_the_mistake_after_comments_tabs_and_in_long_lines() -> None:
    behind_comment = refusal('{"a": 1, % one\n\t\t"b": nope}')
    long = refusal('{"a": "' + "x" * 200 + '", oops, "c": "' + "y" * 200 + '"}')

    assert '  got       "b": nope}\n                 ^\n' in str(behind_comment)
    line, caret = long.problems[0].got.splitlines()
    assert line[caret.index("^") :].startswith("oops")
    assert line.startswith("…")
    assert len(line) <= 81


@pytest.mark.parametrize(
    ("text", "expected", "fix"),
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
def test_each_mistake_gets_a_next_step(text: str, expected: str, fix: str) -> None:
    told = str(refusal(text))

    assert told.startswith("the SLA is not JSON\n  where     sla.json, line ")
    assert f"  expected  {expected}" in told
    assert f"  fix       {fix}" in told


def test_pythons_words_for_true_and_false_get_jsons() -> None:
    assert refusal('{"verbose": True}').problems[0].nearest == "true"


@pytest.mark.parametrize("text", ["{,}", '{"a": 1,,}', '{"a": [,]}', '{"a": [1,,]}', '{"a": ,}', '{"a":'])
def test_a_comma_too_many_or_an_open_bracket_is_a_mistake(text: str) -> None:
    assert refusal(text).problems[0].code == "FM002"


def test_a_text_that_ends_too_early_is_told_so() -> None:
    assert "  got       the end of the text\n" in str(refusal('{"a": 1\n'))


def test_keys_that_stand_twice_are_all_told() -> None:
    error = refusal('{"customerID": "a", "mock_data_configuration": {"data_tag": "x", "data_tag": "y"}, "customerID": "b"}')

    assert str(error) == (
        'the key "data_tag" stands twice in one object, and FLOps would silently use the last\n'
        "  where     sla.json: mock_data_configuration.data_tag\n"
        "  expected  each key once\n"
        '  got       "x", then "y"\n'
        "  fix       remove one of the two\n"
        'the key "customerID" stands twice in one object, and FLOps would silently use the last\n'
        "  where     sla.json: customerID\n"
        "  expected  each key once\n"
        '  got       "a", then "b"\n'
        "  fix       remove one of the two"
    )


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("[1]", "[1] (a list)"),
        ('"x"', '"x" (a string)'),
        ("3", "3 (a number)"),
        ("null", "null"),
        ("true", "true (a boolean)"),
    ],
)
def test_the_top_level_is_an_object(text: str, got: str) -> None:
    error = refusal(text)

    assert error.problems[0].code == "FM002"
    assert str(error) == (
        "the SLA is not a JSON object\n"
        "  where     sla.json\n"
        "  expected  an object, { … }, at the top level\n"
        f"  got       {got}\n"
        '  fix       put the keys into one object, such as {"customerID": "Admin", …}'
    )


@pytest.mark.parametrize("text", ['{"a": ' + "[" * 200_000, '{"a": ' + "9" * 5_000 + "}"])
def test_absurd_json_ends_in_a_message_too(text: str) -> None:
    error = refusal(text)

    assert error.problems[0].code == "FM002"
    assert str(error).startswith("the SLA is beyond what can be parsed\n  where     sla.json\n")


def test_values_are_shown_as_json_cut_and_with_what_cannot_be_seen_escaped() -> None:
    assert shown("it's") == '"it\'s"'
    assert shown("a\u00a0b\ud800") == '"a\\u00a0b\\ud800"'
    assert shown({1: object}).startswith("{1: <class")
    assert len(shown("x" * 500)) == 80
    assert described({"a": None}) == '{"a": null} (an object)'
    assert described(2.5) == "2.5 (a number)"
    assert described(b"x") == "b'x' (bytes)"
