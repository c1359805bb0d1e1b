"""What clients, uploads and files of the store can do to the server."""

from __future__ import annotations

from hostile.matrix import Case

CASES: list[Case] = []
