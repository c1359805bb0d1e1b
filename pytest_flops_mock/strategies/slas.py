"""SLAs of which nothing is wrong, and pairs of them whose data tags meet or do not."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from pytest_flops_mock.sla.models import MockSLA, PostTrainingStep, ProjectSLA
from pytest_flops_mock.strategies.tags import data_tags

_PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789"
_FLAVORS = ("sklearn", "pytorch", "keras")  # those that flops-utils knows
_OF_ANY_ROWS = ("iid", "linear", "square", "exponential", "size")
_PLATFORMS = ("linux/amd64", "linux/arm64")
_MAX_PARTITIONS = 5
_COUNTS = st.integers(1, 10)
_ENOUGH_ROWS = 200
"""As many give each of five partitions of any size some rows."""


def mock_slas(
    *,
    dataset_names: st.SearchStrategy[str] | None = None,
    data_tags: st.SearchStrategy[str] | None = None,
) -> st.SearchStrategy[MockSLA]:
    """MDP SLAs without a finding, which the mock data provider can run on any data set of 200 rows and more.

    With and without the keys that have a default, up to five partitions, and partitioners that need no column. They shrink
    to one partition of the data set ``mnist`` under the tag ``a``, for the customer ``Admin``.

    Args:
        dataset_names: What data sets are called; by default the twins' names, which work without a network.
        data_tags: The data tags; by default valid ones.

    Example:
        >>> @given(sla=mock_slas(dataset_names=st.just("mnist")))
        ... def test_sla(sla): ...
    """
    tags = _tags() if data_tags is None else data_tags
    return st.tuples(*_of_mock(dataset_names), tags).map(_mock_sla)


def project_slas(*, data_tags: st.SearchStrategy[list[str]] | None = None) -> st.SearchStrategy[ProjectSLA]:
    """Project SLAs without a finding: flavors that FLOps can load, and never more learners asked for than started.

    They shrink to the repository ``https://github.com/a/a``, the flavor ``sklearn`` and the tag ``a``.

    Args:
        data_tags: The lists of data tags; by default one to four valid ones.

    Example:
        >>> @given(project=project_slas(data_tags=st.just(["mnist"])))
        ... def test_project(project): ...
    """
    tags = st.lists(_tags(), min_size=1, max_size=4, unique=True) if data_tags is None else data_tags
    return st.tuples(*_of_project(), tags).map(_project_sla)


def sla_pairs(*, meet: bool = True) -> st.SearchStrategy[tuple[MockSLA, ProjectSLA]]:
    """An MDP SLA and a project SLA, each without a finding of its own.

    Args:
        meet: Whether the project asks for the tag under which the data are sent; they shrink to the minimum of both SLAs.
            Otherwise it asks for others only, and no learner gets any: the pair's one finding is FM008. They shrink to one
            tag each, of one and of two characters.

    Example:
        >>> @given(slas=sla_pairs(meet=False))
        ... def test_apart(slas): ...
    """
    tags = st.lists(_tags(), min_size=1 if meet else 2, max_size=4, unique=True)
    of_mock, of_project = st.tuples(*_of_mock(None)), st.tuples(*_of_project())

    def pair(tags: list[str], place: int, mock: tuple[Any, ...], project: tuple[Any, ...]) -> tuple[MockSLA, ProjectSLA]:
        own, others = tags[0], tags[1:]
        asked = [*others[:place], own, *others[place:]] if meet else others
        return _mock_sla((*mock, own)), _project_sla((*project, asked))

    return st.builds(pair, tags, st.integers(0, 3), of_mock, of_project)


def _tags() -> st.SearchStrategy[str]:
    return data_tags()


def _customers() -> st.SearchStrategy[str]:
    return st.just("Admin") | st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)


def _of_mock(dataset_names: st.SearchStrategy[str] | None) -> tuple[st.SearchStrategy[Any], ...]:
    names = _twins() if dataset_names is None else dataset_names
    more = {"max_rows": st.integers(_ENOUGH_ROWS, 1000), "split": st.just("train")}
    return _customers(), names, st.fixed_dictionaries({}, optional=more), st.just({}) | _partitions()


def _partitions() -> st.SearchStrategy[dict[str, Any]]:
    """A number of partitions, and maybe how rows are split into them."""
    seeds = st.fixed_dictionaries({}, optional={"seed": st.integers(0, 2**32 - 1)})
    sizes = st.lists(st.integers(1, _ENOUGH_ROWS // _MAX_PARTITIONS), min_size=_MAX_PARTITIONS, max_size=_MAX_PARTITIONS)

    def said(count: int, name: str, seed: dict[str, int], sizes: list[int]) -> dict[str, Any]:
        own = {"partition_sizes": sizes[:count]} if name == "size" else {}
        return {"number_of_partitions": count, **({"partitioner": {"name": name, **own, **seed}} if name else {})}

    names = st.sampled_from(["", *_OF_ANY_ROWS])
    return st.builds(said, st.integers(1, _MAX_PARTITIONS), names, seeds, sizes)


def _of_project() -> tuple[st.SearchStrategy[Any], ...]:
    required = {
        "customerID": _customers(),
        "ml_repo_url": st.builds("https://github.com/{}/{}".format, _plain_names(), _plain_names()),
        "ml_model_flavor": st.sampled_from(_FLAVORS),
    }
    optional: dict[str, st.SearchStrategy[Any]] = {
        "verbose": st.booleans(),
        "use_devel_base_images": st.just(False),
        "supported_platforms": st.lists(st.sampled_from(_PLATFORMS), min_size=1, unique=True),
        "post_training_steps": st.lists(st.sampled_from([step.value for step in PostTrainingStep]), unique=True),
    }
    counts = {"training_rounds": st.integers(1, 20), "min_fit_clients": _COUNTS, "min_evaluate_clients": _COUNTS}
    modes: list[dict[str, Any]] = [{}, {"mode": "classic"}, {"mode": "hierarchical", "training_cycles": 2}]
    training = st.builds(_training, st.sampled_from(modes), st.fixed_dictionaries({}, optional=counts), st.integers(0, 5))
    return st.fixed_dictionaries(required, optional=optional), training


def _training(mode: dict[str, Any], counts: dict[str, int], more: int) -> dict[str, Any]:
    """How a project trains, with learners enough for each round."""
    learners = max(counts.get("min_fit_clients", 1), counts.get("min_evaluate_clients", 1)) + more
    return {**mode, **counts, **({"min_available_clients": learners} if learners > 1 else {})}


def _mock_sla(parts: tuple[Any, ...]) -> MockSLA:
    customer, name, more, partitions, tag = parts
    asked = {"dataset_name": name, "data_tag": tag, **more, **partitions}
    return MockSLA.load({"customerID": customer, "mock_data_configuration": asked})


def _project_sla(parts: tuple[Any, ...]) -> ProjectSLA:
    said, training, tags = parts
    return ProjectSLA.load({**said, "training_configuration": {"data_tags": list(tags), **training}})


def _plain_names() -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(_PLAIN), st.text(_PLAIN + "-_", max_size=20)).map("".join)


def _twins() -> st.SearchStrategy[str]:
    from pytest_flops_mock.data.twins.catalogue import all_twins

    return st.sampled_from(sorted((twin.dataset for twin in all_twins()), key=lambda name: name != "mnist"))
