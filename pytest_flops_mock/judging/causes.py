"""Causes that an exception's own words do not name: what is different on FLOps from where the code was tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pytest_flops_mock.judging.versions import CHANGES
from pytest_flops_mock.learner.facts import Link

SPLITS = ("train", "test", "validation", "valid", "dev")
FLOPS_UTILS = ("logging", "ml_repo_building_blocks", "ml_repo_templates")
"""The modules of ``flops_utils`` that ML repositories may use."""

ARROW = re.compile(r"\b(?:pyarrow\.lib\.)?(?:ChunkedArray|Table|\w+Array|\w+Scalar)\b")
"""How messages name values of Arrow, such as ``pyarrow.lib.Int64Scalar``."""

MLFLOW = (
    "take the import out, or put it into get_model(), which only the aggregator calls: "
    "FLOps deletes mlflow from conda.yaml, and of its images only the aggregator's has it"
)


def cause(link: Link, modules: Sequence[str], doing: str) -> str:
    """What to do about an exception whose cause is known; empty for any other.

    Args:
        link: The exception.
        modules: The repository's own modules and packages.
        doing: What was being done.
    """
    return next((fix for known, fix in _causes(link, modules, doing) if known), "")


def _causes(link: Link, modules: Sequence[str], doing: str) -> Iterator[tuple[object, str]]:
    """Whether each cause that is known is the one, and what to do about it."""
    text, kind, package = link.text, link.type, link.name.partition(".")[0]
    hidden = package in modules and ("is not a package" in text or "cannot import name" in text)
    of_values = kind in ("AttributeError", "TypeError", "ValueError", "ArrowInvalid", "ArrowTypeError")
    yield package == "mlflow", MLFLOW
    yield (
        link.name.startswith("flops_utils.") or "'flops_utils" in text,
        f"flops_utils has the modules {', '.join(FLOPS_UTILS)} for ML repositories, and no others",
    )
    yield (
        hidden,
        f"the repository has a module {package} of its own: if the library of that name is meant, rename the module",
    )
    for change in CHANGES:
        yield change.sign.search(f"{kind}: {text}"), change.fix
    yield (
        of_values and ARROW.search(text),
        "the data set comes in format arrow, as on FLOps, so rows and columns are Arrow's own: "
        "call dataset.with_format(None) first for Python values, or with_format('numpy')",
    )
    yield (
        "CUDA" in text or ("cuda" in text and kind in ("RuntimeError", "AssertionError", "AcceleratorError")),
        'a learner\'s node need not have a GPU: take "cuda" if torch.cuda.is_available() else "cpu"; '
        "the check hides those of this machine, unless --flops-gpu",
    )
    yield (
        kind == "PermissionError" and " denied: '/" in text,
        "the check lets the repository write below its own folder and where temporary files go, and read no hidden files of "
        "your home folder: use relative paths or tempfile; --flops-pass-env opens the folder that a variable names",
    )
    yield kind == "StopIteration", "an iterator is used up, perhaps by an earlier round: make it anew in fit_model()"
    yield (
        doing == "set_model_parameters()" and kind in ("TypeError", "ValueError") and "integer" in text,
        "averages are floats, also those of integers: set int(round(value)) where a whole number is needed",
    )


def asked_for_split(column: str, columns: Mapping[str, str]) -> bool:
    """Whether a missing column is the name of a split: the learner's data set has none."""
    return column in SPLITS and not set(SPLITS) & set(columns)
