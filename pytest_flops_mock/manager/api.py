"""The FLOps manager's calls and the orchestrator's login, as FastAPI applications."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from pytest_flops_mock import __version__
from pytest_flops_mock.manager.deploying import Deploying
from pytest_flops_mock.manager.documents import CUSTOMER, IN_QUERY, LOGIN, MOCK_SLA, body, project_sla
from pytest_flops_mock.manager.jobs import MockJob, ProjectJob
from pytest_flops_mock.manager.requests import RefusedError, body_of, customer_of, refusal, sla_of
from pytest_flops_mock.manager.views import (
    Message,
    Mocks,
    Projects,
    Refusal,
    Token,
    TrackingServer,
    mock_view,
    plain,
    problem_views,
    project_view,
    report_path,
)
from pytest_flops_mock.manager.work import MAX_WAITING, BusyError, Work
from pytest_flops_mock.report.as_json import written

ADMIN = "Admin"
"""The orchestrator's first user, whose name is its password."""

_Job = TypeVar("_Job", MockJob, ProjectJob)

_BEARER = HTTPBearer(auto_error=False, description="what POST /api/auth/login of the system manager gives")


@dataclass(frozen=True)
class Backend:
    """What the calls work on.

    Attributes:
        token: The bearer token that a login gives and all calls need.
        work: The jobs.
        deploying: How they are done.
        strict: Whether to answer as the real manager does also where that helps nobody.
    """

    token: str
    work: Work
    deploying: Deploying
    strict: bool

    def add(self, kind: type[_Job], sla: object) -> _Job:
        """Queue a job, if not too many wait."""
        try:
            return self.work.add(kind, sla)
        except BusyError:
            raise RefusedError(429, f"{MAX_WAITING} jobs wait already") from None


def _answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Refusal} for status in statuses}


def flops_manager(backend: Backend) -> FastAPI:
    """The FLOps manager's API."""
    app = _application("FLOps manager", "The calls of FLOps' manager, and some of our own to see what became of them.")
    posted = _answers(400, 401, 413, 415, 429, 500)
    known = () if backend.deploying.clone else tuple(backend.deploying.repositories)
    project = project_sla(known)

    async def authorised(request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        # As bytes: a header may hold what is no ASCII.
        if scheme.casefold() != "bearer" or not hmac.compare_digest(token.strip().encode(), backend.token.encode()):
            raise RefusedError(401, "the bearer token is missing or wrong: log in at the system manager first")

    needs_token = [Depends(_BEARER), Depends(authorised)]

    @app.get("/", response_model=Message, summary="Whether it is there")
    async def root() -> Any:
        return {"message": "ok"}

    @app.post(
        "/api/flops/mocks",
        response_model=Message,
        responses=posted,
        dependencies=needs_token,
        openapi_extra=body(MOCK_SLA),
        summary="Deploy mock data providers, one for each learner node",
    )
    async def post_mock(request: Request) -> Any:
        from pytest_flops_mock.sla.models import MockSLA

        backend.add(MockJob, await sla_of(MockSLA, request, strict=backend.strict))
        return {"message": "New Mock-Data-Provider started successfully"}

    @app.get(
        "/api/flops/mocks",
        response_model=Mocks,
        responses=_answers(401),
        dependencies=needs_token,
        summary="What became of them (not a call of FLOps)",
    )
    async def get_mocks() -> Any:
        return plain(Mocks(mocks=[mock_view(job) for job in backend.work.of(MockJob)]))

    @app.post(
        "/api/flops/projects",
        response_model=Message,
        responses=posted,
        dependencies=needs_token,
        openapi_extra=body(project),
        summary="Start a project: check its ML repository with the data of each learner node",
    )
    async def post_project(request: Request, response: Response) -> Any:
        from pytest_flops_mock.sla.models import ProjectSLA

        sla = await sla_of(ProjectSLA, request, strict=backend.strict)
        if not backend.strict and (problems := backend.deploying.unknown(sla)):
            raise refusal(problems)
        response.headers["location"] = report_path(backend.add(ProjectJob, sla).id)
        return {"message": "New FLOps project started successfully"}

    @app.get(
        "/api/flops/projects",
        response_model=Projects,
        responses=_answers(401),
        dependencies=needs_token,
        openapi_extra={"parameters": IN_QUERY},
        summary="What became of them (not a call of FLOps)",
    )
    async def get_projects(request: Request) -> Any:
        jobs, customer = backend.work.of(ProjectJob), request.query_params.get("customerID")
        shown = [project_view(job) for job in jobs if customer is None or job.sla.customer_id == customer]
        return plain(Projects(projects=shown))

    @app.get(
        "/api/flops/projects/{project}/report",
        response_model=None,
        responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}, **_answers(401, 404, 409)},
        dependencies=needs_token,
        openapi_extra={
            "parameters": [{"name": "project", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}]
        },
        summary="The report on a project's ML repository (not a call of FLOps)",
    )
    async def get_report(request: Request) -> Response:
        named = request.path_params["project"]
        job = next((each for each in backend.work.of(ProjectJob) if each.id == named), None)
        if job is None:
            raise RefusedError(404, "there is no such project")
        if not job.reports:
            ended = "there is no report: the check came to no verdict" if job.state.ended else "there is no report yet"
            raise RefusedError(409, ended, job.problems)
        return Response(written(job.reports), media_type="application/json")

    @app.get(
        "/api/flops/tracking",
        response_model=TrackingServer,
        responses=_answers(400, 401, 413, 500),
        dependencies=needs_token,
        openapi_extra={"parameters": IN_QUERY},
        summary="Where a customer's projects are shown; here that is the list of them, for there is no MLflow server",
    )
    async def get_tracking(request: Request) -> Any:
        customer = await customer_of(request, strict=backend.strict)
        url = request.url.replace(path="/api/flops/projects", query="").include_query_params(customerID=customer)
        return {"tracking_server_url": str(url)}

    @app.delete(
        "/api/flops/database",
        response_model=Message,
        responses=_answers(400, 401, 403, 413, 500),
        dependencies=needs_token,
        openapi_extra={"parameters": IN_QUERY, **body(CUSTOMER, required=False)},
        summary="Forget all jobs; what learner nodes hold stays",
    )
    async def delete_database(request: Request) -> Any:
        if await customer_of(request, strict=backend.strict) != ADMIN:
            raise RefusedError(403, f"only {ADMIN} may reset the database")
        backend.work.clear()
        return {"message": "The database was reset"}

    return app


def system_manager(token: str) -> FastAPI:
    """The orchestrator's login."""
    app = _application("Oakestra system manager", "The login, which is all of it that the FLOps add-on's client needs.")

    @app.post(
        "/api/auth/login",
        response_model=Token,
        responses=_answers(400, 401, 413),
        openapi_extra=body(LOGIN),
        summary="Log in",
    )
    async def login(request: Request) -> Any:
        try:
            said = json.loads(await body_of(request))
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise RefusedError(400, "a login is a JSON object with username and password")
        if (said.get("username"), said.get("password")) != (ADMIN, ADMIN):
            raise RefusedError(401, f"username or password is wrong; both are {ADMIN} here")
        return {"token": token}

    return app


def _application(title: str, description: str) -> FastAPI:
    # Pages about the API would load scripts from elsewhere.
    app = FastAPI(
        title=title,
        description=description,
        version=__version__,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    handlers: list[tuple[type[Exception], Callable[[Request, Any], JSONResponse]]] = [
        (RefusedError, _refused),
        (HTTPException, _no_such_call),
        (Exception, _failed),
    ]
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)
    return app


def _refused(request: Request, error: RefusedError) -> JSONResponse:
    content: dict[str, Any] = {"message": error.message}
    if error.problems:
        content["problems"] = [plain(view) for view in problem_views(error.problems)]
    headers = {401: {"www-authenticate": "Bearer"}, 413: {"connection": "close"}}.get(error.status)
    return JSONResponse(content, error.status, headers)


def _no_such_call(request: Request, error: HTTPException) -> JSONResponse:
    if error.status_code == 404:
        return JSONResponse({"message": "there is no such path"}, 404)
    if error.status_code != 405:
        return JSONResponse({"message": str(error.detail)}, error.status_code, error.headers)
    # Starlette names those of the first route only.
    routes = [
        each for each in request.app.routes if isinstance(each, Route) and each.matches(request.scope)[0] is not Match.NONE
    ]
    allowed = sorted({method for route in routes for method in route.methods or ()})
    return JSONResponse({"message": "there is no such method for this path"}, 405, {"allow": ", ".join(allowed)})


def _failed(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"message": "the mock FLOps manager failed; FlopsManager.errors has the traceback"}, 500)
