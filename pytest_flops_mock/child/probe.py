"""The part of a check that runs inside the learner's process. On its own but for ``contact.py``: imports nothing of ours.

It runs in whatever Python the learner would have, so it is written for Python 3.8 and ``datasets`` 2.14 and later. The
parent sends requests as JSON lines over standard input; facts go back over standard output. Both are moved out of the
way before any code of the repository runs: what that prints goes to standard error, a log file.

The parent imports :func:`load` from here as well, to load partitions without a process.
"""

from __future__ import annotations

import abc
import ast
import faulthandler
import gc
import importlib.util
import json
import linecache
import logging
import os
import queue
import random
import re
import shutil
import signal
import sys
import threading
import traceback
import types
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn

SMALL_CHUNK_BYTES = 2**20
MAX_CHARACTERS = 4000
MAX_FRAMES = 20
MAX_CAUSES = 10
MAX_SHAPES = 8
SHAPE_ERRORS = (ValueError, TypeError, IndexError, RuntimeError)
PACKAGES = (
    "datasets",
    "pyarrow",
    "numpy",
    "flwr",
    "pillow",
    "scikit-learn",
    "torch",
    "tensorflow",
    "keras",
    "jax",
    "xgboost",
)
"""Distributions whose versions are told, if they are installed."""

DATA_LIBRARIES = ("datasets", "pandas", "polars", "pyarrow")
TEMPLATES = {
    "DataManagerTemplate": ("_prepare_data", "get_data"),
    "ModelManagerTemplate": (
        "set_model_data",
        "get_model",
        "get_model_parameters",
        "set_model_parameters",
        "fit_model",
        "evaluate_model",
    ),
}
"""The classes of ``flops_utils.ml_repo_templates`` and their abstract methods."""


class NoMatchingDataError(Exception):
    """No stored partition has one of the tags."""

    def __init__(self, tags: Iterable[str], names: Iterable[str]) -> None:
        super().__init__("no stored partition has one of the data tags")
        self.tags = list(tags)
        self.names = list(names)


class SchemasDifferError(Exception):
    """Partitions that cannot be one data set."""

    def __init__(self, differences: Iterable[str]) -> None:
        self.differences = list(differences)
        super().__init__("; ".join(self.differences))


def load(uri: str, tags: Iterable[str], timeout: float, seed: int | None = None) -> tuple[Any, list[tuple[str, int]]]:
    """Load all partitions of ``tags`` as the learner does, and close the connection.

    The rows are taken on the connection that is there: the location in a flight's endpoint is not followed. The parts come
    in the server's order, which is arbitrary; with a ``seed`` they are shuffled, so that no one can rely on it.

    Returns:
        The ``datasets.Dataset`` in format ``arrow``, and the name and number of rows of each part.
    """
    import pyarrow.flight as fl

    tags = list(tags)
    options = fl.FlightCallOptions(timeout=timeout)
    client = fl.connect(uri)
    try:
        criteria = json.dumps({"data_tags": tags}).encode()
        parts = []
        for flight in list(client.list_flights(criteria, options=options)):
            if not flight.endpoints:
                raise ValueError("the server lists a partition without an endpoint")
            ticket = flight.endpoints[0].ticket
            parts.append((ticket.ticket.decode(), client.do_get(ticket, options=options).read_all()))
        if not parts:
            raise NoMatchingDataError(tags, _names(client, options))
    finally:
        client.close()
    if seed is not None:
        random.Random(seed).shuffle(parts)
    return _as_dataset(parts), [(name, table.num_rows) for name, table in parts]


def _names(client: Any, options: Any) -> list[str]:
    """All names on the server, for the message; the real server cannot list without tags."""
    try:
        return [flight.descriptor.path[0].decode() for flight in client.list_flights(options=options)]
    except Exception:
        return []


def _as_dataset(parts: list[tuple[str, Any]]) -> Any:
    import datasets
    import pyarrow as pa

    differences = list(_differences(parts))
    if differences:
        raise SchemasDifferError(differences)
    table = pa.concat_tables([part for _, part in parts])
    chunks = max((column.num_chunks for column in table.columns), default=0)
    if chunks > 1 and table.nbytes / chunks < SMALL_CHUNK_BYTES:
        table = table.combine_chunks()
    # Without a fingerprint datasets pickles every chunk to make one (huggingface/datasets#8327).
    dataset = datasets.Dataset(table, fingerprint=uuid.uuid4().hex)
    dataset.set_format("arrow")
    return dataset


def _differences(parts: list[tuple[str, Any]]) -> Iterator[str]:
    """How the parts' schemas differ from the first one's, in words; features such as class names included."""
    (first_name, first), rest = parts[0], parts[1:]
    ours, our_features = first.schema, _features(first.schema)
    for name, table in rest:
        theirs, pair = table.schema, f"{first_name} and {name}"
        if ours.names != theirs.names:
            yield f"columns of {pair}: {', '.join(ours.names)} and {', '.join(theirs.names)}"
            continue
        their_features = _features(theirs)
        for index, column in enumerate(ours.names):
            left, right = ours.field(index).type, theirs.field(index).type
            if left != right:
                yield f"type of column {column!r} in {pair}: {left} and {right}"
            elif our_features.get(column) != their_features.get(column):
                yield _feature_difference(column, pair, our_features.get(column), their_features.get(column))


def _feature_difference(column: str, pair: str, left: Any, right: Any) -> str:
    if isinstance(left, dict) and isinstance(right, dict) and left.get("names") and right.get("names"):
        shown = [", ".join(map(str, feature["names"])) for feature in (left, right)]
        return f"class names of column {column!r} in {pair}: {_cut(shown[0], 300)} and {_cut(shown[1], 300)}"
    shown = [_cut(json.dumps(feature), 300) for feature in (left, right)]
    return f"features of column {column!r} in {pair}: {shown[0]} and {shown[1]}"


def _peak_bytes() -> int:
    """The most memory that this process has had."""
    try:
        # Not ru_maxrss, in which Linux counts what the parent had before this program took its place.
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS, in bytes


def _half(dataset: Any) -> Any:
    return _of_rows(dataset, dataset.data.table.slice(0, (dataset.num_rows + 1) // 2))


def _without_a_class(dataset: Any) -> tuple[Any, str]:
    """The rows of all classes but the last one that occurs, and which that is; nothing where there are no classes."""
    import pyarrow.compute as pc

    for name, feature in (dataset.features or {}).items():
        if type(feature).__name__ == "ClassLabel":
            present = [number for number in pc.unique(dataset.data.table[name]).to_pylist() if number is not None]
            if len(present) > 2:  # two that remain are still a classification
                rows = dataset.data.table.filter(pc.not_equal(dataset.data.table[name], max(present)))
                return _of_rows(dataset, rows), f"{name} {feature.names[max(present)]}"
    return None, ""


def _of_rows(dataset: Any, rows: Any) -> Any:
    return type(dataset)(rows, fingerprint=uuid.uuid4().hex).with_format("arrow")


def _features(schema: Any) -> dict[str, Any]:
    """The features of each column, as the schema's metadata describes them; tolerant as ``datasets`` is."""
    raw = (schema.metadata or {}).get(b"huggingface")
    info = json.loads(raw) if raw else {}
    return (info.get("info") or {}).get("features") or {}


def _cut(text: str, max_characters: int) -> str:
    return text if len(text) <= max_characters else text[: max_characters - 1] + "…"


# --- the process ------------------------------------------------------------------------------------------------------


def main() -> NoReturn:
    """Answer requests until the parent closes its end."""
    process = os.getpid()
    requests, answers = _take_over_standard_streams()
    _prepare_for_crashes()
    learner = _Learner(os.getcwd())
    actions: dict[str, Callable[..., dict[str, Any]]] = {
        name: getattr(learner, name)
        for name in ("hello", "ready", "limit", "load", "aggregator", "transform", "second_learner", "call")
    }
    inbox: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_receive, args=(requests, inbox, os.path.dirname(learner.folder)), daemon=True).start()
    while True:
        request = inbox.get()
        answer: dict[str, Any] = {"id": request.pop("id")}
        try:
            answer["facts"] = actions[request.pop("do")](**request)
        except BaseException as error:  # SystemExit and KeyboardInterrupt of the repository's code included
            answer["error"] = learner.described(error)
        if os.getpid() != process:  # a fork of the repository's code came back here: it has nothing to say
            os._exit(0)
        answers.send(answer)
        if learner.doing == "hello":
            _import_early()


def _import_early() -> None:
    """Import what every load needs while the parent is still busy; Flight first, one fixed order (apache/arrow#40088)."""
    gc.disable()  # what is imported stays
    try:
        # isort: off
        import pyarrow.flight  # noqa: F401
        import datasets  # noqa: F401
        # isort: on
    except Exception:
        return  # told by the request that needs it
    finally:
        gc.enable()


def _prepare_for_crashes() -> None:
    """Let the log say where Python was when it crashes or is stopped, and leave no core file behind."""
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=False, chain=True)  # and then end
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _receive(requests: Any, inbox: queue.Queue[dict[str, Any]], folder: str) -> None:
    """Hand on the requests; without a parent there is nothing left to do, whatever the repository's code is up to."""
    try:
        for line in requests:
            inbox.put(json.loads(line))
    except (OSError, ValueError):
        _lost()
    if os.path.basename(folder).startswith("flops-learner-"):
        shutil.rmtree(folder, ignore_errors=True)  # the parent cannot any more
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with all that the repository's code started
    os._exit(0)


def _lost() -> NoReturn:
    """The repository's code has closed the pipes of this process."""
    try:
        os.write(2, b"the repository's code closed file descriptors that are not its own\n")
    finally:
        os._exit(1)


class _Answers:
    """The way back to the parent: a file descriptor that the repository's code may have closed, or taken for a file."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pipe = self._identity()
        # Bound early: the repository's code may replace them in their modules.
        self._encode, self._write = json.JSONEncoder().encode, os.write

    def send(self, answer: dict[str, Any]) -> None:
        line = self._encode(answer).encode() + b"\n"
        try:
            if self._identity() != self._pipe:
                _lost()
            while line:
                line = line[self._write(self._descriptor, line) :]
        except OSError:
            _lost()

    def _identity(self) -> tuple[int, int]:
        status = os.fstat(self._descriptor)
        return status.st_dev, status.st_ino


def _take_over_standard_streams() -> tuple[Any, _Answers]:
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = _Answers(os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


class _Learner:
    """What the learner's process holds: the data set, and the repository's objects."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.realpath(folder)
        self.dataset: Any = None
        self.times_loaded = 0
        self.doing = ""
        self.contact = _sibling("contact").Contact(self._is_doing)

    def _is_doing(self, what: str) -> None:
        self.doing = what

    def hello(self) -> dict[str, Any]:
        """The versions that matter, of those that are installed. Imports none of them."""
        from importlib.metadata import PackageNotFoundError, version

        self.doing = "hello"
        versions = {"Python": "{}.{}.{}".format(*sys.version_info[:3])}
        for name in PACKAGES:
            try:
                versions[name] = version(name)
            except PackageNotFoundError:
                continue
        return {"versions": versions}

    def ready(self) -> dict[str, Any]:
        """Answered once this process has imported what it needs itself."""
        self.doing = "ready"
        return {}

    def limit(self, address_space: int) -> dict[str, Any]:
        """Let this process have no more than this many bytes of address space."""
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
        return {}

    def load(self, uri: str, tags: list[str], timeout: float, seed: int | None = None) -> dict[str, Any]:
        self.doing = "load"
        self.dataset, parts = load(uri, tags, timeout, seed)
        features = {name: _shown(feature) for name, feature in (self.dataset.features or {}).items()}
        return {"rows": self.dataset.num_rows, "parts": parts, "columns": features}

    def aggregator(self) -> dict[str, Any]:
        """The aggregator's contact: there is no module ``data_loading`` in its image, and no server in reach."""
        self._provide_repository()
        sys.modules.pop("data_loading", None)
        facts: dict[str, Any] = self.contact.aggregator()
        return facts

    def transform(self) -> dict[str, Any]:
        """``ModelManager()`` and ``set_model_data()``, as the learner calls them."""
        facts = self._with_data(self.dataset, self.contact.transform)
        return {**facts, "times_loaded": self.times_loaded, "rows": self.dataset.num_rows}

    def second_learner(self, lacking: bool) -> dict[str, Any]:
        """Another learner's first round: on rows that lack one class, or else on half of the rows."""
        rows, lacks = _without_a_class(self.dataset) if lacking else (_half(self.dataset), "")
        if rows is None:
            return {"lacks": "", "parameters": None}
        return {**self._with_data(rows, self.contact.second_learner), "lacks": lacks, "rows": rows.num_rows}

    def call(self, what: str) -> dict[str, Any]:
        """One of the contact's other calls."""
        facts: dict[str, Any] = getattr(self.contact, what)()
        return {**facts, "peak_bytes": _peak_bytes()}

    def _with_data(self, rows: Any, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.times_loaded = 0
        self._provide_repository()
        loaded, self.dataset = self.dataset, rows
        _provide("data_loading", load_data_from_ml_data_server=self._load_data_from_ml_data_server)
        try:
            return act()
        finally:
            self.dataset = loaded

    def _provide_repository(self) -> None:
        self.doing = "import of model_manager"
        _provide_flops_utils()
        if self.folder not in sys.path:
            sys.path.insert(0, self.folder)

    def _load_data_from_ml_data_server(self) -> Any:
        self.times_loaded += 1
        return self.dataset.with_format("arrow")

    def described(self, error: BaseException) -> dict[str, Any]:
        """An exception and what caused it as facts, the one that was raised first."""
        chain: list[BaseException] = []
        link: BaseException | None = error
        while link is not None and len(chain) < MAX_CAUSES and not any(link is known for known in chain):
            chain.append(link)
            link = _cause(link)
        first, *causes = [self._described(link) for link in chain]
        return {**first, "causes": causes, "doing": self.doing}

    def _described(self, error: BaseException) -> dict[str, Any]:
        """One exception: type and text, where in the repository it passed, and whether it asked the data for a column."""
        try:
            return self._facts(error)
        except BaseException as broken:  # a class of the repository's own can do anything when it is looked at
            text = f"(cannot be shown: {type(broken).__name__})"
            facts = dict.fromkeys(("key_is_text", "by_library", "of_data"), False)
            return {"type": "Exception", "text": text, "frames": [], "shapes": [], **facts}

    def _facts(self, error: BaseException) -> dict[str, Any]:
        calls = list(traceback.walk_tb(error.__traceback__))
        inside = [index for index, (frame, _) in enumerate(calls) if self._is_inside(frame.f_code.co_filename)]
        last = inside[-1] if inside else -1
        described: dict[str, Any] = {
            "type": type(error).__name__,
            "text": self._text(error),
            "frames": [self._frame(*calls[index]) for index in inside[-MAX_FRAMES:]],
            "key_is_text": not isinstance(error, KeyError) or isinstance((*error.args, None)[0], str),
            "by_library": _is_by_library([frame for frame, _ in calls[last + 1 :]], self.dataset)
            and not self._from_worker(error),
            "of_data": last >= 0 and last == len(calls) - 1 and _is_about_data(error, *calls[last], self.dataset),
            "shapes": _shapes(calls[last][0]) if last >= 0 and isinstance(error, SHAPE_ERRORS) else [],
        }
        if isinstance(error, ImportError):
            described["name"] = str(error.name or "")
        if isinstance(error, SystemExit):
            described["code"] = error.code if isinstance(error.code, (int, type(None))) else self._text(error)
        if isinstance(error, NoMatchingDataError):
            described.update(tags=error.tags, names=error.names)
        if isinstance(error, SchemasDifferError):
            described["differences"] = error.differences
        return described

    def _from_worker(self, error: BaseException) -> bool:
        """Whether the repository's own code raised it in a worker process: of that trace only the text is here."""
        if not type(error.__cause__).__name__.endswith("RemoteTraceback"):
            return False
        files = re.findall(r'^ *File "([^"]+)", line \d+', str(error.__cause__), re.MULTILINE)
        return bool(files) and self._is_inside(files[-1])

    def _text(self, error: BaseException) -> str:
        """What it says: of bounded length, as text that can be written, without the path of this copy."""
        try:
            # str() of a KeyError is the repr of its text.
            text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        except BaseException as broken:
            text = f"(its text cannot be shown: {type(broken).__name__})"
        text = text.replace(self.folder + os.sep, "")
        return _cut(text, MAX_CHARACTERS).encode("utf-8", "backslashreplace").decode()

    def _is_inside(self, filename: str) -> bool:
        # Cython's frames name files relative to their own source: those are not here.
        return os.path.realpath(filename).startswith(self.folder + os.sep) and os.path.isfile(filename)

    def _frame(self, frame: types.FrameType, line: int) -> dict[str, Any]:
        filename = frame.f_code.co_filename
        source = linecache.getline(filename, line).strip()
        return {
            "file": os.path.relpath(os.path.realpath(filename), self.folder).replace(os.sep, "/"),
            "line": line,
            "function": frame.f_code.co_name,
            "source": _cut(source, 200).encode("utf-8", "backslashreplace").decode(),
        }


def _shapes(frame: types.FrameType) -> list[tuple[str, str]]:
    """The arrays and tables among a call's variables and the attributes of its ``self``, with their shapes."""
    found: list[tuple[str, str]] = []
    attributes = getattr(frame.f_locals.get("self"), "__dict__", {})
    named = {**{f"self.{name}": value for name, value in attributes.items()}, **frame.f_locals}
    for name, value in named.items():
        try:
            if isinstance(value.shape, tuple):
                shape = f"({', '.join(map(str, value.shape))}{',' if len(value.shape) == 1 else ''})"
                found.append((name, f"{shape} {getattr(value, 'dtype', '')}".strip()))
        except Exception:
            continue  # it has no shape
    return found[:MAX_SHAPES]


def _cause(error: BaseException) -> BaseException | None:
    """What an exception came from; of a group, the first of its members."""
    try:
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        members = getattr(error, "exceptions", ())
        cause = cause or (members[0] if members and isinstance(members, (list, tuple)) else None)
        return cause if isinstance(cause, BaseException) else None
    except BaseException:  # as above
        return None


def _shown(feature: Any) -> str:
    """A feature in a few words: ``Image``, ``int64``, ``ClassLabel of 10``, ``list of string``."""
    if isinstance(feature, dict):
        return "{{{}}}".format(", ".join(f"{name}: {_shown(child)}" for name, child in feature.items()))
    if isinstance(feature, (list, tuple)):
        return f"list of {_shown(feature[0])}"
    kind = type(feature).__name__
    if kind in ("List", "LargeList", "Sequence"):
        return f"list of {_shown(feature.feature)}"
    if kind == "ClassLabel":
        return f"ClassLabel of {feature.num_classes}"
    return str(feature.dtype) if kind == "Value" else kind


# --- whether an exception is about a column of the data ---------------------------------------------------------------


def _is_by_library(frames: list[types.FrameType], dataset: Any) -> bool:
    """Whether a data library, and not the repository, missed something, in what may be the learner's data."""
    by_library = any(str(frame.f_globals.get("__name__")).partition(".")[0] in DATA_LIBRARIES for frame in frames)
    return by_library and not _is_of_other_pandas(frames, dataset)


def _is_of_other_pandas(frames: list[types.FrameType], dataset: Any) -> bool:
    """Whether the library was asked by way of a pandas object that was not made of the data."""
    pandas: Any = sys.modules.get("pandas")
    try:
        receivers = [frame.f_locals.get("self") for frame in frames]
        asked = next(self for self in receivers if isinstance(self, (pandas.DataFrame, pandas.Series, pandas.Index)))
        keys = asked.columns if isinstance(asked, pandas.DataFrame) else getattr(asked, "index", asked)
        return not _has_columns(dict.fromkeys(keys), set(dataset.column_names))
    except Exception:  # there is no pandas, or none of its objects among them
        return False


def _is_about_data(error: BaseException, frame: types.FrameType, line: int, dataset: Any) -> bool:
    """Whether the line that failed asked something made of the data (a row, rows, a table) for the missing key."""
    if not isinstance(error, KeyError) or not isinstance((*error.args, None)[0], str) or dataset is None:
        return False
    columns = set(dataset.column_names)
    source = "".join(linecache.getlines(frame.f_code.co_filename))
    try:
        tree = ast.parse(source)
        names = {**frame.f_globals, **frame.f_locals}
        # Since Python 3.12 the variables of a comprehension are gone once it has failed: what it went through is left.
        sources = {
            node.target.id: node.iter
            for node in ast.walk(tree)
            if isinstance(node, ast.comprehension) and isinstance(node.target, ast.Name) and node.target.id not in names
        }
        return any(
            _has_columns(value, columns)
            for asked in _asked(tree, line, error.args[0])
            for value in _values(asked, names, sources)
        )
    except Exception:  # the code under test may hold objects that can do anything when looked at
        return False


def _asked(tree: ast.AST, line: int, key: Any) -> Iterator[ast.expr]:
    """What the line asks for ``key``: the ``x`` of each ``x[key]``, and of ``x[y]`` where ``y`` is not written out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and node.lineno <= line <= (node.end_lineno or line):
            index: Any = getattr(node.slice, "value", None) if type(node.slice).__name__ == "Index" else node.slice
            if not isinstance(index, ast.Constant) or index.value == key:
                yield node.value


def _values(expression: ast.expr, names: dict[str, Any], sources: dict[str, ast.expr]) -> Iterator[Any]:
    """The variables and attributes that an expression is made of; for one of a comprehension, those that it came from."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Name) and node.id in names:
            yield names[node.id]
        elif isinstance(node, ast.Name) and node.id in sources:
            yield from _values(sources[node.id], names, {})
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            yield getattr(names[node.value.id], "__dict__", {}).get(node.attr)


def _has_columns(value: Any, columns: set[str]) -> bool:
    """Whether it is a row, a list of rows, a table or a data set: most of its keys are columns of the data."""
    if isinstance(value, (list, tuple)) and value:
        value = value[0]
    if not isinstance(value, Mapping):
        value = getattr(value, "column_names", None)
        value = value if isinstance(value, (list, tuple)) else ()
    common = columns & set(value)
    return bool(common) and len(common) * 2 >= len(value)


# --- what ML repositories import from flops_utils, where that is not installed ----------------------------------------


def _provide_flops_utils() -> None:
    try:
        import flops_utils.ml_repo_building_blocks
        import flops_utils.ml_repo_templates  # noqa: F401
    except ImportError:
        _provide_stand_in()


def _provide_stand_in() -> None:
    """The few names of ``flops_utils`` 0.6 that ML repositories use, made from its published interface."""
    package = _provide("flops_utils", __path__=[])
    parts: dict[str, dict[str, Any]] = {
        "logging": {"logger": _logger("logger"), "colorful_logger": _logger("colorful_logger")},
        "ml_repo_building_blocks": {"load_dataset": _load_dataset},
        "ml_repo_templates": {template: _template(template, *methods) for template, methods in TEMPLATES.items()},
    }
    for name, values in parts.items():
        setattr(package, name, _provide(f"flops_utils.{name}", **values))


def _provide(name: str, **values: Any) -> types.ModuleType:
    """Make a module that imports find."""
    module = types.ModuleType(name)
    vars(module).update(values)
    sys.modules[name] = module
    return module


def _logger(name: str) -> logging.Logger:
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    if not logger.handlers:
        logger.addHandler(logging.StreamHandler())
    return logger


def _template(name: str, *methods: str) -> type:
    def missing(self: Any, *args: Any, **kwargs: Any) -> None:
        """To be written by the ML repository."""

    body: dict[str, Any] = {method: abc.abstractmethod(missing) for method in methods}
    return abc.ABCMeta(name, (), {**body, "__module__": "flops_utils.ml_repo_templates"})


def _load_dataset() -> Any:
    try:
        from data_loading import load_data_from_ml_data_server  # type: ignore[import-not-found]
    except ImportError as error:
        logging.getLogger("logger").error("load_dataset() works on learners only: %s", error)
        sys.exit(1)
    return load_data_from_ml_data_server()


def _sibling(name: str) -> Any:
    """The module ``name`` that lies beside this file, under a name that no repository uses."""
    spec: Any = importlib.util.spec_from_file_location(
        f"flops_probe_{name}", os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
