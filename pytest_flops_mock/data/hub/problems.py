"""What is said when a data set of the hub cannot be had."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_flops_mock.data.causes import causes, reason
from pytest_flops_mock.data.hub.patience import LOOK_UP_SECONDS, SERVER_ERRORS, TOO_MANY_REQUESTS, GaveUpError
from pytest_flops_mock.data.libraries import hub_utils
from pytest_flops_mock.data.selection import Selection, configuration_problem
from pytest_flops_mock.errors import DataSourceError, HubUnavailableError, Problem, nearest

if TYPE_CHECKING:
    from pytest_flops_mock.data.hub.entry import HubEntry

UNAUTHORISED = 401
WITHOUT = "or work without it: --flops-data=synthetic, or recorded where a sample was recorded before"


def where(name: str) -> str:
    """The key of an SLA that names the data set."""
    return f"dataset_name = {name!r}"


def look_up_error(name: str, revision: str | None, error: Exception, known: tuple[str, ...]) -> DataSourceError:
    """Why the hub says nothing about a data set; ``known`` are names that may have been meant."""
    hub = hub_utils()
    if isinstance(
        error, hub.GatedRepoError | hub.RevisionNotFoundError | hub.RepositoryNotFoundError | hub.HFValidationError
    ):
        return DataSourceError(_look_up_problem(name, revision, error, known))
    return HubUnavailableError(_network_problem(name, error))


def _look_up_problem(name: str, revision: str | None, error: Exception, known: tuple[str, ...]) -> Problem:
    hub = hub_utils()
    if isinstance(error, hub.GatedRepoError):
        return _gated(name, error)
    if isinstance(error, hub.RevisionNotFoundError):
        return Problem(
            "the data set has no such revision on the Hugging Face hub",
            where=where(name),
            expected="a branch, a tag or a commit of it",
            got=f"revision {revision!r}",
            nearest="main",
            fix="see the data set's page, Files and versions; without a revision the newest is taken",
        )
    token = _has_token()
    return Problem(
        "there is no such data set on the Hugging Face hub" + ("" if _is_bad(error) else ", or it is private"),
        where=where(name),
        expected="the name of a data set, such as ylecun/mnist",
        got=reason(error) if _is_bad(error) else f"{name}, asked for {'with your' if token else 'without a'} token",
        nearest=nearest(name, [other for other in known if other != name]),
        fix="correct dataset_name"
        + ("" if _is_bad(error) else "; for private data " + ("use a token that may read it" if token else _LOG_IN)),
    )


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
        where=where(name),
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
        where=where(name),
        expected=f"an answer of {huggingface_hub.constants.ENDPOINT} within {LOOK_UP_SECONDS:g} seconds",
        got=reason(error),
        fix="check the network (and HF_ENDPOINT and proxy variables), " + WITHOUT,
    )


def _status_problem(name: str, status: int, wait: str) -> Problem:
    if status == TOO_MANY_REQUESTS:
        return Problem(
            "the Hugging Face hub takes no more requests from here for now",
            where=where(name),
            got=f"status {status}" + (f", try again in {wait} seconds" if wait else ""),
            fix="log in (hf auth login, or HF_TOKEN), which raises the limit, wait, " + WITHOUT,
        )
    if status == UNAUTHORISED:
        return Problem(
            "the Hugging Face hub does not accept your token",
            where=where(name),
            got=f"status {status}",
            fix="log in again (hf auth login), or correct the environment variable HF_TOKEN",
        )
    return Problem(
        "the Hugging Face hub has trouble of its own"
        if status >= SERVER_ERRORS
        else "the Hugging Face hub refuses the request",
        where=where(name),
        got=f"status {status}",
        fix="try again later, " + WITHOUT,
    )


def load_error(entry: HubEntry, selection: Selection, error: Exception, gave_up: GaveUpError | None) -> DataSourceError:
    """Why the files of a data set do not come."""
    if gave_up is not None and not gave_up.cut:
        return HubUnavailableError(_status_problem(entry.asked, gave_up.status, gave_up.wait))
    chain = causes(error)
    for link in chain:
        if isinstance(link, hub_utils().GatedRepoError):
            return DataSourceError(_gated(entry.id, link))
    if isinstance(error, ValueError) and (problem := _configuration_problem(entry, selection)):
        return DataSourceError(problem)
    last = gave_up or chain[-1]
    if status := re.search(r"\(error (429|5\d\d)\)", str(last)):  # datasets 2.16 asks for files by itself, and wraps it so
        return HubUnavailableError(_status_problem(entry.asked, int(status[1]), ""))
    cut = isinstance(last, GaveUpError) or type(last).__module__.partition(".")[0] in (
        "httpx",
        "httpcore",
        "requests",
        "urllib3",
        "aiohttp",
    )
    cut = cut or isinstance(last, ConnectionError | TimeoutError) or "Consistency check failed" in str(last)
    problem = Problem(
        "the download of the data set broke off" if cut else "the data set's files cannot be read",
        where=where(entry.asked),
        expected=f"what {entry.id} has at revision {entry.commit[:12]}",
        got=str(last) if isinstance(last, GaveUpError) else reason(error),
        fix=("try again, " if cut else f"try datasets.load_dataset({entry.id!r}) by hand, ") + WITHOUT,
    )
    return HubUnavailableError(problem) if cut else DataSourceError(problem)


def _configuration_problem(entry: HubEntry, selection: Selection) -> Problem | None:
    import datasets

    return configuration_problem(
        where(entry.asked), selection.config_name, lambda: datasets.get_dataset_config_names(entry.id, revision=entry.commit)
    )


def not_cached(name: str, error: Exception) -> HubUnavailableError:
    """What is said without a network about a data set that was never downloaded."""
    return HubUnavailableError(
        Problem(
            "the data set is not in the cache of the Hugging Face hub, and the network is switched off",
            where=where(name),
            got=reason(error),
            fix="unset HF_HUB_OFFLINE and HF_DATASETS_OFFLINE once to download it, " + WITHOUT,
        )
    )
