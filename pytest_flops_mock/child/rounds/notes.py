"""What actors tell that share a process: kept until the call is over in which they tell it. For others see ``teller``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..exceptions import Exceptions
from ..frames import Places
from ..loading import NoMatchingDataError
from .apart import Bound, HungError


class KilledError(BaseException):
    """What the plan's fault ``kill`` does to one of several learners in a process."""


class Notes:
    """Tells as a ``Teller`` does, and knows how an actor ended.

    Args:
        folder: The copy of the repository.
        bound: How long each step may take.
        take: Takes what is told at once, instead of keeping it.
    """

    def __init__(self, folder: str, bound: Bound, take: Callable[[str, dict[str, Any]], None] | None = None) -> None:
        self.round = 0
        self.told: list[list[Any]] = []
        self.what = ""
        self.fault = ""
        self._bound = bound
        self._take = take or self._keep
        self._places = Places(folder)
        self._exceptions = Exceptions(folder)
        self._place: Any = None

    def tell(self, kind: str, **facts: Any) -> None:
        """Tell one thing."""
        if kind != "fault":
            self._take(kind, facts)
        elif facts["fault"] == "slow":
            self._bound.extra = facts["seconds"]
        else:
            self.fault = facts["written"]

    def doing(self, what: str, method: Any = None) -> None:
        """Tell what happens from now on, see ``Teller``."""
        self.what = what
        if method is not None:
            self._place = self._places.of(method) or self._place
        self._bound.step()

    def idle(self, what: str = "") -> None:
        """Tell that the actor has done ``what``."""
        self.what = what
        self._bound.step()

    def taken(self) -> list[list[Any]]:
        """What was told since."""
        told, self.told = self.told, []
        return told

    def _keep(self, kind: str, facts: dict[str, Any]) -> None:
        self.told.append([kind, facts])

    def ended(self, error: BaseException, dataset: Any, output: str) -> dict[str, Any]:
        """How an actor ended that raised ``error``, as if it had been alone in its process."""
        how, status = _how(error)
        chain = self._exceptions.described(error, dataset)
        frames = [frame for link in chain for frame in link["frames"]]
        shows = how in ("raised", "exited")
        return {
            "how": how,
            "round": self.round,
            "doing": self.what,
            "raised": {"chain": chain, "doing": self.what} if shows else None,
            "frames": [] if shows and frames else frames or ([] if self._place is None else [self._place]),
            "status": status,
            "output": output,
            "fault": self.fault,
        }


def _how(error: BaseException) -> tuple[str, int]:
    if isinstance(error, HungError):
        return "hung", -9
    if isinstance(error, KilledError):
        return "killed", -9
    if isinstance(error, NoMatchingDataError):
        return "exited", 1
    if isinstance(error, SystemExit):
        code = error.code
        return "exited", 1 if code is not None and not isinstance(code, int) else int(code or 0) & 0xFF
    return "raised", 1
