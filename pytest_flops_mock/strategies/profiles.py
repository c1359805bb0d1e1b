"""Settings of Hypothesis for runs of a CI. They are given, and set by nobody but the user."""

from __future__ import annotations

from hypothesis import settings


def ci_profile(max_examples: int = 100) -> settings:
    """Settings under which a test gives the same result in every run, however busy the machine is.

    Examples are the same each time and none is remembered, no example has a deadline, and a failure prints what repeats it.

    Args:
        max_examples: How many examples a test draws.

    Example:
        In ``conftest.py``, used with ``pytest --hypothesis-profile flops-ci``:

        >>> settings.register_profile("flops-ci", ci_profile())
    """
    return settings(max_examples=max_examples, derandomize=True, database=None, deadline=None, print_blob=True)
