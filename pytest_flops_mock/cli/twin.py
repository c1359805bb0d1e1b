"""``flops-mock twin``: see a synthetic twin of a data set, and make one of a data set of your own."""

from __future__ import annotations

import argparse
import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.cli.shared import COMPATIBLE, INCOMPATIBLE, AddCommand, show, whole_number
from pytest_flops_mock.data.choice import RECORDINGS
from pytest_flops_mock.errors import Problem, SettingsError, listing
from pytest_flops_mock.sla.schemes import Drift, drift_of

if TYPE_CHECKING:
    from pytest_flops_mock.data.twins.twin import Twin

_EXPLAINED = """\
examples:
  flops-mock twin                                    the twins that there are
  flops-mock twin cifar10 --show                     schema, and a contact sheet in cifar10-twin.png
  flops-mock twin acme/visits --like data/visits.csv a twin of your own data: schema and statistics, no row
  flops-mock twin acme/scans --features README.md    the same from features as JSON, a dataset_infos.json, or a card

  flops-mock twin acme/visits --like data/visits.csv --verify .
                                                     run a repository on the data and on their twin, and compare
  flops-mock twin cifar10 --export data/cifar10      a folder that datasets.load_dataset reads

exit status:
  0  done
  1  the repository does not meet in the twin what it meets in the data (--verify)
  2  wrong use, or a data set or schema that cannot be read
"""


def add(add: AddCommand) -> None:
    """Add the command."""
    command = add(
        "twin",
        help="show a synthetic twin of a data set, or make one of your own data set",
        description="Show the synthetic twin of a data set, which the data source synthetic makes on the spot; or describe "
        "a data set of your own, so that there is a twin of it.",
        epilog=_EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.set_defaults(run=_run)
    command.add_argument(
        "name", metavar="NAME", nargs="?", help="name of the data set, as in an SLA; without it all are listed"
    )
    command.add_argument("--show", action="store_true", help="show rows as well; of pictures, write a contact sheet (PNG)")
    command.add_argument("--rows", metavar="N", help="how many rows the shown twin has (600)")
    command.add_argument("--split", metavar="NAME", help="the split to show (train)")
    command.add_argument("--seed", metavar="N", help="seed of the rows (42)")
    command.add_argument("--drift", metavar="DRIFT", help="what is to be wrong with the rows: 'missing=0.1 label_noise=0.2'")
    made = command.add_mutually_exclusive_group()
    made.add_argument("--like", metavar="DATA", help="describe a local data set: a folder, or a Parquet, CSV or JSON file")
    made.add_argument(
        "--features", metavar="FILE", help="describe a schema: features as JSON, a dataset_infos.json, or a data set card"
    )
    command.add_argument("--label", metavar="COLUMN", help="the column that a model learns to tell")
    command.add_argument(
        "--hide", metavar="COLUMN", action="append", help="a column of which no value goes into the description; repeatable"
    )
    command.add_argument(
        "--person", metavar="COLUMN", help="the column that says which person a row is of (one whose name says so)"
    )
    command.add_argument(
        "--keep",
        metavar="COLUMN",
        action="append",
        help="a column of which all values go into the description, at your own risk; repeatable",
    )
    command.add_argument(
        "--verify",
        metavar="REPO",
        help="run an ML repository on the data (--like, else a recorded sample, else the hub) and on the twin, and compare "
        "stages and shapes",
    )
    command.add_argument(
        "--export", metavar="FOLDER", help="write the twin as Parquet files into a folder that datasets.load_dataset reads"
    )
    command.add_argument("--config", metavar="NAME", help="the configuration")
    command.add_argument("--to", metavar="PATH", help="folder of the description (tests/flops-data), or file of the sheet")
    command.add_argument(
        "--recordings", metavar="FOLDER", help="where descriptions of your own data sets are (tests/flops-data)"
    )


MAX_WITHHELD = 50
"""So many columns of which something is withheld are told; the file tells of all."""

READ = {
    "list": (),
    "describe": ("label", "hide", "person", "keep", "config", "to"),
    "verify": ("label", "hide", "person", "keep", "config", "to", "rows"),
    "verify named": ("config", "rows"),
    "export": ("rows", "seed"),
    "show": ("rows", "split", "seed", "drift", "to"),
    "name": (),
}
"""What is read beside ``--recordings``, by what is to be done."""


def _run(options: argparse.Namespace) -> int:
    recordings = Path(options.recordings).expanduser() if options.recordings else RECORDINGS
    task = _task(options)
    _refuse_what_is_not_read(options, task)
    if task in ("show", "name", "export", "verify named"):
        _refuse_path(options.name)
    folder = Path(options.to).expanduser() if options.to else recordings
    if task == "describe":
        _describe(options, folder)
    elif task == "verify":
        return _verify(options, _describe(options, folder), options.like, "synthetic", folder)
    elif task == "verify named":
        return _verify_named(options, recordings)
    elif task == "list":
        _list(recordings)
    elif task == "export":
        _export(options, recordings)
    else:
        _show(options, recordings)
    return COMPATIBLE


def _task(options: argparse.Namespace) -> str:
    if options.verify is not None and options.features is None and (options.like is not None or options.name is not None):
        return "verify" if options.like is not None else "verify named"
    if options.like is not None or options.features is not None:
        return "describe"
    if options.name is None:
        return "list"
    return "export" if options.export is not None else "show" if options.show else "name"


def _verify_named(options: argparse.Namespace, recordings: Path) -> int:
    from pytest_flops_mock.data.recordings.manifest import recordings_in
    from pytest_flops_mock.data.twin_source import known_twin, twin_of

    known = known_twin(options.name, recordings)
    recorded = {name for each in recordings_in(recordings) for name in (each.manifest.dataset, *each.manifest.names)}
    source = "recorded" if recorded & set(known.names) else "hub"
    return _verify(options, twin_of(known, recordings), options.name, source, recordings)


def _verify(options: argparse.Namespace, twin: Twin, data: str, source: str, recordings: Path) -> int:
    from pytest_flops_mock.cli.verifying import verify

    rows = whole_number(options.rows or "600", "--rows", minimum=1)
    config = twin.config_name if twin.configs else None
    data = str(Path(data).expanduser().resolve()) if options.like is not None else data
    told = verify(
        Path(options.verify).expanduser(),
        data,
        twin.dataset,
        source=source,
        rows=min(rows, twin.splits[twin.main]),
        config=config,
        recordings=recordings,
    )
    if not told:
        show(f"{'verified':<10}  {options.verify}: stages, shapes and types are the same on the data and on the twin")
        return COMPATIBLE
    for number, line in enumerate(told.splitlines()):
        show(f"{'' if number else 'differs':<10}  {line}")
    return INCOMPATIBLE


def _export(options: argparse.Namespace, recordings: Path) -> None:
    from pytest_flops_mock.data.exporting import export
    from pytest_flops_mock.data.twin_source import twin

    rows = whole_number(options.rows or "600", "--rows", minimum=1)
    seed = whole_number(options.seed or "42", "--seed", minimum=0)
    made, folder = twin(options.name, rows=rows, seed=seed, recordings=recordings), Path(options.export).expanduser()
    export(made, options.name, folder, config_name=next(iter(made.values())).info.config_name)
    splits = ", ".join(f"{split} {data.num_rows:,} row{'s' * (data.num_rows != 1)}" for split, data in made.items())
    show(f"{'exported':<10}  {options.name}: {splits}")
    show(f"{'in':<10}  {folder}")
    show(f"{'next':<10}  datasets.load_dataset({str(folder)!r})")


def _refuse_what_is_not_read(options: argparse.Namespace, task: str) -> None:
    named = ("rows", "split", "seed", "drift", "label", "hide", "person", "keep", "config", "to")
    given = [f"--{name}" for name in named if name not in READ[task] and getattr(options, name) is not None]
    given += ["--show"] if options.show and task not in ("show", "name") else []
    given += ["--verify"] if options.verify is not None and not task.startswith("verify") else []
    given += ["--export"] if options.export is not None and task != "export" else []
    if given:
        wanted = "the name of a data set" if task == "list" else "--show" if task == "name" else "other options"
        raise SettingsError(
            Problem(
                "an option has nothing to work on",
                where="flops-mock twin",
                expected=wanted,
                got=f"{listing(given)} without it"
                if task in ("list", "name")
                else f"{listing(given)} with {_mode(options)}",
                fix="for example flops-mock twin mnist --show --rows 100; "
                "--label and --config go with --like DATA and --features FILE",
            )
        )


def _refuse_path(name: str) -> None:
    from pytest_flops_mock.sla.keys import is_local_path

    if is_local_path(name):
        raise SettingsError(
            Problem(
                "a twin has a name, and this is a path",
                where="flops-mock twin",
                expected="the name of a data set",
                got=name,
                fix=f"describe the data at the path: {shlex.join(['flops-mock', 'twin', 'NAME', '--like', name])}",
            )
        )


def _mode(options: argparse.Namespace) -> str:
    if options.verify is not None and options.features is None:
        return "--verify"
    if options.export is not None and options.like is None and options.features is None:
        return "--export"
    return "--show" if options.show and options.name else "--like" if options.like is not None else "--features"


def _show(options: argparse.Namespace, recordings: Path) -> None:
    rows, seed = (
        whole_number(options.rows or "600", "--rows", minimum=1),
        whole_number(options.seed or "42", "--seed", minimum=0),
    )
    drift = drift_of(options.drift or "", "--drift")
    if not all(rule.everywhere for rule in drift.rules):
        raise SettingsError(
            Problem(
                "a twin that is shown has no partitions",
                where="--drift",
                expected="drift of all rows",
                got=drift.value,
                fix="leave partitions, devices and probability out",
            )
        )
    from pytest_flops_mock.data.twin_source import known_twin, twin_of
    from pytest_flops_mock.data.twins.making import make_split
    from pytest_flops_mock.data.twins.showing import contact_sheet, sample, schema
    from pytest_flops_mock.data.writing import write_whole

    twin = twin_of(known_twin(options.name, recordings), recordings)
    parts = [schema(twin)]
    if options.show:
        split = options.split or twin.main
        made = make_split(twin, split, rows=min(rows, twin.splits.get(split, rows)), seed=seed)
        made = _drifted(made, drift, seed, twin) if drift.rules else made
        parts.append(sample(made))
        sheet = contact_sheet(twin, made)
        if sheet is not None:
            path = Path(options.to).expanduser() if options.to else Path(f"{twin.dataset.rpartition('/')[2]}-twin.png")
            write_whole({path: sheet}, "the contact sheet")
            parts.append(f"{'sheet':<10}  {path}")
        elif options.to is not None:
            raise SettingsError(
                Problem(
                    "there is no contact sheet of a data set without pictures",
                    where="--to",
                    expected="a data set with a column of images",
                    got=twin.dataset,
                    fix="leave --to out",
                )
            )
    show("\n\n".join(parts))


def _drifted(rows: Any, drift: Drift, seed: int, twin: Twin) -> Any:
    from datasets import Dataset

    from pytest_flops_mock.partitions.drift import drifted, label_to_drift

    table = rows.data.table
    label = label_to_drift(drift, table.schema, twin.label or "", twin.dataset)
    return Dataset(drifted(table, drift, seed=seed, label=label), fingerprint="drifted")


def _list(recordings: Path) -> None:
    from pytest_flops_mock.data.twins.catalogue import all_twins
    from pytest_flops_mock.data.twins.own import own_descriptions

    rows = [(twin.names[-1], twin) for twin in all_twins()]
    width = max(len(name) for name, _ in rows)
    for name, twin in sorted(rows, key=lambda row: row[0].casefold()):
        splits = ", ".join(f"{split} {count:,}" for split, count in twin.splits.items())
        also = f"; also {listing([other for other in twin.names if other != name])}" if twin.aliases else ""
        config = f"; configuration {twin.config_name} of several" if twin.configs else ""
        unsure = f"; {len(twin.unsure)} unsure" if twin.unsure else ""
        show(f"{name:<{width}}  {splits}{also}{config}{unsure}")
    for name, wrong in own_descriptions(recordings):
        show(f"{name:<{width}}  {f'described in {recordings}' if wrong is None else f'cannot be used: {wrong}'}")


def _describe(options: argparse.Namespace, folder: Path) -> Twin:
    from pytest_flops_mock.data.twins.catalogue import find_twin
    from pytest_flops_mock.data.twins.likeness import with_values
    from pytest_flops_mock.data.twins.own import own_names, write_twin

    source = Path(options.like or options.features).expanduser()
    twin = _described(options, source)
    name, before = twin.dataset, own_names(folder)
    written_to = write_twin(twin, folder)
    splits = ", ".join(f"{split} {rows:,} row{'s' * (rows != 1)}" for split, rows in twin.splits.items())
    columns = f"{len(twin.features)} column{'s' * (len(twin.features) != 1)}"
    show(
        f"{'described':<10}  {name}: {columns}, {splits}"
        + ("; the description before is replaced" if name in before else "")
    )
    if find_twin(name) is not None:
        show(f"{'instead':<10}  of the synthetic twin of {name} in the catalogue")
    if twin.label is None:
        show(f"{'label':<10}  none; with --label COLUMN the other columns follow from it, so that a model can learn it")
    else:
        show(f"{'label':<10}  {twin.label}")
    if kept := list(with_values(twin)):
        show(f"{'values':<10}  those that come often are kept of {listing(kept)}; --hide COLUMN leaves them out")
    if twin.kept_at_own_risk:
        show(f"{'at risk':<10}  values are kept of {listing(twin.kept_at_own_risk)}, whoever has them; the file says so")
    for number, (path, what) in enumerate(list(twin.withheld.items())[:MAX_WITHHELD]):
        show(f"{'' if number else 'withheld':<10}  {path}: {what}")
    if len(twin.withheld) > MAX_WITHHELD:
        show(f"{'':<10}  of {len(twin.withheld) - MAX_WITHHELD} more columns something, as the file says")
    (first, *others) = twin.features
    if not others and (apart := next((mark for mark in ";\t|" if mark in first), None)):
        show(
            f"{'note':<10}  the only column is called {first!r}: {apart!r} is between the values, and datasets wants commas"
        )
    show(f"{'in':<10}  {written_to}")
    keys = {"dataset_name": name, **({"config_name": twin.config_name} if twin.configs else {})}
    written = ", ".join(f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in keys.items())
    where = [] if folder == RECORDINGS else ["--recordings", str(folder)]
    setting = f" (with --flops-recordings {shlex.quote(str(folder))})" if where else ""
    show(f"{'next':<10}  {written} in an SLA{setting}; {shlex.join(['flops-mock', 'twin', name, '--show', *where])}")
    return twin


def _described(options: argparse.Namespace, source: Path) -> Twin:
    from pytest_flops_mock.sla.keys import is_local_path

    path = source.resolve()
    usual = options.features is not None and _is_usual(source)
    name = options.name if options.name is not None else path.parent.name if usual else path.stem
    if is_local_path(name) or not name.strip() or any(letter.isspace() for letter in name):
        raise SettingsError(
            Problem(
                "this is no name of a data set for an SLA",
                where="flops-mock twin",
                expected="a name such as visits or acme/visits",
                got=repr(name),
                nearest="-".join(Path(name).stem.split()),
                fix="a path goes to --like or --features, and a name has no blanks",
            )
        )
    if options.features:
        of_values = {"hide": "could be hidden", "keep": "could be kept", "person": "are of persons"}
        for option, what in of_values.items():
            if getattr(options, option):
                raise SettingsError(
                    Problem(
                        f"a schema has no values that {what}",
                        where=f"--{option}",
                        expected="--like DATA",
                        got="--features",
                        fix=f"leave --{option} out",
                    )
                )
        from pytest_flops_mock.data.twins.schemas import describe_schema

        return describe_schema(source, name, options.label, options.config)
    from pytest_flops_mock.data.local import local_configs, local_files, local_splits
    from pytest_flops_mock.data.twins.likeness import describe

    data, config = local_splits(source, options.config), options.config or "default"
    return describe(
        data,
        name,
        options.label,
        config,
        hide=options.hide or (),
        configs=local_configs(source),
        files=local_files(path),
        person=options.person,
        keep=options.keep or (),
    )


def _is_usual(source: Path) -> bool:
    """Whether a file's name is the same for all data sets."""
    return source.stem.lower() in ("readme", "dataset_infos", "features", "schema")
