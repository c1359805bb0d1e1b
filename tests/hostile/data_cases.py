"""What data sets, recordings and descriptions can do."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import socket
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
from hostile.matrix import Case
from PIL import Image

from pytest_flops_mock import FlopsMockError, MLDataServer, MockDataProvider, MockSLA, load_partitions
from pytest_flops_mock.cli import main
from pytest_flops_mock.data.recordings.manifest import FORM, Manifest, digest_of

SECRET = "the secret of somebody else"
IMAGE = datasets.Features({"image": datasets.Image(decode=False)})
ABOVE = "../secret.txt"

Make = Callable[[Path], object]


@contextlib.contextmanager
def own_cache(ground: Path) -> Iterator[Path]:
    """A cache of ``datasets`` that is empty."""
    with patch.object(datasets.config, "HF_DATASETS_CACHE", ground / "cache"):
        yield ground / "cache"


def kept(cache: Path) -> str:
    """What is left in a cache, beside empty files and what locks them."""
    left = [path.name for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock" and path.stat().st_size]
    return f"\nkept in the cache: {left}" if left else "\nnothing kept"


def sent(name: str, folder: Path, recordings: Path) -> str:
    """What the provider sends of a data set, or says of it."""
    sla = {"customerID": "Admin", "mock_data_configuration": {"dataset_name": name, "data_tag": "tag"}}
    with own_cache(folder) as cache, MLDataServer() as server:
        try:
            MockDataProvider(server.uri, recordings=recordings, data=source_for(recordings)).run(
                MockSLA.load(json.dumps(sla), base=folder)
            )
        except FlopsMockError as error:
            return f"{error}{kept(cache)}"
        table = load_partitions(server.uri, ["tag"]).data.table
        return f"sent {table.num_rows} rows\n{str(table.to_pylist())[:2_000]}"


def source_for(recordings: Path) -> str:
    return "recorded" if recordings.name == "recorded" else "synthetic"


def local(make: Make, name: str = "./data") -> Callable[[Path], str]:
    """Make a local data set at ``data``, and send it. Beside it lies a file that is nobody's business."""

    def act(ground: Path) -> str:
        (ground / "secret.txt").write_text(SECRET)
        make(ground / "data")
        return sent(name, ground, ground / "recordings")

    return act


def rows_naming(path: str | Callable[[Path], str], *, folder: Make | None = None) -> Make:
    """A folder with a Parquet file, of which a row names a picture by path."""

    def make(data: Path) -> None:
        data.mkdir()
        if folder is not None:
            folder(data)
        named = path(data) if callable(path) else path
        table = pa.Table.from_pylist([{"image": {"bytes": None, "path": named}}], schema=IMAGE.arrow_schema)
        pq.write_table(table, data / "train.parquet")

    return make


@contextlib.contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and what it was asked for."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        done = threading.Event()

        def answer() -> None:
            while not done.is_set():
                with contextlib.suppress(OSError), server.accept()[0] as client:
                    client.settimeout(1)
                    asked.append(client.recv(4096))
                    client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield server.getsockname()[1], asked
        finally:
            done.set()
            thread.join()


def with_listener(make: Callable[[Path, str], object]) -> Callable[[Path], str]:
    """Send a local data set that knows the address of a server; what the server was asked for is told."""

    def act(ground: Path) -> str:
        with listening() as (port, asked):
            text = local(lambda data: make(data, f"http://127.0.0.1:{port}/x.csv"))(ground)
        return f"{text}\n{f'asked for {asked}' if asked else 'nobody asked'}"

    return act


def image_at(change: Callable[[str], str]) -> Callable[[Path], str]:
    return with_listener(lambda data, address: rows_naming(change(address))(data))


def card(text: str) -> Make:
    """A folder with a CSV file and a card."""

    def make(data: Path) -> None:
        data.mkdir()
        (data / "train.csv").write_text("x,y\n1,2\n")
        (data / "README.md").write_text(f"---\n{text}\n---\n")

    return make


def card_naming(*files: str) -> Make:
    return card(f"configs:\n- config_name: default\n  data_files: {json.dumps(list(files))}")


def saved(change: Make, rows: Callable[[], Any] = lambda: datasets.Dataset.from_dict({"x": [1, 2, 3]})) -> Make:
    """A data set of ``save_to_disk`` that was changed afterwards."""

    def make(data: Path) -> None:
        rows().save_to_disk(str(data))
        change(data)

    return make


def edited(name: str, change: Callable[[Any], object]) -> Make:
    """A JSON file of a folder, changed."""

    def make(data: Path) -> None:
        content = json.loads((data / name).read_text())
        change(content)
        (data / name).write_text(json.dumps(content))

    return make


def arrow_file(path: Path, *columns: pa.Array) -> None:
    """A stream of Arrow, as it is, valid or not."""
    batch = pa.RecordBatch.from_arrays(list(columns), names=[f"x{number}" for number, _ in enumerate(columns)])
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, batch.schema) as stream:
        stream.write_batch(batch)


def broken_text(offsets: list[int], content: bytes = b"abcdef") -> pa.Array:
    """Three texts whose offsets, or bytes, are not what they should be."""
    numbers = pa.array(offsets, pa.int32()).buffers()[1]
    return pa.Array.from_buffers(pa.string(), 3, [None, numbers, pa.py_buffer(content)])


def broken_list() -> pa.Array:
    numbers = pa.array([0, 2, 1_000_000_000, 3], pa.int32()).buffers()[1]
    return pa.Array.from_buffers(pa.list_(pa.int64()), 3, [None, numbers], children=[pa.array([1, 2, 3])])


def saved_arrow(column: Callable[[], pa.Array], good: list[Any]) -> Make:
    """A saved data set whose Arrow file holds a broken column."""

    def make(data: Path) -> None:
        datasets.Dataset.from_dict({"x0": good}).save_to_disk(str(data))
        (file,) = data.glob("*.arrow")
        arrow_file(file, column())

    return make


def arrow_folder(column: Callable[[], pa.Array]) -> Make:
    def make(data: Path) -> None:
        data.mkdir()
        arrow_file(data / "train.arrow", column())

    return make


def only(name: str, write: Callable[[Path], object]) -> Make:
    """A folder with one file."""

    def make(data: Path) -> None:
        data.mkdir()
        write(data / name)

    return make


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("train.csv", "w") as file:
        for _ in range(100):
            file.write(b"1\n" * 2**19)


def gzipped(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(100):
            file.write(b"1\n" * 2**19)


def sparse_tar(path: Path) -> None:
    """A TAR file that says of a member that it is large; of such, nothing need be in it."""
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("train.csv")
        member.size = 10**12
        archive.addfile(member)


def many_rows(path: Path) -> None:
    """Equal rows take next to no space in Parquet."""
    rows = pa.table({"x": pa.repeat(1, 2_000_000)})
    with pq.ParquetWriter(path, rows.schema) as file:
        for _ in range(100):
            file.write_table(rows, row_group_size=len(rows))


def columns_of_csv(path: Path) -> None:
    path.write_text("\n".join([",".join(f"c{number}" for number in range(50_000)), ",".join(["1"] * 50_000)]) + "\n")


def columns_of_json(path: Path) -> None:
    path.write_text(json.dumps({f"c{number}": 1 for number in range(50_000)}) + "\n")


def description(**changes: Any) -> dict[str, Any]:
    return {
        "form": "pytest-flops-mock/twin/1",
        "dataset": "acme/visits",
        "config_name": "default",
        "splits": {"train": 600},
        "features": {"x": value("int64"), "y": value("string")},
        **changes,
    }


def value(kind: str) -> dict[str, Any]:
    return {"dtype": kind, "_type": "Value"}


def described(make: Make) -> Callable[[Path], str]:
    """Write a description of a twin, and send the twin."""

    def act(ground: Path) -> str:
        (ground / "recordings").mkdir()
        make(ground / "recordings" / "acme--visits.twin.json")
        return sent("acme/visits", ground, ground / "recordings")

    return act


def saying(**changes: Any) -> Callable[[Path], str]:
    return described(lambda path: path.write_text(json.dumps(description(**changes))))


def known(feature: Any, **facts: Any) -> Callable[[Path], str]:
    return saying(features={"x": feature}, columns={"x": facts})


def recorded(change: Callable[[Path], object], rows: pa.Table | None = None) -> Callable[[Path], str]:
    """Change one of the files of a recorded sample, and send it."""

    def act(ground: Path) -> str:
        (ground / "secret.txt").write_text(SECRET)
        folder = ground / "recorded"
        folder.mkdir()
        table = datasets.Dataset.from_dict({"x": [1, 2, 3]}).data.table if rows is None else rows
        buffer = io.BytesIO()
        pq.write_table(table, buffer)
        features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
        manifest = Manifest(
            FORM, "acme/visits", ("acme/visits",), None, None, "0" * 40, "train", features, len(table), None, 42, "", "", ""
        )
        manifest = replace(manifest, digest=digest_of(manifest, buffer.getvalue()))
        (folder / "acme--visits.parquet").write_bytes(buffer.getvalue())
        (folder / "acme--visits.json").write_text(json.dumps(asdict(manifest)))
        change(folder)
        return sent("acme/visits", ground, folder)

    return act


def replaced(name: str, by: Make) -> Make:
    def change(folder: Path) -> None:
        (folder / name).unlink()
        by(folder / name)

    return change


def zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def terabyte(path: Path) -> None:
    path.touch()
    os.truncate(path, 10**12)


def both(first: Make, then: Make) -> Make:
    def make(data: Path) -> None:
        first(data)
        then(data)

    return make


def each_arrow(change: Make) -> Make:
    """Change the Arrow files of a folder."""

    def make(data: Path) -> None:
        for path in list(data.glob("*.arrow")):
            change(path)

    return make


def deep(path: Path) -> None:
    path.write_text("[" * 100_000 + "]" * 100_000)


def twin(make: Make, *arguments: str) -> Callable[[Path], str]:
    """Make something at ``data``, and have it described as a twin by the command line."""

    def act(ground: Path) -> str:
        (ground / "secret.txt").write_text(SECRET)
        make(ground / "data")
        out = io.StringIO()
        with own_cache(ground) as cache, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            status = main(["twin", "acme/visits", *arguments, "--to", "descriptions"])
            left = kept(cache) if status else ""
        made = [path.read_text() for path in Path("descriptions").glob("*")]
        return f"{out.getvalue()}{made}\nstatus {status}{left}"

    return act


def pictures(size: tuple[int, int], path: str = "") -> Make:
    """Thirty rows with a picture that is nothing but its size, or one that is named by a path."""
    buffer = io.BytesIO()
    Image.new("1", (1, 1)).save(buffer, "PNG")
    content = bytearray(buffer.getvalue())
    content[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    header = bytes(content[12:29])
    content[29:33] = zlib.crc32(header).to_bytes(4, "big")
    cell = {"bytes": None, "path": path} if path else {"bytes": bytes(content), "path": None}

    def make(data: Path) -> None:
        data.mkdir()
        pq.write_table(pa.Table.from_pylist([{"image": cell}] * 30, schema=IMAGE.arrow_schema), data / "train.parquet")

    return make


def sla(write: Make) -> Callable[[Path], str]:
    """Write an SLA, and load it."""

    def act(ground: Path) -> str:
        write(ground / "mnist.json")
        try:
            return str(MockSLA.load(ground / "mnist.json"))
        except FlopsMockError as error:
            return str(error)

    return act


def texts(content: str) -> Callable[[Path], str]:
    return sla(lambda path: path.write_text(content))


OUTSIDE = ("names a file outside of the data set", "FM305", "secret.txt", "nothing kept")
PICTURE = {"decode": True, "_type": "Image"}

MEDIA = [
    Case(
        name="picture-of-a-system-file",
        does="a row names `/etc/passwd` as its picture",
        outcome="refused; the file is not read",
        act=local(rows_naming("/etc/passwd")),
        told=("names a file outside of the data set", "/etc/passwd"),
        untold=("Traceback", "root:", "sent"),
    ),
    Case(
        name="picture-above",
        does="a row names a file above the data set's folder",
        outcome="refused",
        act=local(rows_naming(lambda data: f"{data}/{ABOVE}")),
        told=("names a file outside of the data set", "secret.txt"),
        untold=("Traceback", SECRET, "sent"),
    ),
    Case(
        name="picture-by-link",
        does="a picture below the folder is a link to a file outside",
        outcome="refused, and told where the link leads",
        act=local(rows_naming(lambda data: f"{data}/a.png", folder=lambda data: (data / "a.png").symlink_to(data / ABOVE))),
        told=("names a file outside of the data set", "which leads to", "secret.txt"),
        untold=("Traceback", SECRET, "sent"),
    ),
    Case(
        name="picture-by-linked-folder",
        does="a picture lies in a folder that is a link to a folder outside",
        outcome="refused",
        act=local(
            rows_naming(lambda data: f"{data}/in/secret.txt", folder=lambda data: (data / "in").symlink_to(data.parent))
        ),
        told=("names a file outside of the data set",),
        untold=("Traceback", SECRET, "sent"),
    ),
    Case(
        name="picture-in-the-folder",
        does="a row names a picture in the data set's folder (a good one)",
        outcome="sent as bytes",
        act=local(rows_naming(lambda data: f"{data}/a.png", folder=lambda data: (data / "a.png").write_bytes(b"a picture"))),
        told=("sent 1 rows", "b'a picture'"),
    ),
    Case(
        name="picture-that-is-a-pipe",
        does="a row names a pipe that nobody writes into",
        outcome="refused at once",
        act=local(rows_naming(lambda data: f"{data}/a.png", folder=lambda data: pipe(data / "a.png"))),
        told=("a media file that cannot be read", "a pipe, not a file"),
        seconds=5,
    ),
    Case(
        name="picture-without-end",
        does="a row names `/dev/zero`",
        outcome="refused at once",
        act=local(rows_naming("/dev/zero")),
        told=("names a file outside of the data set",),
        seconds=5,
    ),
    Case(
        name="picture-of-a-terabyte",
        does="a row names a sparse file of a terabyte",
        outcome="refused before it is read, with the number",
        act=local(
            rows_naming(
                lambda data: f"{data}/a.png",
                folder=lambda data: terabyte(data / "a.png"),
            )
        ),
        told=("more than 268,435,456 bytes: 1,000,000,000,000",),
        seconds=5,
    ),
    Case(
        name="picture-with-nul",
        does="a row names a path with a NUL in it",
        outcome="refused",
        act=local(rows_naming("a\0b.png")),
        told=("a row names a",),
    ),
    Case(
        name="picture-from-the-network",
        does="a row names `http://…` as its picture",
        outcome="refused; no request is made",
        act=image_at(lambda address: address),
        told=("names an address", "nobody asked"),
    ),
    Case(
        name="picture-through-a-chain",
        does="a row names `zip://a.png::http://…`",
        outcome="refused; no request is made",
        act=image_at(lambda address: f"zip://a.png::{address}"),
        told=("names an address", "nobody asked"),
    ),
    Case(
        name="picture-from-a-bucket",
        does="a row names `s3://…`",
        outcome="refused",
        act=local(rows_naming("s3://bucket/a.png")),
        told=("names an address", "only data of the hub may need the network"),
    ),
    Case(
        name="picture-by-file-address",
        does="a row names `file:///etc/passwd`",
        outcome="refused",
        act=local(rows_naming("file:///etc/passwd")),
        told=("names an address",),
        untold=("Traceback", "root:", "sent"),
    ),
    Case(
        name="picture-of-a-recording",
        does="a recorded sample of somebody names a file",
        outcome="refused: samples hold all bytes",
        act=recorded(
            lambda folder: None,
            pa.Table.from_pylist([{"image": {"bytes": None, "path": "/etc/passwd"}}], schema=IMAGE.arrow_schema),
        ),
        told=("names a file outside of the data set", "media as bytes"),
        untold=("Traceback", "root:", "sent"),
    ),
    Case(
        name="picture-of-a-description",
        does="`flops-mock twin --like` with rows that name a file outside",
        outcome="refused, exit status 2",
        act=twin(pictures((1, 1), "/etc/passwd"), "--like", "data"),
        told=("names a file outside of the data set", "status 2"),
        untold=("Traceback", "root:"),
    ),
]

FOLDERS = [
    Case(
        name="card-with-an-address",
        does="the card of a local folder names `http://…` as a data file",
        outcome="refused; no request is made",
        act=with_listener(lambda data, address: card_naming(address)(data)),
        told=("what the local data set says of itself", "nobody asked", "nothing kept"),
    ),
    Case(
        name="card-with-a-bucket",
        does="the card of a local folder names `s3://…` and `hf://…`",
        outcome="refused",
        act=local(card_naming("train.csv", "hf://datasets/acme/x/a.csv", "s3://bucket/a.csv")),
        told=("what the local data set says of itself", "hf://datasets/acme/x/a.csv"),
    ),
    Case(
        name="card-with-a-file-elsewhere",
        does="the card of a local folder names a data file above it",
        outcome="refused; the file is not read",
        act=local(card_naming(ABOVE)),
        told=("data files below",),
        untold=("Traceback", SECRET, "sent"),
    ),
    Case(
        name="card-with-an-absolute-path",
        does="the card of a local folder names a file elsewhere by its absolute path",
        outcome="refused; the file is not read",
        act=local(lambda data: card_naming(str(data.parent / "secret.txt"))(data)),
        told=("data files below",),
        untold=("Traceback", SECRET, "sent"),
    ),
    Case(
        name="card-that-explodes",
        does="the card of a local folder is a YAML bomb",
        outcome="refused",
        act=local(
            card("\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20))]))
        ),
        told=("YAML with more than 100 references",),
        seconds=5,
    ),
    Case(
        name="card-that-is-a-pipe",
        does="`.huggingface.yaml` of a local folder is a pipe",
        outcome="refused at once",
        act=local(both(card("a: 1"), lambda data: pipe(data / ".huggingface.yaml"))),
        told=("a pipe, not a file",),
        seconds=5,
    ),
    Case(
        name="script-in-place-of-data",
        does="a local folder has a script of its name",
        outcome="refused; the script is not run",
        act=local(only("data.py", lambda path: path.write_text(f"print({SECRET!r})"))),
        told=("data.py, a script", "a check runs none"),
        untold=("Traceback", SECRET),
    ),
    Case(
        name="csv-that-is-a-pipe",
        does="an SLA names a pipe as its data set",
        outcome="refused at once",
        act=local(lambda data: pipe(data.with_suffix(".csv")), "./data.csv"),
        told=("a pipe, a socket or a device",),
        seconds=5,
    ),
    Case(
        name="csv-without-end",
        does="an SLA names a link to `/dev/zero` as its data set",
        outcome="refused at once",
        act=local(lambda data: zero(data.with_suffix(".csv")), "./data.csv"),
        told=("cannot be read",),
        seconds=5,
    ),
    Case(
        name="saved-naming-outside",
        does="`state.json` of a saved data set names a file outside",
        outcome="refused; the file is not read",
        act=local(saved(edited("state.json", lambda state: state["_data_files"].append({"filename": ABOVE})))),
        told=("names a file outside of its folder", ABOVE),
        untold=("Traceback", SECRET, "sent"),
    ),
    Case(
        name="saved-naming-an-absolute-path",
        does="`state.json` of a saved data set names `/etc/passwd`",
        outcome="refused; the file is not read",
        act=local(saved(edited("state.json", lambda state: state["_data_files"][0].update(filename="/etc/passwd")))),
        told=("names a file outside of its folder", "/etc/passwd"),
        untold=("Traceback", "root:", "sent"),
    ),
    Case(
        name="saved-with-splits-outside",
        does="`dataset_dict.json` names a split in another folder",
        outcome="refused",
        act=local(only("dataset_dict.json", lambda path: path.write_text('{"splits": ["train", "../other"]}'))),
        told=("cannot be read",),
    ),
    Case(
        name="saved-with-a-linked-file",
        does="the Arrow file of a saved data set is a link to a file outside",
        outcome="refused",
        act=local(
            saved(each_arrow(lambda path: replaced(path.name, lambda new: new.symlink_to(new.parent / ABOVE))(path.parent)))
        ),
        told=("names a file outside of its folder",),
    ),
    Case(
        name="saved-with-a-pipe",
        does="`state.json` of a saved data set is a pipe",
        outcome="refused at once",
        act=local(saved(replaced("state.json", pipe))),
        told=("a pipe, not a file",),
        seconds=5,
    ),
    Case(
        name="saved-and-deep",
        does="`dataset_info.json` of a saved data set is nested 100,000 times",
        outcome="refused",
        act=local(saved(replaced("dataset_info.json", deep))),
        told=("nested too deeply",),
        seconds=5,
    ),
    Case(
        name="saved-with-a-billion-classes",
        does="a saved data set says that its label has a billion classes",
        outcome="refused, with the number, before their names are made",
        act=local(
            saved(
                edited(
                    "dataset_info.json",
                    lambda info: info.update(features={"x": {"_type": "ClassLabel", "num_classes": 10**9}}),
                )
            )
        ),
        told=("1,000,000,000 classes, more than 100,000",),
        seconds=5,
    ),
]

ARROW = [
    Case(
        name="arrow-text-offsets",
        does="an Arrow file of a saved data set has text that starts far outside",
        outcome="refused; this process goes on",
        act=local(saved_arrow(lambda: broken_text([0, 2, 1_000_000_000, 6]), ["a", "b", "c"])),
        told=("column 'x0'", "cannot be read"),
    ),
    Case(
        name="arrow-decreasing-offsets",
        does="an Arrow file of a saved data set has text that ends before it starts",
        outcome="refused; this process goes on",
        act=local(saved_arrow(lambda: broken_text([0, 5, 2, 6]), ["a", "b", "c"])),
        told=("column 'x0'", "cannot be read"),
    ),
    Case(
        name="arrow-list-offsets",
        does="an Arrow file of a saved data set has lists that end outside",
        outcome="refused; this process goes on",
        act=local(saved_arrow(broken_list, [[1], [2], [3]])),
        told=("column 'x0'", "cannot be read"),
    ),
    Case(
        name="arrow-no-text",
        does="an Arrow file of a saved data set has text that is not UTF-8",
        outcome="refused, with the column",
        act=local(saved_arrow(lambda: broken_text([0, 2, 4, 6], b"ab\xff\xfeef"), ["a", "b", "c"])),
        told=("column 'x0'", "UTF8"),
    ),
    Case(
        name="arrow-in-a-folder",
        does="a folder holds a broken Arrow file",
        outcome="refused; nothing is kept in the cache",
        act=local(arrow_folder(lambda: broken_text([0, 2, 1_000_000_000, 6]))),
        told=("column 'x0'", "cannot be read", "nothing kept"),
    ),
    Case(
        name="arrow-lists-in-a-folder",
        does="a folder holds an Arrow file with lists that end outside",
        outcome="refused; nothing is kept in the cache",
        act=local(arrow_folder(broken_list)),
        told=("column 'x0'", "cannot be read", "nothing kept"),
    ),
    Case(
        name="arrow-cut-off",
        does="an Arrow file of a saved data set was cut off",
        outcome="refused",
        act=local(saved(each_arrow(lambda path: os.truncate(path, path.stat().st_size // 2)))),
        told=("cannot be read",),
    ),
]

BOMBS = [
    Case(
        name="zip-bomb",
        does="a ZIP file of 100 kB that holds 100 MB",
        outcome="refused before it is unpacked, with both numbers; nothing is kept in the cache",
        act=local(only("train.zip", zipped)),
        told=("more than 64.0 MB in 0.1 MB", "at most 64.0 MB, or 100 times the file", "unpack it by hand", "nothing kept"),
        seconds=8,
    ),
    Case(
        name="zip-bomb-by-another-name",
        does="the same, called `train.csv`",
        outcome="refused before it is unpacked",
        act=local(only("train.csv", zipped)),
        told=("more than 64.0 MB in 0.1 MB", "nothing kept"),
        seconds=8,
    ),
    Case(
        name="gzip-bomb",
        does="a GZIP file of 500 kB that holds 100 MB",
        outcome="refused before it is unpacked",
        act=local(only("train.csv.gz", gzipped)),
        told=("more than 64.0 MB in", "nothing kept"),
        seconds=8,
    ),
    Case(
        name="tar-bomb",
        does="a TAR file whose member says that it has a terabyte",
        outcome="refused before it is unpacked",
        act=local(only("train.tar", sparse_tar)),
        told=("more than 64.0 MB in", "nothing kept"),
        seconds=5,
    ),
    Case(
        name="archive-of-unknown-size",
        does="a 7-Zip file, which cannot be looked into before it is unpacked",
        outcome="refused",
        act=local(only("train.csv", lambda path: path.write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100)))),
        told=("7-Zip", "unpack it by hand"),
    ),
    Case(
        name="many-columns-of-csv",
        does="a CSV file of 50,000 columns",
        outcome="refused at once, with the number",
        act=local(only("train.csv", columns_of_csv)),
        told=("at most 20,000 columns", "50,000", "nothing kept"),
        seconds=5,
    ),
    Case(
        name="many-columns-of-json",
        does="a JSON file of 50,000 keys",
        outcome="refused, with the number",
        act=local(only("train.jsonl", columns_of_json)),
        told=("at most 20,000 columns", "50,000", "nothing kept"),
        seconds=10,
        slow=True,
    ),
    Case(
        name="many-equal-rows",
        does="a Parquet file of 0.1 MB with 1.5 GB of equal values",
        outcome="refused before it is read, with the numbers",
        act=local(only("train.parquet", many_rows)),
        told=("200,000,000 rows, at least 1,525.9 MB", "nothing kept"),
        seconds=15,
        slow=True,
    ),
]

TWINS = [
    Case(
        name="picture-bomb",
        does="`flops-mock twin --like` with a picture of 20,000 × 20,000 pixels",  # noqa: RUF001
        outcome="refused, exit status 2",
        act=twin(pictures((20_000, 20_000)), "--like", "data"),
        told=("more pixels than Pillow opens", "400000000 pixels", "status 2"),
        seconds=10,
    ),
    Case(
        name="picture-of-a-whole-street",
        does="`flops-mock twin --like` with pictures of 10,000 × 9,000 pixels, which Pillow opens with a warning",  # noqa: RUF001
        outcome="refused, since the twin's rows would be too large",
        act=twin(pictures((10_000, 9_000)), "--like", "data"),
        told=("rows of 90,000,000 numbers", "more than 50,000,000", "status 2"),
        seconds=10,
    ),
    Case(
        name="picture-of-a-photo",
        does="`flops-mock twin --like` with pictures of 400 × 300 pixels (good ones)",  # noqa: RUF001
        outcome="described by their size",
        act=twin(pictures((400, 300)), "--like", "data"),
        told=("described", "400", "status 0"),
        seconds=10,
    ),
    Case(
        name="schema-that-explodes",
        does="`flops-mock twin --features` with JSON that is nested 100,000 times",
        outcome="refused, exit status 2",
        act=twin(lambda data: deep(data.with_suffix(".json")), "--features", "data.json"),
        told=("status 2",),
        seconds=5,
    ),
    Case(
        name="schema-of-a-pipe",
        does="`flops-mock twin --features` with a pipe",
        outcome="refused at once, exit status 2",
        act=twin(lambda data: pipe(data.with_suffix(".json")), "--features", "data.json"),
        told=("a pipe, not a file", "status 2"),
        seconds=5,
    ),
    Case(
        name="schema-of-a-billion-classes",
        does="`flops-mock twin --features` with a label of a billion classes",
        outcome="refused, with the number",
        act=twin(
            lambda data: data.with_suffix(".json").write_text('{"y": {"_type": "ClassLabel", "num_classes": 1000000000}}'),
            "--features",
            "data.json",
        ),
        told=("1,000,000,000 classes", "status 2"),
        seconds=5,
    ),
    Case(
        name="twin-of-many-columns",
        does="a description of a twin with 10,000 columns",
        outcome="refused, with the number",
        act=saying(features={f"x{number}": value("int64") for number in range(10_000)}),
        told=("10,000 columns, more than the 2,000 that a twin may have",),
        seconds=5,
    ),
    Case(
        name="twin-with-negative-weights",
        does="a description of a twin with negative weights",
        outcome="refused, with the column",
        act=known(value("string"), values=["a", "b"], weights=[[-1, 3]]),
        told=("column x: weights: expected lists of numbers from 0",),
    ),
    Case(
        name="twin-with-too-few-weights",
        does="a description of a twin with fewer weights than values",
        outcome="refused, with the column",
        act=known(value("string"), values=["a", "b"], weights=[[1]]),
        told=("column x: weights: expected one for each of 2 values",),
    ),
    Case(
        name="twin-with-a-special-split",
        does="a description of a twin with negative weights for one split only",
        outcome="refused, with the column",
        act=saying(special={"train": {"y": {"values": ["a", "b"], "weights": [[0, 0]]}}}),
        told=("column y: weights",),
    ),
    Case(
        name="twin-without-numbers",
        does="a description of a twin with quantiles that are no numbers",
        outcome="refused, with the column",
        act=described(
            lambda path: path.write_text(
                json.dumps(description(columns={"x": {"quantiles": [[0, 1]]}})).replace("[[0, 1]]", '[[0, "inf"]]')
            )
        ),
        told=("quantiles",),
    ),
    Case(
        name="twin-of-a-form-that-is-none",
        does="a description of a twin whose texts have a form that nothing can be written in",
        outcome="refused, with the column",
        act=saying(columns={"y": {"form": "%n" * 50_000}}),
        told=("column y: form: expected a form of times or numbers",),
    ),
    Case(
        name="twin-of-endless-codes",
        does="a description of a twin with codes of a million digits",
        outcome="refused, with the column",
        act=saying(columns={"y": {"patterns": [["9" * 1_000_000, 1]]}}),
        told=("column y: patterns: expected some patterns of at most 120 characters",),
    ),
    Case(
        name="twin-that-runs-backwards",
        does="a description of a twin with gaps below zero",
        outcome="refused, with the column",
        act=saying(columns={"x": {"gaps": [-1, 1]}}),
        told=("column x: gaps",),
    ),
    Case(
        name="twin-of-huge-pictures",
        does="a description of a twin with pictures of 100,000 × 100,000 pixels",  # noqa: RUF001
        outcome="refused, with the number",
        act=known(PICTURE, sizes=[[100_000, 100_000, 1]]),
        told=("rows of 10,000,000,000 numbers, words, pixels or samples, more than 50,000,000",),
        seconds=5,
    ),
    Case(
        name="twin-of-long-sounds",
        does="a description of a twin with sounds of a year",
        outcome="refused, with the number",
        act=known({"sampling_rate": 16_000, "_type": "Audio"}, seconds=[1, 31_536_000]),
        told=("more than 50,000,000",),
        seconds=5,
    ),
    Case(
        name="twin-of-long-texts",
        does="a description of a twin with texts of a billion words",
        outcome="refused, with the number",
        act=known(value("string"), lengths=[1, 10**9]),
        told=("rows of 1,000,000,0", "more than 50,000,000"),
        seconds=5,
    ),
    Case(
        name="twin-of-lists-in-lists",
        does="a description of a twin with lists of a thousand lists of a thousand lists",
        outcome="refused, with the number",
        act=known([[[value("int64")]]], lengths=[1, 1000], items={"lengths": [1, 1000], "items": {"lengths": [1, 1000]}}),
        told=("more than 50,000,000",),
        seconds=5,
    ),
    Case(
        name="twin-of-a-large-array",
        does="a description of a twin with an array of a million times a million numbers",
        outcome="refused, with the number",
        act=known({"shape": [10**6, 10**6], "dtype": "float32", "_type": "Array2D"}),
        told=("more than 50,000,000",),
        seconds=5,
    ),
    Case(
        name="description-that-is-a-pipe",
        does="a description of a twin is a pipe",
        outcome="refused at once",
        act=described(pipe),
        told=("a pipe, not a file",),
        seconds=5,
    ),
    Case(
        name="description-without-end",
        does="a description of a twin is a link to `/dev/zero`",
        outcome="refused at once",
        act=described(zero),
        told=("a device, not a file",),
        seconds=5,
    ),
    Case(
        name="description-that-is-deep",
        does="a description of a twin is nested 100,000 times",
        outcome="refused",
        act=described(deep),
        told=("the description of the twin cannot be used",),
        seconds=5,
    ),
]

RECORDINGS = [
    Case(
        name="recording-without-end",
        does="the Parquet file of a recorded sample is a link to `/dev/zero`",
        outcome="refused at once",
        act=recorded(replaced("acme--visits.parquet", zero)),
        told=("a device, not a file", "record it again"),
        seconds=5,
    ),
    Case(
        name="recording-that-is-a-pipe",
        does="the Parquet file of a recorded sample is a pipe",
        outcome="refused at once",
        act=recorded(replaced("acme--visits.parquet", pipe)),
        told=("a pipe, not a file", "record it again"),
        seconds=5,
    ),
    Case(
        name="recording-of-a-terabyte",
        does="the Parquet file of a recorded sample has a terabyte",
        outcome="refused before it is read, with the number",
        act=recorded(lambda folder: os.truncate(folder / "acme--visits.parquet", 10**12)),
        told=("more than 268,435,456 bytes",),
        seconds=5,
    ),
    Case(
        name="manifest-that-is-a-pipe",
        does="the manifest of a recorded sample is a pipe",
        outcome="refused at once",
        act=recorded(replaced("acme--visits.json", pipe)),
        told=("the manifest of the recorded sample cannot be read", "a pipe, not a file"),
        seconds=5,
    ),
    Case(
        name="manifest-that-is-deep",
        does="the manifest of a recorded sample is nested 100,000 times",
        outcome="refused",
        act=recorded(replaced("acme--visits.json", deep)),
        told=("the manifest of the recorded sample cannot be read",),
        seconds=5,
    ),
    Case(
        name="recording-of-unknown-features",
        does="the features of a recorded sample are of a type that nobody knows",
        outcome="refused",
        act=recorded(
            lambda folder: None,
            pa.table({"x": [1]}).replace_schema_metadata(
                {"huggingface": json.dumps({"info": {"features": {"x": {"_type": "Teapot"}}}})}
            ),
        ),
        told=("the recorded sample cannot be read", "Teapot"),
    ),
    Case(
        name="recording-of-a-billion-classes",
        does="a recorded sample says that its label has a billion classes",
        outcome="refused, with the number",
        act=recorded(
            lambda folder: None,
            pa.table({"x": [1]}).replace_schema_metadata(
                {"huggingface": json.dumps({"info": {"features": {"x": {"_type": "ClassLabel", "num_classes": 10**9}}}})}
            ),
        ),
        told=("1,000,000,000 classes",),
        seconds=5,
    ),
]

SLAS = [
    Case(
        name="sla-that-is-a-pipe",
        does="an SLA is a pipe that nobody writes into",
        outcome="refused at once",
        act=sla(pipe),
        told=("the SLA file cannot be read", "a pipe, not a file"),
        seconds=2,
    ),
    Case(
        name="sla-without-end",
        does="an SLA is a link to `/dev/zero`",
        outcome="refused at once",
        act=sla(zero),
        told=("the SLA file cannot be read", "a device, not a file"),
        seconds=2,
    ),
    Case(
        name="sla-of-two-megabytes",
        does="an SLA of two megabytes",
        outcome="refused, with the number",
        act=texts('{"customerID": "' + "x" * 2_000_000 + '"}'),
        told=("more than 1,000,000 bytes",),
        seconds=2,
    ),
    Case(
        name="sla-that-is-deep",
        does="an SLA is nested 100,000 times",
        outcome="refused",
        act=sla(deep),
        told=("brackets nested too deeply",),
        seconds=2,
    ),
    Case(
        name="sla-with-a-key-ten-thousand-times",
        does="an SLA has one key 10,000 times",
        outcome="refused; twenty of them are told",
        act=texts("{" + ",".join(['"a": 1'] * 10_000) + "}"),
        told=('the key "a" stands twice',),
        seconds=2,
    ),
    Case(
        name="sla-with-ten-thousand-wrong-values",
        does="an SLA has 100,000 values of the wrong kind",
        outcome="refused; twenty of them are told",
        act=texts(json.dumps({"customerID": [1] * 100_000, "mock_data_configuration": [2] * 100_000})),
        told=("customerID is not a string",),
        seconds=4,
    ),
    Case(
        name="sla-with-a-long-number",
        does="an SLA has a number of 100,000 digits",
        outcome="refused",
        act=texts('{"customerID": "Admin", "mock_data_configuration": {"number_of_partitions": ' + "9" * 100_000 + "}}"),
        told=("the SLA is beyond what can be parsed",),
        seconds=2,
    ),
]

CASES: list[Case] = [*MEDIA, *FOLDERS, *ARROW, *BOMBS, *TWINS, *RECORDINGS, *SLAS]
