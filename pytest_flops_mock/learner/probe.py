"""The part of a check that runs inside the learner's process. One file, on its own: nothing of this package is imported.

It runs in whatever Python the learner would have, so it is written for Python 3.8 and ``datasets`` 2.14 and later. The
parent sends requests as JSON lines over standard input; facts go back over standard output. Both are moved out of the
way before any code of the repository runs: what that prints goes to standard error, a log file.

The parent imports :func:`load` from here as well, to load partitions without a process.
"""

from __future__ import annotations

import abc
import json
import logging
import os
import queue
import sys
import threading
import traceback
import types
import uuid
from collections.abc import Mapping

PROTOCOL = 1
FEW_ROWS_PER_CHUNK = 1000


class NoMatchingDataError(Exception):
    """No stored partition has one of the tags."""

    def __init__(self, tags, names):
        super().__init__("no stored partition has one of the data tags")
        self.tags = list(tags)
        self.names = list(names)


class SchemasDifferError(Exception):
    """Partitions that cannot be one data set."""

    def __init__(self, differences):
        super().__init__("; ".join(differences))
        self.differences = list(differences)


def load(uri, tags, timeout):
    """Load all partitions of ``tags`` as the learner does, and close the connection.

    The rows are taken on the connection that is there: the location in a flight's endpoint is not followed.

    Returns:
        The ``datasets.Dataset`` in format ``arrow``, and the name and number of rows of each part.
    """
    import pyarrow.flight as fl

    options = fl.FlightCallOptions(timeout=timeout)
    client = fl.connect(uri)
    try:
        criteria = json.dumps({"data_tags": list(tags)}).encode()
        flights = list(client.list_flights(criteria, options=options))
        parts = []
        for flight in flights:
            ticket = flight.endpoints[0].ticket
            parts.append((ticket.ticket.decode(), client.do_get(ticket, options=options).read_all()))
        if not parts:
            raise NoMatchingDataError(tags, _names(client, options))
    finally:
        client.close()
    return _as_dataset(parts), [(name, table.num_rows) for name, table in parts]


def _names(client, options):
    """All names on the server, for the message; the real server cannot list without tags."""
    try:
        return [flight.descriptor.path[0].decode() for flight in client.list_flights(options=options)]
    except Exception:
        return []


def _as_dataset(parts):
    import datasets
    import pyarrow as pa

    differences = _differences(parts)
    if differences:
        raise SchemasDifferError(differences)
    table = pa.concat_tables([part for _, part in parts])
    chunks = max(column.num_chunks for column in table.columns) if table.num_columns else 0
    if chunks > 1 and table.num_rows / chunks < FEW_ROWS_PER_CHUNK:
        table = table.combine_chunks()
    # Without a fingerprint datasets pickles every chunk to make one (huggingface/datasets#8327).
    return datasets.Dataset(table, fingerprint=uuid.uuid4().hex).with_format("arrow")


def _differences(parts):
    """How the parts' schemas differ from the first one's, in words; features such as class names included."""
    (first_name, first), rest = parts[0], parts[1:]
    found = []
    for name, table in rest:
        pair = "%s and %s" % (first_name, name)
        ours, theirs = first.schema, table.schema
        if ours.names != theirs.names:
            found.append("columns of %s: %s and %s" % (pair, ", ".join(ours.names), ", ".join(theirs.names)))
            continue
        for left, right in zip(ours, theirs):
            if left.type != right.type:
                found.append("type of column %r in %s: %s and %s" % (left.name, pair, left.type, right.type))
        left_features, right_features = _features(ours), _features(theirs)
        for column in ours.names:
            left, right = left_features.get(column), right_features.get(column)
            if left != right:
                found.append("features of column %r in %s: %s and %s" % (column, pair, json.dumps(left), json.dumps(right)))
    return found


def _features(schema):
    raw = (schema.metadata or {}).get(b"huggingface")
    return json.loads(raw)["info"]["features"] if raw else {}


# --- the process ------------------------------------------------------------------------------------------------------


def main():
    """Answer requests until the parent closes its end."""
    requests, answers = _take_over_standard_streams()
    learner = _Learner(os.getcwd())
    actions = {"hello": learner.hello, "load": learner.load, "transform": learner.transform}
    inbox = queue.Queue()
    threading.Thread(target=_receive, args=(requests, inbox), daemon=True).start()
    _import_early()
    while True:
        request = json.loads(inbox.get())
        try:
            answer = {"facts": actions[request.pop("do")](**request)}
        except BaseException as error:  # SystemExit and KeyboardInterrupt of the repository's code included
            answer = {"error": learner.described(error)}
        sys.stdout.flush()
        sys.stderr.flush()
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _import_early():
    """Import what every load needs while the parent is still busy; Flight first, in one fixed order (apache/arrow#40088)."""
    try:
        import pyarrow.flight
        import datasets  # noqa: F401
    except ImportError:
        pass  # told by the request that needs it


def _receive(requests, inbox):
    """Hand on the requests; without a parent there is nothing left to do, whatever the repository's code is up to."""
    for line in requests:
        inbox.put(line)
    os._exit(0)


def _take_over_standard_streams():
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


class _Learner:
    """What the learner's process holds: the data set, and the repository's objects."""

    def __init__(self, folder):
        self.folder = os.path.realpath(folder)
        self.dataset = None
        self.times_loaded = 0
        self.manager = None

    def hello(self):
        """The versions that matter."""
        import datasets
        import numpy
        import pyarrow

        versions = {
            "Python": "%d.%d.%d" % sys.version_info[:3],
            "datasets": datasets.__version__,
            "pyarrow": pyarrow.__version__,
            "numpy": numpy.__version__,
        }
        return {"protocol": PROTOCOL, "versions": versions}

    def load(self, uri, tags, timeout):
        self.dataset, parts = load(uri, tags, timeout)
        features = {name: _shown(feature) for name, feature in (self.dataset.features or {}).items()}
        return {"rows": self.dataset.num_rows, "parts": parts, "columns": features}

    def transform(self):
        """``ModelManager()`` and ``set_model_data()``, as the learner calls them."""
        _provide_flops_utils()
        loading = types.ModuleType("data_loading")
        loading.load_data_from_ml_data_server = self._load_data_from_ml_data_server
        sys.modules["data_loading"] = loading
        if self.folder not in sys.path:
            sys.path.insert(0, self.folder)
        self.times_loaded = 0
        from model_manager import ModelManager

        self.manager = ModelManager()
        self.manager.set_model_data()
        return {"times_loaded": self.times_loaded}

    def _load_data_from_ml_data_server(self):
        self.times_loaded += 1
        return self.dataset.with_format("arrow")

    def described(self, error):
        """An exception as facts: its chain's types and texts, where in the repository it passed, and a hint of columns."""
        frames = traceback.extract_tb(error.__traceback__)
        described = {
            "type": type(error).__name__,
            "module": type(error).__module__,
            # str() of a KeyError is the repr of its text
            "text": str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error),
            "frames": [self._frame(frame) for frame in frames if self._inside(frame.filename)],
            "packages": sorted(_packages(frames)),
            "has_row": _has_row(error.__traceback__, self.dataset),
        }
        for name in ("name", "code", "tags", "names", "differences", "filename", "lineno"):
            value = getattr(error, name, None)
            if isinstance(value, (str, int, list)):
                described[name] = value
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is not None and cause is not error:
            described["cause"] = self.described(cause)
        return described

    def _inside(self, filename):
        # Cython's frames name files relative to their own source: those are not here.
        return os.path.realpath(filename).startswith(self.folder + os.sep) and os.path.isfile(filename)

    def _frame(self, frame):
        return {
            "file": os.path.relpath(os.path.realpath(frame.filename), self.folder).replace(os.sep, "/"),
            "line": frame.lineno,
            "function": frame.name,
            "source": frame.line or "",
        }


def _shown(feature):
    """A feature in a few words: ``Image``, ``int64``, ``ClassLabel of 10``, ``list of string``."""
    if isinstance(feature, dict):
        return "{%s}" % ", ".join("%s: %s" % (name, _shown(child)) for name, child in feature.items())
    if isinstance(feature, (list, tuple)):
        return "list of %s" % _shown(feature[0])
    kind = type(feature).__name__
    if kind in ("List", "LargeList", "Sequence"):
        return "list of %s" % _shown(feature.feature)
    if kind == "ClassLabel":
        return "ClassLabel of %d" % feature.num_classes
    return str(feature.dtype) if kind == "Value" else kind


def _packages(frames):
    """Names of the data libraries that the traceback passes through; Cython frames name relative files."""
    told = set()
    for frame in frames:
        parts = frame.filename.replace("\\", "/").split("/")
        told.update(name for name in ("datasets", "pandas", "polars", "pyarrow") if name in parts)
    return told


def _has_row(trace, dataset):
    """Whether the code that failed held a mapping with the data set's columns: then its key was meant for a column."""
    if dataset is None:
        return False
    columns = set(dataset.column_names)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    held = list(trace.tb_frame.f_locals.values()) if trace is not None else []
    return any(isinstance(value, Mapping) and value and set(value) <= columns for value in held)


# --- what ML repositories import from flops_utils, where that is not installed -----------------------------------------


def _provide_flops_utils():
    try:
        import flops_utils.ml_repo_building_blocks
        import flops_utils.ml_repo_templates  # noqa: F401
    except ImportError:
        for name, module in _stand_in().items():
            sys.modules[name] = module


def _stand_in():
    """The few names of ``flops_utils`` 0.6 that ML repositories use, made from its published interface."""
    log = types.ModuleType("flops_utils.logging")
    log.logger = logging.getLogger("logger")
    log.colorful_logger = logging.getLogger("colorful_logger")

    templates = types.ModuleType("flops_utils.ml_repo_templates")
    templates.DataManagerTemplate = _template("DataManagerTemplate", ["_prepare_data", "get_data"])
    templates.ModelManagerTemplate = _template(
        "ModelManagerTemplate",
        [
            "set_model_data",
            "get_model",
            "get_model_parameters",
            "set_model_parameters",
            "fit_model",
            "evaluate_model",
        ],
    )

    blocks = types.ModuleType("flops_utils.ml_repo_building_blocks")
    blocks.load_dataset = _load_dataset

    package = types.ModuleType("flops_utils")
    package.__path__ = []
    package.logging, package.ml_repo_templates, package.ml_repo_building_blocks = log, templates, blocks
    return {module.__name__: module for module in (package, log, templates, blocks)}


def _template(name, methods):
    def missing(self, *args, **kwargs):
        """To be written by the ML repository."""

    return abc.ABCMeta(name, (), {method: abc.abstractmethod(missing) for method in methods})


def _load_dataset():
    from data_loading import load_data_from_ml_data_server

    return load_data_from_ml_data_server()


if __name__ == "__main__":
    main()
