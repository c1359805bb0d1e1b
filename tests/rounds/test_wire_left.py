"""Nothing is left of rounds whose parent ends, whenever that is; and nobody but this machine can reach an actor."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from standins.processes import processes_of, until
from standins.wire import Run, fault, plan

from pytest_flops_mock.learner.environments.python import LearnerPython
from pytest_flops_mock.rounds.engine import RoundEnded, RoundsEvent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to list processes"),
]

PROGRAM = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background has it ignored
from standins.wire import clusters, fault, plan, python_at, repository, runs
slow = repository(fit="import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'input()']); time.sleep(0.2)")
plans = {"classic": plan(3, 100, fault("hang", round_=5)), "hierarchical": clusters(2, 1, 10, 10)}
try:
    runs(python_at(Path(sys.argv[1])))(
        plans[sys.argv[2]], slow, method=sys.argv[3], on_event=lambda event: print(type(event).__name__, flush=True)
    )
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize(
    ("way", "mode", "method", "after"),
    [
        pytest.param(signal.SIGKILL, "classic", "zygote", ["RoundsWait"], id="while it imports"),
        pytest.param(signal.SIGKILL, "hierarchical", "zygote", ["RoundsWait"] * 2 + ["RoundEnded"], id="in a round"),
        pytest.param(signal.SIGKILL, "classic", "spawn", ["RoundsWait"] * 2, id="while interpreters start"),
        pytest.param(signal.SIGINT, "classic", "zygote", ["RoundsWait"] * 2 + ["RoundEnded"], id="interrupted in a round"),
    ],
)
def test_nothing_is_left_when_the_parent_ends(
    way: signal.Signals, mode: str, method: str, after: list[str], learners_python: LearnerPython, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", PROGRAM, str(learners_python.executable), mode, method]
    tests = Path(__file__).parents[1]
    variables = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(tests)}
    parent = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        assert [parent.stdout.readline().strip() for _ in after] == after
        assert processes_of(tmp_path)
        parent.send_signal(way)
        code = parent.wait(60)
    finally:
        parent.kill()
        parent.communicate()
    assert code == (130 if way is signal.SIGINT else -signal.SIGKILL)
    until(lambda: not processes_of(tmp_path), "the end of all actors", longest=60)
    until(lambda: not any(tmp_path.iterdir()), "the end of their folder", longest=60)


def test_actors_listen_and_speak_on_loopback_alone(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: dict[str, list[tuple[str, str]]] = {}

    def look(event: RoundsEvent) -> None:
        if isinstance(event, RoundEnded) and event.round.round == 1:
            for pid in processes_of(tmp_path):
                for protocol in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
                    seen.setdefault(protocol, []).extend(sockets(pid, protocol))

    facts = run(plan(3, 2, fault("slow", seconds=2)), on_event=look)

    assert {end.how for end in facts.ends} == {"done"}
    addresses = {address for pairs in seen.values() for pair in pairs for address in pair}
    assert all(ip_address(address).is_loopback or address in ("0.0.0.0", "::") for address in addresses), addresses
    listening = [ours for ours, theirs in seen["tcp"] + seen["tcp6"] if theirs in ("0.0.0.0", "::")]
    assert listening, "the aggregator"
    assert all(ip_address(address).is_loopback for address in listening)
    assert len(seen["tcp"] + seen["tcp6"]) >= 7, "an aggregator that listens, and both ends of each learner's connection"


def sockets(pid: int, protocol: str) -> list[tuple[str, str]]:
    """The sockets that a process has open, by their own address and that of the other side."""
    try:
        links = [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return []  # it has ended
    inodes = {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}
    lines = [line.split() for line in Path(f"/proc/{pid}/net/{protocol}").read_text(encoding="ascii").splitlines()[1:]]
    return [(plain(line[1]), plain(line[2])) for line in lines if line[9] in inodes]


def plain(written: str) -> str:
    """An address as the kernel writes it, in words of 32 bits of this machine's order."""
    words = bytes.fromhex(written.partition(":")[0])
    data = b"".join(struct.pack(">I", *struct.unpack("=I", words[at : at + 4])) for at in range(0, len(words), 4))
    address = IPv4Address(data) if len(data) == 4 else IPv6Address(data)
    return str(getattr(address, "ipv4_mapped", None) or address)


def test_addresses_are_read_as_the_kernel_writes_them() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        text = Path("/proc/self/net/tcp").read_text(encoding="ascii")
    (line,) = (each.split() for each in text.splitlines()[1:] if each.split()[1].endswith(f":{port:04X}") and " 0A " in each)
    assert plain(line[1]) == "127.0.0.1"
