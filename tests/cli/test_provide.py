"""``flops-mock provide``, against our server and a stand-in of the real one."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from standins.projects import mock_sla
from standins.real_server import RealServer

from pytest_flops_mock import MLDataServer, MockDataProvider, ParquetStore
from pytest_flops_mock.cli import main
from pytest_flops_mock.cli.progress import waits_shown

ADDRESS = "ML_DATA_SERVER_IP", "DATA_MANAGER_PORT"


@pytest.fixture(autouse=True)
def _sla(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SLA of three partitions of a file, in the current folder."""
    for name in ADDRESS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text("x\n" + "".join(f"{number}\n" for number in range(30)))
    asked = mock_sla(dataset_name="./rows.csv", data_tag="tag", number_of_partitions=3)
    Path("sla.json").write_text(json.dumps(asked), encoding="utf-8")


def marks(out: str) -> list[str]:
    return [line[:10].strip() for line in out.splitlines()]


def test_what_is_sent_twice_is_stored_once_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    with MLDataServer() as server:
        assert main(["provide", "sla.json", "--to", server.uri]) == 0
        assert marks(capsys.readouterr().out) == ["data", "stored", "stored", "stored", "in"]
        server.store.drop(server.partitions[0].name)
        assert main(["provide", "sla.json", "--to", server.uri]) == 0
        assert sorted(marks(capsys.readouterr().out)) == ["data", "in", "stored", "was there", "was there"]
        assert [call.method for call in server.calls].count("do_put") == 4
        assert [part.rows for part in server.partitions] == [10, 10, 10]
        assert main(["provide", "sla.json", "--to", server.uri, "--drift=lost=0.5"]) == 0
        assert marks(capsys.readouterr().out).count("stored") == 3


def test_the_real_server_at_the_address_in_the_environment_gets_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    with RealServer(volume) as real:
        monkeypatch.setenv("ML_DATA_SERVER_IP", "127.0.0.1")
        monkeypatch.setenv("DATA_MANAGER_PORT", str(real.port))
        assert main(["provide", "sla.json"]) == 0
        assert main(["provide", "sla.json"]) == 0
    assert marks(capsys.readouterr().out)[-5:] == ["data", "was there", "was there", "was there", "in"]
    assert len(list(volume.iterdir())) == 3


@pytest.mark.slow
def test_a_server_that_goes_away_and_comes_back_has_each_partition_once(tmp_path: Path) -> None:
    first = threading.Event()
    store = ParquetStore(tmp_path / "volume")
    before = MLDataServer(store, on_call=lambda call: first.set() if call.method == "do_put" else None)
    before.start()
    after = MLDataServer(store, port=before.port)

    def restart() -> None:
        assert first.wait(60)
        before.stop()
        after.start()

    restarting = threading.Thread(target=restart)
    restarting.start()
    try:
        run = MockDataProvider(before.uri, retries=8, skip_stored=True).run("sla.json")
        restarting.join(60)
        assert {part.name for part in after.partitions} == set(run.names)
        assert [part.rows for part in after.partitions] == [10, 10, 10]
        assert run.already == ()
    finally:
        restarting.join(60)
        before.stop()
        after.stop()


def test_a_server_that_is_not_there_is_told_with_the_tries(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as bound:  # and does not listen
        bound.bind(("127.0.0.1", 0))
        uri = f"grpc://127.0.0.1:{bound.getsockname()[1]}"
        assert main(["provide", "sla.json", "--to", uri, "--retries=1"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"flops-mock: {uri} is not there, or went away: try 2 of 2 in 0.5 s\nflops-mock: ")
    assert "a partition did not reach the ML data server\n" in err
    assert "(2 tries)\n" in err
    assert "start the server, and check host and port" in err


def test_on_a_terminal_what_it_waits_for_stands_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    with waits_shown() as on_wait:
        on_wait("try 2 of 3")
        on_wait("")
        on_wait("try 3 of 3")
    assert shown.getvalue().split("\r\x1b[K") == ["", "try 2 of 3", "", "try 3 of 3", ""]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
def test_it_provides_all_of_mnist_within_the_memory_that_flops_asks_for(tmp_path: Path) -> None:
    asked = mock_sla(dataset_name="mnist", data_tag="tag", number_of_partitions=3, max_rows=60_000)
    (tmp_path / "all.json").write_text(json.dumps(asked), encoding="utf-8")
    with MLDataServer() as server:
        # Not a child of this process: what that has would count until the command's program is loaded.
        code = "import resource as r, subprocess as s, sys; s.run(sys.argv[1:], check=True, stdout=s.DEVNULL); "
        code += "print(r.getrusage(r.RUSAGE_CHILDREN).ru_maxrss)"
        command = [sys.executable, "-m", "pytest_flops_mock", "provide", "all.json", "--to", server.uri]
        done = subprocess.run([sys.executable, "-c", code, *command], stdout=subprocess.PIPE, check=True, timeout=300)
        assert int(done.stdout) < 215 * 1024  # kB; 180 MB where it was measured, and allocators differ
        assert sum(part.rows for part in server.partitions) == 60_000


@pytest.mark.slow
def test_for_a_twin_neither_pandas_nor_datasets_is_imported(tmp_path: Path) -> None:
    (tmp_path / "twin.json").write_text(json.dumps(mock_sla(dataset_name="mnist")), encoding="utf-8")
    code = "import sys, pytest_flops_mock.cli as cli; print(cli.main(), sorted({'pandas', 'datasets'} & {*sys.modules}))"
    with MLDataServer() as server:
        for arguments, heavy in (
            (["twin.json"], []),
            (["twin.json", "--partitioner=dirichlet alpha=0.5"], ["datasets", "pandas"]),
            (["sla.json"], ["datasets", "pandas"]),
        ):
            command = [sys.executable, "-c", code, "provide", *arguments, "--to", server.uri]
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
            assert done.stdout.splitlines()[-1] == f"0 {heavy}"


@pytest.mark.slow
def test_arrow_without_pandas_gives_tables_of_pandas_all_the_same() -> None:
    code = """
import pyarrow as pa
from pytest_flops_mock.data.light import arrow_without_pandas
arrow_without_pandas()
import sys
table = pa.table({"x": [1, None], "y": ["a", "b"]})
assert "pandas" not in sys.modules
assert table.to_pandas()["y"].tolist() == ["a", "b"]
import pandas
assert pa.Table.from_pandas(pandas.DataFrame({"x": [1.0, None]})).column("x").null_count == 1
assert not any(type(each).__name__ == "_Hidden" for each in sys.meta_path)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


@pytest.mark.parametrize("uri", ["nowhere", "http://a:1", "grpc://a", "grpc://a:b", "grpc://a:1/x"])
def test_what_is_no_address_is_refused(capsys: pytest.CaptureFixture[str], uri: str) -> None:
    assert main(["provide", "sla.json", "--to", uri]) == 2
    assert f"expected  grpc://HOST:PORT, or grpc+tls://HOST:PORT\n  got       {uri}\n" in capsys.readouterr().err
