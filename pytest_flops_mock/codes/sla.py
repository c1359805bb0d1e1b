"""What is wrong with the SLAs: ``FM0xx``."""

from __future__ import annotations

from pytest_flops_mock.codes.code import Code
from pytest_flops_mock.stage import Severity, Stage

SLA = (
    Code(
        "FM001",
        Stage.SLA,
        Severity.ERROR,
        "SLA cannot be read",
        trigger="The SLA's file is missing, a folder, not readable, or not text in UTF-8.",
        why="There is nothing that could be sent to the FLOps manager.",
        fix="Correct the path, or save the file in UTF-8.",
    ),
    Code(
        "FM002",
        Stage.SLA,
        Severity.ERROR,
        "SLA is not JSON",
        trigger="The SLA's text is not a JSON object, or has a key twice. Comments after % and trailing commas are fine.",
        why="The FLOps manager takes JSON only and refuses anything else.",
        fix="Fix the syntax at the line and column that the finding shows.",
    ),
    Code(
        "FM003",
        Stage.SLA,
        Severity.ERROR,
        "SLA value missing or of the wrong type",
        trigger="A key that FLOps needs is not there, or its value is of a type that cannot be turned into the right one.",
        why="The FLOps manager answers 500, with a message that names neither file nor line.",
        fix="Give the key a value of the type that the finding names.",
    ),
    Code(
        "FM004",
        Stage.SLA,
        Severity.WARNING,
        "SLA key unknown",
        trigger="The SLA has a key that FLOps does not know.",
        why="FLOps ignores it without a word: behind a mistyped key, the default value is used.",
        fix="Rename it to the key that was meant, or remove it.",
    ),
    Code(
        "FM005",
        Stage.SLA,
        Severity.ERROR,
        "data tag can never match",
        trigger="A data tag is empty or holds a dot, a comma, a blank, a slash or NUL.",
        why="The ML data server takes a file name's part before its first dot as the tag, and a learner gets its tags "
        "joined by commas in one argument: such a tag finds no data.",
        fix="Use letters, digits, _ and - only, and the same tag in both SLAs.",
    ),
    Code(
        "FM006",
        Stage.SLA,
        Severity.ERROR,
        "name does not survive the manager's command line",
        trigger="dataset_name or data_tag holds a blank, a quote or a backslash, or is empty.",
        why="The FLOps manager joins the arguments with blanks and splits them again by shell rules: the mock data "
        "provider gets wrong arguments and dies.",
        fix="Write the data set's name as the hub shows it, and a tag of letters, digits, _ and -.",
    ),
    Code(
        "FM007",
        Stage.SLA,
        Severity.ERROR,
        "number of partitions below 1",
        trigger="number_of_partitions is 0 or less.",
        why="The mock data provider dies in its partitioner before it has sent anything.",
        fix="Set number_of_partitions to 1 or more.",
    ),
    Code(
        "FM008",
        Stage.SLA,
        Severity.ERROR,
        "MDP SLA and project SLA share no data tag",
        trigger="The project SLA names no data tag, or none that equals the MDP SLA's data_tag.",
        why="Learners ask for their project's tags only, find no data, and end with status 1.",
        fix="Put the MDP SLA's data_tag into the project SLA's data_tags.",
    ),
    Code(
        "FM009",
        Stage.SLA,
        Severity.ERROR,
        "customerID missing",
        trigger="The SLA has no customerID, or an empty one.",
        why="The FLOps manager answers 500 with nothing but the name of the key.",
        fix='Add "customerID" with your id at the orchestrator, such as "Admin".',
    ),
    Code(
        "FM010",
        Stage.SLA,
        Severity.ERROR,
        "count of clients or rounds below 1",
        trigger="training_cycles, training_rounds, or one of the numbers of clients is below 1.",
        why="Nothing is trained or evaluated, and the project ends as if it had worked.",
        fix="Set the count to 1 or more.",
    ),
    Code(
        "FM011",
        Stage.SLA,
        Severity.INFO,
        "data set is local to this machine",
        trigger="dataset_name is a path.",
        why="On FLOps the mock data provider runs on a worker node and loads data sets from the Hugging Face hub only.",
        fix="Nothing for checks on this machine; before you deploy, push the data to the hub and use their name there.",
    ),
    Code(
        "FM012",
        Stage.SLA,
        Severity.ERROR,
        "more clients needed than are started",
        trigger="min_fit_clients or min_evaluate_clients is higher than min_available_clients.",
        why="FLOps starts min_available_clients learners; the aggregator waits for the others for ever.",
        fix="Raise min_available_clients, or lower the other number to it.",
    ),
)
