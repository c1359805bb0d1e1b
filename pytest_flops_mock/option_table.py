"""All that users can set, as one table.

pytest's options and ini keys, the arguments of ``flops-mock check``, the keywords of ``check_repository`` and of the fixture
``flops_check``, and the README's table are made from it. Loaded with the plugin: it imports nothing heavy.
"""

from __future__ import annotations

from pathlib import Path

from pytest_flops_mock import option_values as values
from pytest_flops_mock.data.choice import RECORDINGS
from pytest_flops_mock.option import FILES, PYTEST, ROUNDS, SEARCHES, Option

FOUND = Path("tests", "flops-found")
"""Where ``flops-mock search`` saves the partitions that it finds, unless told otherwise."""

OPTIONS = (
    Option(
        "check",
        "check the ML repository with each SLA of `--flops-sla`, without test code: a test for each stage, such as "
        "`mocks/mnist.json::transform`",
        values.flag,
        kind="flag",
        doors=PYTEST,
    ),
    Option(
        "repo",
        "the ML repository under test",
        values.path,
        "DIR",
        default="the rootdir",
        doors=PYTEST,
        ini_name="repository",
    ),
    Option("sla", "MDP SLAs to check with; patterns such as `mocks/*.json` too", values.files, "FILE", "list", doors=FILES),
    Option(
        "together",
        "check all of these SLAs at once, as several mock data providers that send to one learner",
        values.flag,
        kind="flag",
        doors=FILES,
    ),
    Option("project-sla", "the project SLA", values.path, "FILE", doors=FILES),
    Option(
        "data",
        "where data sets come from that an SLA names by their hub name: `synthetic` (a twin, made on the spot), `recorded` "
        "(samples that flops-mock record has made) or `hub`; or one for each, as in `mnist:recorded *:hub`",
        values.data,
        "SOURCE",
        default="`synthetic`",
    ),
    Option(
        "recordings",
        "the folder of recorded samples, and of twins of your own data sets",
        values.folder_of_samples,
        "FOLDER",
        default=f"`{RECORDINGS.as_posix()}`",
    ),
    Option(
        "drift",
        "what is wrong with partitions, as on real devices, in place of what the SLA says: `imbalance=0.9` "
        "`label_noise=0.2` `factor=1000` `outlier=5` `time_shift=-3h` `image_size=32x32` `image_mode=L` "
        "`corrupt_images=0.05` `other_case=0.1` `missing=0.1` `type=float32 column=age` `missing_column=age` "
        "`renamed=years column=age` `extra_column=site` `reordered` `duplicates=0.1` `lost=0.5` `empty`; "
        "`column=age`, `partitions=0,2`, `devices=0.3` (a share of the partitions) and `probability=0.3` (for each "
        "of them) say where, and `;` parts rules of different places",
        values.drift,
        "DRIFT",
        default="what the SLA says, else nothing",
    ),
    Option(
        "partitioner",
        "how rows are split into partitions, in place of what the SLA says: a partitioner of Flower Datasets with its "
        "arguments, such as `dirichlet alpha=0.3` or `size partition_sizes=10,20`; as JSON also a list of groups",
        values.partitioner,
        "PARTITIONER",
        default="what the SLA says, else `iid`",
    ),
    Option(
        "min-rows",
        "a partition with fewer rows is told as a warning (FM313)",
        values.whole("the number of rows is not a whole number", 0, "10"),
        "N",
        "whole",
        default="1",
    ),
    Option(
        "max-distance",
        "a partition whose labels are further off those of all rows is told (FM314): by the Jensen-Shannon distance, from 0 "
        "to 1, and where the label is continuous by Wasserstein's, in standard deviations",
        values.above_zero("the distance is not a number above 0", "0.5"),
        "X",
        "number",
        default="0.5",
    ),
    Option(
        "env",
        "the Python that runs the repository: `current`, `learner` (built from its `conda.yaml`), `auto` (where uv is "
        "there, the learner's if it is kept, or can be built in two minutes and without gigabytes; else the current one), "
        "`container` (as `learner`, in a container without a network: for code that you do not trust), or the path of an "
        "interpreter or of a virtual environment; several, with commas between them, are compared",
        values.environments,
        "ENV",
        default="`auto`",
    ),
    Option(
        "base-image",
        "the image with a Python that the environment `container` builds on",
        values.image,
        "IMAGE",
        default="`python:X.Y-slim`, with the version that `conda.yaml` asks for",
    ),
    Option(
        "allow-builds",
        "let packages without a wheel be built from source for the learner's environment, which runs their code as you",
        values.flag,
        kind="flag",
    ),
    Option(
        "timeout",
        "how many seconds one step of the repository's code may take",
        values.above_zero("the time limit is not a number of seconds", "120"),
        "SECONDS",
        "number",
        default="60",
    ),
    Option(
        "memory",
        "how many MB of memory the repository's code may have, with all processes that it starts",
        values.above_zero("the memory limit is not a number of MB", "2000"),
        "MB",
        "number",
        default="half of the machine's",
    ),
    Option(
        "gpu",
        "let the repository's code see the GPUs of this machine, which a learner's node need not have",
        values.flag,
        kind="flag",
    ),
    Option(
        "pass-env",
        "names of environment variables that the repository's code gets to see",
        values.variables,
        "NAMES",
        "list",
        default="none that could be a secret",
        adds=True,
    ),
    Option(
        "ignore",
        "codes of findings that do not count, such as `FM714,FM816`; the report names them",
        values.codes,
        "CODES",
        "list",
        adds=True,
    ),
    Option(
        "baseline",
        "an earlier report as JSON: what it has found does not count, and what went away is told",
        values.baseline,
        "FILE",
    ),
    Option(
        "search",
        "how many partitions of the data of each SLA to try, of any size, labels, order and drift, in search of one that "
        "breaks the ML repository: a test such as `mocks/mnist.json::search`; needs the extra `hypothesis`",
        values.whole("a search tries a number of partitions", 1, "200"),
        "EXAMPLES",
        "whole",
        default="none; 200 in a search that is asked for",
        doors=SEARCHES,
        command_name="examples",
    ),
    Option(
        "search-seed",
        "what the search draws its partitions with; the same seed gives the same ones",
        values.whole("the seed is a whole number", 0, "1"),
        "SEED",
        "whole",
        default="0",
        doors=SEARCHES,
        command_name="seed",
    ),
    Option(
        "search-seconds",
        "how many seconds a search may take beside the check; what was found by then is told",
        values.above_zero("the time limit is not a number of seconds", "120"),
        "SECONDS",
        "number",
        default="as long as it takes",
        doors=SEARCHES,
        command_name="seconds",
    ),
    Option(
        "search-through",
        "the last stage that each partition of a search goes through: `transform`, `train`, `exchange` or `evaluate`",
        values.through,
        "STAGE",
        default="`evaluate`",
        doors=SEARCHES,
        command_name="through",
    ),
    Option(
        "search-save",
        "the folder in which a search saves each smallest partition that breaks the ML repository, with a test that replays "
        "it, both to be committed; `none` for no folder",
        values.folder_of_found,
        "FOLDER",
        default=f"`{FOUND.as_posix()}` for flops-mock search, else none",
        doors=SEARCHES,
        command_name="save",
    ),
    Option(
        "search-strict",
        "let a partition that breaks the ML repository be an error also where the SLA's own scheme gives none like it",
        values.flag,
        kind="flag",
        doors=SEARCHES,
        command_name="strict",
    ),
    Option(
        "rounds",
        "train in federated rounds with the data of each SLA, over several learner nodes and on Flower's own engines: a "
        "test such as `mocks/mnist.json::rounds`",
        values.flag,
        kind="flag",
        doors=PYTEST,
        command_name="in-rounds",
    ),
    Option(
        "rounds-nodes",
        "how many learner nodes train in federated rounds",
        values.whole("there can be no such number of learner nodes", 1, "3"),
        "N",
        "whole",
        default="as many as the project SLA starts learners, if more than one, else 5",
        doors=ROUNDS,
        command_name="nodes",
    ),
    Option(
        "training-rounds",
        "how many rounds of training there are (of each cycle, in hierarchical mode)",
        values.whole("there can be no such number of rounds", 1, "3"),
        "N",
        "whole",
        default="what the project SLA says, else 3",
        doors=ROUNDS,
        command_name="rounds",
    ),
    Option(
        "training-cycles",
        "how many rounds of the root aggregator there are in hierarchical mode",
        values.whole("there can be no such number of cycles", 1, "2"),
        "N",
        "whole",
        default="what the project SLA says, else 1",
        doors=ROUNDS,
        command_name="cycles",
    ),
    Option(
        "rounds-clusters",
        "how many clusters the learner nodes are dealt to in hierarchical mode",
        values.whole("there can be no such number of clusters", 1, "2"),
        "N",
        "whole",
        default="2",
        doors=ROUNDS,
        command_name="clusters",
    ),
    Option(
        "rounds-seed",
        "what the random numbers of all actors start from in federated rounds; the same seed gives the same losses",
        values.whole("the seed is a whole number", 0, "1"),
        "SEED",
        "whole",
        default="0",
        doors=ROUNDS,
        command_name="seed",
    ),
    Option(
        "rounds-fault",
        "what goes wrong in federated rounds: `node 2 round 2 kill` (or raise, exit, hang), `node 2 round 2 slow 6` or "
        "`node 3 joins round 2`",
        values.texts,
        "FAULT",
        "list",
        doors=ROUNDS,
        command_name="fault",
    ),
    Option(
        "rounds-engine",
        "what runs federated rounds: `wire` (a process for each actor, and real connections) or `ray` (many learners in few "
        "processes; needs the package `ray`)",
        values.one_of(
            values.ENGINES, "there is no such engine for federated rounds", "use wire, which needs nothing but Flower"
        ),
        "ENGINE",
        default="`wire`",
        doors=ROUNDS,
        command_name="engine",
    ),
    Option(
        "ray-address",
        "the address of a cluster of Ray's that runs the learners, such as `10.0.0.5:6379`",
        values.address,
        "HOST:PORT",
        default="Ray is started for the run, and stopped",
        doors=ROUNDS,
    ),
    Option(
        "report",
        "write the reports to a file, too: as `text`, `json`, `markdown`, `html`, `sarif` (2.1.0) or `gitlab` (code "
        "quality), as FORMAT or the file's ending says",
        values.outputs,
        "[FORMAT:]FILE",
        "list",
        doors=FILES,
        command_name="output",
    ),
    Option(
        "show-rows",
        "whose rows a report as HTML shows a few of: `synthetic` (those that a twin has made up), `any` (real ones, too) or "
        "`none`",
        values.one_of(
            values.SHOWN,
            "there is no such choice of rows to show",
            "any shows real rows to whoever gets the report, synthetic only those that a twin has made up",
        ),
        "synthetic|any|none",
        default="`synthetic`; `none` without HTML",
    ),
    Option(
        "containers",
        "whether tests that need a container engine run: `auto` (where there is none, they are skipped with the reason), "
        "`require` (where there is none, they are errors) or `off`",
        values.one_of(
            values.CONTAINERS, "there is no such use of containers", "use require in CI, so that no test is skipped there"
        ),
        "auto|require|off",
        default="`auto`",
        doors=PYTEST,
    ),
    Option("until", "the last stage to run", values.stage, "STAGE", default="`evaluate`", doors=("argument",)),
)
"""All options, in the order in which they are shown."""
