"""What a description of a twin gives away of the data: nothing that fewer than five people have."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from PIL import Image
from standins.twins import make_twin

from pytest_flops_mock import FlopsMockError
from pytest_flops_mock.data.twins.likeness import describe, with_values
from pytest_flops_mock.data.twins.own import write_twin
from pytest_flops_mock.data.twins.people import names_people
from pytest_flops_mock.data.twins.twin import Known, Twin, parse_twin

PEOPLE = 100


def described(rows: dict[str, list[Any]], label: str | None = None, **options: Any) -> Twin:
    features = options.pop("features", None)
    return describe({"train": datasets.Dataset.from_dict(rows, features=features)}, "acme/x", label, **options)


def kept(rows: dict[str, list[Any]], **options: Any) -> dict[str, Known]:
    return described(rows, **options).columns


def numbers_of(known: Known) -> Iterator[float]:
    """All numbers that a description says of values."""
    for each in known.quantiles:
        yield from each
    yield from (value for value in known.values if isinstance(value, int | float))
    yield from known.seconds or ()
    for inner in [known.items, *known.fields.values()]:
        yield from () if inner is None else numbers_of(inner)


def test_values_are_kept_if_five_people_have_them() -> None:
    rare = [*["often"] * 95, *["once", "twice", "twice", "four", "four"]]
    assert kept({"x": rare})["x"].values == ("often",)
    assert kept({"x": list(range(20))})["x"].values == ()
    assert kept({"x": [0, 1] * 50})["x"].values == (0, 1)


ONE_DAY = datetime.datetime(2001, 2, 3, 4, 5, 6)


@pytest.mark.parametrize(
    "values",
    [
        [987.654],
        [987654],
        [ONE_DAY],
        ["Kuru"],
        [[987.654] * 60],
        [["Kuru"] * 60],
        [{"code": 987.654, "name": "Kuru"}],
        [[{"code": 987654, "what": ["Kuru"] * 9}] * 9],
    ],
    ids=repr,
)
def test_what_one_row_alone_has_is_not_said_however_often_it_repeats_it(values: list[Any], tmp_path: Path) -> None:
    description = described({"x": [*values, *[None] * (PEOPLE - 1)]})
    assert not list(numbers_of(description.columns["x"]))
    text = write_twin(description, tmp_path).read_text(encoding="utf-8")
    assert not [secret for secret in ("987", "Kuru", str(int(ONE_DAY.timestamp()))) if secret in text]


def test_numbers_are_means_over_five_people_or_more() -> None:
    rng = np.random.default_rng(1)
    for people in (20, 60, 1_000):
        incomes = np.sort(rng.lognormal(10, 1, people))
        (means,) = kept({"income": incomes.tolist()})["income"].quantiles
        assert len(means) == min(21, people // 5)
        groups = np.array_split(incomes, len(means))
        assert min(map(len, groups)) >= 5
        assert np.allclose(means, [group.mean() for group in groups], atol=(means[-1] - means[0]) / 50)
        assert not set(means) & set(incomes.tolist())


def test_rows_of_one_person_count_once() -> None:
    rare = {"patient_id": [f"p{number}" for number in range(95)] + ["p95"] * 10, "diagnosis": ["flu"] * 95 + ["Kuru"] * 10}
    heights = [1.5 + number / 1_000 for number in range(95)] + [2.13] * 10
    columns = kept({**rare, "height": heights, "tags": [["a"]] * 95 + [["b"]] * 10})
    assert columns["diagnosis"].values == ("flu",)
    assert max(numbers_of(columns["height"])) < 1.8
    assert columns["tags"].items is not None
    assert columns["tags"].items.values == ("a",)


def test_weights_by_class_are_said_only_where_enough_people_share_each_cell() -> None:
    def weights(there: int) -> Known:
        diagnoses = ["flu"] * 45 + ["HIV"] * 5 + ["flu"] * (50 - there) + ["HIV"] * there
        return kept({"site": ["A"] * 50 + ["B"] * 50, "diagnosis": diagnoses}, label="site")["diagnosis"]

    assert weights(5).weights == ((100, 900), (100, 900))
    assert weights(0).weights == ((100, 900), (0, 1000))
    assert len(weights(1).weights) == 1


NAMES = [
    "patient",
    "patient_id",
    "patientId",
    "Name",
    "firstName",
    "user.email",
    "home-address",
    "ssn",
    "date_of_birth",
    "ids",
]


@pytest.mark.parametrize("name", NAMES)
def test_columns_that_name_people_say_nothing_but_how_they_are_written(name: str) -> None:
    assert names_people(name)
    texts = [f"P{number % 40}" for number in range(PEOPLE)]
    numbers = [number % 40 for number in range(PEOPLE)]
    columns = kept({name: texts, "in": [{name: number} for number in numbers]})
    assert columns[name] == Known(people=40, patterns=((r"\P99", 700), (r"\P9", 300)))
    assert columns["in"] == Known(fields={name: Known()})
    assert name not in kept({name: numbers, "x": numbers})


@pytest.mark.parametrize("name", ["age", "pressure", "nameless", "side", "grid", "userful", "hospital", "device"])
def test_other_columns_are_not_taken_for_people(name: str) -> None:
    assert not names_people(name)


def test_a_hidden_column_says_nothing_of_its_values(tmp_path: Path) -> None:
    features = datasets.Features(
        {
            "nurse": datasets.ClassLabel(names=["Anna Muster", "Beat Beispiel"]),
            "who": datasets.ClassLabel(names=["Carla Probe", "Dino Test"]),
            "salary": datasets.Value("float64"),
            "code": datasets.Value("int64"),
            "town": datasets.Value("string"),
            "day": datasets.Value("date32"),
            "home": {"city": datasets.Value("string"), "rooms": datasets.Value("int64")},
            "tags": datasets.Sequence(datasets.Value("string")),
            "x": datasets.Value("string"),
        }
    )
    rows: dict[str, list[Any]] = {
        "nurse": [0, 1] * 50,
        "who": [0, 1] * 50,
        "salary": [52_000.0, 61_200.0] * 50,
        "code": [1_001, 1_002] * 50,
        "town": ["Bonn", "Kiel"] * 50,
        "day": [datetime.date(2001, 2, 3)] * 100,
        "home": [{"city": "Ulm", "rooms": 3}] * 100,
        "tags": [["rare", "odd"]] * 100,
        "x": ["kept", "too"] * 50,
    }
    hide = ["who", "salary", "code", "town", "day", "home.city", "tags[]"]
    description = described(rows, label="x", features=features, hide=hide)
    text = write_twin(description, tmp_path).read_text(encoding="utf-8")
    secrets = [
        "Anna",
        "Beat",
        "Carla",
        "Dino",
        "52000",
        "61200",
        "1001",
        "1002",
        "Bonn",
        "Kiel",
        "11356",
        "Ulm",
        "rare",
        "odd",
    ]
    assert not [secret for secret in secrets if secret in text]
    assert "kept" in text
    assert description.columns["home"].fields["rooms"].values == (3,)
    assert list(with_values(description)) == ["home.rooms", "x"]
    made = make_twin(description, rows=30)["train"]
    assert made.features["who"].names == ["0", "1"]


def test_what_cannot_be_hidden_is_told_with_what_can() -> None:
    with pytest.raises(FlopsMockError, match=r"(?s)there is no column 'home.citi'.*home\.city.*nearest   home\.city"):
        described({"home": [{"city": "Ulm"}] * 30}, hide=["home.citi"])


def test_sizes_of_few_pictures_are_not_said() -> None:
    def picture(side: int) -> dict[str, Any]:
        file = io.BytesIO()
        Image.new("RGB", (side, side)).save(file, "PNG")
        return {"bytes": file.getvalue(), "path": None}

    pictures = [picture(8)] * 90 + [picture(17)] * 4 + [picture(16)] * 6
    known = kept({"x": pictures}, features=datasets.Features({"x": datasets.Image()}))["x"]
    assert known.sizes == ((8, 8, 90), (16, 16, 6))


def test_a_class_of_few_rows_is_not_said_and_no_statistics_are_by_it() -> None:
    features = datasets.Features({"x": datasets.Value("float64"), "y": datasets.ClassLabel(names=["a", "b", "c"])})
    rows: dict[str, list[Any]] = {"x": [float(number) for number in range(103)], "y": [0] * 50 + [1] * 50 + [2] * 3}
    columns = kept(rows, features=features)
    assert columns["y"].values == (0, 1)
    assert len(columns["x"].quantiles) == 2


def test_data_of_too_few_people_are_refused() -> None:
    with pytest.raises(FlopsMockError) as error:
        described({"patient": ["Ada", "Bob"] * 30})
    assert str(error.value) == (
        "the data are of too few people: their statistics would be the rows themselves\n"
        "  where     acme/x: column patient\n"
        "  expected  rows of at least 20 people\n"
        "  got       60 rows of 2 people, as column 'patient' says\n"
        "  fix       name the column that says whose a row is, if it is not 'patient': --person COLUMN; or describe the "
        "twin by its schema alone: --features FILE"
    )
    with pytest.raises(FlopsMockError, match="where     acme/x: all columns, since each row counts as a person"):
        described({"age": [1, 2]})


def test_the_column_of_people_may_be_named() -> None:
    rows: dict[str, list[Any]] = {
        "name": ["Ada", "Bob"] * 50,
        "bed": [number % 25 for number in range(100)],
        "x": ["often"] * 96 + ["once"] * 4,
    }
    with pytest.raises(FlopsMockError, match="column 'name' says"):
        described(rows)
    assert described(rows, person="bed").columns["x"].values == ("often",)
    with pytest.raises(FlopsMockError, match=r"(?s)there is no column 'bet'.*nearest   bed.*--person"):
        described(rows, person="bet")


def test_what_is_withheld_is_said_of_each_column_with_the_reason() -> None:
    rows: dict[str, list[Any]] = {
        "town": [*["Bonn"] * 97, "Kiel", "Ulm", "Ulm"],
        "income": [number * 7.5 for number in range(PEOPLE)][::-1],
        "patient": [f"P{number:03}" for number in range(PEOPLE)],
        "note": [f"it was {number * number} or {'more ' * (number % 7)}" for number in range(PEOPLE)],
        "salary": [number % 50 for number in range(PEOPLE)],
        "born": [datetime.date(1950, 1, 1) + datetime.timedelta(days=number) for number in range(PEOPLE)][::-1],
        "same": [1] * PEOPLE,
    }
    assert described(rows, hide=["note"]).withheld["note"] == "everything but how long they are, since it is hidden"
    assert described(rows, hide=["salary"]).withheld == {
        "town": "2 values that fewer than 5 people have",
        "income": "all 100 values, which are too many, or of too few people each; kept: means over five people and more",
        "patient": "everything but how they are written, since its name says that it names people",
        "note": "all 100 values, which are too many, or of too few people each; kept: how long they are",
        "salary": "everything, since it is hidden",
        "born": "everything, since its name says that it names people",
    }


def test_what_its_owner_wants_kept_is_kept_and_the_file_says_so(tmp_path: Path) -> None:
    rows: dict[str, list[Any]] = {"nurse": ["Anna"] * 99 + ["Beat"], "x": [["rare"]] + [["often"]] * 99}
    assert described(rows).columns["nurse"].values == ()
    twin = described(rows, keep=["nurse", "x[]"])
    assert twin.columns["nurse"].values == ("Anna", "Beat")
    assert twin.columns["x"].items is not None
    assert twin.columns["x"].items.values == ("often", "rare")
    assert json.loads(write_twin(twin, tmp_path).read_text("utf-8"))["kept_at_own_risk"] == ["nurse", "x[]"]
    with pytest.raises(FlopsMockError, match=r"there is no column 'y'.*(?s:.*)--keep"):
        described(rows, keep=["y"])
    with pytest.raises(FlopsMockError, match="column 'nurse' cannot be hidden and kept"):
        described(rows, keep=["nurse"], hide=["nurse"])


@pytest.mark.parametrize(
    "values",
    [
        [number / 7 for number in range(PEOPLE)],
        [datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=number * 977) for number in range(PEOPLE)],
        [datetime.date(2024, 1, 1) + datetime.timedelta(days=number) for number in range(PEOPLE)],
        [f"{'a long text ' * 7}{number}" for number in range(PEOPLE)],
        [number * 1_000 for number in range(PEOPLE)],
    ],
    ids=["numbers", "times", "days", "texts", "integers"],
)
def test_values_of_any_type_are_kept_where_the_owner_wants_it(values: list[Any], tmp_path: Path) -> None:
    twin = described({"x": values}, keep=["x"])
    assert "x" not in twin.withheld
    assert parse_twin(write_twin(twin, tmp_path).read_text("utf-8")) == twin
    made = make_twin(twin, rows=500)["train"][:]["x"]
    assert set(made) <= set(values)
    assert len(set(made)) > 80


def test_what_is_kept_is_kept_with_all_that_is_in_it() -> None:
    twin = described(
        {"home": [{"city": f"town {number}", "who": {"name": "Ada"}} for number in range(PEOPLE)]}, keep=["home"]
    )
    home = twin.columns["home"].fields
    assert len(home["city"].values) == PEOPLE
    assert home["who"].fields["name"].values == ("Ada",)
    assert not twin.withheld


def test_what_is_too_much_to_be_kept_is_told() -> None:
    twin = described({"x": [f"text {number}" for number in range(1_500)]}, keep=["x"])
    assert twin.withheld["x"].startswith("all 1,500 values, although they are to be kept: no more than 1,000 can be")


def test_a_form_is_said_only_if_five_people_have_it() -> None:
    def patterns(codes: list[str]) -> tuple[tuple[str, int], ...]:
        return kept({"x": codes})["x"].patterns

    assert patterns([f"A{number:03}" for number in range(95)] + [f"{number:07}-Z" for number in range(5)]) == (
        (r"\A\099", 950),
        (r"\0\0\0\0\0\09-\Z", 50),
    )
    assert patterns([f"A{number:03}" for number in range(96)] + [f"{number:07}-Z" for number in range(4)]) == (
        (r"\A\099", 960),
    )
    rarely_a_letter = [f"{number:02}{'B' if number < 4 else number % 10}" for number in range(PEOPLE)]
    assert patterns(rarely_a_letter) == (("999", 1_000),)


@pytest.mark.parametrize(
    ("values", "got"),
    [
        ([f"text {number}" for number in range(PEOPLE)], "100 different values"),
        ([None] * 99 + ["a"], "1 different value"),
        ([number / 7 for number in range(PEOPLE)], "float64"),
        ([[1]] * PEOPLE, "List"),
    ],
)
def test_a_label_that_cannot_be_learned_is_refused(values: list[Any], got: str) -> None:
    with pytest.raises(FlopsMockError, match="column 'y' has no classes that a model could learn") as error:
        described({"y": values}, label="y")
    assert got in str(error.value) or got == "List"


def test_a_label_may_have_a_hundred_classes() -> None:
    description = described({"y": [number % 26 for number in range(520)]}, label="y")
    made = make_twin(description, rows=600)["train"]
    assert set(made[:]["y"]) == set(range(26))
