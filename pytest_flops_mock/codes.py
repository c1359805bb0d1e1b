"""The codes of findings: one entry each, the single source of their stage, severity and explanation.

``FM`` and three digits, the first one for the stage. A code keeps its meaning for ever; a retired one is not used again.
``docs/codes.md`` is made from this catalogue, and ``flops-mock explain`` prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Code:
    """What is fixed about a kind of finding.

    Attributes:
        id: ``FM`` and three digits.
        stage: Name of the stage that finds it.
        severity: ``error``, ``warning`` or ``info``.
        title: What it is, in a few words.
        trigger: What a check saw that makes it report this.
        why: Why it fails on FLOps, or what it costs there.
        fix: How to fix it.
    """

    id: str
    stage: str
    severity: str
    title: str
    trigger: str
    why: str
    fix: str


def _catalogue(*codes: Code) -> Mapping[str, Code]:
    return MappingProxyType({code.id: code for code in codes})


def _failures(digit: str, stage: str, doing: str) -> tuple[Code, ...]:
    """The ways in which the repository's code can fail in any stage that runs it; ``doing`` says what ran."""
    loss = "A learner that dies leaves the aggregator waiting for it for a day."
    if stage == "aggregator":
        loss = "An aggregator that dies leaves its process alive, so FLOps sees nothing and the project never starts."
    return (
        Code(
            f"FM{digit}01",
            stage,
            "error",
            f"import not installed, in {doing}",
            trigger=f"The repository's code imports something that its Python does not have, during {doing}.",
            why=f"The image has what conda.yaml lists and what FLOps adds, nothing else; the import fails there too. {loss}",
            fix="List the package in conda.yaml and install it where the check runs; or correct the name of your module.",
        ),
        Code(
            f"FM{digit}02",
            stage,
            "error",
            f"column missing, in {doing}",
            trigger=f"The repository's code asks the data for a column that they do not have, during {doing}.",
            why=f"The columns are those of the data set that the SLA names, so the code raises on FLOps as well. {loss}",
            fix="Use the data set's own column names (the finding lists them), or name another data set in the SLA.",
        ),
        Code(
            f"FM{digit}03",
            stage,
            "error",
            f"exception in the repository's code, in {doing}",
            trigger=f"The repository's code raises an exception during {doing}.",
            why=f"FLOps calls the same methods and catches nothing. {loss}",
            fix="Follow the frames that the finding shows; the last one is where the exception was raised.",
        ),
        Code(
            f"FM{digit}04",
            stage,
            "error",
            f"repository ends the process, in {doing}",
            trigger=f"The repository's code calls sys.exit(), or raises SystemExit otherwise, during {doing}.",
            why=f"It ends the container without an exception that would tell why. {loss}",
            fix="Raise an exception that says what is wrong, and call nothing that exits.",
        ),
        Code(
            f"FM{digit}05",
            stage,
            "error",
            f"time limit reached, in {doing}",
            trigger=f"The repository's code has not come to an end within the check's time limit, during {doing}.",
            why="FLOps sets no limit of its own: code that never ends keeps the whole federation waiting.",
            fix="Look for an endless loop or a wait for the network; if the code is slow but right, raise the time limit.",
        ),
        Code(
            f"FM{digit}06",
            stage,
            "error",
            f"process crashed, in {doing}",
            trigger=f"The process that runs the repository's code ends by a signal or os._exit(), during {doing}.",
            why=f"The container ends in the same way, without a word in the logs. {loss}",
            fix="Look for os._exit(), for native code that crashes, and for memory that runs out.",
        ),
    )


CODES = _catalogue(
    Code(
        "FM001",
        "sla",
        "error",
        "SLA cannot be read",
        trigger="The SLA's file is missing, a folder, not readable, or not text in UTF-8.",
        why="There is nothing that could be sent to the FLOps manager.",
        fix="Correct the path, or save the file in UTF-8.",
    ),
    Code(
        "FM002",
        "sla",
        "error",
        "SLA is not JSON",
        trigger="The SLA's text is not a JSON object, or has a key twice. Comments after % and trailing commas are fine.",
        why="The FLOps manager takes JSON only and refuses anything else.",
        fix="Fix the syntax at the line and column that the finding shows.",
    ),
    Code(
        "FM003",
        "sla",
        "error",
        "SLA value missing or of the wrong type",
        trigger="A key that FLOps needs is not there, or its value is of a type that cannot be turned into the right one.",
        why="The FLOps manager answers 500, with a message that names neither file nor line.",
        fix="Give the key a value of the type that the finding names.",
    ),
    Code(
        "FM004",
        "sla",
        "warning",
        "SLA key unknown",
        trigger="The SLA has a key that FLOps does not know.",
        why="FLOps ignores it without a word: behind a mistyped key, the default value is used.",
        fix="Rename it to the key that was meant, or remove it.",
    ),
    Code(
        "FM005",
        "sla",
        "error",
        "data tag can never match",
        trigger="A data tag is empty or holds a dot, a comma, a blank, a slash or NUL.",
        why="The ML data server takes a file name's part before its first dot as the tag, and a learner gets its tags "
        "joined by commas in one argument: such a tag finds no data.",
        fix="Use letters, digits, _ and - only, and the same tag in both SLAs.",
    ),
    Code(
        "FM006",
        "sla",
        "error",
        "name does not survive the manager's command line",
        trigger="dataset_name or data_tag holds a blank, a quote or a backslash, or is empty.",
        why="The FLOps manager joins the arguments with blanks and splits them again by shell rules: the mock data "
        "provider gets wrong arguments and dies.",
        fix="Write the data set's name as the hub shows it, and a tag of letters, digits, _ and -.",
    ),
    Code(
        "FM007",
        "sla",
        "error",
        "number of partitions below 1",
        trigger="number_of_partitions is 0 or less.",
        why="The mock data provider dies in its partitioner before it has sent anything.",
        fix="Set number_of_partitions to 1 or more.",
    ),
    Code(
        "FM008",
        "sla",
        "error",
        "MDP SLA and project SLA share no data tag",
        trigger="The project SLA names no data tag, or none that equals the MDP SLA's data_tag.",
        why="Learners ask for their project's tags only, find no data, and end with status 1.",
        fix="Put the MDP SLA's data_tag into the project SLA's data_tags.",
    ),
    Code(
        "FM009",
        "sla",
        "error",
        "customerID missing",
        trigger="The SLA has no customerID, or an empty one.",
        why="The FLOps manager answers 500 with nothing but the name of the key.",
        fix='Add "customerID" with your id at the orchestrator, such as "Admin".',
    ),
    Code(
        "FM010",
        "sla",
        "error",
        "count of clients or rounds below 1",
        trigger="training_cycles, training_rounds, or one of the numbers of clients is below 1.",
        why="Nothing is trained or evaluated, and the project ends as if it had worked.",
        fix="Set the count to 1 or more.",
    ),
    Code(
        "FM011",
        "sla",
        "info",
        "data set is local to this machine",
        trigger="dataset_name is a path.",
        why="On FLOps the mock data provider runs on a worker node and loads data sets from the Hugging Face hub only.",
        fix="Nothing for checks on this machine; before you deploy, push the data to the hub and use their name there.",
    ),
    Code(
        "FM012",
        "sla",
        "error",
        "more clients needed than are started",
        trigger="min_fit_clients or min_evaluate_clients is higher than min_available_clients.",
        why="FLOps starts min_available_clients learners; the aggregator waits for the others for ever.",
        fix="Raise min_available_clients, or lower the other number to it.",
    ),
    Code(
        "FM101",
        "structure",
        "error",
        "repository cannot be read",
        trigger="A file of the repository is missing while it is read, not readable, not text, or lies outside the "
        "repository.",
        why="The image builder copies what it finds; a file that it cannot read is not in the image.",
        fix="Correct the path, the file's rights or its encoding.",
    ),
    Code(
        "FM102",
        "structure",
        "error",
        "file missing at the root",
        trigger="model_manager.py or conda.yaml is not at the repository's root, is hidden, or is ignored by Git.",
        why="The image builder refuses a repository without these two files.",
        fix="Put the file at the root and commit it.",
    ),
    Code(
        "FM103",
        "structure",
        "error",
        "syntax error",
        trigger="model_manager.py, data_manager.py or a module that they import is not valid Python.",
        why="The import fails in the image, after the half hour that building it takes.",
        fix="Fix the line that the finding shows.",
    ),
    Code(
        "FM104",
        "structure",
        "error",
        "class or method missing",
        trigger="model_manager.py has no class ModelManager, or a class lacks methods that are abstract in its template.",
        why="FLOps imports ModelManager by that name; a class with abstract methods left cannot be built.",
        fix="Give the class its name and write the methods that the finding lists.",
    ),
    Code(
        "FM105",
        "structure",
        "error",
        "module replaced or shadowed in the image",
        trigger="The repository imports a module of its own that has the name of one of FLOps' own, such as main.py or "
        "utils.py.",
        why="FLOps copies its own files over the repository's, so the import finds FLOps' module instead.",
        fix="Rename the module and its imports.",
    ),
    Code(
        "FM106",
        "structure",
        "warning",
        "data_manager.py missing",
        trigger="The repository has no data_manager.py at its root.",
        why="FLOps documents it as part of every ML repository; only ModelManager uses it, so another place works as well.",
        fix="Put the class DataManager into data_manager.py at the root.",
    ),
    Code(
        "FM107",
        "structure",
        "warning",
        "class DataManager missing",
        trigger="data_manager.py defines no class DataManager.",
        why="FLOps documents it under this name; only ModelManager uses it, so another name works as well.",
        fix="Name the class DataManager and derive it from DataManagerTemplate.",
    ),
    Code(
        "FM108",
        "structure",
        "error",
        "conda.yaml is not what conda reads",
        trigger="conda.yaml is not YAML, or its name, channels or dependencies are not of the form that conda takes.",
        why="The learner's image is built from this file; the build fails, minutes after the project was accepted.",
        fix="Write name, channels and dependencies as conda documents them: a list of specs such as numpy=1.26.4, and a "
        "pip: list.",
    ),
    Code(
        "FM109",
        "structure",
        "error",
        "conda.yaml asks for a version that cannot be",
        trigger="A spec in conda.yaml is no version, no version can meet it, or two specs of one package exclude each "
        "other.",
        why="The environment of the image cannot be solved, and the build fails late.",
        fix="Correct the version at the line that the finding shows.",
    ),
    Code(
        "FM110",
        "structure",
        "warning",
        "conda.yaml names no Python",
        trigger="The dependencies in conda.yaml do not say which Python they need.",
        why="The image gets whatever Python the solver picks that day, and with it other versions of everything.",
        fix="Add a line such as python=3.10.14 to the dependencies.",
    ),
    Code(
        "FM111",
        "structure",
        "error",
        "method cannot be called as FLOps calls it",
        trigger="A method of ModelManager takes other arguments than FLOps passes, or is no plain method (async, a "
        "generator, a property).",
        why="FLOps calls set_model_parameters(parameters) with one argument and the other methods with none; the call "
        "raises TypeError.",
        fix="Give the method the signature that its template has; further arguments need defaults.",
    ),
    Code(
        "FM201",
        "environment",
        "info",
        "Python differs from the learner image's",
        trigger="The check's Python differs from that of the learner's image: it is another version, has other versions of "
        "packages, or lacks some that conda alone brings.",
        why="The image has the Python of conda.yaml and what FLOps adds; what works in one can fail in the other.",
        fix='Nothing, if it works in both: check in the environment "learner", too.',
    ),
    Code(
        "FM202",
        "environment",
        "warning",
        "Python of the version in conda.yaml not installed",
        trigger="The learner's environment was asked for, and this machine has no Python of the version that conda.yaml "
        "names.",
        why="What the check finds holds for another Python than the image's.",
        fix="Install that version of Python, or check in the environment that you have.",
    ),
    Code(
        "FM203",
        "environment",
        "warning",
        "environments disagree",
        trigger="The repository behaves differently in the current environment and in the one that the image would have.",
        why="Only the image's environment counts on FLOps; it has datasets 2.x, for instance, where columns are other "
        "objects.",
        fix="Write code that works in both, or pin the versions in conda.yaml and develop with them.",
    ),
    Code(
        "FM204",
        "environment",
        "error",
        "learner's environment cannot be solved",
        trigger="The learner's environment cannot be built: its packages exclude each other, cannot be had, or there "
        "is no tool or Python to build it with.",
        why="Where packages exclude each other, building the learner's image fails for the same reason.",
        fix="Loosen or correct the versions in conda.yaml that the finding shows, or install what is missing on "
        "this machine.",
    ),
    Code(
        "FM205",
        "environment",
        "error",
        "no such Python",
        trigger="The Python that the check was told to use is not there, does not start, is too old, or lacks what "
        "the check needs.",
        why="Nothing about FLOps can be said: the repository's code could not run.",
        fix="Name an interpreter or an environment that is there, or leave the option out for the current one.",
    ),
    Code(
        "FM206",
        "environment",
        "error",
        "learner's process did not start",
        trigger="The process that runs the repository's code ended before it answered, or did not answer in time.",
        why="Nothing about FLOps can be said: the repository's code did not run.",
        fix="See its output in the finding; a broken environment or a machine without memory are the usual causes.",
    ),
    Code(
        "FM301",
        "provide",
        "error",
        "data set unknown or unreadable",
        trigger="There is no data set of this name or at this path, or its files cannot be read.",
        why="The mock data provider dies before it sends anything, and learners find no data.",
        fix="Correct dataset_name; a synthetic twin exists for some names only, hub loads the real one.",
    ),
    Code(
        "FM302",
        "provide",
        "error",
        "split missing",
        trigger="The data set has no split called train.",
        why="The mock data provider loads this split only and dies without it.",
        fix="Use a data set with a split train, or rename the split in data of your own.",
    ),
    Code(
        "FM303",
        "provide",
        "error",
        "fewer rows than partitions",
        trigger="number_of_partitions is higher than the number of rows.",
        why="The mock data provider dies after it has sent the partitions that are not empty; learners then train on those.",
        fix="Ask for fewer partitions, or use more rows.",
    ),
    Code(
        "FM304",
        "provide",
        "error",
        "column cannot be sent or stored",
        trigger="A column has a type that Arrow Flight or Parquet cannot carry, a name that occurs twice, or rows that "
        "cannot be read back.",
        why="Partitions travel as Arrow and are stored as Parquet: the upload fails, or the stored file cannot be read.",
        fix="Convert the column to numbers, text, bytes, lists or structs of them, rename it, or leave it out.",
    ),
    Code(
        "FM305",
        "provide",
        "error",
        "media file missing",
        trigger="A row names an image or audio file that is not there.",
        why="The file's bytes travel in the row; without them a learner gets a path on a machine that it cannot reach.",
        fix="Put the file where the row says, or correct the row.",
    ),
    Code(
        "FM306",
        "provide",
        "error",
        "ML data server refused or lost a partition",
        trigger="The server did not take a partition: its name was refused, the connection broke, or fewer rows came than "
        "were sent.",
        why="A learner would train on part of the data, or find none.",
        fix="See the server's answer in the finding; check its address and that it is still running.",
    ),
    Code(
        "FM401",
        "load",
        "error",
        "no data match the tags",
        trigger="No stored partition has one of the tags that the learner asks for.",
        why="A learner without data reports a failure and ends with status 1.",
        fix="Use one tag in the MDP SLA and in the project SLA, and send the data before the learner starts.",
    ),
    Code(
        "FM402",
        "load",
        "error",
        "partitions disagree on their schema",
        trigger="Partitions under the learner's tags have different columns or types.",
        why="The data server merges by tag whatever was sent, and a learner concatenates all of it: that raises.",
        fix="Use one tag for each schema, and drop what earlier runs have left under the tag.",
    ),
    Code(
        "FM403",
        "load",
        "error",
        "data cannot be loaded",
        trigger="The server cannot be reached, or what it sends cannot be turned into a data set.",
        why="A learner loads its data in the same way, and dies.",
        fix="See the error in the finding; check the address, and that stored files are whole Parquet files.",
    ),
    Code(
        "FM404",
        "load",
        "error",
        "learner's process ended while loading",
        trigger="The process ended, or took longer than the time limit, before the data were loaded.",
        why="A learner that dies while it loads leaves the aggregator waiting for it for a day.",
        fix="Look at its output, at the server's call log, and at the size of the data.",
    ),
    *_failures("5", "aggregator", "ModelManager() without data"),
    Code(
        "FM510",
        "aggregator",
        "error",
        "data needed where there are none",
        trigger="ModelManager() or get_model_parameters() calls load_dataset(), or imports data_loading, which only a "
        "learner has.",
        why="The aggregator builds ModelManager() with no data and no data server in reach; load_dataset() ends "
        "the process there.",
        fix="Load data in set_model_data() only, and give the model its shapes in the constructor.",
    ),
    Code(
        "FM511",
        "aggregator",
        "error",
        "parameters are not a list of arrays",
        trigger="get_model_parameters() returns no list, such as a tuple or a dict, or something in it is no NumPy array.",
        why="Flower takes a list of arrays only; other types are refused with messages about something else, or fail later.",
        fix="Return a list with one NumPy array for each parameter, such as [weights, bias].",
    ),
    Code(
        "FM512",
        "aggregator",
        "error",
        "parameters are not numeric",
        trigger="An array of the parameters holds objects or text.",
        why="It passes the aggregator's start and fails later, when it is sent or averaged.",
        fix="Return arrays of numbers; arrays of different lengths go into the list one by one, not into one array.",
    ),
    Code(
        "FM513",
        "aggregator",
        "error",
        "no parameters",
        trigger="get_model_parameters() returns an empty list.",
        why="With nothing to send and to average, every learner trains alone and the global model never changes.",
        fix="Return the model's parameters from the start; a scikit-learn model has none until they are set or fitted.",
    ),
    Code(
        "FM514",
        "aggregator",
        "error",
        "get_model() gives nothing",
        trigger="get_model() returns None.",
        why="The aggregator saves what it returns with MLflow after training; there is nothing to save.",
        fix="Return the model, of the project SLA's ml_model_flavor.",
    ),
    Code(
        "FM515",
        "aggregator",
        "error",
        "parameters not finite",
        trigger="The initial parameters hold NaN or infinity.",
        why='Nobody refuses them: every learner starts from them, and a federation of NaN ends "successfully".',
        fix="Initialise the parameters with finite numbers; np.empty() gives whatever was in memory.",
    ),
    *_failures("6", "transform", "set_model_data()"),
    Code(
        "FM607",
        "transform",
        "warning",
        "data of the learner not used",
        trigger="set_model_data() came back without a call of load_dataset().",
        why="The learner's data are those of its ML data server; other files are not there on FLOps, or are the same "
        "everywhere.",
        fix="Load the data with flops_utils.ml_repo_building_blocks.load_dataset().",
    ),
    Code(
        "FM608",
        "transform",
        "warning",
        "values not finite in the learner's data",
        trigger="The data that DataManager's get_data() gives hold NaN or infinity.",
        why="Most models turn them into NaN losses and parameters, which nobody on FLOps refuses.",
        fix="Look for divisions by zero and for missing values, and fill or drop them.",
    ),
    *_failures("7", "train", "set_model_parameters() and fit_model()"),
    Code(
        "FM710",
        "train",
        "error",
        "number of examples is not an int",
        trigger="fit_model() returns something else than an int, such as None, a NumPy integer or a float.",
        why="Flower refuses it with a message about something else, and the learner dies.",
        fix="Return int(...), such as len(self.x_train).",
    ),
    Code(
        "FM711",
        "train",
        "error",
        "no examples",
        trigger="fit_model() returns 0 or less.",
        why="The number weighs the learner in the average: with 0 it has no say, and with 0 everywhere the aggregator "
        "divides by zero.",
        fix="Return the number of rows that it was trained on, and see that some are left after splitting.",
    ),
    Code(
        "FM712",
        "train",
        "error",
        "more examples than rows",
        trigger="fit_model() returns more than the number of rows that the learner has.",
        why="The number weighs the learner in the average, so this learner counts more than its data.",
        fix="Return the number of training rows, not of epochs times rows, pixels or bytes.",
    ),
    Code(
        "FM713",
        "train",
        "error",
        "parameters not finite after training",
        trigger="After fit_model() the parameters hold NaN or infinity.",
        why='Nobody refuses them: one such learner makes the average NaN, and the federation ends "successfully".',
        fix="Lower the learning rate, scale the data, and look for divisions by zero.",
    ),
    Code(
        "FM714",
        "train",
        "warning",
        "parameters unchanged by training",
        trigger="After fit_model() the parameters are those that were set before.",
        why="The learner sends back what it got, so the global model never learns from it.",
        fix="Let get_model_parameters() read from the model that fit_model() trains, and check learning rate and frozen "
        "layers.",
    ),
    Code(
        "FM715",
        "train",
        "error",
        "parameters cannot be sent after training",
        trigger="After fit_model() get_model_parameters() gives no list of numeric NumPy arrays, or an empty one.",
        why="Flower cannot turn them into its own form; the learner dies at the end of its first round.",
        fix="Return the same form as before training: a list of NumPy arrays of numbers.",
    ),
    Code(
        "FM716",
        "train",
        "warning",
        "more memory than the project SLA allows",
        trigger="Loading and training took more memory than resource_constraints.memory (100 MB where it is not set).",
        why="The learner's service gets that much memory on its node and may be killed above it; the aggregator then "
        "waits for a day.",
        fix="Raise memory in the project SLA, or load and train in smaller pieces.",
    ),
    *_failures("8", "exchange", "the exchange of parameters"),
    Code(
        "FM810",
        "exchange",
        "error",
        "parameters change their number or shapes on the way",
        trigger="get_model_parameters() gives other shapes, or another number of arrays, than set_model_parameters() was "
        "given.",
        why="The aggregator averages the learners' arrays position by position; different shapes raise there, or are "
        "broadcast wrongly.",
        fix="Set and get the same arrays in the same order, without reshaping.",
    ),
    Code(
        "FM811",
        "exchange",
        "error",
        "parameters change their dtype on the way",
        trigger="get_model_parameters() gives arrays of another dtype than set_model_parameters() was given.",
        why="Averages are fractions: a dtype of less precision rounds them in every round, and integers lose them.",
        fix="Keep the dtype in both directions, such as float32 throughout.",
    ),
    Code(
        "FM812",
        "exchange",
        "error",
        "parameters change their values on the way",
        trigger="get_model_parameters() gives other values than set_model_parameters() was given, without training between.",
        why="The aggregator's average does not reach the model: each round starts from, or reports, something else.",
        fix="Let set_model_parameters() write into the model that get_model_parameters() reads, in the same order.",
    ),
    Code(
        "FM813",
        "exchange",
        "error",
        "training ignores the parameters it starts from",
        trigger="fit_model() comes to exactly the same parameters from two different starts.",
        why="Every round starts afresh, so averaging has no effect and more rounds bring nothing.",
        fix="Train on from the parameters that were set; in scikit-learn, warm_start=True or partial_fit().",
    ),
    Code(
        "FM814",
        "exchange",
        "warning",
        "training changes the arrays that were set",
        trigger="fit_model() writes into the very arrays that set_model_parameters() was given.",
        why="Whoever holds these arrays sees other values afterwards, and an array that cannot be written to raises.",
        fix="Copy in set_model_parameters(), such as np.array(parameter).",
    ),
    Code(
        "FM815",
        "exchange",
        "error",
        "learners disagree on the shapes of parameters",
        trigger="Learners on different partitions end with parameters of different shapes.",
        why="The aggregator averages them position by position, which raises; an aggregator that dies leaves its process "
        "alive.",
        fix="Take shapes from the task, not from the rows at hand: the number of classes, the vocabulary, the image size.",
    ),
    Code(
        "FM816",
        "exchange",
        "warning",
        "a learner that lacks a class breaks the federation",
        trigger="With the rows of one class taken away, a learner fails or its parameters get another shape.",
        why="Partitions of real devices need not have every class; such a learner dies or stops the average for all.",
        fix="Name all classes in advance: classes= in partial_fit(), labels= in metrics, the number of classes in the "
        "model.",
    ),
    *_failures("9", "evaluate", "evaluate_model()"),
    Code(
        "FM910",
        "evaluate",
        "error",
        "evaluation is not a tuple of three",
        trigger="evaluate_model() returns something else than (loss, accuracy, number of examples).",
        why="FLOps takes the three apart; anything else raises, and the learner dies.",
        fix="Return loss, accuracy, number_of_examples, in this order.",
    ),
    Code(
        "FM911",
        "evaluate",
        "error",
        "loss or accuracy cannot be sent",
        trigger="The loss or the accuracy is of a type that Flower does not send, such as a float32, a tensor, or None.",
        why="Flower refuses it with a message about something else. A float64 is a float and passes.",
        fix="Return float(...) of each.",
    ),
    Code(
        "FM912",
        "evaluate",
        "error",
        "loss or accuracy not finite",
        trigger="The loss or the accuracy is NaN or infinite.",
        why="Nobody refuses it: averages become NaN, comparing rounds means nothing, and the federation ends "
        '"successfully".',
        fix="Look for a logarithm of zero and for an empty test set; clip probabilities before the loss.",
    ),
    Code(
        "FM913",
        "evaluate",
        "warning",
        "accuracy not within 0 and 1",
        trigger="The accuracy is below 0 or above 1.",
        why="FLOps compares and shows accuracies as shares; a percentage, or a loss in its place, misleads.",
        fix="Return the share of right answers, from 0 to 1, as the second value.",
    ),
    Code(
        "FM914",
        "evaluate",
        "error",
        "number of evaluated examples is not an int above 0",
        trigger="The third value of evaluate_model() is not an int, or is 0 or less.",
        why="Flower refuses what is not an int, and averages by this number: a total of 0 is a division by zero.",
        fix="Return int(...), such as len(self.x_test), and see that the test set is not empty.",
    ),
)
