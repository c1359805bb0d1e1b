"""What the hub says about a data set: the question before anything is read.

It is one call that is not repeated: it says within seconds that there is no such data set or no network, gives the full
name for a short one, and pins the commit that all that follows works on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_flops_mock.data.hub.patience import LOOK_UP_SECONDS
from pytest_flops_mock.data.hub.problems import look_up_error


@dataclass(frozen=True)
class HubEntry:
    """What the hub says about a data set.

    Attributes:
        asked: The name by which it was asked for.
        id: Its full name on the hub, ``owner/name``.
        commit: The commit of the wanted revision.
        files: Paths of its files.
        gated: Whether its owner decides who may read it.
        licence: As its card says it; may be empty.
    """

    asked: str
    id: str
    commit: str
    files: tuple[str, ...] = ()
    gated: bool = False
    licence: str = ""


def is_offline() -> bool:
    """Whether the user keeps the libraries off the network (``HF_HUB_OFFLINE``, ``HF_DATASETS_OFFLINE``)."""
    import datasets
    import huggingface_hub.constants

    switches = [getattr(datasets.config, name, False) for name in ("HF_DATASETS_OFFLINE", "HF_HUB_OFFLINE")]
    return any([*switches, huggingface_hub.constants.HF_HUB_OFFLINE])


def look_up(name: str, revision: str | None, known: tuple[str, ...] = ()) -> HubEntry:
    """What the hub says about a data set.

    Raises:
        DataSourceError: It does not know it, does not show it, or does not answer.
    """
    import huggingface_hub

    try:
        info = huggingface_hub.HfApi().dataset_info(name, revision=revision, timeout=LOOK_UP_SECONDS)
    except Exception as error:
        raise look_up_error(name, revision, error, known) from error
    card: Any = getattr(info, "card_data", None)
    licence = (card.to_dict() if card else {}).get("license") or ""
    return HubEntry(
        asked=name,
        id=info.id,
        commit=info.sha or "",
        files=tuple(sibling.rfilename for sibling in info.siblings or ()),
        gated=bool(getattr(info, "gated", False)),
        licence=licence if isinstance(licence, str) else ", ".join(map(str, licence)),
    )
