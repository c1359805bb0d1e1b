"""A server that speaks TLS, and what is told when two sides do not come together."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import trustme
from standins.plain_client import PlainClient
from standins.projects import REPOSITORY, mock_sla
from standins.real_server import RealServer

from pytest_flops_mock import (
    Access,
    FlopsMockError,
    MLDataClient,
    MLDataServer,
    MockDataProvider,
    check_repository,
    load_partitions,
)
from pytest_flops_mock.errors import LoadError, Problem, SettingsError, UnreachableError, UploadError

ROWS = pa.table({"x": [1, 2, 3]})
RUNNING: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 120}


@dataclass(frozen=True)
class Pem:
    """Files of certificates."""

    folder: Path

    def __getattr__(self, name: str) -> str:
        return str(self.folder / f"{name}.pem")

    @property
    def server(self) -> Access:
        return Access("s3cret", certificate=self.certificate, key=self.key)

    def client(self, ca: str = "ca") -> Access:
        return Access("s3cret", ca=self.folder / f"{ca}.pem")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Pem:
    """A CA, a certificate of it for 127.0.0.1 and localhost, one for another host, a stranger's, and one that is over."""
    folder = tmp_path_factory.mktemp("pem")
    ca, stranger = trustme.CA(), trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    stranger.cert_pem.write_to_path(str(folder / "stranger.pem"))
    over = datetime(2020, 1, 1, tzinfo=timezone.utc)
    for prefix, certificate in (
        ("", ca.issue_cert("127.0.0.1", "localhost")),
        ("other_", ca.issue_cert("edge-7.example", "10.0.0.7")),
        ("past_", ca.issue_cert("127.0.0.1", not_before=over.replace(year=2019), not_after=over)),
    ):
        (folder / f"{prefix}certificate.pem").write_bytes(b"".join(each.bytes() for each in certificate.cert_chain_pems))
        certificate.private_key_pem.write_to_path(str(folder / f"{prefix}key.pem"))
    return Pem(folder)


def test_with_tls_all_works_as_without(pem: Pem) -> None:
    with MLDataServer(access=pem.server) as server, MLDataClient(server.uri, access=pem.client()) as client:
        assert server.uri == f"grpc+tls://127.0.0.1:{server.port}"
        assert client.send("tag.1.parquet", ROWS) == 3
        assert client.fetch("tag.1.parquet").equals(ROWS)
        client.drop("tag.1.parquet")
        MockDataProvider(server.uri, access=pem.client()).run(mock_sla(dataset_name="mnist", max_rows=20))
        assert sum(part.rows for part in server.partitions) == 20
        server.restart()
        assert len(client.partitions()) == len(server.partitions)


def test_it_listens_with_tls_alone(pem: Pem) -> None:
    with MLDataServer(access=pem.server) as server, PlainClient(f"grpc://127.0.0.1:{server.port}") as plain:
        with pytest.raises(pa.flight.FlightUnavailableError):
            plain.names("tag")
        assert server.calls == ()


def problem_of(call: Callable[[], object], kind: type[FlopsMockError]) -> Problem:
    with pytest.raises(kind) as caught:
        call()
    assert not isinstance(caught.value, UnreachableError), "it would be tried again in vain"
    (problem,) = caught.value.problems
    return problem


def test_a_client_of_another_ca_does_not_trust_the_server(pem: Pem) -> None:
    with MLDataServer(access=pem.server) as server:
        with MLDataClient(server.uri, access=pem.client("stranger")) as client:
            problem = problem_of(lambda: client.send("tag.1.parquet", ROWS), UploadError)
            assert problem.message == "the certificate of the ML data server is not trusted"
            assert problem.expected == f"one of the CA in {pem.stranger}"
            assert "--tls-ca" in problem.fix
            assert problem_of(client.partitions, LoadError).code == "FM403"
        with MLDataClient(server.uri) as client:  # which trusts what this machine does
            assert problem_of(client.partitions, LoadError).expected == "one of a CA that this machine trusts"


def test_a_certificate_for_another_host_is_told_with_its_names(pem: Pem) -> None:
    access = Access(certificate=pem.other_certificate, key=pem.other_key)
    with MLDataServer(access=access) as server, MLDataClient(server.uri, access=pem.client()) as client:
        problem = problem_of(lambda: client.send("tag.1.parquet", ROWS), UploadError)
        assert problem.message == "the certificate of the ML data server is one for another host"
        assert (problem.expected, problem.got) == ("a certificate for 127.0.0.1", "one for edge-7.example, 10.0.0.7")


def test_a_certificate_that_is_over_is_told(pem: Pem) -> None:
    access = Access(certificate=pem.past_certificate, key=pem.past_key)
    with MLDataServer(access=access) as server, MLDataClient(server.uri, access=pem.client()) as client:
        assert problem_of(client.partitions, LoadError).got == "certificate has expired"


def test_one_side_with_tls_and_one_without_are_told_what_to_write(pem: Pem, tmp_path: Path) -> None:
    with MLDataServer(access=pem.server) as server:
        plain = f"grpc://127.0.0.1:{server.port}"
        with MLDataClient(plain) as client:
            for problem in (
                problem_of(lambda: client.send("tag.1.parquet", ROWS), UploadError),
                problem_of(client.partitions, LoadError),
            ):
                assert problem.message == "the ML data server speaks TLS, and the client does not"
                assert (problem.expected, problem.got) == (server.uri, plain)
    with MLDataServer() as server, RealServer(tmp_path) as real:
        for port in (server.port, real.port):
            with MLDataClient(f"grpc+tls://127.0.0.1:{port}", access=pem.client()) as client:
                problem = problem_of(lambda: client.send("tag.1.parquet", ROWS), UploadError)
                assert problem.message == "the client speaks TLS, and the ML data server does not"
                assert problem.expected == f"grpc://127.0.0.1:{port}"


def test_who_is_not_there_is_tried_again_as_without_tls(pem: Pem) -> None:
    with MLDataServer(access=pem.server) as server:
        uri = server.uri
    with MLDataClient(uri, access=pem.client()) as client, pytest.raises(UnreachableError, match="start the server"):
        client.send("tag.1.parquet", ROWS)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"certificate": "certificate"},
            "needs a certificate and its key\n  expected  both\n  got       a certificate alone",
        ),
        ({"key": "key"}, "got       a key alone"),
        ({"certificate": "none", "key": "key"}, "the file of a certificate cannot be read"),
        ({"certificate": "certificate", "key": "none"}, "the file of a private key cannot be read"),
        ({"certificate": "key", "key": "key"}, "the file holds no certificate\n"),
        ({"certificate": "certificate", "key": "certificate"}, "the file holds no private key\n"),
        ({"certificate": "certificate", "key": "other_key"}, "the private key does not belong to the certificate\n"),
        ({"certificate": "junk", "key": "key"}, "the certificate and its key cannot be used\n"),
        ({"certificate": "certificate", "key": "encrypted"}, "the private key is encrypted\n"),
        ({"ca": "none"}, "the file of a CA's certificate cannot be read"),
        ({"ca": "key"}, "the file holds no CA's certificate\n"),
        ({"ca": "junk"}, "the CA's certificate cannot be used\n"),
    ],
)
def test_files_that_cannot_be_used_are_told_at_once(pem: Pem, files: dict[str, str], message: str) -> None:
    from cryptography.hazmat.primitives import serialization as forms

    Path(pem.junk).write_text("-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n")
    key = forms.load_pem_private_key(Path(pem.key).read_bytes(), None)
    secret = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.BestAvailableEncryption(b"x"))
    Path(pem.encrypted).write_bytes(secret)
    with pytest.raises(SettingsError) as caught:
        Access(**{name: getattr(pem, file) for name, file in files.items()})
    assert message in str(caught.value)


def test_what_would_look_like_tls_and_is_none_is_refused(pem: Pem) -> None:
    with pytest.raises(SettingsError, match="a CA is what a client trusts"):
        MLDataServer(access=pem.client())
    for make in (MLDataClient, MockDataProvider):
        with pytest.raises(SettingsError, match="the address asks for no TLS"):
            make("grpc://127.0.0.1:1", access=pem.client())


def test_a_check_says_that_a_learner_speaks_no_tls() -> None:
    for call in (
        lambda: load_partitions("grpc+tls://127.0.0.1:1", ["tag"]),
        lambda: check_repository({}, uri="grpc+tls://127.0.0.1:1", data_tags="tag"),
    ):
        with pytest.raises(SettingsError, match="a learner of FLOps speaks no TLS"):
            call()


NO_LEARNER = "the ML data server speaks TLS, and a learner of FLOps does not"


def test_what_is_loaded_without_it_from_a_server_with_it_is_told_as_a_learner_meets_it(pem: Pem) -> None:
    with MLDataServer(access=pem.server) as server:
        problem = problem_of(lambda: load_partitions(f"grpc://127.0.0.1:{server.port}", ["tag"]), LoadError)
        assert (problem.message, problem.code) == (NO_LEARNER, "FM403")


@pytest.mark.slow
def test_a_check_without_it_of_a_server_with_it_says_the_same(pem: Pem) -> None:
    with MLDataServer(access=pem.server) as server:
        report = check_repository(REPOSITORY, uri=f"grpc://127.0.0.1:{server.port}", data_tags="tag")
    assert [(finding.code, finding.message) for finding in report.errors] == [("FM403", NO_LEARNER)]


def test_files_are_found_from_wherever_they_are_named(pem: Pem, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(pem.folder)
    access = Access(certificate="certificate.pem", key="key.pem")
    monkeypatch.chdir(tmp_path)
    with MLDataServer(access=access):
        pass


@pytest.mark.slow
def test_the_commands_serve_and_provide_with_it(pem: Pem, tmp_path: Path) -> None:
    asked = mock_sla(dataset_name="mnist", data_tag="mnist", number_of_partitions=2, max_rows=20)
    (tmp_path / "sla.json").write_text(json.dumps(asked), encoding="utf-8")
    (tmp_path / "rows.csv").write_text("x\n1\n2\n", encoding="utf-8")
    (tmp_path / "more.json").write_text(json.dumps(mock_sla(dataset_name="./rows.csv", data_tag="more")), encoding="utf-8")
    command = [sys.executable, "-m", "pytest_flops_mock"]
    tls = [f"--tls-cert={pem.certificate}", f"--tls-key={pem.key}"]
    serve = [*command, "serve", "--port=0", "--sla=sla.json", *tls]
    with subprocess.Popen(serve, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as serving:
        try:
            assert serving.stdout is not None
            ready = next(line for line in serving.stdout if line.startswith("ready"))
            (uri,) = re.findall(r"grpc\+tls://[\d.]+:\d+", ready)
            assert ": 2 partitions of mnist, 20 rows" in ready
            provide = [*command, "provide", "more.json", "--to", uri]
            good = subprocess.run([*provide, f"--tls-ca={pem.ca}"], check=False, cwd=tmp_path, **RUNNING)
            assert (good.returncode, good.stderr) == (0, "")
            wrong = [*provide, f"--tls-ca={pem.stranger}"]
            bad = subprocess.run(wrong, check=False, cwd=tmp_path, **RUNNING)
            assert bad.returncode == 2
            assert bad.stderr.count("\n  ") == 4
            assert "is not trusted\n" in bad.stderr
            with MLDataClient(uri, access=Access(ca=pem.ca)) as client:
                assert sum(part.rows for part in client.partitions("more")) == 2
        finally:
            serving.kill()
