"""The fixtures. Each docstring is the manual page that ``pytest --fixtures`` shows; heavy imports are in the bodies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import pytest

from pytest_flops_mock.errors import Problem, ServerHandlerError, SettingsError, SLAError, listing
from pytest_flops_mock.options import KEYWORDS, OPTIONS, CheckArguments, CheckOptions, Option, refuse_unknown
from pytest_flops_mock.settings import Settings, settings_from
from pytest_flops_mock.sla.files import shown

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pytest_flops_mock.data.choice import DataChoice, DataSource
    from pytest_flops_mock.flight.server import MLDataServer
    from pytest_flops_mock.flight.store import Store
    from pytest_flops_mock.provider import ProviderRun
    from pytest_flops_mock.report.report import Report
    from pytest_flops_mock.repository.repository import MLRepository
    from pytest_flops_mock.sla.models import MockSLA, ProjectSLA
    from pytest_flops_mock.sla.partitioners import Partitioning
    from pytest_flops_mock.sla.schemes import Drift

    SLA = MockSLA | str | os.PathLike[str] | Mapping[str, Any]

SETTINGS = pytest.StashKey[Settings]()
SERVERS = pytest.StashKey["list[MLDataServer]"]()
REPORTS = pytest.StashKey["list[Report]"]()
PASSED = pytest.StashKey[bool]()
"""Whether the test function itself has come to its end."""


class SLAChanges(TypedDict, total=False):
    """Values to replace in an MDP SLA; ``MockSLA`` says what each means, and refuses what means nothing."""

    customerID: Any  # as SLAs call it
    dataset_name: Any
    number_of_partitions: Any
    data_tag: Any
    split: Any
    config_name: Any
    revision: Any
    max_rows: Any


class CheckKeywords(CheckArguments, SLAChanges, total=False):
    """What ``flops_check`` takes beside repository, SLAs and server: options of the check, and changes of the SLA."""


@dataclass(frozen=True)
class ProvideMockData:
    """What the fixture ``mock_data_provider`` gives."""

    _request: pytest.FixtureRequest
    _uri: str

    def __call__(
        self,
        sla: SLA | None = None,
        *,
        dataset: Any = None,
        data: str | DataSource | DataChoice | None = None,
        drift: str | Mapping[str, Any] | Sequence[Any] | Drift | None = None,
        partitioner: str | Mapping[str, Any] | Sequence[Any] | Partitioning | None = None,
        **changes: Unpack[SLAChanges],
    ) -> ProviderRun:
        """Run the mock data provider; see the fixture."""
        from pytest_flops_mock.provider import MockDataProvider

        options = _options(self._request, data=data, drift=drift, partitioner=partitioner)
        return MockDataProvider(self._uri, **options.of_provider()).run(_mock_sla(self._request, sla, changes), dataset)


@dataclass(frozen=True)
class FlopsCheck:
    """What the fixture ``flops_check`` gives."""

    _request: pytest.FixtureRequest
    _given: list[tuple[str, Report]] = field(default_factory=list)

    def __call__(
        self,
        repository: MLRepository | str | os.PathLike[str] | Mapping[str, str] | None = None,
        uri: str | None = None,
        *,
        sla: SLA | Sequence[SLA] | None = None,
        project_sla: ProjectSLA | str | os.PathLike[str] | Mapping[str, Any] | None = None,
        data_tags: Iterable[str] | None = None,
        **options: Unpack[CheckKeywords],
    ) -> Report:
        """Check the repository; see the fixture."""
        from pytest_flops_mock.pipeline import check_repository
        from pytest_flops_mock.terminal import at_once

        refuse_unknown(options, also=SLAChanges.__annotations__)
        changes = {name: value for name, value in options.items() if name not in KEYWORDS}
        chosen: Any = {name: value for name, value in options.items() if name in KEYWORDS}
        request, project = self._request, settings_of(self._request.config).project_sla
        report = check_repository(
            request.getfixturevalue("flops_repository") if repository is None else repository,
            uri,
            sla=None if uri is not None and sla is None else _slas(request, sla, changes),
            project_sla=project if project_sla is None else _located(request, project_sla),
            data_tags=data_tags,
            on_wait=at_once(request.config),
            **_options(request, **chosen).arguments(),
        )
        request.node.stash.setdefault(REPORTS, []).append(report)
        caller = sys._getframe(1)
        given = replace(report)  # what this plugin looks at does not count as looked at by the test
        file = shown(Path(caller.f_code.co_filename), request.config.rootpath)
        self._given.append((f"{file}:{caller.f_lineno}", given))
        return given

    def refuse_unasked(self) -> None:
        """Fail if the test has not looked at a report with errors."""
        unasked = [(place, report) for place, report in self._given if not report.asked and not report.ok]
        if unasked and self._request.node.stash.get(PASSED, False):
            pytest.fail("\n".join(str(_unasked(place, report)) for place, report in unasked), pytrace=False)


@pytest.fixture
def ml_data_server_address() -> tuple[str, int]:
    """Host and port that ``ml_data_server`` listens on: ``("127.0.0.1", 0)``, loopback and a free port.

    Override it in a ``conftest.py`` for another one, for example to let containers reach the server.
    """
    return "127.0.0.1", 0


@pytest.fixture
def ml_data_server_store() -> Store:
    """Where ``ml_data_server`` keeps partitions: in memory.

    Override it to return a ``ParquetStore(folder)``, laid out like the real server's volume, or any ``Store``.
    """
    from pytest_flops_mock.flight.store import MemoryStore

    return MemoryStore()


@pytest.fixture
def ml_data_server(
    request: pytest.FixtureRequest, ml_data_server_address: tuple[str, int], ml_data_server_store: Store
) -> Iterator[MLDataServer]:
    """A running ML data server of this test's own: in process, on loopback, empty.

    ``ml_data_server.uri`` is its address for a provider, a learner or a plain ``pyarrow.flight`` client,
    ``ml_data_server.partitions`` what it holds, ``ml_data_server.calls`` what it was asked. When the test fails, the call
    log is a section of its report. A call that ends in an error of the server itself fails the test at teardown.
    """
    from pytest_flops_mock.flight.server import MLDataServer

    host, port = ml_data_server_address
    server = MLDataServer(ml_data_server_store, host=host, port=port)
    request.node.stash.setdefault(SERVERS, []).append(server)
    with server:
        yield server
    if server.errors:
        raise ServerHandlerError(
            *(
                Problem(
                    "a call on the ML data server ended in an error of the server",
                    where=f"{call.method} {call.subject}",
                    got=call.message,
                    fix="the section 'ML data server' has its traceback; a store of your own is the first suspect",
                )
                for call in server.errors
            )
        )


@pytest.fixture
def mock_data_provider(request: pytest.FixtureRequest, ml_data_server: MLDataServer) -> ProvideMockData:
    """Runs the mock data provider against ``ml_data_server``: ``mock_data_provider(sla, **changes) -> ProviderRun``.

    ``sla`` is a path (relative to the test's file or the rootdir), JSON text, a mapping or a ``MockSLA``; without one it
    is that of ``@pytest.mark.flops_sla(...)``, ``--flops-sla`` or the ini key ``flops_sla``. ``changes`` replace values in
    it, for example ``number_of_partitions=5``. ``dataset=`` takes a ``datasets.Dataset`` to send instead of the one that
    the SLA names. ``data=`` says where data sets come from (``hub``, ``mnist:recorded *:hub``), ``drift=`` what is
    wrong with partitions (``missing=0.1; empty partitions=0``), ``partitioner=`` how rows are split (``dirichlet
    alpha=0.3``); without them the marker ``flops_data``, options or ini keys say it. The run tells of each stored partition.
    """
    return ProvideMockData(request, ml_data_server.uri)


@pytest.fixture
def flops_repository(request: pytest.FixtureRequest) -> MLRepository:
    """The ML repository under test: ``--flops-repo``, else the ini key ``flops_repository``, else the rootdir.

    Override it to check another one, for example ``MLRepository.of_files({...})``.
    """
    from pytest_flops_mock.repository.repository import MLRepository

    return MLRepository.at(settings_of(request.config).repository)


@pytest.fixture
def flops_check(request: pytest.FixtureRequest) -> Iterator[FlopsCheck]:
    """Checks an ML repository against the data that a mock data provider sends, in one call.

    ``report = flops_check(sla="mocks/mnist_multi.json"); assert report.ok, report``

    Reads the SLA, looks at the repository, runs the mock data provider against an ML data server of the call's own, loads
    the partitions as a learner does, and lets the repository's ``ModelManager`` take them, train, hand over its parameters
    and evaluate, in a process of its own. What is wrong is in the report, not raised; when the test fails, the report is a
    section of it. A test that passes without looking at a report with errors (``ok``, ``verdict``, ``errors``, ``findings``,
    its text or JSON) fails at teardown. ``--flops-check`` does the same for the SLAs of ``flops_sla`` without a test.

    Args:
        repository: Folder, mapping of file names to texts, or ``MLRepository``; by default ``flops_repository``.
        uri: Address of a server whose data are used as they are, with ``data_tags``; no provider runs without ``sla``.
        sla: MDP SLA: path (relative to the test's file or the rootdir), JSON text, mapping or ``MockSLA``; by default that
            of ``@pytest.mark.flops_sla(...)``, ``--flops-sla`` or the ini key ``flops_sla``. A list of them, several in
            the marker, or ``--flops-together`` is one check of several mock data providers that send to one learner.
        project_sla: Project SLA, likewise; by default ``--flops-project-sla`` or the ini key, if there is one.
        data_tags: Tags that the learner asks for; by default those of the project SLA, else the MDP SLA's.
        **options: How the check is done: any attribute of ``CheckOptions`` (such as ``data``, ``drift``, ``partitioner``,
            ``env``, ``timeout``). By default what the markers ``flops_data`` and ``flops_ignore`` say, else options and ini
            keys; ``pass_env`` and ``ignore`` add up. And values to replace in the MDP SLA, as in ``dataset_name="cifar10"``.
    """
    check = FlopsCheck(request)
    yield check
    check.refuse_unasked()


def _unasked(place: str, report: Report) -> Problem:
    return Problem(
        "flops_check has found errors, and the test does not look at its report",
        where=place,
        expected="assert report.ok, report",
        got=f"a test that passes with {report!r}",
        fix="assert on the report, or on report.errors where they are meant to be there",
    )


def _options(request: pytest.FixtureRequest, **arguments: Unpack[CheckArguments]) -> CheckOptions:
    """The options of a call: what it names, else the markers of the test, else the settings.

    Raises:
        SettingsError: The call or a marker says what means nothing.
    """
    options = settings_of(request.config).options
    of_test = f"of {request.node.nodeid}"
    where = f"@pytest.mark.flops_data {of_test}"
    marker = request.node.get_closest_marker("flops_data")
    if marker is not None:
        if len(marker.args) > 1 or marker.kwargs.keys() - {"drift", "partitioner"} or not (marker.args or marker.kwargs):
            raise SettingsError(
                Problem(
                    "the marker flops_data takes a source of data, drift and a partitioner",
                    where=where,
                    expected='@pytest.mark.flops_data("mnist:recorded *:hub", drift="missing=0.1")',
                    got=", ".join([*map(repr, marker.args), *(f"{name}=" for name in marker.kwargs)]) or "nothing",
                    fix="several sources go into one text",
                )
            )
        options = options.changed(where, data=next(iter(marker.args), None), **marker.kwargs)
    if sla := request.node.get_closest_marker("flops_sla"):  # nearer to the test than options and ini keys
        named, told = f"@pytest.mark.flops_sla {of_test}", sla.kwargs
        options = options.changed(named, partitioner=told.get("partitioner"), drift=told.get("drift"))
    where = f"@pytest.mark.flops_ignore {of_test}"
    markers = list(request.node.iter_markers("flops_ignore"))
    if any(marker.kwargs or not marker.args for marker in markers):
        raise SettingsError(
            Problem(
                "the marker flops_ignore takes codes of findings",
                where=where,
                expected='@pytest.mark.flops_ignore("FM714", "FM816")',
                got="no code" if not all(marker.args for marker in markers) else "keyword arguments",
                fix="flops-mock explain lists all codes",
            )
        )
    return options.changed(where, ignore=[code for marker in markers for code in marker.args]).changed(**arguments)


def settings_of(config: pytest.Config) -> Settings:
    """The settings of this run, from options and ini.

    Raises:
        pytest.UsageError: A value means nothing.
    """
    if SETTINGS not in config.stash:
        set_here = [option for option in OPTIONS if "pytest" in option.doors]
        try:
            config.stash[SETTINGS] = settings_from(
                config.rootpath,
                config.invocation_params.dir,
                options={option.name: config.getoption(option.dest) for option in set_here},
                ini={option.name: _ini(config, option) for option in set_here},
            )
        except SettingsError as error:
            raise pytest.UsageError(str(error)) from error
    return config.stash[SETTINGS]


def _ini(config: pytest.Config, option: Option) -> Any:
    try:
        return config.getini(option.ini)
    except (TypeError, ValueError, pytest.UsageError) as error:  # none of them names the key
        expected = {"flag": "true or false", "text": "a text", "list": "texts, one in a line"}[option.kind]
        raise SettingsError(
            Problem(
                "the ini key has a value of another type",
                where=f"ini {option.ini}",
                expected=expected,
                got=str(error),
                fix=option.terminal,
            )
        ) from None


def _mock_sla(request: pytest.FixtureRequest, sla: SLA | None, changes: Mapping[str, Any]) -> MockSLA:
    """The one SLA that the provider is to run, with the changes of the marker and of the call.

    Raises:
        SLAError: It cannot be used.
        SettingsError: None is named, or several.
    """
    from pytest_flops_mock.sla.models import MockSLA

    (source, *others), changes = _chosen(request, None if sla is None else [sla], changes)
    if others:
        raise _several(request, [source, *others], "pass the SLA of each run: mock_data_provider(sla)")
    loaded = MockSLA.load(source, base=request.path.parent)
    return loaded.replace(**changes) if changes else loaded


def _slas(request: pytest.FixtureRequest, sla: SLA | Sequence[SLA] | None, changes: Mapping[str, Any]) -> list[SLA]:
    """The SLAs for a check; one that cannot be loaded is handed on as it is, for the report to say why."""
    from pytest_flops_mock.sla.models import MockSLA

    named = sla if sla is None or (isinstance(sla, Sequence) and not isinstance(sla, str)) else [sla]
    sources, changes = _chosen(request, named, changes)
    slas: list[SLA] = []
    for source in sources:
        try:
            loaded = MockSLA.load(source, base=request.path.parent)
        except SLAError:
            slas.append(source)
        else:
            slas.append(loaded.replace(**changes) if changes else loaded)
    return slas


def _chosen(
    request: pytest.FixtureRequest, slas: Sequence[SLA] | None, changes: Mapping[str, Any]
) -> tuple[list[SLA], Mapping[str, Any]]:
    """Where the SLAs come from: the call, else the closest marker, else the settings."""
    if slas is not None:
        return [_located(request, sla) for sla in slas], changes
    marker = request.node.get_closest_marker("flops_sla")
    settings = settings_of(request.config)
    if marker is None or not marker.args:
        if len(settings.slas) > 1 and not settings.together:
            fix = 'pass sla="mocks/mnist.json" or a list of SLAs, use @pytest.mark.flops_sla(...), or add --flops-together'
            raise _several(request, settings.slas, fix)
        chosen: list[SLA] = list(settings.slas)
    else:
        chosen = [_located(request, sla) for sla in marker.args]
    if not chosen:
        raise SettingsError(
            Problem(
                "no MDP SLA is named",
                where=request.node.nodeid,
                expected="an SLA in the call, a marker, an option or the ini file",
                fix='pass sla="mocks/mnist.json", or use @pytest.mark.flops_sla(...), --flops-sla or ini flops_sla',
            )
        )
    return chosen, {**(marker.kwargs if marker is not None else {}), **changes}


def _several(request: pytest.FixtureRequest, slas: Iterable[object], fix: str) -> SettingsError:
    return SettingsError(
        Problem(
            "several MDP SLAs are named, and this call is about one",
            where=request.node.nodeid,
            expected="one SLA in the call or a marker",
            got=listing(slas, 5),
            fix=fix,
        )
    )


def _located(request: pytest.FixtureRequest, source: Any) -> Any:
    """A path as one that exists: relative to the test's file, else to the rootdir. Other sources as they are."""
    is_text = isinstance(source, str) and source.lstrip().startswith(("{", "%"))
    if is_text or not isinstance(source, (str, os.PathLike)):
        return source
    path = Path(source).expanduser()
    beside_test = request.path.parent / path
    return beside_test if beside_test.exists() else request.config.rootpath / path
