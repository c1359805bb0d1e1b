"""The fixture ``ml_data_server`` and the two that shape it."""

from __future__ import annotations

import pytest


def test_each_test_has_a_server_of_its_own_on_loopback(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pyarrow as pa, pyarrow.flight as fl, pytest

        @pytest.mark.parametrize("turn", [1, 2])
        def test_server(ml_data_server, turn):
            assert ml_data_server.uri.startswith("grpc://127.0.0.1:")
            assert ml_data_server.partitions == ()
            rows = pa.table({"x": [1, 2]})
            with fl.connect(ml_data_server.uri) as client:
                writer, _ = client.do_put(fl.FlightDescriptor.for_path("tag.0.parquet"), rows.schema)
                with writer:
                    writer.write_table(rows)
            assert [partition.rows for partition in ml_data_server.partitions] == [2]
        """
    )
    project.runpytest().assert_outcomes(passed=2)


def test_address_and_store_can_be_overridden(project: pytest.Pytester) -> None:
    project.makeconftest(
        """
        import pytest
        from pytest_flops_mock import ParquetStore

        @pytest.fixture
        def ml_data_server_store(tmp_path):
            return ParquetStore(tmp_path / "volume")

        @pytest.fixture
        def ml_data_server_address():
            return "localhost", 0
        """
    )
    project.makepyfile(
        """
        def test_files(mock_data_provider, ml_data_server, tmp_path):
            run = mock_data_provider("mocks/mnist.json")
            assert ml_data_server.uri.startswith("grpc://localhost:")
            assert sorted(path.name for path in (tmp_path / "volume").iterdir()) == sorted(run.names)
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_an_error_of_the_server_fails_the_test_at_teardown_with_the_call_log(project: pytest.Pytester) -> None:
    project.makeconftest(
        """
        import pytest
        from pytest_flops_mock import MemoryStore

        class FullStore(MemoryStore):
            def receive(self, name, schema, *, verified=True):
                raise OSError("no space left")

        @pytest.fixture
        def ml_data_server_store():
            return FullStore()
        """
    )
    project.makepyfile(
        """
        import pytest

        def test_sends(mock_data_provider):
            with pytest.raises(Exception):
                mock_data_provider("mocks/mnist.json")
        """
    )
    result = project.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "a call on the ML data server ended in an error of the server",
            "*where     do_put mnist.*.parquet",
            "*got       OSError: no space left",
            "*Captured ML data server teardown*",
            "do_put mnist.*.parquet -> failed*OSError: no space left",
            '*raise OSError("no space left")',
        ]
    )


def test_the_call_log_is_a_section_of_a_test_that_fails_and_of_no_other(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_good(mock_data_provider):
            mock_data_provider("mocks/mnist.json")

        def test_bad(mock_data_provider):
            mock_data_provider("mocks/mnist.json", number_of_partitions=1)
            assert False, "my own mistake"
        """
    )
    result = project.runpytest("-rA")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*Captured ML data server call*", "do_put mnist.*.parquet -> ok, 600 rows*"])
    assert str(result.stdout).count("Captured ML data server") == 1


@pytest.mark.slow
def test_a_client_that_left_a_stream_open_does_not_hold_up_the_teardown(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import time
        import pyarrow as pa, pyarrow.flight as fl
        from pytest_flops_mock import MLDataClient

        kept = []

        def test_leaves_a_stream_open(ml_data_server):
            with MLDataClient(ml_data_server.uri) as client:
                client.send("tag.0.parquet", pa.table({"x": range(5_000_000)}))
            reader = fl.connect(ml_data_server.uri).do_get(fl.Ticket(b"tag.0.parquet"))
            kept.append((reader, time.monotonic()))

        def test_goes_on_soon():
            assert time.monotonic() - kept[0][1] < 50
        """
    )
    project.runpytest_subprocess(timeout=120).assert_outcomes(passed=2)


def test_a_marker_says_what_the_server_does_wrong(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from pytest_flops_mock import FlopsMockError

        @pytest.mark.flops_faults("refuse='over quota' calls=1", "latency=0.01")
        def test_faults(mock_data_provider, ml_data_server):
            with pytest.raises(FlopsMockError, match="over quota"):
                mock_data_provider("mocks/mnist.json")
            mock_data_provider("mocks/mnist.json")
            assert [call.outcome for call in ml_data_server.calls] == ["fault", "ok", "ok"]

        def test_none(ml_data_server):
            assert ml_data_server.faults == ()
        """
    )
    project.runpytest("--strict-markers").assert_outcomes(passed=2)


@pytest.mark.parametrize("arguments", ["", "latency=1", "'latency=0'"])
def test_a_marker_that_means_nothing_is_refused(project: pytest.Pytester, arguments: str) -> None:
    project.makepyfile(
        f"""
        import pytest

        @pytest.mark.flops_faults({arguments})
        def test_faults(ml_data_server):
            pass
        """
    )
    result = project.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*@pytest.mark.flops_faults of *::test_faults*"])
