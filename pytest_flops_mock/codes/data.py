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
        "media file missing or not to be read",
        trigger="A row names an image or audio file that is not there, is no regular file, is too large, or lies outside of "
        "the data set; or an address, where only data of the hub may need the network.",
        why="The file's bytes travel in the row; without them a learner gets a path on a machine that it cannot reach.",
        fix="Put the file into the data set's folder, or store its bytes in the row.",
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
        "FM307",
        Stage.PROVIDE,
        Severity.WARNING,
        "equal partitions overwrite each other",
        trigger="Two or more partitions have the same content, and so the same file name.",
        why="The name is made of the content, and the server overwrites: learners train on fewer rows than were sent.",
        fix="Ask for fewer partitions, or use data whose rows differ.",
    ),
    Code(
        "FM308",
        Stage.PROVIDE,
        Severity.ERROR,
        "column of which no digest can be made",
        trigger="A column has an extension type such as Array2D, or holds bytes or text that are not UTF-8.",
        why="The mock data provider names a partition by its rows as text, and dies of such columns before it sends any.",
        fix="Send lists of lists in place of arrays, and bytes within an Image, an Audio or a struct of your own.",
    ),
    Code(
        "FM309",
        Stage.PROVIDE,
        Severity.ERROR,
        "column that FLOps' provider cannot read",
        trigger="A Parquet file has a column of categories, maps, large lists, bytes of fixed size or small decimals, "
        "or metadata with feature types of datasets 4.",
        why="The mock data provider has datasets 2.16 and pyarrow 15, which know none of them. It dies before sending.",
        fix="Write the column as text, numbers or lists, and the file without the metadata key huggingface.",
    ),
    Code(
        "FM310",
        Stage.PROVIDE,
        Severity.ERROR,
        "data that the partitioner cannot split",
        trigger="The column that a partitioner splits by is not there, not clear, continuous where classes are needed, or "
        "has gaps; or there are too few rows, classes or ids for its arguments and the number of partitions.",
        why="FLOps ignores the partitioner and sends IID partitions. Here it says how rows are split, and these cannot be.",
        fix="Name another column with partition_by, change the arguments or the number of partitions, or use more rows.",
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
    Code(
        "FM405",
        Stage.LOAD,
        Severity.WARNING,
        "rows that this run did not send",
        trigger="The learner loaded partitions, or rows of them, under the tag of the MDP SLA that the check did not send.",
        why="The data server merges by tag whatever was sent, and keeps what earlier runs have sent: learners train on all.",
        fix="Drop what is left under the tag, or use another one. Several providers under one tag may be what you want.",
    ),
    Code(
        "FM406",
        Stage.LOAD,
        Severity.WARNING,
        "rows that were sent are missing",
        trigger="The learner loaded fewer rows of a partition than were sent, or none.",
        why="Learners train on what is left, and nothing on FLOps says so.",
        fix="Look at the server's call log for uploads that broke off, and for who else writes or drops under the tag.",
    ),
    Code(
        "FM407",
        Stage.LOAD,
        Severity.ERROR,
        "no rows",
        trigger="There are partitions under the tags, and none of them has a row.",
        why="A learner takes an empty data set for data, and fails in the repository's code or trains on nothing.",
        fix="Drop what is stored under the tag, and send the data again.",
    ),
    Code(
        "FM408",
        Stage.LOAD,
        Severity.WARNING,
        "partitions disagree on what values mean",
        trigger="Partitions under the learner's tags have equal columns and types, and other features, such as the names or "
        "the order of classes.",
        why="A learner puts them together without a word, and the features of whichever part comes first hold for all: one "
        "number means two classes.",
        fix="Use one tag for each data set, or the same classes in the same order.",
    ),
    Code(
        "FM409",
        Stage.LOAD,
        Severity.WARNING,
        "uploads that may have been cut",
        trigger="The learner loaded partitions that came to our ML data server from a sender that did not promise how many "
        "rows would come; FLOps' own provider promises none.",
        why="An upload that ends early without an error (an exception in its sender, sys.exit) looks like a short one: what "
        "the check found may hold for part of the data.",
        fix="Compare the numbers of rows with what the sender has, or let the check send the data itself.",
    ),
)
