"""How far partitions differ, against values that are known and those of scipy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from standins.splits import split_of as split

from pytest_flops_mock.partitions import heterogeneity as measures

EVEN, ONE, TWO = np.full(4, 0.25), np.array([1.0, 0, 0, 0]), np.array([0.5, 0.5, 0, 0])


def test_distances_are_0_for_equal_and_1_for_disjoint_distributions() -> None:
    for distance in (measures.jensen_shannon, measures.hellinger):
        assert distance(EVEN, EVEN) == pytest.approx(0, abs=1e-8)
        assert distance(ONE, np.array([0, 0, 0, 1.0])) == pytest.approx(1)
        assert distance(ONE, TWO) == distance(TWO, ONE)


def test_distances_have_the_values_of_their_definitions() -> None:
    assert measures.hellinger(ONE, EVEN) == pytest.approx(math.sqrt(1 - 0.5))  # 1 - the Bhattacharyya coefficient
    assert measures.hellinger(TWO, EVEN) == pytest.approx(math.sqrt(1 - math.sqrt(0.5)))
    bits = 2 * 0.375 * math.log2(1 / 0.375) + 2 * 0.125 * math.log2(1 / 0.125) - (1 + 2) / 2
    assert measures.jensen_shannon(TWO, EVEN) == pytest.approx(math.sqrt(bits))
    assert [measures.effective_classes(each) for each in (ONE, TWO, EVEN)] == pytest.approx([1, 2, 4])


def test_measures_of_sizes_have_known_values() -> None:
    assert measures.gini(np.array([5.0, 5, 5])) == measures.variation(np.array([5.0, 5, 5])) == 0
    assert measures.gini(np.array([0.0, 0, 0, 8])) == pytest.approx(3 / 4)
    assert measures.gini(np.array([4.0, 2, 3, 1])) == pytest.approx(0.25)
    assert measures.variation(np.array([2.0, 4, 4, 4, 5, 5, 7, 9])) == pytest.approx(2 / 5)
    assert measures.gini(np.zeros(3)) == measures.variation(np.zeros(3)) == 0


def test_the_wasserstein_distance_is_the_shift_between_equal_shapes() -> None:
    values, weights = np.arange(10.0), np.ones(10)
    assert measures.wasserstein((values, weights), (values + 3, weights)) == pytest.approx(3)
    assert measures.wasserstein((values, weights), (values, weights * 7)) == pytest.approx(0)
    assert measures.wasserstein((np.zeros(1), np.ones(1)), (np.array([0.0, 4]), np.array([3.0, 1]))) == pytest.approx(1)


def test_measures_agree_with_scipy() -> None:
    distance, stats = pytest.importorskip("scipy.spatial.distance"), pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(3)
    for _ in range(30):
        one, other = (rng.dirichlet(np.full(12, 0.2)) for _ in range(2))
        assert measures.jensen_shannon(one, other) == pytest.approx(distance.jensenshannon(one, other, base=2))
        assert measures.effective_classes(one) == pytest.approx(np.exp(stats.entropy(one)))
        values = [(rng.normal(0, scale, 50).round(1), rng.random(50)) for scale in (1, 4)]
        (a, b), (c, d) = values
        assert measures.wasserstein(*values) == pytest.approx(stats.wasserstein_distance(a, c, b, d))
        assert measures.variation(a + 100) == pytest.approx(stats.variation(a + 100))


def test_a_partition_is_compared_with_all_rows() -> None:
    made = split([0] * 30, [0] * 10 + [1] * 20, [1], names=["cat", "dog"])
    assert made.classes == ("cat", "dog")
    assert [each.labels for each in made.partitions] == [(("cat", 30),), (("cat", 10), ("dog", 20)), (("dog", 1),)]
    assert (made.whole.rows, made.whole.labels) == (61, (("cat", 40), ("dog", 21)))
    whole = np.array([40, 21]) / 61
    for each, own in zip(made.partitions, ([1, 0], [1 / 3, 2 / 3], [0, 1]), strict=True):
        assert each.jensen_shannon == pytest.approx(measures.jensen_shannon(np.array(own, float), whole))
        assert each.hellinger == pytest.approx(measures.hellinger(np.array(own, float), whole))
    assert made.distances == tuple(each.jensen_shannon for each in made.partitions)
    assert made.whole.jensen_shannon is None
    assert made.whole.effective_classes == pytest.approx(1.90, abs=0.01)
    assert not made.is_even


def test_a_partition_without_rows_or_labels_has_no_distance() -> None:
    made = split([0, 1], pa.array([], pa.int64()), pa.nulls(2), names=["a", "b"])
    assert [each.jensen_shannon is None for each in made.partitions] == [False, True, True]
    assert [(each.rows, each.unlabelled) for each in made.partitions] == [(2, 0), (0, 0), (2, 2)]
    assert made.whole.missing == (("y", 2),)
    assert split(pa.nulls(2)).whole.labels == ()


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([[3, 1, 2], [2]], ("1", "2", "3")),
        ([[2.0, 1.0]], ("1", "2")),
        ([["b", "a"], ["c"]], ("a", "b", "c")),
        ([[1, 2], ["x"]], ("1", "2", "x")),
        ([[True], [False]], ("False", "True")),
        ([[[1, 2], [7]]], ("1", "2", "7")),
        ([list(range(2000)) * 20], tuple(map(str, range(2000)))),
        ([[0.5, 1]], ()),
        ([list(range(2000))], ()),
    ],
    ids=["numbers", "whole floats", "text", "both", "yes and no", "lists", "many classes", "fractions", "many numbers"],
)
def test_labels_are_classes_or_a_continuous_target(values: Any, classes: tuple[str, ...]) -> None:
    made = split(*values)
    assert made.classes == classes
    assert (made.whole.target is None) == bool(classes)


def test_numbers_beyond_the_names_of_classes_are_named_by_themselves() -> None:
    assert split([0, 5], names=["a", "b"]).classes == ("a", "5")


def test_a_continuous_target_is_summed_up_in_its_own_unit() -> None:
    made = split([1.5, 2.5, 3.5], [11.5], pa.array([None, None], pa.float64()))
    assert made.whole.target is not None
    target = made.whole.target
    assert (target.values, target.minimum, target.median, target.maximum) == (4, 1.5, 2.5, 11.5)
    assert [target.mean, target.deviation] == pytest.approx([4.75, np.std([1.5, 2.5, 3.5, 11.5])])
    first, second, third = made.partitions
    assert [first.wasserstein, second.wasserstein] == pytest.approx([2.25, 6.75])
    assert (third.wasserstein, third.target, third.unlabelled) == (None, None, 2)
    assert made.distances[1] == pytest.approx(6.75 / target.deviation)


def test_many_values_of_a_target_are_compared_nearly_as_well() -> None:
    rng = np.random.default_rng(4)
    parts = [rng.normal(mean, 1, 50_000) for mean in (0, 0.5)]
    made = split(*parts)
    exact = measures.wasserstein((parts[0], np.ones(50_000)), (np.concatenate(parts), np.ones(100_000)))
    assert made.partitions[0].wasserstein == pytest.approx(exact, rel=0.01)
    assert made.whole.target is not None
    assert made.whole.target.median == pytest.approx(float(np.median(np.concatenate(parts))), abs=0.01)


@pytest.mark.parametrize("parts", [2, 10, 100])
@pytest.mark.parametrize("classes", [2, 10, 500])
def test_chance_explains_the_distances_of_iid_partitions(classes: int, parts: int) -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        rows = rng.choice(classes, 20 * parts, p=rng.dirichlet(np.full(classes, 0.5)))
        assert split(*np.split(rows, parts), names=[str(number) for number in range(classes)]).is_even
    assert split(*np.split(rng.lognormal(0, 1, 20 * parts), parts)).is_even


def test_what_chance_explains_is_not_far_above_what_it_gives() -> None:
    rng = np.random.default_rng(6)
    for sizes, rows in ((np.full(10, 60.0), 60), (np.full(200, 3.0), 200), (np.array([500.0, 90, 10]), 100)):
        whole = np.repeat(np.arange(len(sizes)), sizes.astype(int))
        drawn = [np.bincount(rng.permutation(whole)[:rows], minlength=len(sizes)) for _ in range(200)]
        off = [measures.jensen_shannon(each / rows, sizes / sizes.sum()) for each in drawn]
        bound = measures.distance_by_chance(sizes, rows, 3)
        assert max(off) <= bound < 2.5 * max(off)


@pytest.mark.parametrize("rows_of_each", [1, 2, 3])
def test_chance_explains_partitions_of_very_many_classes_too(rows_of_each: int) -> None:
    for parts in (2, 3, 30):
        rows = np.random.default_rng(parts).permutation(np.repeat(np.arange(600 // rows_of_each), rows_of_each))
        made = split(*np.array_split(rows, parts), names=[f"class {number}" for number in range(600)])
        assert made.is_even
        assert all(each.by_chance and each.by_chance < 1 for each in made.partitions) or parts == 30


def test_chance_does_not_explain_what_a_scheme_has_made() -> None:
    assert not split([0] * 50 + [1] * 10, [0] * 10 + [1] * 50, names=["a", "b"]).is_even
    assert not split(np.linspace(0, 1, 60), np.linspace(0.6, 1.6, 60)).is_even
    assert not split([0, 1, 0], [1]).is_even


def test_a_column_that_holds_no_classes_counts_for_no_label() -> None:
    made = split([{"x": 1}, {"x": 2}], [{"x": 3}])
    assert (made.label, made.classes, made.distances) == ("", (), (None, None))
    assert [each.rows for each in made.partitions] == [2, 1]
