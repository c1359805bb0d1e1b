"""What the code of an ML repository says without being run."""

from __future__ import annotations

import pytest

from pytest_flops_mock.data.twins.catalogue import all_twins, columns_by_names
from pytest_flops_mock.starter.code import mentions, read_code
from pytest_flops_mock.starter.guessing import Guess, guess


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ('rows = dataset["img"]', ("img",)),
        ('rows = load_dataset().data.column("image").combine_chunks().field("bytes")', ("image",)),
        ('frame = load_dataset().to_pandas()[["age", "ward"]]', ("age", "ward")),
        ('rows = dataset.select_columns(["text", "label"])', ("label", "text")),
        ('token = os.environ["TOKEN"]', ()),
        ('size = picture["bytes"]', ()),
        ("rows = dataset[3]", ()),
        ("def broken(:", ()),
        ('x = "\\ud800" "\\0"', ()),
    ],
)
def test_columns_are_what_is_read_as_columns_are(line: str, columns: tuple[str, ...]) -> None:
    assert read_code({"data_manager.py": line}).columns == columns


def test_only_the_data_manager_reads_columns_where_there_is_one() -> None:
    other = 'state["weights"]'
    assert read_code({"data_manager.py": 'rows["text"]', "model_manager.py": other}).columns == ("text",)
    assert read_code({"model_manager.py": other}).columns == ("weights",)


@pytest.mark.parametrize(
    ("imports", "flavor"),
    [
        ("from torch import nn", "pytorch"),
        ("import tensorflow as tf", "keras"),
        ("import keras", "keras"),
        ("from sklearn.linear_model import SGDClassifier\nimport torch", "pytorch"),
        ("import sklearn", "sklearn"),
        ("import numpy", ""),
    ],
)
def test_the_flavor_is_that_of_the_imports(imports: str, flavor: str) -> None:
    assert read_code({"model_manager.py": imports}).flavor == flavor


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("A network for CIFAR-10.", ["cifar10"]),
        ("cifar100 and cifar10", ["cifar10", "cifar100"]),
        ("fashion-mnist", ["fashion_mnist"]),
        ("mnist_sklearn", ["mnist"]),
        ("emnist", []),
        ("mnists", []),
    ],
)
def test_a_name_is_found_however_it_is_spelled_and_not_in_another(text: str, named: list[str]) -> None:
    names = {name: name for name in ("mnist", "fashion_mnist", "cifar10", "cifar100")}
    assert mentions(text, names) == named


def guessed(source: str, folder: str = "repository", own: dict[str, tuple[str, ...]] | None = None) -> Guess:
    return guess(read_code({"data_manager.py": source}), folder, own or {})


@pytest.mark.parametrize(
    ("source", "dataset"),
    [
        ('"""CIFAR-10."""\nrows["img"], rows["label"]', "cifar10"),
        ('rows["img"], rows["fine_label"]', "cifar100"),
        ('rows["Species"]', "scikit-learn/iris"),
        ('"""Emotions of dair-ai/emotion."""\nrows["text"]', "dair-ai/emotion"),
        ('"""MNIST"""', "mnist"),
    ],
)
def test_a_data_set_is_known_for_sure_where_no_other_fits(source: str, dataset: str) -> None:
    found = guessed(source)
    assert (found.dataset, found.sure) == (dataset, True)


@pytest.mark.parametrize(
    ("source", "dataset", "why"),
    [
        ('rows["image"], rows["label"]', "mnist", "the code reads image, label, as "),
        ('"""MNIST or fashion-mnist"""\nrows["image"]', "fashion_mnist", "the code names it"),
        ('"""CIFAR-10"""\nrows["picture"]', "cifar10", "the code names it, but reads picture, which it does not have"),
        ("", "mnist", "what FLOps takes where nothing is said"),
    ],
)
def test_otherwise_it_is_likely_and_says_why(source: str, dataset: str, why: str) -> None:
    found = guessed(source)
    assert (found.dataset, found.sure) == (dataset, False)
    assert found.why.startswith(why)


def test_the_folder_may_name_it() -> None:
    assert guessed('rows["image"]', "flops_mnist").sure


def test_a_description_in_the_repository_goes_before_all_others() -> None:
    own: dict[str, tuple[str, ...]] = {"acme/visits": ("age", "ill")}
    assert guessed('"""mnist"""\nrows["age"]', own=own) == Guess("acme/visits", True, "its description is in the repository")
    assert guessed('rows["img"], rows["label"]', own=own).dataset == "cifar10"
    assert not guessed('rows["age"]', own={**own, "acme/other": ("age",)}).sure


def test_the_columns_of_all_twins_are_known_without_parsing_them() -> None:
    assert dict(columns_by_names()) == {twin.names: tuple(twin.features) for twin in all_twins()}
