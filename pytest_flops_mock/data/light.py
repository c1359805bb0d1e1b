"""What keeps the memory of a process small that does nothing but provide a twin's rows."""

from __future__ import annotations

import sys
from typing import NoReturn

HEAVY = "pandas"


class _Hidden:
    """Finds no pandas."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == HEAVY:
            self._refuse(name)

    def _refuse(self, name: str) -> NoReturn:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def arrow_without_pandas() -> None:
    """Let Arrow take it that pandas is not there, for as long as this process lives: 30 MB and the time of its import.

    Arrow asks once, when it makes its first array, of whatever. Who imports pandas, or asks Arrow for its tables, gets them
    all the same; but until then ``pyarrow.array`` takes a series of pandas for any sequence. So it is for processes of our
    own, and data in which there is no such series.
    """
    if HEAVY in sys.modules:
        return
    import pyarrow as pa

    hidden = _Hidden()
    sys.meta_path.insert(0, hidden)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(hidden)
