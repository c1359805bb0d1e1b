"""The traps in SLAs that FLOps shows late, obscurely or never: each is a finding that says what fails, and why."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_flops_mock.findings import Finding
from pytest_flops_mock.sla.models import MockSLA, ProjectSLA
from pytest_flops_mock.stage import Severity, Stage


def mock(**configuration: Any) -> MockSLA:
    good = {"dataset_name": "mnist", "number_of_partitions": 3, "data_tag": "mnist"}
    return MockSLA.load({"customerID": "Admin", "mock_data_configuration": {**good, **configuration}})


def project(**training: Any) -> ProjectSLA:
    return ProjectSLA.load(
        {
            "customerID": "Admin",
            "ml_repo_url": "https://github.com/someone/flops_ml_repo_mnist_sklearn",
            "ml_model_flavor": "sklearn",
            "training_configuration": {"data_tags": ["mnist"], **training},
        }
    )


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


def only(findings: tuple[Finding, ...], code: str) -> str:
    assert codes(findings) == [code]
    return str(findings[0].problem)


def test_good_slas_have_no_findings() -> None:
    clients = dict.fromkeys(("min_available_clients", "min_fit_clients", "min_evaluate_clients"), 4)
    other = project(data_tags=["cifar10", "mnist"], training_rounds=10, **clients)

    assert mock().findings() == ()
    assert mock(dataset_name="ylecun/mnist", data_tag="my-tag_1").findings() == ()
    assert other.findings() == ()
    assert mock().findings(other) == ()


def test_findings_have_the_stage_and_severity_of_their_code() -> None:
    found = mock(number_of_partitions=0).findings()[0]

    assert (found.stage, found.severity) == (Stage.SLA, Severity.ERROR)


def test_problems_are_what_the_findings_are_made_of() -> None:
    sla, other = mock(number_of_partitions=0), project(data_tags=[])

    assert [finding.problem for finding in sla.findings(other)] == list(sla.problems(other))
    assert [problem.code for problem in sla.problems(other)] == ["FM007", "FM008"]
    assert [problem.code for problem in other.problems()] == ["FM008"]


def test_a_missing_customer_id() -> None:
    sla = MockSLA.load({"mock_data_configuration": {"data_tag": "mnist"}})

    assert only(sla.findings(), "FM009") == (
        "without customerID the FLOps manager answers 500 with nothing but the key's name\n"
        "  where     <mapping>: customerID\n"
        '  expected  your id at the orchestrator, such as "Admin"\n'
        "  got       no such key\n"
        '  fix       add "customerID": "Admin" (or your own id)'
    )


def test_an_empty_or_misspelt_customer_id() -> None:
    configuration = {"data_tag": "mnist"}
    empty = MockSLA.load({"customerID": " ", "mock_data_configuration": configuration})
    misspelt = MockSLA.load({"customer_id": "Admin", "mock_data_configuration": configuration})

    assert '  got       " "\n' in only(empty.findings(), "FM009")
    assert codes(misspelt.findings()) == ["FM009", "FM004"]
    assert "  fix       rename customer_id to customerID" in str(misspelt.findings()[0].problem)


def test_a_project_needs_a_customer_id_too() -> None:
    sla = ProjectSLA.load(
        {
            "ml_repo_url": "https://github.com/a/b",
            "ml_model_flavor": "sklearn",
            "training_configuration": {"data_tags": ["mnist"]},
        }
    )

    assert codes(sla.findings()) == ["FM009"]


def test_unknown_keys_are_warnings_at_every_level() -> None:
    sla = MockSLA.load(
        {
            "customerID": "Admin",
            "dataset_name": "cifar10",
            "zzz": 1,
            "mock_data_configuration": {"data_tag": "mnist", "number_of_partition": 3},
        }
    )
    findings = sla.findings()

    assert codes(findings) == ["FM004"] * 3
    assert {finding.severity for finding in findings} == {Severity.WARNING}
    assert [str(finding.problem) for finding in findings] == [
        "the FLOps manager ignores the key dataset_name, since it does not know it\n"
        "  where     <mapping>: dataset_name\n"
        "  expected  one of customerID, mock_data_configuration\n"
        "  got       dataset_name\n"
        "  nearest   mock_data_configuration.dataset_name\n"
        "  fix       move it to mock_data_configuration.dataset_name, or remove it",
        "the FLOps manager ignores the key zzz, since it does not know it\n"
        "  where     <mapping>: zzz\n"
        "  expected  one of customerID, mock_data_configuration\n"
        "  got       zzz\n"
        "  fix       remove it",
        "the FLOps manager ignores the key mock_data_configuration.number_of_partition, since it does not know it\n"
        "  where     <mapping>: mock_data_configuration.number_of_partition\n"
        "  expected  one of dataset_name, number_of_partitions, data_tag, split, config_name, revision, max_rows, "
        "partitioner, drift\n"
        "  got       number_of_partition\n"
        "  nearest   number_of_partitions\n"
        "  fix       rename it to number_of_partitions, or remove it",
    ]


def test_unknown_keys_of_a_project() -> None:
    finding = project(traning_rounds=5).findings()[0]

    assert (finding.code, finding.problem.nearest) == ("FM004", "training_rounds")
    assert finding.problem.where == "<mapping>: training_configuration.traning_rounds"


@pytest.mark.parametrize("number", [0, -3])
def test_fewer_than_one_partition(number: int) -> None:
    assert only(mock(number_of_partitions=number).findings(), "FM007") == (
        "the MDP dies before it sends anything, since its partitioner cannot make less than one partition\n"
        "  where     <mapping>: mock_data_configuration.number_of_partitions\n"
        "  expected  1 or more\n"
        f"  got       {number}\n"
        "  nearest   1\n"
        "  fix       set number_of_partitions to 1 or more"
    )


def test_a_tag_with_a_dot_can_never_match() -> None:
    assert only(mock(data_tag="mnist.v2").findings(), "FM005") == (
        "no learner can ever get data of this tag, since it holds a '.', and the ML data server knows a file only by "
        "what is before its first '.' (here \"mnist\")\n"
        "  where     <mapping>: mock_data_configuration.data_tag\n"
        "  expected  letters, digits, _ and - only\n"
        '  got       "mnist.v2"\n'
        "  nearest   mnist_v2\n"
        '  fix       use "mnist_v2" in the MDP SLA and in the project SLA'
    )


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("a,b", "it holds a comma, and a learner's tags are joined by commas and taken apart there"),
        ("a\u00a0b", "it holds a blank, and a learner's arguments are split at blanks"),
        ("a/b", "it holds '/', '..' or NUL, and a file of that name would leave the ML data server's store"),
        ("../x", "it holds '/', '..' or NUL, and a file of that name would leave the ML data server's store"),
        ("a\0b", "it holds '/', '..' or NUL, and a file of that name would leave the ML data server's store"),
    ],
)
def test_other_tags_that_can_never_match(tag: str, reason: str) -> None:
    told = only(mock(data_tag=tag).findings(), "FM005")

    assert told.startswith(f"no learner can ever get data of this tag, since {reason}")


def test_each_cause_is_told_once() -> None:
    assert codes(mock(data_tag="a.b,c").findings()) == ["FM005", "FM005"]
    assert codes(mock(data_tag="a.b c").findings()) == ["FM006", "FM005"]


def test_a_blank_in_a_tag_breaks_the_mdps_command_line_and_the_learners() -> None:
    assert only(mock(data_tag="my tag").findings(), "FM006") == (
        "the MDP gets wrong arguments and dies, since the FLOps manager joins them with blanks and splits them again "
        'by shell rules, which data_tag "my tag" does not survive; nor would a learner ask for it whole, since its '
        "arguments are split at blanks as well\n"
        "  where     <mapping>: mock_data_configuration.data_tag\n"
        "  expected  letters, digits, _ and - only\n"
        '  got       4 arguments in place of 3: "mnist", "3", "my", "tag"\n'
        "  nearest   my_tag\n"
        '  fix       set data_tag to "my_tag"'
    )


def test_an_empty_tag_does_not_reach_the_mdp() -> None:
    told = only(mock(dataset_name="ylecun/mnist", data_tag="").findings(), "FM006")

    assert '  got       2 arguments in place of 3: "ylecun/mnist", "3"\n' in told
    assert "  nearest   ylecun_mnist\n" in told


@pytest.mark.parametrize(
    ("tag", "got"),
    [
        ("it's", "a quote or backslash that is never closed"),
        ("end\\", "a quote or backslash that is never closed"),
        ('"tag"', 'other arguments: "mnist", "3", "tag"'),
        ("tag ", 'other arguments: "mnist", "3", "tag"'),
        ("a\\b", 'other arguments: "mnist", "3", "ab"'),
        (" ", '2 arguments in place of 3: "mnist", "3"'),
    ],
)
def test_quotes_backslashes_and_blanks_at_the_ends_do_not_reach_the_mdp(tag: str, got: str) -> None:
    assert f"  got       {got}\n" in only(mock(data_tag=tag).findings(), "FM006")


@pytest.mark.parametrize("name", ["cifar 10", "", "it's", '"mnist"'])
def test_a_data_sets_name_has_to_survive_too(name: str) -> None:
    finding = mock(dataset_name=name).findings()[0]

    assert finding.code == "FM006"
    assert finding.problem.where == "<mapping>: mock_data_configuration.dataset_name"
    assert "nor would a learner" not in finding.message
    assert finding.problem.fix == "write the name as the hub shows it"


def test_a_tag_that_begins_with_a_dash_is_taken_for_an_option() -> None:
    """Contract, section 1: "a name that begins with a dash (taken for an option) gives wrong arguments and the MDP dies"."""
    assert mock(data_tag="a-b-").findings() == ()
    assert only(mock(data_tag="--mnist").findings(), "FM006") == (
        'the MDP gets wrong arguments and dies, since it takes data_tag "--mnist" for an option\n'
        "  where     <mapping>: mock_data_configuration.data_tag\n"
        "  expected  letters, digits, _ and - only, and no dash at the beginning\n"
        '  got       "--mnist"\n'
        "  nearest   mnist\n"
        '  fix       set data_tag to "mnist"'
    )
    assert only(project(data_tags=["mnist", "-x"]).findings(), "FM005").startswith(
        "no learner can ever get data of this tag, since it begins with a dash, and an MDP takes such a tag for an option"
    )


def test_a_data_sets_name_that_begins_with_a_dash_is_taken_for_an_option() -> None:
    told = only(mock(dataset_name="-mnist").findings(), "FM006")
    assert told.startswith('the MDP gets wrong arguments and dies, since it takes dataset_name "-mnist" for an option\n')
    assert told.endswith("  fix       write the name as the hub shows it")


@pytest.mark.parametrize(("letter", "most"), [("a", 214), ("ü", 107)])
def test_a_tag_that_makes_file_names_too_long_for_the_servers_disk(letter: str, most: int) -> None:
    """Contract, section 1: "a file name too long for the server's disk fails on storing"; section 2 says how it is made."""
    assert mock(data_tag=letter * most).findings() == ()
    assert only(mock(data_tag=letter * (most + 1)).findings(), "FM020") == (
        "nothing can be stored, since the partitions' file names are too long for the ML data server's disk\n"
        "  where     <mapping>: mock_data_configuration.data_tag\n"
        "  expected  at most 214 bytes; with digest and ending, a name has at most 255\n"
        f'  got       {len(letter.encode()) * (most + 1)} bytes: "{letter * 78}…\n'
        "  fix       use a shorter tag in the MDP SLA and in the project SLA"
    )


def test_a_name_and_a_tag_that_mend_each_other_are_both_told() -> None:
    findings = mock(dataset_name="a'b", data_tag="c'd").findings()

    assert codes(findings) == ["FM006", "FM006"]


@pytest.mark.parametrize("name", ["./digits", "data/digits.parquet", "~/my data/digits.csv"])
def test_a_local_data_set_is_no_error_but_cannot_be_deployed(name: str) -> None:
    sla = mock(dataset_name=name)

    assert sla.findings()[0].severity is Severity.INFO
    assert only(sla.findings(), "FM011") == (
        "the MDP on FLOps cannot see this data set, since it runs on a worker node and loads from the hub\n"
        "  where     <mapping>: mock_data_configuration.dataset_name\n"
        "  expected  a data set's name on the Hugging Face hub, to deploy this SLA\n"
        f'  got       a path on this machine: "{name}"\n'
        "  fix       fine for checks on this machine; where the data cannot go, check with a twin of them "
        "(flops-mock twin NAME --like PATH); to deploy, name a data set of the hub that has the same columns"
    )


def test_slas_without_a_common_tag() -> None:
    assert only(mock(data_tag="mnist").findings(project(data_tags=["cifar10", "mnist_2"])), "FM008") == (
        "no learner of the project gets what this MDP sends, since the two SLAs share no data tag\n"
        "  where     <mapping>: mock_data_configuration.data_tag\n"
        '  expected  one of the data_tags of <mapping>: "cifar10", "mnist_2"\n'
        '  got       "mnist"\n'
        "  nearest   mnist_2\n"
        '  fix       set data_tag to "mnist_2", or add this tag to the project SLA'
    )


def test_tags_match_by_case() -> None:
    assert codes(mock(data_tag="mnist").findings(project(data_tags=["MNIST"]))) == ["FM008"]


@pytest.mark.parametrize(("training", "got"), [({"data_tags": []}, "an empty list"), ({}, "no such key")])
def test_a_project_without_tags_says_the_same_alone_and_beside_an_mdp_sla(training: dict[str, Any], got: str) -> None:
    sla = ProjectSLA.load(
        {
            "customerID": "Admin",
            "ml_repo_url": "https://github.com/someone/repo",
            "ml_model_flavor": "sklearn",
            "training_configuration": training,
        }
    )

    assert sla.findings() == mock().findings(sla)
    assert only(sla.findings(), "FM008") == (
        "every learner finds no data and ends with status 1, since the project SLA names no data tag\n"
        "  where     <mapping>: training_configuration.data_tags\n"
        "  expected  the data_tag of at least one MDP SLA\n"
        f"  got       {got}\n"
        '  fix       add the MDP SLA\'s tag, such as "data_tags": ["mnist"]'
    )


def test_a_projects_tags_that_can_never_match() -> None:
    findings = project(data_tags=["mnist", "a.b", "c,d", "e f", ""]).findings()

    assert codes(findings) == ["FM005"] * 4
    assert [finding.problem.where.rpartition(".")[2] for finding in findings] == [
        f"data_tags[{index}]" for index in range(1, 5)
    ]
    assert [finding.problem.nearest for finding in findings] == ["a_b", "c_d", "e_f", ""]
    assert "it is empty, and no MDP can send data under an empty tag" in findings[3].message


def test_all_findings_come_together() -> None:
    sla = MockSLA.load('{"mock_data_configuration": {"dataset_name": "a b", "number_of_partitions": 0, "tag": "x"}}')

    assert codes(sla.findings(project())) == ["FM009", "FM004", "FM006", "FM006", "FM007", "FM008"]
