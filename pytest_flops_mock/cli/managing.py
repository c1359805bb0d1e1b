"""``flops-mock serve --manager``: the FLOps manager in front of the ML data server, and what it tells of its jobs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.cli.providing import options_of
from pytest_flops_mock.cli.shared import whole_number
from pytest_flops_mock.errors import Problem, SettingsError

if TYPE_CHECKING:
    from pytest_flops_mock.flight.access import Access
    from pytest_flops_mock.manager.jobs import MockJob, ProjectJob
    from pytest_flops_mock.manager.manager import FlopsManager

API_PORT, LOGIN_PORT = 5072, 10000
"""The ports of the real ones."""


def add_manager(command: argparse.ArgumentParser) -> None:
    """Add the options."""
    command.add_argument(
        "--manager", action="store_true", help="run a FLOps manager, too, for clients such as oak (extra manager)"
    )
    command.add_argument("--manager-port", metavar="N", help=f"port of its API, 0 for a free one ({API_PORT})")
    command.add_argument("--login-port", metavar="N", help=f"port where its clients log in, 0 for a free one ({LOGIN_PORT})")
    command.add_argument(
        "--repository",
        metavar="URL=DIR",
        action="append",
        default=[],
        help="the folder of the ML repository that project SLAs name by a URL; may be repeated",
    )
    command.add_argument("--clone", action="store_true", help="clone ML repositories for which no folder is named")


def manager_of(
    given: argparse.Namespace,
    here: Path,
    access: Access | None,
    on_job: Callable[[MockJob | ProjectJob], None],
) -> Callable[[str], FlopsManager] | None:
    """Makes the FLOps manager of an ML data server, which is not started; ``None`` where none is asked for.

    Args:
        given: The arguments of the command.
        here: The folder of relative paths.
        access: What clients of the ML data server must show.
        on_job: Is told of each job that has ended.

    Raises:
        SettingsError: A value means nothing, an option is for a manager and there is none, or learners could not load.
    """
    ports = {"--manager-port": given.manager_port, "--login-port": given.login_port}
    if not given.manager:
        asked = [option for option, value in ports.items() if value is not None]
        asked += ["--repository"] * bool(given.repository) + ["--clone"] * given.clone
        if asked:
            raise SettingsError(
                Problem(
                    f"{asked[0]} is about a FLOps manager, and none is asked for", fix=f"add --manager, or drop {asked[0]}"
                )
            )
        return None
    if access is not None:
        raise SettingsError(
            Problem(
                "a FLOps manager has learners load, who send no token and speak no TLS",
                expected="--manager alone",
                got="--manager with a token or TLS",
                fix="serve for the manager without them, on loopback, and the rest with a server of its own",
            )
        )
    defaults = {"--manager-port": API_PORT, "--login-port": LOGIN_PORT}
    api, login = (
        whole_number(str(defaults[name] if value is None else value), name, minimum=0) for name, value in ports.items()
    )
    repositories = dict(_repository(each, here) for each in given.repository)
    options = options_of(given, here)

    def made(uri: str) -> FlopsManager:
        from pytest_flops_mock.manager.manager import FlopsManager

        return FlopsManager(
            [uri],
            repositories=repositories,
            clone=given.clone,
            host=given.host,
            port=api,
            system_manager_port=login,
            on_job=on_job,
            **options.arguments(),
        )

    return made


def deployed(job: MockJob | ProjectJob) -> tuple[str, str, dict[str, Any]]:
    """What is told of a job that has ended: the event, the rest of its line, and facts."""
    from pytest_flops_mock.manager.jobs import MockJob

    problems = list(job.problems)
    if isinstance(job, MockJob):
        problems += [problem for each in job.deliveries for problem in each.problems]
        stored = [part for each in job.deliveries for part in each.partitions]
        rows = sum(part.rows for part in stored)
        about = {"data_tag": job.sla.data_tag, "names": [part.name for part in stored], "rows": rows}
        what = f"MDP SLA {job.id}: {len(stored)} partitions of {job.sla.data_tag}, {rows:,} rows, of {job.sla.dataset_name}"
        kind = "provided" if not problems else "failed"
    else:
        verdicts = [report.summary for report in job.reports]
        about = {"ml_repo_url": job.sla.ml_repo_url, "verdicts": verdicts}
        what = f"project SLA {job.id}: {job.sla.ml_repo_url}: {'; '.join(verdicts)}"
        kind = "checked" if not problems else "failed"
    if problems:
        name = "MDP SLA" if isinstance(job, MockJob) else "project SLA"
        what = f"{name} {job.id}: {problems[0].message}"
    facts = {"job": job.id, "state": job.state.value, **about, "problems": [problem.message for problem in problems]}
    return kind, what, facts


def _repository(text: str, here: Path) -> tuple[str, Path]:
    url, equals, folder = text.rpartition("=")
    path = here / Path(folder).expanduser()
    if not (equals and url and folder and path.is_dir()):
        raise SettingsError(
            Problem(
                "--repository takes a URL and the folder that it means",
                where="--repository",
                expected="URL=DIR, and a folder that is there",
                got=text,
                fix="for example --repository https://github.com/acme/digits=path/to/digits",
            )
        )
    return url, path
