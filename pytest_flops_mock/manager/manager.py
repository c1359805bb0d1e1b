"""The FLOps manager, in this process: what users' clients talk to, in front of mock data providers and checks."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from pytest_flops_mock.errors import Problem, ServerStateError, SettingsError, ToolError, listing
from pytest_flops_mock.manager.deploying import Deploying
from pytest_flops_mock.manager.jobs import MockJob, ProjectJob
from pytest_flops_mock.manager.work import Work
from pytest_flops_mock.options import CheckArguments, CheckOptions

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pytest_flops_mock.manager.listening import Listening
    from pytest_flops_mock.stages.context import RepositorySource


class FlopsManager:
    """FLOps' manager and the orchestrator's login over HTTP, for a client such as ``oak``. Needs the extra ``manager``.

    An MDP SLA that is posted starts a mock data provider for each learner node, a project SLA a check of the ML repository
    that it names with the data of each node, in the background and in the order in which they came. Use it as a context
    manager, or call :meth:`start` and :meth:`stop`. The constructor opens nothing.

    Args:
        servers: The address of each learner node's ML data server, ``grpc://HOST:PORT``; one or more.
        repositories: Which ML repository a project SLA's ``ml_repo_url`` means: URLs, each with a folder, a mapping of file
            names to texts, or an ``MLRepository``.
        clone: Whether a repository that is not among them is cloned.
        strict: Whether to answer exactly as the real manager does: 200 to SLAs that fail later, 500 to what is refused. By
            default those get 400, with all problems.
        host: Address to listen on. Loopback by default; another one lets whoever reaches it run checks here.
        port: Port of the FLOps manager; 0 takes a free one, the real one has 5072.
        system_manager_port: Port of the login; 0 takes a free one, the real one has 10000.
        on_job: Is told of each job that has ended, in the manager's own thread; what it raises is among the errors.
        **options: How providers and checks work: the attributes of :class:`CheckOptions`, such as ``data="hub"``.

    Raises:
        SettingsError: There is no server, or an option is unknown or has a value that means nothing.

    Example:
        >>> with MLDataServer() as server, FlopsManager([server.uri]) as manager:
        ...     manager.url.startswith("http://127.0.0.1:")
        True
    """

    def __init__(
        self,
        servers: Iterable[str],
        *,
        repositories: Mapping[str, RepositorySource] | None = None,
        clone: bool = False,
        strict: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
        system_manager_port: int = 0,
        on_job: Callable[[MockJob | ProjectJob], None] | None = None,
        **options: Unpack[CheckArguments],
    ) -> None:
        nodes = (servers,) if isinstance(servers, str) else tuple(servers)
        if not nodes:
            raise SettingsError(
                Problem(
                    "a FLOps manager without learner nodes can deploy nothing",
                    expected="the address of an ML data server for each learner node",
                    got="none",
                    fix="FlopsManager([server.uri])",
                )
            )
        self.host = host
        self.strict = strict
        self._wanted = (port, system_manager_port)
        self._ports: tuple[int, int] | None = None
        self._token = secrets.token_urlsafe(24)
        self._errors: list[str] = []
        self._deploying = Deploying(nodes, dict(repositories or {}), clone, CheckOptions().changed(**options))
        self._work = Work(self._deploying.run, self._errors.append, on_job)
        self._listening: Listening | None = None

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._listening is not None

    @property
    def servers(self) -> tuple[str, ...]:
        """The ML data servers of the learner nodes."""
        return self._deploying.servers

    @property
    def url(self) -> str:
        """Where the FLOps manager's API is. Raises ServerStateError when it does not run."""
        return self._url(0)

    @property
    def system_manager_url(self) -> str:
        """Where one logs in. Raises ServerStateError when it does not run."""
        return self._url(1)

    @property
    def token(self) -> str:
        """The bearer token that a login gives, for clients that do not log in themselves."""
        return self._token

    @property
    def mocks(self) -> tuple[MockJob, ...]:
        """The MDP SLAs that were posted, and what became of them, in order."""
        return self._work.of(MockJob)

    @property
    def projects(self) -> tuple[ProjectJob, ...]:
        """The project SLAs that were posted, and what became of them, in order."""
        return self._work.of(ProjectJob)

    @property
    def errors(self) -> tuple[str, ...]:
        """Tracebacks of errors of the manager itself, which no answer tells."""
        return tuple(self._errors)

    def start(self) -> FlopsManager:
        """Listen, and begin to do jobs.

        Returns:
            The manager itself.

        Raises:
            ServerStateError: It runs already, or cannot have its address.
            ToolError: FastAPI or uvicorn is not installed.
        """
        if self._listening is not None:
            raise ServerStateError(
                Problem("the FLOps manager runs already", where=self.url, fix="use the running one, or call stop() first")
            )
        try:
            from pytest_flops_mock.manager.api import Backend, flops_manager, system_manager
            from pytest_flops_mock.manager.listening import Listening, bound
        except ImportError as error:
            raise ToolError(
                Problem(
                    "the FLOps manager's API needs FastAPI and uvicorn, which are not installed",
                    expected="the extra manager",
                    got=str(error),
                    fix="pip install 'pytest-flops-mock[manager]'",
                )
            ) from error
        backend = Backend(self._token, self._work, self._deploying, self.strict)
        api = bound(self.host, self._wanted[0], "the FLOps manager")
        try:
            login = bound(self.host, self._wanted[1], "the system manager's login")
        except ServerStateError:
            api.close()
            raise
        self._ports = (api.getsockname()[1], login.getsockname()[1])
        self._work.start()
        applications = {api: flops_manager(backend), login: system_manager(self._token)}
        self._listening = Listening(applications, self._errors.append)
        return self

    def stop(self, timeout: float = 10.0) -> None:
        """Stop listening and begin no further job. Does nothing on a manager that does not run.

        Args:
            timeout: Most seconds to wait for the job under way. One that still runs then is told as a ``RuntimeWarning``.
        """
        listening, self._listening, self._ports = self._listening, None, None
        if listening is None:
            return
        listening.stop(timeout)
        if not self._work.stop(timeout):
            warnings.warn(f"a job of the FLOps manager did not end within {timeout} s", RuntimeWarning, stacklevel=2)

    def wait(self, timeout: float = 120.0) -> None:
        """Wait until all jobs have ended.

        Args:
            timeout: Most seconds to wait.

        Raises:
            ServerStateError: Some have not ended by then.
        """
        if left := self._work.wait(timeout):
            raise ServerStateError(
                Problem(
                    f"jobs of the FLOps manager did not end within {timeout} s",
                    got=listing(f"{job.id} ({job.state.value})" for job in left),
                    fix="wait longer, or look at what they wait for",
                )
            )

    def clear(self) -> None:
        """Forget all jobs and errors. What the ML data servers hold stays."""
        self._work.clear()
        self._errors.clear()

    def __enter__(self) -> FlopsManager:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<FlopsManager {self.url if self.running else 'stopped'}>"

    def _url(self, which: int) -> str:
        if self._ports is None:
            raise ServerStateError(
                Problem("the FLOps manager does not run", fix="use it in a with block, or call start() first")
            )
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self._ports[which]}"
