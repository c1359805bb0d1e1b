"""What a federation has told, as one answer to the parent."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

MAX_BYTES = 2**20
"""Of one answer to the parent, which takes four times as much."""

KINDS = {"loaded": "loaded", "connected": "connected", "fit": "fits", "evaluation": "evaluations"}
"""What learners tell, and what it is called in an answer."""


def taken(events: deque[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """As many events as fit one answer, taken from those that wait."""
    found: dict[str, Any] = {kind: [] for kind in (*KINDS.values(), "rounds", "ends", "waited")}
    size = 0
    while events and size < MAX_BYTES:
        kind, facts = events.popleft()
        size += len(json.dumps(facts))
        found[kind].append(facts)
    return found
