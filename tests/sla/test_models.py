"""The MDP SLA and the project SLA: what loads, what is refused, and that every refusal is told at once."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pytest_flops_mock.errors import SLAError
from pytest_flops_mock.sla.models import (
    MLModelFlavor,
    MockSLA,
    Platform,
    PostTrainingStep,
    ProjectSLA,
    TrainingMode,
)

DATA_KEYS = "dataset_name, number_of_partitions, data_tag, split, config_name, revision, max_rows, partitioner, drift"

MOCK = """{
    "customerID": "Admin",
    "mock_data_configuration": {"dataset_name": "cifar10", "number_of_partitions": 3, "data_tag": "my_tag"}
}"""

PROJECT = """{
    "verbose": true,
    "customerID": "Admin",
    "ml_repo_url": "https://github.com/someone/flops_ml_repo_cifar10_pytorch",
    "ml_model_flavor": "pytorch",
    "use_devel_base_images": false,
    "supported_platforms": ["linux/amd64"],
    "training_configuration": {
        "mode": "hierarchical",
        "data_tags": ["cifar10"],
        "training_cycles": 2,
        "training_rounds": 5,
        "min_available_clients": 2,
        "min_fit_clients": 2,
        "min_evaluate_clients": 2
    },
    "post_training_steps": ["build_image_for_trained_model", "deploy_trained_model_image"],
    "resource_constraints": {"memory": 100, "vcpus": 1, "storage": 0}
}"""

PUBLISHED = Path(__file__).parents[3] / "shared" / "slas"


def mock(**configuration: Any) -> dict[str, Any]:
    return {"customerID": "Admin", "mock_data_configuration": configuration}


def refusal(source: Any, kind: type[MockSLA] | type[ProjectSLA] = MockSLA) -> SLAError:
    with pytest.raises(SLAError) as caught:
        kind.load(source)
    return caught.value


def test_an_mdp_sla_from_text() -> None:
    sla = MockSLA.load(MOCK)

    assert (sla.customer_id, sla.dataset_name, sla.number_of_partitions, sla.data_tag) == (
        "Admin",
        "cifar10",
        3,
        "my_tag",
    )
    assert sla.mock_data_configuration.dataset_name == "cifar10"
    assert (sla.origin, sla.folder) == ("<text>", None)


def test_an_mdp_sla_from_a_file_knows_the_file_and_its_folder(tmp_path: Path) -> None:
    (tmp_path / "slas").mkdir()
    (tmp_path / "slas" / "mock.json").write_text(MOCK, encoding="utf-8")

    sla = MockSLA.load("slas/mock.json", base=tmp_path)

    assert (sla.origin, sla.folder) == ("slas/mock.json", tmp_path / "slas")
    assert sla.model_dump(by_alias=True, mode="json", exclude_unset=True) == {
        "customerID": "Admin",
        "mock_data_configuration": {"dataset_name": "cifar10", "number_of_partitions": 3, "data_tag": "my_tag"},
    }


def test_an_mdp_sla_from_a_mapping_has_flops_defaults_and_needs_no_customer() -> None:
    sla = MockSLA.load({"mock_data_configuration": {}})

    assert (sla.customer_id, sla.dataset_name, sla.number_of_partitions, sla.data_tag) == (None, "mnist", 1, "")
    assert sla.origin == "<mapping>"


@pytest.mark.parametrize("number", [3, "3", 3.0, " 3 ", "3.0"])
def test_numbers_given_as_strings_or_floats_are_converted(number: object) -> None:
    """Contract, section 1: "numbers as text, floats without a fraction and booleans become whole numbers"."""
    assert MockSLA.load(mock(number_of_partitions=number)).number_of_partitions == 3


def test_booleans_are_whole_numbers() -> None:
    """Contract, section 1, as above."""
    assert MockSLA.load(mock(number_of_partitions=True)).number_of_partitions == 1
    assert MockSLA.load(mock(number_of_partitions=False)).number_of_partitions == 0


def test_a_customer_id_that_is_null_is_refused() -> None:
    """Contract, section 1: "other mismatches (a fraction, `null`, a number as tag or `customerID`, …) are refused"."""
    assert str(refusal({"customerID": None, "mock_data_configuration": {}})) == (
        "customerID is not a string\n"
        "  where     <mapping>: customerID\n"
        "  expected  a string\n"
        "  got       null\n"
        "  fix       write a string in double quotes"
    )


@pytest.mark.parametrize(
    ("number", "got"),
    [
        ("three", '"three" (a string)'),
        ("", '"" (a string)'),
        (3.5, "3.5 (a number)"),
        ("3.5", '"3.5" (a string)'),
        (None, "null"),
        ([3], "[3] (a list)"),
        (float("inf"), "Infinity (a number)"),
    ],
)
def test_what_is_no_whole_number_is_refused(number: object, got: str) -> None:
    assert str(refusal(mock(number_of_partitions=number))) == (
        "mock_data_configuration.number_of_partitions is not a whole number\n"
        "  where     <mapping>: mock_data_configuration.number_of_partitions\n"
        "  expected  a whole number\n"
        f"  got       {got}\n"
        "  fix       write a whole number, such as 3"
    )


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "sla.json").write_text(
        '{"customerID": 5, "mock_data_configuration": '
        '{"dataset_name": null, "number_of_partitions": "x", "data_tag": ["a"]}}',
        encoding="utf-8",
    )

    with pytest.raises(SLAError) as caught:
        MockSLA.load("sla.json", base=tmp_path)

    assert str(caught.value) == (
        "customerID is not a string\n"
        "  where     sla.json: customerID\n"
        "  expected  a string\n"
        "  got       5 (a number)\n"
        '  nearest   "5"\n'
        '  fix       write "5"\n'
        "mock_data_configuration.dataset_name is not a string\n"
        "  where     sla.json: mock_data_configuration.dataset_name\n"
        "  expected  a string\n"
        "  got       null\n"
        "  fix       write a string in double quotes\n"
        "mock_data_configuration.number_of_partitions is not a whole number\n"
        "  where     sla.json: mock_data_configuration.number_of_partitions\n"
        "  expected  a whole number\n"
        '  got       "x" (a string)\n'
        "  fix       write a whole number, such as 3\n"
        "mock_data_configuration.data_tag is not a string\n"
        "  where     sla.json: mock_data_configuration.data_tag\n"
        "  expected  a string\n"
        '  got       ["a"] (a list)\n'
        "  fix       write a string in double quotes"
    )
    assert caught.value.code == "FM003"


def test_a_missing_key_with_a_similar_one_there() -> None:
    assert str(refusal({"customerID": "Admin", "mock_data_config": {}})) == (
        "the key mock_data_configuration is missing\n"
        "  where     <mapping>: mock_data_configuration\n"
        "  expected  an object with dataset_name, number_of_partitions and data_tag\n"
        "  got       the key mock_data_config\n"
        "  nearest   mock_data_configuration\n"
        "  fix       rename mock_data_config to mock_data_configuration"
    )


@pytest.mark.parametrize(("source", "keys"), [({}, "none"), ({"customerID": "Admin"}, "customerID")])
def test_a_missing_key_without_a_similar_one(source: dict[str, Any], keys: str) -> None:
    told = str(refusal(source))

    assert f"  got       no such key; keys there: {keys}\n  fix       add mock_data_configuration" in told


@pytest.mark.parametrize(("value", "got"), [(None, "null"), ([], "[] (a list)"), ("mnist", '"mnist" (a string)')])
def test_a_configuration_that_is_no_object(value: object, got: str) -> None:
    assert str(refusal({"mock_data_configuration": value})) == (
        "mock_data_configuration is not an object\n"
        "  where     <mapping>: mock_data_configuration\n"
        "  expected  an object\n"
        f"  got       {got}\n"
        "  fix       put the keys into braces, { … }"
    )


def test_a_mappings_keys_are_strings() -> None:
    told = str(refusal({1: 2, "mock_data_configuration": {}}))

    assert told.startswith("a key is not a string\n")
    assert '  nearest   "1"\n' in told


@pytest.mark.parametrize("kind", [MockSLA, ProjectSLA])
def test_half_of_a_surrogate_pair_is_refused_wherever_it_stands(kind: type[MockSLA] | type[ProjectSLA]) -> None:
    text = (
        r'{"customerID": "Admin", "mock_data_configuration": {"data_tag": "a\ud800"}, "k\udfff": ["\ud83d\ude00", "\ud83d"]}'
    )
    error = refusal(text, kind)
    assert str(error.problems[0]) == (
        "mock_data_configuration.data_tag holds half of a surrogate pair, which is no character and cannot be sent\n"
        "  where     <text>: mock_data_configuration.data_tag\n"
        "  expected  characters of Unicode\n"
        '  got       "a\\ud800" (a string)\n'
        '  nearest   "a"\n'
        "  fix       write the character itself, or remove the half"
    )
    assert [problem.where for problem in error.problems[1:]] == [r"<text>: k\udfff", r"<text>: k\udfff[1]"]
    assert str(error).encode()


def test_a_whole_pair_is_a_character() -> None:
    assert MockSLA.load(r'{"mock_data_configuration": {"data_tag": "\ud83d\ude00"}}').data_tag == "\N{GRINNING FACE}"


def test_refusals_never_speak_pydantic() -> None:
    everything_wrong = {
        "verbose": "perhaps",
        "use_devel_base_images": None,
        "ml_repo_url": 1,
        "ml_model_flavor": None,
        "supported_platforms": {"linux/amd64": True},
        "training_configuration": {"data_tags": [1, None], "mode": [], "training_rounds": {}},
        "post_training_steps": "deploy",
        "resource_constraints": {"memory": "much", "vcpus": None, "storage": float("nan")},
    }
    error = refusal(everything_wrong, ProjectSLA)

    assert len(error.problems) == 13
    assert "pydantic" not in str(error)
    assert "Input should" not in str(error)
    assert all(problem.where and problem.expected and problem.got and problem.fix for problem in error.problems)


def test_counts_below_one_and_odd_tags_load_since_findings_tell_them_all() -> None:
    sla = MockSLA.load(mock(number_of_partitions=-1, data_tag="a b.c", dataset_name=""))

    assert (sla.number_of_partitions, sla.data_tag, sla.dataset_name) == (-1, "a b.c", "")


def test_unknown_keys_are_kept() -> None:
    sla = MockSLA.load({**mock(data_tagg="x"), "dataset_name": "cifar10", "origin": "mine"})

    assert sla.model_extra == {"dataset_name": "cifar10", "origin": "mine"}
    assert sla.mock_data_configuration.model_extra == {"data_tagg": "x"}
    assert (sla.dataset_name, sla.origin) == ("mnist", "<mapping>")


def test_slas_are_frozen_hashable_and_travel_between_processes() -> None:
    sla = MockSLA.load(MOCK)

    with pytest.raises(ValidationError, match="frozen"):
        sla.customer_id = "someone"
    assert hash(sla) == hash(MockSLA.load(MOCK))
    assert hash(ProjectSLA.load(PROJECT)) == hash(ProjectSLA.load(PROJECT))
    assert pickle.loads(pickle.dumps(sla)) == sla


def test_replace_gives_a_validated_copy_that_keeps_origin_and_unknown_keys(tmp_path: Path) -> None:
    (tmp_path / "sla.json").write_text('{"mock_data_configuration": {"data_tag": "x", "extra": 1}}', encoding="utf-8")
    sla = MockSLA.load(tmp_path / "sla.json")

    other = sla.replace(customerID="me", dataset_name="cifar10", number_of_partitions="4")

    assert (other.customer_id, other.dataset_name, other.number_of_partitions, other.data_tag) == (
        "me",
        "cifar10",
        4,
        "x",
    )
    assert other.mock_data_configuration.model_extra == {"extra": 1}
    assert (other.origin, other.folder) == (sla.origin, tmp_path)
    assert (sla.customer_id, sla.number_of_partitions) == (None, 1)
    assert sla.replace() == sla


def test_replace_knows_which_names_it_can_replace() -> None:
    with pytest.raises(SLAError) as caught:
        MockSLA.load(MOCK).replace(partitions=3, data_tagg="x")

    assert str(caught.value) == (
        "an MDP SLA has no partitions to replace\n"
        "  where     <text>\n"
        f"  expected  one of customerID, {DATA_KEYS}\n"
        "  got       partitions\n"
        "  nearest   number_of_partitions\n"
        "  fix       use number_of_partitions\n"
        "an MDP SLA has no data_tagg to replace\n"
        "  where     <text>\n"
        f"  expected  one of customerID, {DATA_KEYS}\n"
        "  got       data_tagg\n"
        "  nearest   data_tag\n"
        "  fix       use data_tag"
    )


def test_replace_refuses_what_load_refuses() -> None:
    with pytest.raises(SLAError, match="number_of_partitions is not a whole number"):
        MockSLA.load(MOCK).replace(number_of_partitions="many")


def test_a_project_sla_from_text() -> None:
    sla = ProjectSLA.load(PROJECT)
    training = sla.training_configuration

    assert sla.ml_model_flavor is MLModelFlavor.PYTORCH
    assert sla.supported_platforms == (Platform.AMD64,)
    assert sla.post_training_steps == (PostTrainingStep.BUILD_IMAGE, PostTrainingStep.DEPLOY_IMAGE)
    assert (training.mode, training.training_cycles, training.training_rounds) == (TrainingMode.HIERARCHICAL, 2, 5)
    assert sla.data_tags == training.data_tags == ("cifar10",)
    assert sla.origin == "<text>"


def test_a_project_slas_defaults() -> None:
    sla = ProjectSLA.load({"ml_repo_url": "https://example.org/repo", "ml_model_flavor": "keras"})
    training, resources = sla.training_configuration, sla.resource_constraints

    assert (sla.customer_id, sla.verbose, sla.use_devel_base_images, sla.post_training_steps) == (
        None,
        False,
        False,
        (),
    )
    assert (training.mode, training.data_tags) == (TrainingMode.CLASSIC, ())
    assert (training.training_cycles, training.training_rounds) == (1, 3)
    assert (training.min_available_clients, training.min_fit_clients, training.min_evaluate_clients) == (1, 1, 1)
    assert (resources.memory, resources.vcpus, resources.storage) == (100, 1, 0)


def test_a_project_sla_names_every_problem_with_the_nearest_valid_value() -> None:
    error = refusal(
        """{"ml_repo_uri": "https://example.org/repo", "ml_model_flavor": "PyTorch", "supported_platforms": ["amd64"],
            "training_configuration": {"data_tags": "mnist", "mode": "federated"}}""",
        ProjectSLA,
    )

    assert str(error) == (
        "the key ml_repo_url is missing\n"
        "  where     <text>: ml_repo_url\n"
        "  expected  the Git URL of the ML repository\n"
        "  got       the key ml_repo_uri\n"
        "  nearest   ml_repo_url\n"
        "  fix       rename ml_repo_uri to ml_repo_url\n"
        "ml_model_flavor has a value that FLOps does not know\n"
        "  where     <text>: ml_model_flavor\n"
        "  expected  one of sklearn, pytorch, tensorflow, keras\n"
        '  got       "PyTorch" (a string)\n'
        "  nearest   pytorch\n"
        '  fix       write "pytorch"\n'
        "supported_platforms[0] has a value that FLOps does not know\n"
        "  where     <text>: supported_platforms[0]\n"
        "  expected  one of linux/amd64, linux/arm64\n"
        '  got       "amd64" (a string)\n'
        "  nearest   linux/amd64\n"
        '  fix       write "linux/amd64"\n'
        "training_configuration.mode has a value that FLOps does not know\n"
        "  where     <text>: training_configuration.mode\n"
        "  expected  one of classic, hierarchical\n"
        '  got       "federated" (a string)\n'
        "  fix       use one of them\n"
        "training_configuration.data_tags is not a list\n"
        "  where     <text>: training_configuration.data_tags\n"
        "  expected  a list\n"
        '  got       "mnist" (a string)\n'
        '  nearest   ["mnist"]\n'
        '  fix       write ["mnist"]'
    )


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="FLOps' published SLAs are not beside this repository")
def test_the_published_slas_load_without_findings() -> None:
    mocks = [MockSLA.load(path) for path in sorted(PUBLISHED.glob("mocks/*.json"))]
    projects = [ProjectSLA.load(path) for path in sorted(PUBLISHED.glob("projects/*.json"))]

    assert mocks
    assert projects
    assert [finding for sla in mocks for finding in sla.findings()] == []
    assert [finding for sla in projects for finding in sla.findings()] == []


def test_keys_that_only_this_package_knows_are_read_and_no_finding() -> None:
    extra = {"split": "test", "config_name": "plain", "revision": "v1.0", "max_rows": "100"}
    sla = MockSLA.load({"customerID": "Admin", "mock_data_configuration": {"data_tag": "t", **extra}})
    asked = sla.mock_data_configuration
    assert (asked.split, asked.config_name, asked.revision, asked.max_rows) == ("test", "plain", "v1.0", 100)
    assert sla.findings() == ()
    assert sla.replace(max_rows=5).mock_data_configuration.max_rows == 5
    plain = MockSLA.load({"mock_data_configuration": {}}).mock_data_configuration
    assert (plain.split, plain.config_name, plain.revision, plain.max_rows) == ("train", None, None, None)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("split", "train[:10%]", "the name of a split, such as test"),
        ("split", "", "the name of a split, such as test"),
        ("config_name", " ", "a name (leave the key out for the default)"),
        ("revision", "", "a name (leave the key out for the default)"),
        ("max_rows", 0, "a number of rows, 1 or more"),
        ("max_rows", -3, "a number of rows, 1 or more"),
        ("max_rows", "all", "a whole number"),
        ("max_rows", True, "a whole number"),
    ],
)
def test_a_value_that_such_a_key_cannot_have_is_told(key: str, value: object, expected: str) -> None:
    with pytest.raises(SLAError) as error:
        MockSLA.load({"mock_data_configuration": {key: value}})
    (problem,) = error.value.problems
    assert problem.message == f"mock_data_configuration.{key} is not {expected}"
    assert problem.where == f"<mapping>: mock_data_configuration.{key}"
    assert problem.expected == expected
