"""The data on their way to the learner: ``FM3xx`` (provide) and ``FM4xx`` (load)."""

from __future__ import annotations

from pytest_flops_mock.codes.code import Code
from pytest_flops_mock.stage import Severity, Stage

DATA = (
    Code(
        "FM301",
        Stage.PROVIDE,
        Severity.ERROR,
        "data set unknown or unreadable",
        trigger="There is no data set of this name or at this path, or its files cannot be read.",
        why="The mock data provider dies before it sends anything, and learners find no data.",
        fix="Correct dataset_name; a synthetic twin exists for some names only, hub loads the real one.",
    ),
    Code(
        "FM302",
        Stage.PROVIDE,
        Severity.ERROR,
        "split missing",
        trigger="The data set has no split called train.",
        why="The mock data provider loads this split only and dies without it.",
        fix="Use a data set with a split train, or rename the split in data of your own.",
    ),
    Code(
        "FM303",
        Stage.PROVIDE,
        Severity.ERROR,
        "fewer rows than partitions",
        trigger="number_of_partitions is higher than the number of rows.",
        why="The mock data provider dies after it has sent the partitions that are not empty; learners then train on those.",
        fix="Ask for fewer partitions, or use more rows.",
    ),
    Code(
        "FM304",
        Stage.PROVIDE,
        Severity.ERROR,
        "column cannot be sent or stored",
        trigger="A column has a type that Arrow Flight or Parquet cannot carry, a name that occurs twice, or rows that "
        "cannot be read back.",
        why="Partitions travel as Arrow and are stored as Parquet: the upload fails, or the stored file cannot be read.",
        fix="Convert the column to numbers, text, bytes, lists or structs of them, rename it, or leave it out.",
    ),
    Code(
        "FM305",
        Stage.PROVIDE,
        Severity.ERROR,
        "media file missing",
        trigger="A row names an image or audio file that is not there.",
        why="The file's bytes travel in the row; without them a learner gets a path on a machine that it cannot reach.",
        fix="Put the file where the row says, or correct the row.",
    ),
    Code(
        "FM306",
        Stage.PROVIDE,
        Severity.ERROR,
        "ML data server refused or lost a partition",
        trigger="The server did not take a partition: its name was refused, the connection broke, or fewer rows came than "
        "were sent.",
        why="A learner would train on part of the data, or find none.",
        fix="See the server's answer in the finding; check its address and that it is still running.",
    ),
    Code(
        "FM401",
        Stage.LOAD,
        Severity.ERROR,
        "no data match the tags",
        trigger="No stored partition has one of the tags that the learner asks for.",
        why="A learner without data reports a failure and ends with status 1.",
        fix="Use one tag in the MDP SLA and in the project SLA, and send the data before the learner starts.",
    ),
    Code(
        "FM402",
        Stage.LOAD,
        Severity.ERROR,
        "partitions disagree on their schema",
        trigger="Partitions under the learner's tags have different columns or types.",
        why="The data server merges by tag whatever was sent, and a learner concatenates all of it: that raises.",
        fix="Use one tag for each schema, and drop what earlier runs have left under the tag.",
    ),
    Code(
        "FM403",
        Stage.LOAD,
        Severity.ERROR,
        "data cannot be loaded",
        trigger="The server cannot be reached, or what it sends cannot be turned into a data set.",
        why="A learner loads its data in the same way, and dies.",
        fix="See the error in the finding; check the address, and that stored files are whole Parquet files.",
    ),
    Code(
        "FM404",
        Stage.LOAD,
        Severity.ERROR,
        "learner's process ended while loading",
        trigger="The process ended, or took longer than the time limit, before the data were loaded.",
        why="A learner that dies while it loads leaves the aggregator waiting for it for a day.",
        fix="Look at its output, at the server's call log, and at the size of the data.",
    ),
)
