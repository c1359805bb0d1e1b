"""Which Python runs the repository: ``FM2xx``."""

from __future__ import annotations

from pytest_flops_mock.codes.code import Code
from pytest_flops_mock.stage import Severity, Stage

ENVIRONMENT = (
    Code(
        "FM201",
        Stage.ENVIRONMENT,
        Severity.INFO,
        "Python differs from the learner image's",
        trigger="The check's Python differs from that of the learner's image: it is another version, has other versions of "
        "packages, or lacks some that conda alone brings.",
        why="The image has the Python of conda.yaml and what FLOps adds; what works in one can fail in the other.",
        fix='Nothing, if it works in both: check in the environment "learner", too.',
    ),
    Code(
        "FM202",
        Stage.ENVIRONMENT,
        Severity.WARNING,
        "Python of the version in conda.yaml not installed",
        trigger="The learner's environment was asked for, and this machine has no Python of the version that conda.yaml "
        "names.",
        why="What the check finds holds for another Python than the image's.",
        fix="Install that version of Python, or check in the environment that you have.",
    ),
    Code(
        "FM203",
        Stage.ENVIRONMENT,
        Severity.WARNING,
        "environments disagree",
        trigger="The repository behaves differently in the current environment and in the one that the image would have.",
        why="Only the image's environment counts on FLOps; it has datasets 2.x, for instance, where columns are other "
        "objects.",
        fix="Write code that works in both, or pin the versions in conda.yaml and develop with them.",
    ),
    Code(
        "FM204",
        Stage.ENVIRONMENT,
        Severity.ERROR,
        "learner's environment cannot be solved",
        trigger="The learner's environment cannot be built: its packages exclude each other, or there is no such version. "
        "A warning where the check chooses its Python by itself.",
        why="Where packages exclude each other, building the learner's image fails for the same reason.",
        fix="Loosen or correct the versions in conda.yaml that the finding shows.",
    ),
    Code(
        "FM205",
        Stage.ENVIRONMENT,
        Severity.ERROR,
        "no such Python",
        trigger="The Python that the check was told to use is not there, does not start, is too old, or lacks what "
        "the check needs.",
        why="Nothing about FLOps can be said: the repository's code could not run.",
        fix="Name an interpreter or an environment that is there, or leave the option out for the current one.",
    ),
    Code(
        "FM206",
        Stage.ENVIRONMENT,
        Severity.ERROR,
        "learner's process did not start",
        trigger="The process that runs the repository's code ended before it answered, did not answer in time, or could not "
        "import what the check itself needs (NumPy, pyarrow, datasets).",
        why="Nothing about FLOps can be said: the repository's code did not run.",
        fix="See its output in the finding; a broken environment or a machine without memory are the usual causes.",
    ),
    Code(
        "FM207",
        Stage.ENVIRONMENT,
        Severity.INFO,
        "bound added to the learner's environment",
        trigger="The packages that PyPI gives for conda.yaml do not import together, and an older version of one does.",
        why="Conda takes builds that go together, so the image has such a version, too.",
        fix="Nothing; pin the package in conda.yaml to have the same version in both.",
    ),
    Code(
        "FM208",
        Stage.ENVIRONMENT,
        Severity.INFO,
        "learner's environment not taken",
        trigger="The check chooses its Python by itself, and the learner's environment is neither cached nor built: it "
        "takes longer than two minutes, is gigabytes large, or what builds it fails. It is not tried again for an hour.",
        why="What the check finds holds for the current Python; the image has another.",
        fix='Check once in the environment "learner", which keeps what it builds.',
    ),
    Code(
        "FM209",
        Stage.ENVIRONMENT,
        Severity.WARNING,
        "package that the package index does not have",
        trigger="conda.yaml asks conda for a package that no package index has. The check's environment lacks it.",
        why="Conda may have it, and then the image has it; if not, the name is wrong and the image cannot be built. What "
        "fails for the lack of it in the check is a warning.",
        fix="Look with conda search; to check with it, name a Python of conda's that has it as environment.",
    ),
    Code(
        "FM210",
        Stage.ENVIRONMENT,
        Severity.INFO,
        "damaged environment mended",
        trigger="Files of the learner's environment in the cache are gone, were added or are not as they were built.",
        why="What ran in it would not be what conda.yaml asks for: added files were taken away, or it was built anew.",
        fix="Nothing; where it happens again, look at what the repository's code writes, and at the disk.",
    ),
)
