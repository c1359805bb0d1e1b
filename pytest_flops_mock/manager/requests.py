"""What clients of the manager send: bodies up to a size, plain JSON, SLAs; and how they are refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from pytest_flops_mock.errors import Problem, SLAError
from pytest_flops_mock.manager.deploying import fatal
from pytest_flops_mock.sla.files import MAX_BYTES
from pytest_flops_mock.sla.models import MockSLA, ProjectSLA
from pytest_flops_mock.sla.parsing import begins_like_json

if TYPE_CHECKING:
    from collections.abc import Iterable

_SLA = TypeVar("_SLA", MockSLA, ProjectSLA)

OF_FLOPS = ("dataset_name", "number_of_partitions", "data_tag")
"""The keys of ``mock_data_configuration`` that the real manager reads."""

UNEXPECTED = "Unexpected exception occurred"


class RefusedError(Exception):
    """A request that is answered with a status of its own.

    Attributes:
        status: The HTTP status.
        message: What is wrong, in one sentence.
        problems: All that is wrong, in parts.
    """

    def __init__(self, status: int, message: str, problems: Iterable[Problem] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.problems = tuple(problems)


def as_the_real_one(reason: object) -> RefusedError:
    """How the real manager answers to whatever goes wrong."""
    return RefusedError(500, f"{UNEXPECTED}:{reason}")


async def body_of(request: Request) -> bytes:
    """The request's body; one that is too long is not read to its end.

    Raises:
        RefusedError: It is too long, or the client is gone.
    """
    too_long = RefusedError(413, f"the body is longer than {MAX_BYTES:,} bytes; an SLA has a few hundred")
    if int(request.headers.get("content-length", "0")) > MAX_BYTES:
        raise too_long
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BYTES:
                raise too_long
    except ClientDisconnect:
        raise RefusedError(400, "the client went away before it had sent all") from None
    return bytes(body)


async def sla_of(kind: type[_SLA], request: Request, *, strict: bool) -> _SLA:
    """The SLA in a request's body.

    Args:
        kind: Which one.
        request: The request.
        strict: Whether to refuse only what the real manager refuses, and as it does.

    Raises:
        RefusedError: It cannot be used: 400 with all problems, or 500 as the real one.
    """
    body = await body_of(request)
    if not _says_json(request):
        if strict:
            raise as_the_real_one("415 Unsupported Media Type")
        raise RefusedError(415, "the FLOps manager reads bodies of the type application/json only")
    return _strictly(kind, body) if strict else _early(kind, body)


async def customer_of(request: Request, *, strict: bool) -> str:
    """The ``customerID`` in the query, or in the JSON body.

    Raises:
        RefusedError: There is none.
    """
    if "customerID" in request.query_params:
        return request.query_params["customerID"]
    body = await body_of(request)
    try:
        said = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        said = None
    customer = said.get("customerID") if isinstance(said, dict) else None
    if isinstance(customer, str):
        return customer
    raise (
        as_the_real_one("'customerID'")
        if strict
        else RefusedError(400, "the customerID is missing: put it into the query, or as a text into the JSON body")
    )


def _says_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _early(kind: type[_SLA], body: bytes) -> _SLA:
    try:
        text = _text(body)
        sla = kind.load(text)
        _refuse_more_than_json(text)
        if problems := fatal(sla):
            raise SLAError(*problems)
        return sla
    except SLAError as error:
        raise refusal(error.problems) from None


def refusal(problems: tuple[Problem, ...]) -> RefusedError:
    """The answer to an SLA with these problems."""
    return RefusedError(400, f"the SLA cannot be used: {'; '.join(problem.message for problem in problems)}", problems)


def _strictly(kind: type[_SLA], body: bytes) -> _SLA:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise as_the_real_one("400 Bad Request") from None
    if not isinstance(said, dict):
        raise as_the_real_one("the body is no object")
    if "customerID" not in said:
        raise as_the_real_one("'customerID'")
    try:
        return kind.load(_as_flops_reads(said))
    except SLAError as error:
        raise as_the_real_one("; ".join(problem.message for problem in error.problems)) from None


def _as_flops_reads(said: dict[str, Any]) -> dict[str, Any]:
    """An SLA without the keys that are our own."""
    asked = said.get("mock_data_configuration")
    if not isinstance(asked, dict):
        return said
    return {**said, "mock_data_configuration": {key: value for key, value in asked.items() if key in OF_FLOPS}}


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SLAError(
            Problem(
                "the body is not UTF-8 text",
                where="<body>",
                expected="JSON in UTF-8",
                got=f"byte 0x{error.object[error.start]:02X} at offset {error.start}",
                fix="send it as UTF-8",
                code="FM001",
            )
        ) from None
    if not begins_like_json(text):  # never a path
        raise SLAError(
            Problem(
                "the body is no SLA",
                where="<body>",
                expected="a JSON object",
                got=text.strip()[:80] or "nothing",
                fix="send the SLA's JSON as the body",
                code="FM002",
            )
        )
    return text


def _refuse_more_than_json(text: str) -> None:
    """Comments and trailing commas, which our own reader takes, end a deployment."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise SLAError(
            Problem(
                "the FLOps manager reads plain JSON only, without comments and trailing commas",
                where=f"<body>: line {error.lineno}, column {error.colno}",
                expected="plain JSON",
                got=error.msg,
                fix="remove comments that start with %, and commas before a closing bracket",
                code="FM002",
            )
        ) from None
