"""The fixture ``flops_try``: partitions that Hypothesis draws, on the repository under test."""

from __future__ import annotations

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2] / "examples" / "mnist_numpy"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini(f"[pytest]\nflops_repository = {REPOSITORY}\nflops_env = current\nfilterwarnings = error\n")
    pytester.makeconftest(
        """
        import datasets, pytest
        from pytest_flops_mock import MLDataServer, MLDataClient, MockDataProvider

        MNIST = {"dataset_name": "mnist", "data_tag": "mnist", "max_rows": 60}
        SLA = {"customerID": "Admin", "mock_data_configuration": MNIST}

        @pytest.fixture(scope="session")
        def twin():
            with MLDataServer() as server, MLDataClient(server.uri) as client:
                (name,) = MockDataProvider(server.uri).run(SLA).names
                return datasets.Dataset(client.fetch(name), fingerprint="twin")
        """
    )
    return pytester


@pytest.mark.slow
def test_given_needs_nothing_suppressed(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from hypothesis import given, settings, strategies as st
        from pytest_flops_mock.strategies import ci_profile, partitions

        @settings(ci_profile(8))
        @given(data=st.data())
        def test_partitions_are_taken(flops_try, twin, data):
            partition = data.draw(partitions(twin, min_rows=10, drift=False))
            report = flops_try(partition, until="transform")
            assert report.ok, report
            assert report.data.rows == partition.num_rows
        """
    )
    project.runpytest_subprocess("-p", "no:cacheprovider", timeout=300).assert_outcomes(passed=1)


@pytest.mark.slow
def test_what_breaks_the_repository_is_shrunk_and_shown(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from hypothesis import given, settings, strategies as st
        from pytest_flops_mock.strategies import ci_profile, partitions

        @settings(ci_profile(20))
        @given(data=st.data())
        def test_no_row_is_needed(flops_try, twin, data):
            report = flops_try(data.draw(partitions(twin, drift=False)), until="transform")
            assert report.ok, report
        """
    )
    result = project.runpytest_subprocess("-p", "no:cacheprovider", timeout=300)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Sample(rows=(), drift='', seed=0)"])


@pytest.mark.slow
def test_one_process_serves_all_examples(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pathlib
        from pytest_flops_mock import MLRepository

        def test_process(flops_try, twin, request):
            folder = pathlib.Path(request.config.getini("flops_repository"))
            files = {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}
            files["data_manager.py"] += "\\nimport os\\nraise RuntimeError(f'process {os.getpid()}')\\n"
            texts = {flops_try(twin, files, until="transform").errors[0].message for _ in range(2)}
            assert len(texts) == 1
            assert "process" in texts.pop()

        def test_table(flops_try, twin):
            assert flops_try(twin.data.table.slice(0, 20), until="transform").ok
        """
    )
    project.runpytest_subprocess("-p", "no:cacheprovider", timeout=300).assert_outcomes(passed=2)
