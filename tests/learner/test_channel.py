"""The conversation with a child, over pipes whose other end a thread holds: what is no process can be a child as well."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import pytest

from pytest_flops_mock.learner.answers import MAX_BYTES
from pytest_flops_mock.learner.channel import Channel
from pytest_flops_mock.learner.facts import Failure, Hello, Told
from pytest_flops_mock.learner.requests import HELLO, LOAD

VERSIONS = {"Python": "3.11.7"}
LIED = "it wrote to the pipe over which the check talks to it: "


class ThreadPeer:
    """A child that is a thread: it gives each request to ``answer`` and writes what comes back."""

    def __init__(self, answer: Callable[[dict[str, Any]], bytes]) -> None:
        to_child, self.requests = _pipe()
        self.answers, from_child = _pipe()
        self.ends = 0
        self.stops = 0
        self._answer = answer
        self._thread = threading.Thread(target=self._work, args=(to_child, from_child), daemon=True)
        self._thread.start()

    def _work(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        with requests, answers:
            for line in requests:
                said = self._answer(json.loads(line))
                if not said:
                    return
                answers.write(said)

    def has_ended(self) -> bool:
        return not self._thread.is_alive()

    def exceeded(self) -> tuple[str, str] | None:
        return None

    def end(self) -> str:
        self.ends += 1
        return "it fell silent"

    def stop(self) -> None:
        self.stops += 1

    def reaching(self, uri: str) -> str:
        return uri

    def printed(self) -> int:
        return 0

    def printed_since(self, position: int) -> str:
        return "printed"


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    read, write = os.pipe()
    return os.fdopen(read, "rb"), os.fdopen(write, "wb", buffering=0)


@contextmanager
def talking_to(answer: Callable[[dict[str, Any]], bytes], timeout: float = 20) -> Iterator[tuple[Channel, ThreadPeer]]:
    peer = ThreadPeer(answer)
    try:
        yield Channel(peer, timeout), peer
    finally:
        peer.requests.close()
        peer._thread.join(20)
        peer.answers.close()


def hello(request: dict[str, Any], **changes: Any) -> bytes:
    """A good answer, or one with changes."""
    plain = {"id": request["id"], "key": request["key"], "facts": {"versions": VERSIONS}, **changes}
    return json.dumps({name: value for name, value in plain.items() if value is not ...}).encode() + b"\n"


def test_requests_are_numbered_and_facts_come_back_as_their_type() -> None:
    asked = []

    def answer(request: dict[str, Any]) -> bytes:
        asked.append(dict(request))
        return hello(request)

    with talking_to(answer) as (channel, _):
        assert channel.ask(HELLO) == channel.ask(HELLO) == Told(Hello(VERSIONS), output="printed")
    assert [(request["do"], request["id"]) for request in asked] == [("hello", 1), ("hello", 2)]
    assert asked[0]["key"] != asked[1]["key"]


def test_a_request_can_be_sent_ahead_of_the_answer_to_the_one_before() -> None:
    with talking_to(hello) as (channel, _):
        first, second = channel.send(HELLO), channel.send(HELLO)
        assert isinstance(channel.answer(first), Told)
        assert isinstance(channel.answer(second), Told)


def test_an_exception_comes_back_with_its_causes() -> None:
    one = {"type": "ValueError", "text": "bad", "frames": [], "shapes": [["x", "(2,)"]]}
    chain = [{**one, "key_is_text": True, "by_library": False, "of_data": False}]

    def answer(request: dict[str, Any]) -> bytes:
        return hello(request, facts=..., error={"chain": chain, "doing": "fit_model()"})

    with talking_to(answer) as (channel, peer):
        failure = channel.ask(HELLO)
        assert isinstance(failure, Failure)
        assert failure.raised is not None
        assert (failure.how, failure.raised.doing, failure.raised.chain[0].shapes) == (
            "raised",
            "fit_model()",
            (("x", "(2,)"),),
        )
        assert (channel.ended, peer.ends) == (False, 0)


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (lambda request: b"noise\n", "no JSON"),
        (lambda request: b"\xff\xfe\n", "no JSON"),
        (lambda request: DEEP.encode() + b"\n", "no JSON"),
        (lambda request: b'{"id": ' + b"9" * 5000 + b"}\n", "no JSON"),
        (lambda request: b"[1]\n", "no answer"),
        (lambda request: b"null\n", "no answer"),
        (lambda request: hello(request, id=...), "no answer"),
        (lambda request: hello(request, key=...), "no answer"),
        (lambda request: hello(request, facts=...), "no answer"),
        (lambda request: hello(request, error={}), "no answer"),
        (lambda request: hello(request, id=[1]), "no answer"),
        (lambda request: hello(request, id=True), "no answer"),
        (lambda request: hello(request, id=1.0), "no answer"),
        (lambda request: hello(request, id=request["id"] + 1), "nobody had asked for that"),
        (lambda request: hello(request, key="guessed"), "nobody had asked for that"),
        (lambda request: hello(request) * 2, ""),
        (lambda request: hello(request, facts={"versions": {"Python": 3}}), "facts that are not those asked for"),
        (lambda request: hello(request, facts={}), "facts that are not those asked for"),
        (lambda request: hello(request, facts="none"), "facts that are not those asked for"),
        (lambda request: hello(request, facts=float("nan")), "facts that are not those asked for"),
        (lambda request: hello(request, facts={"versions": 10**30}), "a number without bounds"),
        (lambda request: hello(request, facts=json.loads("[" * 50 + "]" * 50)), "facts that are nested too deeply"),
        (lambda request: hello(request, facts=..., error={"doing": "x"}), "facts that are not those asked for"),
        (lambda request: b"x" * (MAX_BYTES + 2**17), f"more than {MAX_BYTES:,} bytes in a row"),
    ],
)
def test_what_is_no_answer_ends_the_child(said: Callable[[dict[str, Any]], bytes], what: str) -> None:
    with talking_to(said) as (channel, peer):
        failures = [answer for answer in (channel.ask(HELLO), channel.ask(HELLO)) if isinstance(answer, Failure)]
        assert failures[0].ending.startswith(LIED + what)
        assert failures[0].output == "printed"
        assert channel.ask(HELLO) == Failure("ended", ending="it had ended before", output="printed")
        assert peer.ends == 1


def test_texts_are_clean_once_they_are_facts() -> None:
    said = {"\x1b[31mPython\x1b[0m": "\ud800 1\x07", "::error::": "\x1b]0;title\x07 ##[command]"}
    with talking_to(lambda request: hello(request, facts={"versions": said})) as (channel, _):
        answer = channel.ask(HELLO)
        assert isinstance(answer, Told)
        assert answer.facts.versions == {"Python": "\ufffd 1\ufffd", ": :error::": " # #[command]"}


def test_a_child_that_reads_no_requests_does_not_hold_up_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_flops_mock.learner.channel.SEND_SECONDS", 0.1)
    go_on = threading.Event()

    def answer(request: dict[str, Any]) -> bytes:
        go_on.wait(20)
        return b""

    with talking_to(answer, timeout=0.2) as (channel, _):
        channel.send(HELLO)
        assert channel.ask(LOAD, tags=["x" * 2**20]) == Failure(
            "timeout", ending="still running after 0.2 s", output="printed"
        )
        go_on.set()


def test_a_child_that_ends_without_an_answer_is_told_with_how_it_ended() -> None:
    with talking_to(lambda request: b"") as (channel, _):
        assert channel.ask(LOAD, uri="grpc://here:1") == Failure("ended", ending="it fell silent", output="printed")


def test_a_child_that_does_not_answer_in_time_is_stopped_and_ended() -> None:
    go_on = threading.Event()

    def answer(request: dict[str, Any]) -> bytes:
        go_on.wait(20)
        return hello(request)

    with talking_to(answer, timeout=0.2) as (channel, peer):
        assert channel.ask(HELLO) == Failure("timeout", ending="still running after 0.2 s", output="printed")
        assert (peer.stops, peer.ends, channel.ended) == (1, 1, True)
        go_on.set()
