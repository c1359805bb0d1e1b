"""Twins of one's own data are written as the data are: times, numbers, codes, vocabularies, and order."""

from __future__ import annotations

import datetime
import re
from typing import Any

import datasets
import numpy as np
import pytest
from standins.twins import make_twin

from pytest_flops_mock.data.twins import forms
from pytest_flops_mock.data.twins.likeness import describe

ROWS = 300
RNG = np.random.default_rng(5)
SECONDS = sorted(RNG.integers(0, 10**8, ROWS).tolist())
MOMENTS = [datetime.datetime(2020, 3, 1) + datetime.timedelta(seconds=second * 7 % 10**8) for second in SECONDS]


def twin_of(values: list[Any], name: str = "x", rows: int = ROWS, **features: Any) -> list[Any]:
    """The values of the twin of a column."""
    kinds = datasets.Features({name: features["feature"]}) if features else None
    data = datasets.Dataset.from_dict({name: values}, features=kinds)
    made: list[Any] = make_twin(describe({"train": data}, "acme/x", None), rows=rows)["train"][:][name]
    return made


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M:%S.%f",
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%dT%H:%M+01:00",
        "%d.%m.%Y",
        "%m/%d/%Y",
        "%d/%m/%Y %H:%M",
        "%d-%m-%Y",
        "%Y%m%d",
        "%d %b %Y",
        "%Y-%m",
        "%H:%M",
    ],
)
def test_texts_that_write_times_write_them_in_the_twin(form: str) -> None:
    made = twin_of([moment.strftime(form) for moment in MOMENTS], "admitted")
    times = [datetime.datetime.strptime(text, form) for text in made]
    assert [time.strftime(form) for time in times] == made
    if "%Y" in form:
        assert min(MOMENTS).year <= min(times).year <= max(times).year <= max(MOMENTS).year
        assert len(set(made)) > 30


def test_days_and_months_without_a_zero_before() -> None:
    made = twin_of([f"{moment.month}/{moment.day}/{moment.year}" for moment in MOMENTS])
    assert all(re.fullmatch(r"[1-9]\d?/[1-9]\d?/\d{4}", text) for text in made)
    assert any(text.startswith("1/") for text in made)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{:.1f}", float),
        ("{:.0f}", int),
        ("{:.2f} mg", lambda text: float(text.removesuffix(" mg"))),
        ("{:.1f}%", lambda text: float(text.removesuffix("%"))),
        ("$ {:.2f}", lambda text: float(text.removeprefix("$ "))),
        ("-{:.3f}", lambda text: -float(text)),
    ],
)
def test_texts_that_write_numbers_write_them_in_the_twin(written: str, read: Any) -> None:
    real = [written.format(number) for number in RNG.normal(50, 5, ROWS)]
    made = twin_of(real)
    assert abs(np.mean([read(text) for text in made]) - 50) < 2
    assert {len(text) for text in made} <= {len(text) for text in real}


def test_a_decimal_comma_stays_one() -> None:
    made = twin_of([f"{number:.1f}".replace(".", ",") for number in RNG.normal(50, 5, ROWS)])
    assert all(re.fullmatch(r"\d\d,\d", text) for text in made)


@pytest.mark.parametrize(
    ("name", "codes", "pattern"),
    [
        ("patient_id", [f"P{number:05}" for number in range(ROWS)], r"P00\d{3}"),
        ("icd", [f"{'EIJ'[number % 3]}{number % 90 + 10}.{number % 7}" for number in range(ROWS)], r"[A-Z]\d\d\.\d"),
        ("zip", [f"{number * 331:05}" for number in range(ROWS)], r"\d{5}"),
        ("phone", [f"+49-171-{number * 33_333:07}" for number in range(ROWS)], r"\+49-171-\d{7}"),
        ("key", [f"{number * 987_654_321_012_345 % 16**12:012x}" for number in range(ROWS)], r"[0-9a-f]{12}"),
        ("plate", [f"AB-{chr(65 + number % 26)}C {100 + number}" for number in range(ROWS)], None),
        ("isin", ["".join(chr(65 + number // 26**place % 26) for place in range(3)) for number in range(ROWS)], "[A-Z]{3}"),
    ],
)
def test_codes_have_letters_and_digits_where_those_of_the_data_have_them(
    name: str, codes: list[str], pattern: str | None
) -> None:
    made = twin_of(codes, name)
    if pattern is not None:
        assert all(re.fullmatch(pattern, text) for text in made), made[:5]
    if name == "plate":
        assert not set(made) & set(codes)  # with a blank, it might be a name


def test_codes_of_which_no_two_are_alike_have_twins_of_which_no_two_are_alike() -> None:
    made = twin_of([f"S-{number * 7:04}" for number in range(ROWS)], "sample", rows=1_000)
    assert len(set(made)) == 1_000


def test_a_person_who_comes_again_has_one_code_in_the_twin() -> None:
    made = twin_of([f"P{number % 40:03}" for number in range(ROWS)], "patient")
    assert 10 < len(set(made)) <= 40


def test_three_hospitals_stay_three_hospitals() -> None:
    hospitals = ["Charité", "LMU Klinikum", "UKE"]
    made = twin_of([hospitals[number % 3] for number in range(ROWS)], "hospital")
    assert set(made) == set(hospitals)


def test_decimals_stay_and_one_value_with_more_of_them_does_not_count() -> None:
    values = [round(float(number), 1) for number in RNG.normal(37, 1, ROWS)]
    for real in (values, [37.12345, *values[1:]]):
        made = twin_of(real)
        assert made == [round(number, 1) for number in made]
    single = twin_of(values, feature=datasets.Value("float32"))
    assert [np.float32(number) for number in single] == [np.float32(round(number, 1)) for number in single]
    assert twin_of([float(round(number)) for number in values])[0] % 1 == 0


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize(
    "truncated",
    [{"hour": 0, "minute": 0, "second": 0}, {"minute": 0, "second": 0}, {"second": 0}, {"microsecond": 0}],
    ids=["days", "hours", "minutes", "seconds"],
)
def test_time_stamps_have_the_unit_of_those_of_the_data(unit: str, truncated: dict[str, int]) -> None:
    real = [_cut(moment, truncated) for moment in MOMENTS]
    made = twin_of(real, feature=datasets.Value(f"timestamp[{unit}]"))
    assert all(moment == _cut(moment, truncated) and getattr(moment, "nanosecond", 0) == 0 for moment in made)


def test_what_increases_from_row_to_row_does_so_in_the_twin() -> None:
    numbers = twin_of(list(range(ROWS)), rows=1_000)
    assert numbers == list(range(1_000))
    start = datetime.datetime(2023, 1, 1)
    log = [start + datetime.timedelta(seconds=60 * number + number % 7) for number in range(ROWS)]
    made = twin_of(log, "seen", rows=ROWS)
    assert made == sorted(made)
    assert abs(made[-1] - log[-1]) < datetime.timedelta(minutes=2)
    texts = twin_of([moment.isoformat() for moment in log], "seen", rows=ROWS)
    assert texts == sorted(texts)
    shuffled = twin_of(RNG.permutation(ROWS).tolist())
    assert shuffled != sorted(shuffled)


def test_numbers_of_people_increase_without_telling_where_they_begin() -> None:
    assert twin_of(list(range(700_100, 700_100 + ROWS)), "patient_id")[:3] == [1, 2, 3]


def test_a_column_that_follows_from_the_class_still_does() -> None:
    rows = {"x": [float(number) for number in range(ROWS)], "y": ["a"] * 150 + ["b"] * 150}
    twin = describe({"train": datasets.Dataset.from_dict(rows)}, "acme/x", "y")
    made = make_twin(twin, rows=200)["train"][:]
    middle = {label: np.mean([x for x, y in zip(made["x"], made["y"], strict=True) if y == label]) for label in "ab"}
    assert middle["b"] - middle["a"] > 100


@pytest.mark.parametrize("form", ["", "x", "%Q", "%Y" * 100, "12"])
def test_what_is_no_form_is_told(form: str) -> None:
    assert not forms.is_form(form)


def _cut(moment: Any, parts: dict[str, int]) -> Any:
    return moment.replace(**parts)
