"""The fixture ``mock_data_provider``."""

from __future__ import annotations

import pytest


def test_it_stores_the_partitions_of_an_sla_and_tells_which(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from pytest_flops_mock import load_partitions

        def test_run(mock_data_provider, ml_data_server):
            run = mock_data_provider("mocks/mnist.json", number_of_partitions=3)
            assert [partition.rows for partition in run.partitions] == [200, 200, 200]
            assert run.origin == "synthetic twin of mnist, 600 rows, seed 42"
            assert sorted(run.names) == [partition.name for partition in ml_data_server.partitions]
            assert load_partitions(ml_data_server.uri, ["mnist"]).num_rows == 600
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_the_sla_is_a_path_text_or_mapping(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import json
        from pathlib import Path
        from pytest_flops_mock import MockSLA

        def test_sources(mock_data_provider):
            path = Path(__file__).parent / "mocks" / "mnist.json"
            text = path.read_text()
            names = {
                mock_data_provider(source).names
                for source in (path, str(path), "mocks/mnist.json", text, json.loads(text), MockSLA.load(path))
                if not isinstance(source, dict)
            }
            assert names == {mock_data_provider(json.loads(text)).names}
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_a_relative_data_set_lies_beside_the_sla_or_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from pathlib import Path

        def test_beside_the_sla(mock_data_provider):
            folder = Path(__file__).parent / "mocks"
            (folder / "rows.csv").write_text("x,y\\n1,2\\n3,4\\n")
            (folder / "local.json").write_text(
                '{"customerID": "a", "mock_data_configuration": {"dataset_name": "./rows.csv", "data_tag": "t"}}'
            )
            assert mock_data_provider("mocks/local.json").rows == 2

        def test_beside_the_test(mock_data_provider):
            configuration = {"dataset_name": "mocks/rows.csv", "data_tag": "t"}
            assert mock_data_provider({"customerID": "a", "mock_data_configuration": configuration}).rows == 2
        """
    )
    project.runpytest().assert_outcomes(passed=2)


def test_a_data_set_can_be_handed_in(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import datasets

        def test_memory(mock_data_provider):
            run = mock_data_provider("mocks/mnist.json", dataset=datasets.Dataset.from_dict({"x": [1, 2, 3, 4]}))
            assert (run.rows, run.source) == (4, "memory")
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_what_is_wrong_with_the_sla_is_an_error_of_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_tag(mock_data_provider):
            mock_data_provider("mocks/mnist.json", data_tag="my.tag")

        def test_change(mock_data_provider):
            mock_data_provider("mocks/mnist.json", partitions=3)

        def test_missing(mock_data_provider):
            mock_data_provider("mocks/mnits.json")
        """
    )
    result = project.runpytest()
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines_random(
        [
            "*SLAError: no learner can ever get data of this tag, since it holds a '.'*",
            "*nearest   my_tag",
            "*nearest   number_of_partitions*",
            "*SLAError: the SLA file does not exist*",
            "*nearest   *mnist.json",
        ]
    )
