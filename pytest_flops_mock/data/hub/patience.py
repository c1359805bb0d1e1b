"""No long waiting: the libraries would wait minutes for a hub that has too much to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_flops_mock.data.libraries import hub_utils

LOOK_UP_SECONDS = 5.0
"""How long the hub may take to answer a question about a data set."""

BUSY_ANSWERS = 3
"""How often a server error is taken for a passing one; too many requests never are, since waiting takes minutes."""

REPEATS = 3
"""How often the same part of a file may be sent in one load: a few times to read it, and again whenever it broke off."""

TOO_MANY_REQUESTS, SERVER_ERRORS = 429, 500

STREAMING = {
    "STREAMING_READ_MAX_RETRIES": 2,
    "STREAMING_READ_RETRY_INTERVAL": 1,
    "STREAMING_READ_SERVER_UNAVAILABLE_RETRY_INTERVAL": 1,
    "STREAMING_READ_RATE_LIMIT_RETRY_INTERVAL": 1,
    "STREAMING_OPEN_MAX_RETRIES": 2,
    "STREAMING_OPEN_RETRY_INTERVAL": 1,
}
"""The switches of ``datasets`` for its patience with streams, which is up to 20 minutes."""


class GaveUpError(Exception):
    """The hub has too much to do, or a file breaks off each time. No error of the libraries: those they would wait for.

    Attributes:
        status: The answer's status.
        wait: After how many seconds to try again, as the hub says it.
        cut: The file that breaks off each time.
    """

    def __init__(self, status: int, wait: str = "", cut: str = "") -> None:
        super().__init__(f"{cut} broke off {REPEATS} times" if cut else f"status {status}")
        self.status, self.wait, self.cut = status, wait, cut


class Impatience:
    """Looks at each answer of the hub, and gives up where the libraries would wait for minutes.

    Attributes:
        gave_up: Why it gave up, if it did.
    """

    def __init__(self) -> None:
        self.gave_up: GaveUpError | None = None
        self._busy = 0
        self._sent: Counter[tuple[str, str]] = Counter()

    def __call__(self, response: Any, *_: Any, **__: Any) -> None:
        """Look at an answer.

        Raises:
            GaveUpError: It is one too many of its kind.
        """
        self._busy += response.status_code >= SERVER_ERRORS
        if response.status_code == TOO_MANY_REQUESTS or self._busy >= BUSY_ANSWERS:
            self._give_up(GaveUpError(response.status_code, response.headers.get("Retry-After") or ""))
        asked = response.request
        if asked.method == "GET" and "/resolve/" in str(asked.url):
            part = str(asked.url), asked.headers.get("Range") or ""
            self._sent[part] += 1
            if self._sent[part] > REPEATS:
                self._give_up(GaveUpError(response.status_code, cut=part[0].rpartition("/")[2]))

    def _give_up(self, reason: GaveUpError) -> None:
        self.gave_up = self.gave_up or reason
        raise self.gave_up


@contextmanager
def impatient() -> Iterator[Impatience]:
    """Meanwhile the libraries give up within seconds; afterwards they are as before."""
    import datasets

    session, look = hub_utils().get_session(), Impatience()
    hooks = (getattr(session, "event_hooks", None) or session.hooks)["response"]  # httpx, or requests before 1.0
    before = {name: getattr(datasets.config, name) for name in STREAMING if hasattr(datasets.config, name)}
    hooks.append(look)
    try:
        for name in before:
            setattr(datasets.config, name, STREAMING[name])
        yield look
    finally:
        hooks.remove(look)
        for name, value in before.items():
            setattr(datasets.config, name, value)
