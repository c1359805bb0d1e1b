"""Settings of Hypothesis for runs of a CI. They are given, and set by nobody but the user."""

from __future__ import annotations

from hypothesis import HealthCheck, settings


def ci_profile(max_examples: int = 100) -> settings:
    """Settings under which a test gives the same result in every run, however busy the machine is.

    Examples are the same each time and none is remembered, no example has a deadline, a failure prints what repeats it, and
    the one health check that is about time is left out.

    Args:
        max_examples: How many examples a test draws.

    Example:
        In ``conftest.py``, used with ``pytest --hypothesis-profile flops-ci``:

        >>> settings.register_profile("flops-ci", ci_profile())
    """
    return settings(
        max_examples=max_examples,
        derandomize=True,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
