"""Data sets of the Hugging Face hub, by their name there and by nothing else.

The hub is asked about the data set first, in one call that is not repeated: it says within seconds that there is no such
data set or no network, gives the full name for a short one, and pins the commit that all that follows works on.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pytest_flops_mock.data.reading import causes, hub_utils, reason, with_files_closed
from pytest_flops_mock.data.request import Wanted
from pytest_flops_mock.errors import DataSourceError, Problem, listing, nearest

LOOK_UP_SECONDS = 5.0
"""How long the hub may take to say what it knows about a data set."""

BUSY_ANSWERS = 3
"""How often a server error is taken for a passing one; too many requests never are, since waiting takes minutes."""

REPEATS = 3
"""How often the same part of a file may be sent in one load; it is asked for again whenever it broke off."""

TOO_MANY_REQUESTS, SERVER_ERRORS, UNAUTHORISED = 429, 500, 401

STREAMING = {
    "STREAMING_READ_MAX_RETRIES": 2,
    "STREAMING_READ_RETRY_INTERVAL": 1,
    "STREAMING_READ_SERVER_UNAVAILABLE_RETRY_INTERVAL": 1,
    "STREAMING_READ_RATE_LIMIT_RETRY_INTERVAL": 1,
    "STREAMING_OPEN_MAX_RETRIES": 2,
    "STREAMING_OPEN_RETRY_INTERVAL": 1,
}
"""The switches of ``datasets`` for its patience with streams, which is up to 20 minutes."""

WITHOUT = "or work without it: --flops-data=synthetic, or recorded samples (flops-mock record)"


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


class _GaveUpError(Exception):
    """The hub has too much to do, or does not get a file across; not an error of the libraries, which they would wait for.

    Attributes:
        status: The answer's status.
        wait: After how many seconds to try again, as the hub says it.
        cut: The file that breaks off each time.
    """

    def __init__(self, status: int, wait: str = "", cut: str = "") -> None:
        super().__init__(f"{cut} broke off {REPEATS} times" if cut else f"status {status}")
        self.status, self.wait, self.cut = status, wait, cut


def is_offline() -> bool:
    """Whether the user keeps the libraries off the network (``HF_HUB_OFFLINE``, ``HF_DATASETS_OFFLINE``)."""
    import datasets
    import huggingface_hub.constants

    switches = [getattr(datasets.config, name, False) for name in ("HF_DATASETS_OFFLINE", "HF_HUB_OFFLINE")]
    return any([*switches, huggingface_hub.constants.HF_HUB_OFFLINE])


def hub_rows(name: str, wanted: Wanted, pick: Callable[[Any], Any], known: tuple[str, ...] = ()) -> tuple[Any, str]:
    """The wanted rows of a data set of the hub, and where they came from in words.

    With ``wanted.max_rows``, only the files' beginnings are read.

    Args:
        name: Name on the hub, with or without its owner.
        wanted: Which rows.
        pick: Takes the split out of a data set.
        known: Names that the data set may have meant, for the message; other names of the same one first.

    Raises:
        DataSourceError: It cannot be had.
    """
    chosen = f", configuration {wanted.config_name}" if wanted.config_name else ""
    if is_offline():
        # The cache knows full names only.
        full = name if "/" in name else next((other for other in known if other.endswith(f"/{name}")), name)
        try:
            splits = _load(full, wanted.revision, wanted, streaming=False, cached=True)
        except Exception as error:
            raise DataSourceError(_not_cached(name, error)) from error
        rows = pick(splits)
        most = rows.num_rows if wanted.max_rows is None else min(rows.num_rows, wanted.max_rows)
        pinned = f", revision {wanted.revision}" if wanted.revision else ""
        return rows.select(range(most)), f"hub {full} (from its cache, offline){pinned}{chosen}"
    entry = look_up(name, wanted.revision, known)
    check_readable(entry, wanted)
    origin = f"hub {entry.id}, revision {entry.commit[:12]}{chosen}"
    if wanted.max_rows is not None:
        return stream_rows(entry, wanted, lambda splits: first_rows(pick(splits), wanted.max_rows)), origin
    with _reading(entry, wanted), _one_at_a_time(entry):
        return pick(_load(entry.id, entry.commit, wanted, streaming=False)), origin


def stream_rows(entry: HubEntry, wanted: Wanted, take: Callable[[Any], Any]) -> Any:
    """What ``take`` takes from the streams of a data set's splits.

    Raises:
        DataSourceError: It cannot be read, or not on.
    """
    with _reading(entry, wanted):
        return with_files_closed(lambda: take(_load(entry.id, entry.commit, wanted, streaming=True)))


def look_up(name: str, revision: str | None, known: tuple[str, ...] = ()) -> HubEntry:
    """What the hub says about a data set.

    Raises:
        DataSourceError: It does not know it, does not show it, or does not answer.
    """
    import huggingface_hub

    try:
        info = huggingface_hub.HfApi().dataset_info(name, revision=revision, timeout=LOOK_UP_SECONDS)
    except Exception as error:
        raise DataSourceError(_look_up_problem(name, revision, error, known)) from error
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


def check_readable(entry: HubEntry, wanted: Wanted) -> None:
    """What can be told before anything is downloaded: files that are not for this user, and a script in place of data.

    Raises:
        DataSourceError: One of these is so.
    """
    import datasets
    import huggingface_hub
    from packaging.version import Version

    if entry.gated and entry.files:
        url = huggingface_hub.hf_hub_url(entry.id, entry.files[-1], repo_type="dataset", revision=entry.commit)
        with _reading(entry, wanted):
            huggingface_hub.get_hf_file_metadata(url, timeout=LOOK_UP_SECONDS)
    script = f"{entry.id.rpartition('/')[2]}.py"
    if script in entry.files and Version(datasets.__version__) >= Version("4"):
        raise DataSourceError(
            Problem(
                f"the data set is made by a script, which datasets {datasets.__version__} does not run",
                where=_where(entry.asked),
                expected="a data set of Parquet, CSV or JSON files",
                got=f"{script} in {entry.id}",
                fix='take the Parquet files that the hub makes of most data sets, with "revision": "refs/convert/parquet" '
                "in the SLA, " + WITHOUT,
            )
        )


def first_rows(stream: Any, rows: int | None) -> Any:
    """The beginning of a stream as a data set."""
    return rows_of(stream, lambda found: list(islice(found, rows)))


def rows_of(stream: Any, take: Callable[[Iterator[dict[str, Any]]], list[dict[str, Any]]]) -> Any:
    """What ``take`` takes of a stream, as a data set of the stream's features; media stay as the files that they are."""
    import datasets

    features = stream.features
    for name, feature in (features or {}).items():
        if hasattr(feature, "decode"):
            undecoded = type(feature)(**{**_arguments(feature), "decode": False})
            stream = stream.cast_column(name, undecoded)
    taken = take(iter(stream))
    if not taken and features is not None:
        return datasets.Dataset.from_dict({name: [] for name in features}, features=features)
    return datasets.Dataset.from_list(taken, features=features)


def _arguments(feature: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(feature).items() if not name.startswith("_") and name not in ("id", "dtype")}


def _load(address: str, revision: str | None, wanted: Wanted, *, streaming: bool, cached: bool = False) -> Any:
    """The splits of a data set; those in the cache of ``datasets``, its way out of trouble, only if ``cached``."""
    import datasets

    # By its plain name, a folder that happens to lie in the working directory would be read instead.
    path = f"hf://datasets/{address}" if os.path.exists(address) else address

    def load() -> Any:
        builder = datasets.load_dataset_builder(path, wanted.config_name, revision=revision)
        if not cached and ".packaged_modules.cache." in type(builder).__module__:
            raise ConnectionError("the hub did not send the files")
        if streaming:
            return builder.as_streaming_dataset()
        builder.download_and_prepare()
        return builder.as_dataset()

    return with_files_closed(load)


@contextmanager
def _reading(entry: HubEntry, wanted: Wanted) -> Iterator[None]:
    """Tells what goes wrong while a data set is read, and waits no more than seconds for a hub that has too much to do."""
    with _impatient() as impatience:
        try:
            yield
        except DataSourceError:
            raise
        except Exception as error:
            raise DataSourceError(_load_problem(entry, wanted, error, impatience)) from error
    if impatience.gave_up is not None:  # the libraries took what lay in a cache instead
        raise DataSourceError(_load_problem(entry, wanted, impatience.gave_up, impatience))


@contextmanager
def _one_at_a_time(entry: HubEntry) -> Iterator[None]:
    """One process downloads; the others (pytest-xdist's workers, say) wait, and find it done."""
    import datasets
    from filelock import FileLock

    cache = os.fspath(datasets.config.HF_DATASETS_CACHE)
    os.makedirs(cache, exist_ok=True)
    with FileLock(os.path.join(cache, f"flops_mock_{entry.id.replace('/', '___')}.lock")):
        yield


class _Impatience:
    """Looks at each answer of the hub, and gives up where the libraries would wait for minutes."""

    def __init__(self) -> None:
        self.gave_up: _GaveUpError | None = None
        self._busy = 0
        self._sent: Counter[tuple[str, str]] = Counter()

    def __call__(self, response: Any, *_: Any, **__: Any) -> None:
        self._busy += response.status_code >= SERVER_ERRORS
        if response.status_code == TOO_MANY_REQUESTS or self._busy >= BUSY_ANSWERS:
            self._give_up(_GaveUpError(response.status_code, response.headers.get("Retry-After") or ""))
        asked = response.request
        if asked.method == "GET" and "/resolve/" in str(asked.url):
            part = str(asked.url), asked.headers.get("Range") or ""
            self._sent[part] += 1
            if self._sent[part] > REPEATS:
                self._give_up(_GaveUpError(response.status_code, cut=part[0].rpartition("/")[2]))

    def _give_up(self, reason: _GaveUpError) -> None:
        self.gave_up = self.gave_up or reason
        raise self.gave_up


@contextmanager
def _impatient() -> Iterator[_Impatience]:
    import datasets

    session, look = hub_utils().get_session(), _Impatience()
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


def _where(name: str) -> str:
    return f"dataset_name = {name!r}"


def _look_up_problem(name: str, revision: str | None, error: Exception, known: tuple[str, ...]) -> Problem:
    hub = hub_utils()
    if isinstance(error, hub.GatedRepoError):
        return _gated(name, error)
    if isinstance(error, hub.RevisionNotFoundError):
        return Problem(
            "the data set has no such revision on the Hugging Face hub",
            where=_where(name),
            expected="a branch, a tag or a commit of it",
            got=f"revision {revision!r}",
            nearest="main",
            fix="see the data set's page, Files and versions; without a revision the newest is taken",
        )
    if isinstance(error, hub.RepositoryNotFoundError | hub.HFValidationError):
        token = _has_token()
        return Problem(
            "there is no such data set on the Hugging Face hub" + ("" if _is_bad(error) else ", or it is private"),
            where=_where(name),
            expected="the name of a data set, such as ylecun/mnist",
            got=reason(error) if _is_bad(error) else f"{name}, asked for {'with your' if token else 'without a'} token",
            nearest=nearest(name, [other for other in known if other != name]),
            fix="correct dataset_name"
            + ("" if _is_bad(error) else "; for private data " + ("use a token that may read it" if token else _LOG_IN)),
        )
    return _network_problem(name, error)


_LOG_IN = "log in first (hf auth login, or the environment variable HF_TOKEN)"


def _is_bad(error: Exception) -> bool:
    """Whether it is not even the form of a name."""
    return isinstance(error, hub_utils().HFValidationError)


def _has_token() -> bool:
    import huggingface_hub

    return bool(huggingface_hub.get_token())


def _gated(name: str, error: BaseException) -> Problem:
    status = getattr(getattr(error, "response", None), "status_code", 0)
    import huggingface_hub.constants

    page = f"{huggingface_hub.constants.ENDPOINT}/datasets/{name}"
    return Problem(
        "the data set is gated: its owner decides who may read it",
        where=_where(name),
        expected="a token of somebody who was let in",
        got="your token, which may not read it" if status != UNAUTHORISED and _has_token() else "no token",
        fix=f"ask for access at {page}, then log in (hf auth login, or HF_TOKEN), {WITHOUT}",
    )


def _network_problem(name: str, error: Exception) -> Problem:
    """What status codes and broken connections mean."""
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", 0)
    if status:
        return _status_problem(name, status, (getattr(response, "headers", None) or {}).get("Retry-After") or "")
    import huggingface_hub.constants

    return Problem(
        "the Hugging Face hub cannot be reached",
        where=_where(name),
        expected=f"an answer of {huggingface_hub.constants.ENDPOINT} within {LOOK_UP_SECONDS:g} seconds",
        got=reason(error),
        fix="check the network (and HF_ENDPOINT and proxy variables), " + WITHOUT,
    )


def _status_problem(name: str, status: int, wait: str) -> Problem:
    if status == TOO_MANY_REQUESTS:
        return Problem(
            "the Hugging Face hub takes no more requests from here for now",
            where=_where(name),
            got=f"status {status}" + (f", try again in {wait} seconds" if wait else ""),
            fix="log in (hf auth login, or HF_TOKEN), which raises the limit, wait, " + WITHOUT,
        )
    if status == UNAUTHORISED:
        return Problem(
            "the Hugging Face hub does not accept your token",
            where=_where(name),
            got=f"status {status}",
            fix="log in again (hf auth login), or correct the environment variable HF_TOKEN",
        )
    return Problem(
        "the Hugging Face hub has trouble of its own"
        if status >= SERVER_ERRORS
        else "the Hugging Face hub refuses the request",
        where=_where(name),
        got=f"status {status}",
        fix="try again later, " + WITHOUT,
    )


def _load_problem(entry: HubEntry, wanted: Wanted, error: Exception, impatience: _Impatience) -> Problem:
    if impatience.gave_up is not None and not impatience.gave_up.cut:
        return _status_problem(entry.asked, impatience.gave_up.status, impatience.gave_up.wait)
    chain = causes(error)
    for link in chain:
        if isinstance(link, hub_utils().GatedRepoError):
            return _gated(entry.id, link)
    if isinstance(error, ValueError) and (problem := _configuration_problem(entry, wanted)):
        return problem
    last = impatience.gave_up or chain[-1]
    if status := re.search(r"\(error (429|5\d\d)\)", str(last)):  # datasets 2.16 asks for files by itself, and wraps it so
        return _status_problem(entry.asked, int(status[1]), "")
    cut = isinstance(last, _GaveUpError) or type(last).__module__.partition(".")[0] in (
        "httpx",
        "httpcore",
        "requests",
        "urllib3",
        "aiohttp",
    )
    cut = cut or isinstance(last, ConnectionError | TimeoutError) or "Consistency check failed" in str(last)
    return Problem(
        "the download of the data set broke off" if cut else "the data set's files cannot be read",
        where=_where(entry.asked),
        expected=f"what {entry.id} has at revision {entry.commit[:12]}",
        got=str(last) if isinstance(last, _GaveUpError) else reason(error),
        fix=("try again, " if cut else f"try datasets.load_dataset({entry.id!r}) by hand, ") + WITHOUT,
    )


def _configuration_problem(entry: HubEntry, wanted: Wanted) -> Problem | None:
    import datasets

    return configuration_problem(
        _where(entry.asked), wanted.config_name, lambda: datasets.get_dataset_config_names(entry.id, revision=entry.commit)
    )


def configuration_problem(where: str, config_name: str | None, look_up: Callable[[], list[str]]) -> Problem | None:
    """What is wrong with the configuration's name, if that is what is wrong.

    Args:
        where: Which data set, for the message.
        config_name: The name that was asked for.
        look_up: Gives the names that there are.
    """
    try:
        names = with_files_closed(look_up)
    except Exception:
        return None
    if config_name is None and len(names) > 1:
        return Problem(
            "the data set has several configurations, and none is its default",
            where=where,
            expected=f"one of: {listing(names)}",
            got="no configuration",
            fix=f'add "config_name": "{names[0]}" to the SLA (--config {names[0]} to a command); FLOps ignores that key, '
            "and its provider dies of this set",
        )
    if config_name is not None and config_name not in names:
        return Problem(
            "the data set has no such configuration",
            where=where,
            expected=f"one of: {listing(names)}",
            got=config_name,
            nearest=nearest(config_name, names),
            fix="correct config_name",
        )
    return None


def _not_cached(name: str, error: Exception) -> Problem:
    return Problem(
        "the data set is not in the cache of the Hugging Face hub, and the network is switched off",
        where=_where(name),
        got=reason(error),
        fix="unset HF_HUB_OFFLINE and HF_DATASETS_OFFLINE once to download it, " + WITHOUT,
    )
