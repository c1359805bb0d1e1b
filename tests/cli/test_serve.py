"""``flops-mock serve``, as a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl
import pytest
from standins.calling import run
from standins.commands import PATIENCE, ended, line_with, lines_of, serving, uri_in
from standins.plain_client import PlainClient
from standins.projects import mock_sla

from pytest_flops_mock import Access, FlopsMockError, MLDataClient, load_partitions
from pytest_flops_mock.cli import main
from pytest_flops_mock.cli.serve import exposed

PAGE = (Path(__file__).parents[2] / "docs" / "serve.md").read_text(encoding="utf-8")
EXAMPLE = Path(__file__).parents[2] / "examples" / "mnist_sklearn"
ROWS = pa.table({"x": list(range(50_000))})


@pytest.fixture
def sla(tmp_path: Path) -> str:
    """An SLA of three partitions, and its name in the current folder."""
    (tmp_path / "mocks").mkdir()
    asked = mock_sla(dataset_name="mnist", data_tag="mnist", number_of_partitions=3, max_rows=90)
    (tmp_path / "mocks" / "sla.json").write_text(json.dumps(asked), encoding="utf-8")
    return "mocks/sla.json"


@pytest.mark.slow
def test_it_serves_the_partitions_of_an_sla_until_a_signal(tmp_path: Path, sla: str) -> None:
    with serving("--port=0", f"--sla={sla}", "--stats", cwd=tmp_path) as process:
        provided = line_with(process, "provided")
        assert provided.startswith(f"provided    {sla}: 3 partitions of mnist, synthetic twin of mnist")
        ready = line_with(process, "ready")
        held = r"3 partitions of mnist, 90 rows \(\d+ kB\), in memory\n"
        assert re.fullmatch(rf"ready       grpc://127.0.0.1:\d+: {held}", ready)
        assert len(load_partitions(uri_in(ready), ["mnist"])) == 90
        code, out, err = ended(process, signal.SIGINT)
    assert (code, err) == (130, "")
    assert re.fullmatch(r"stopped     4 calls; received 0 rows \(0 bytes\); sent 90 rows \(\d+ kB\)\n", out)


@pytest.mark.slow
def test_as_json_each_line_is_an_event_and_refusals_are_among_them(tmp_path: Path, sla: str) -> None:
    with serving("--port=0", f"--sla={sla}", "--log=json", "--stats", cwd=tmp_path) as process:
        first = json.loads(line_with(process, "call"))
        ready = json.loads(line_with(process, '"ready"'))
        with PlainClient(ready["uri"]) as client, pytest.raises(fl.FlightError):
            client.put("../x", ROWS)
        refused = json.loads(line_with(process, "refused"))
        code, out, _ = ended(process, signal.SIGTERM)
    assert code == 143
    assert (first["method"], first["outcome"], first["rows"]) == ("do_put", "ok", 30)
    assert first["bytes"] > 1000
    assert {key: ready[key] for key in ("store", "partitions", "data_tags", "rows")} == {
        "store": "memory",
        "partitions": 3,
        "data_tags": ["mnist"],
        "rows": 90,
    }
    assert "leave the store" in refused["message"]
    stopped = json.loads(out)
    assert (stopped["event"], stopped["calls"], stopped["refused"], stopped["rows_received"]) == ("stopped", 1, 1, 0)


@pytest.mark.slow
def test_a_server_killed_in_the_middle_of_an_upload_has_whole_files_only_when_it_starts_again(tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    with serving("--port=0", f"--store={volume}", cwd=tmp_path) as process:
        uri = uri_in(line_with(process, "ready"))

        def until_it_is_killed() -> Iterator[pa.RecordBatch]:
            yield from ROWS.to_batches()
            for _ in range(10_000):  # as long as the kill takes to reach the client
                yield from ROWS.to_batches()
                if process.poll() is None and any(name.endswith(".part") for name in os.listdir(volume)):
                    process.kill()
                    process.wait(PATIENCE)

        with MLDataClient(uri) as client:
            assert client.send("tag.whole.parquet", ROWS) == 50_000
            with pytest.raises(FlopsMockError):
                client.send_batches("tag.half.parquet", ROWS.schema, until_it_is_killed(), rows=10_001 * 50_000)
    assert process.returncode == -signal.SIGKILL
    assert len(os.listdir(volume)) == 2

    with serving("--port=0", f"--store={volume}", cwd=tmp_path) as process:
        ready = line_with(process, "ready")
        assert ": 1 partition of tag, 50,000 rows (" in ready
        with MLDataClient(uri_in(ready)) as client:
            assert client.fetch("tag.whole.parquet").equals(ROWS)
        assert os.listdir(volume) == ["tag.whole.parquet"]


@pytest.mark.slow
def test_a_log_that_nobody_reads_any_more_ends_it_without_a_traceback(tmp_path: Path, sla: str) -> None:
    with serving("--port=0", "--log=text", cwd=tmp_path) as process:
        uri = uri_in(line_with(process, "ready"))
        lines_of(process).close()
        with MLDataClient(uri) as client:
            assert client.send("tag.1.parquet", ROWS) == 50_000
        assert process.wait(PATIENCE) == 141
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.mark.slow
def test_a_file_that_cannot_be_read_is_left_out_and_a_token_asked_for(tmp_path: Path) -> None:
    (tmp_path / "tag.0.parquet").write_text("no Parquet")
    (tmp_path / "token").write_text("s3cret\n")
    with serving("--port=0", "--store=.", "--token-file=token", cwd=tmp_path) as process:
        assert line_with(process, "left out").startswith("left out    tag.0.parquet: ")
        ready = line_with(process, "ready")
        assert ": no partitions, in " in ready
        with MLDataClient(uri_in(ready)) as client, pytest.raises(FlopsMockError, match="asks for a token"):
            client.partitions("tag")
        with MLDataClient(uri_in(ready), access=Access("s3cret")) as client:
            assert client.partitions("tag") == ()
        code, _, err = ended(process, signal.SIGHUP)
    assert (code, err) == (129, "")


@pytest.mark.parametrize(
    ("host", "warned"),
    [("127.0.0.1", False), ("localhost", False), ("127.9.9.9", False), ("::1", False), ("0.0.0.0", True), ("::", True)],
)
def test_where_others_reach_it_without_a_token_it_warns(host: str, warned: bool) -> None:
    said = f"whoever reaches {host}:11027 reads and deletes the data, "
    end = "leave --host at 127.0.0.1"
    assert exposed(host, 11027) == (f"{said}no token asked for; pass --token-file FILE, or {end}" if warned else "")
    with_manager = exposed(host, 11027, with_manager=True)
    assert with_manager == (f"{said}and has checks run, no token asked for; {end}" if warned else "")


@pytest.mark.slow
def test_the_blocks_of_its_page_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    command, _, check = re.findall(r"^```console\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    (block,) = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    arguments = command.split()
    assert arguments[:2] == ["flops-mock", "serve"]
    arguments[arguments.index("volume")] = str(tmp_path / "volume")
    with serving(*arguments[2:], "--port=0", cwd=EXAMPLE) as process:
        uri = uri_in(line_with(process, "ready"))
        monkeypatch.chdir(EXAMPLE)
        names: dict[str, Any] = {}
        exec(block.replace("grpc://127.0.0.1:11027", uri), names)
        checked = run(*check.replace("grpc://127.0.0.1:11027", uri).split()[1:], folder=EXAMPLE)
        code, out, _ = ended(process, signal.SIGINT)
    assert names["report"].ok
    assert "verdict     compatible" in checked.stdout
    assert code == 130
    assert out.startswith("stopped     ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port=no"], "--port takes a whole number"),
        (["--port=99999"], "there is no such port for the ML data server to listen on"),
        (["--store=file"], "the ML data server cannot keep files in its folder\n  where     "),
        (["--sla=none.json"], "the MDP SLA is not there"),
        (["--sla=file"], "the SLA is not JSON\n  where     "),
        (["--data=nowhere"], "--data"),
    ],
)
def test_what_is_wrong_is_told_before_it_listens(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("no SLA")
    assert main(["serve", "--port=0", *arguments]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert message in err


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", f"--port={port}"]) == 2
    assert f"the ML data server cannot listen on 127.0.0.1:{port}\n" in capsys.readouterr().err
