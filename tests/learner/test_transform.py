"""What the repository's code does, and the finding that it ends in."""

from __future__ import annotations

from textwrap import indent

import pytest
from standins.small import Check, repository

from pytest_flops_mock import Finding, Frame, MLDataServer, MLRepository, check_repository
from pytest_flops_mock.judging.failures import failure_finding
from pytest_flops_mock.judging.transform import transform_findings
from pytest_flops_mock.learner.facts import Failure, Told
from pytest_flops_mock.learner.requests import LOAD, TRANSFORM
from pytest_flops_mock.learner.session import LearnerSession
from pytest_flops_mock.stage import Stage


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "import sys; sys.stdout.close()",
        "import os; os.close(1)",
        "import os; os.chdir('/')",
        "import os; open('written', 'w').write('x'); assert os.path.exists('written')",
        "import sys; sys.modules['json'] = None",
    ],
)
def test_it_may_do_this(check: Check, body: str) -> None:
    report = check(body)
    assert report.ok, str(report)
    assert report.errors == report.warnings == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("import os; os._exit(3)", {"exit status 3"}),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", {"signal SIGSEGV"}),
        # Which comes first: that the report cannot be written, or that a thread of gRPC misses its files and aborts.
        ("import os; os.closerange(3, 256)", {"exit status 1", "signal SIGABRT"}),
    ],
)
def test_the_end_of_the_process_is_a_finding(check: Check, body: str, told: set[str]) -> None:
    (error,) = check(body).errors
    assert error.code == "FM606"
    assert error.problem.got in told


HARMLESS = [
    "self.labels = dataset.data.column('label').to_numpy()",
    "assert dataset[:]['label'].to_pylist().count(1) == 3",
    "assert dataset.features['label'].names == ['cat', 'dog']",
    "assert dataset.format['type'] == 'arrow'",
    "assert dataset.select_columns(['label']).map(lambda rows: rows, batched=True).num_rows == 5",
    "print('x' * 10_000); import sys; print('y', file=sys.stderr)",
    "import os; os.write(1, b'noise\\n'); os.write(2, b'noise\\n')",
    "import sys; assert sys.stdin.read() == ''",
    "import os; pid = os.fork(); pid or os._exit(0); os.waitpid(pid, 0)",
    "import multiprocessing as m; p = m.get_context('fork').Process(target=print); p.start(); p.join()",
    "from flops_utils.logging import logger; logger.info('told')",
]

RAISING = {
    "import sys; sys.exit(0)": ("FM604", "sys.exit(0)"),
    "import sys; sys.exit(1)": ("FM604", "sys.exit(1)"),
    "import sys; sys.exit()": ("FM604", "sys.exit()"),
    "import sys; sys.exit('no data')": ("FM604", "sys.exit('no data')"),
    "import not_installed_anywhere": ("FM601", "ModuleNotFoundError: No module named 'not_installed_anywhere'"),
    "import data_managr": ("FM601", "ModuleNotFoundError: No module named 'data_managr'"),
    "from os import not_there": ("FM601", ""),
    "from data_manager import DataManger": ("FM603", ""),
    "import data_manager.part": ("FM603", ""),
    "from . import data_manager": ("FM603", ""),
    "raise ValueError('bad rows')": ("FM603", ""),
    "raise ValueError": ("FM603", ""),
    "raise KeyboardInterrupt": ("FM603", ""),
    "class Odd(Exception):\n    def __str__(self): raise RuntimeError\nraise Odd": ("FM603", ""),
    "class Odd(BaseException): ...\nraise Odd": ("FM603", ""),
    "input()": ("FM603", ""),
    # A key that is missing, but not in the data.
    "config = {'lr': 1}\nconfig['labl']": ("FM603", ""),
    "row = dataset.select_columns(['label']).to_list()[0]\nconfig = {'lr': 1}\nconfig['labl']": ("FM603", ""),
    "dataset.select_columns(['label']).with_format(None).map(lambda row: {}[str(row['label'])])": ("FM603", ""),
    "{}[0]": ("FM603", ""),
    "dataset.select_columns(['label']).with_format(None).map(lambda row: {}['lr'], num_proc=2)": ("FM603", ""),
    "try:\n    dataset['labl']\nexcept KeyError:\n    raise RuntimeError('no labels') from None": ("FM603", ""),
    "raise ImportError('no accelerator')": ("FM603", ""),
    "dataset.to_pandas().loc[99]": ("FM603", ""),
    "import pandas\npandas.DataFrame({'lr': [1]})['labl']": ("FM603", ""),
    "import pandas\npandas.Series({'lr': 1})['labl']": ("FM603", ""),
    "import pandas\npandas.Series({'lr': 1}).labl": ("FM603", ""),
    "dataset.to_pandas().iteritms()": ("FM603", ""),
    "dataset.to_pandas()['label'].loc['labl']": ("FM603", ""),
}

COLUMNS = [
    "dataset['labl']",
    "dataset.data.column('labl')",
    "dataset.data.table.select(['labl'])",
    "import pyarrow.compute as pc\ndataset.data.table.filter(pc.field('labl') == 1)",
    "dataset.to_pandas()['labl']",
    "dataset.to_pandas().labl",
    "next(dataset.to_pandas().iterrows())[1].labl",
    "dataset.to_pandas().iloc[0]['labl']",
    "dataset.to_pandas()[['label', 'labl']]",
    "dataset.to_pandas().drop(columns=['labl'])",
    "dataset.select_columns(['label']).with_format(None)[0]['labl']",
    "dataset.select_columns(['label']).to_list()[0]['labl']",
    "dataset.select_columns(['label']).to_dict()['labl']",
    "for row in dataset.select_columns(['label']).with_format(None):\n    row['labl']",
    "[row['labl'] for row in dataset.select_columns(['label']).to_list()]",
    "rows = dataset.to_pandas().to_dict('records')\nrows[0]['labl']",
    "self.rows = dataset.select_columns(['label']).to_list()\nself.rows[0]['labl']",
    "name = 'labl'\nrow = dataset.select_columns(['label']).to_list()[0]\nrow[name]",
    "dataset.features['labl']",
    "dataset[:]['labl']",
    "dataset.to_pandas().groupby('labl')",
    "dataset.select_columns(['label']).with_format(None).filter(lambda row: row['labl'] > 0)",
    "dataset.select_columns(['label']).with_format(None).map(lambda row: {'x': row['labl']}, num_proc=2)",
    "try:\n    {}['x']\nexcept KeyError:\n    dataset['labl']",
    "dataset.select_columns(['label']).with_format(None).map(lambda row: {'x': row['labl']})",
    "dataset.remove_columns(['labl'])",
    "dataset.select_columns(['labl'])",
    "dataset.rename_column('labl', 'x')",
    "dataset.sort('labl')",
    "dataset.unique('labl')",
    "dataset.train_test_split(stratify_by_column='labl')",
    "try:\n    dataset['labl']\nexcept KeyError as error:\n    raise RuntimeError('no labels') from error",
    "try:\n    dataset['labl']\nexcept KeyError:\n    exit(1)",
]


@pytest.fixture(scope="module")
def findings(server: MLDataServer) -> dict[str, tuple[Finding, ...]]:
    """What each of the bodies above ends in; one process runs them all, one after another."""
    bodies = [*HARMLESS, *RAISING, *COLUMNS]
    cases = [f"    def case_{number}(self, dataset):\n{indent(body, ' ' * 8)}" for number, body in enumerate(bodies)]
    files = repository("ModelManager.number += 1\ngetattr(self, f'case_{ModelManager.number}')(dataset)")
    files["model_manager.py"] += "\n".join(["    number = -1", *cases])
    with LearnerSession(MLRepository.of_files(files), timeout=60) as learner:
        loaded = learner.ask(LOAD, uri=server.uri, tags=["pets"], timeout=60)
        assert isinstance(loaded, Told)
        answers = {body: learner.ask(TRANSFORM) for body in bodies}
    modules = ["data_manager", "model_manager"]
    return {
        body: tuple(transform_findings(answer.facts))
        if isinstance(answer, Told)
        else (failure_finding(answer, Stage.TRANSFORM, loaded.facts.columns, modules),)
        for body, answer in answers.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("body", HARMLESS)
def test_it_may_do_this_as_well(findings: dict[str, tuple[Finding, ...]], body: str) -> None:
    assert findings[body] == ()


@pytest.mark.parametrize("body", RAISING)
def test_this_is_a_finding(findings: dict[str, tuple[Finding, ...]], body: str) -> None:
    (error,) = findings[body]
    assert (error.code, error.problem.got) == RAISING[body]


def test_what_is_not_installed_is_told_in_full(findings: dict[str, tuple[Finding, ...]]) -> None:
    (error,) = findings["import data_managr"]
    assert str(error.problem).replace(error.problem.where, "WHERE") == (
        "the repository imports data_managr, which is not installed\n"
        "  where     WHERE\n"
        "  expected  a package of this Python's environment, or a module of the repository\n"
        "  got       ModuleNotFoundError: No module named 'data_managr'\n"
        "  nearest   data_manager\n"
        "  fix       install it into the environment that runs the check (pip install data_managr), "
        "and list it in conda.yaml"
    )


def test_an_exit_is_told_in_full(findings: dict[str, tuple[Finding, ...]]) -> None:
    (error,) = findings["import sys; sys.exit('no data')"]
    assert str(error.problem).replace(error.problem.where, "WHERE") == (
        "the repository ends the process\n"
        "  where     WHERE\n"
        "  expected  set_model_data() returns, or raises an exception that says why not\n"
        "  got       sys.exit('no data')\n"
        "  fix       raise an exception instead; a learner that exits leaves the aggregator waiting for a day"
    )


@pytest.mark.parametrize("body", COLUMNS)
def test_a_column_that_is_not_there_is_named_with_those_that_are(
    findings: dict[str, tuple[Finding, ...]], body: str
) -> None:
    (error,) = findings[body]
    assert error.problem.where.startswith("model_manager.py:")
    assert "labl" in error.detail
    assert f"{error.code} {error.problem}".replace(error.problem.where, "WHERE") == (
        "FM602 the repository asks for column 'labl', which the data do not have\n"
        "  where     WHERE\n"
        "  expected  one of: image (Image), label (ClassLabel of 2)\n"
        "  got       labl\n"
        "  nearest   label\n"
        "  fix       use the data set's column names, or send another data set"
    )


@pytest.mark.slow
def test_an_exception_shows_the_frames_in_the_repository(check: Check) -> None:
    (error,) = check("raise ValueError('bad rows')").errors
    assert error.message == "ValueError: bad rows"
    assert error.problem.where == "model_manager.py:12 in set_model_data"
    assert error.detail == (
        "model_manager.py:12 in set_model_data\n    raise ValueError('bad rows')\n"
        "ValueError: bad rows\n    with dataset: (5, 2)"
    )
    assert error.frames == (Frame("model_manager.py", 12, "set_model_data", "raise ValueError('bad rows')"),)


@pytest.mark.slow
def test_what_the_code_printed_is_shown_with_its_failure(check: Check) -> None:
    (error,) = check("print('epoch 1')\nraise ValueError('bad')").errors
    assert error.detail.endswith("output:\n    epoch 1")


@pytest.mark.slow
def test_failures_before_set_model_data_say_where(check: Check) -> None:
    (early,) = check("pass", constructor="raise RuntimeError('no data here')").errors
    assert (early.code, early.message) == ("FM503", "RuntimeError: no data here")
    (imported,) = check("pass", imports="1 / 0").errors
    assert (imported.code, imported.problem.where) == ("FM503", "model_manager.py:3 in <module>")


@pytest.mark.slow
def test_an_endless_loop_ends_at_the_time_limit(check: Check) -> None:
    (error,) = check("while True: pass", timeout=2).errors
    assert (error.code, error.problem.got) == ("FM605", "still running after 2 s")
    assert error.problem.where == "model_manager.py:12 in set_model_data"


def test_data_that_are_not_the_learners_are_a_warning(check: Check) -> None:
    report = check("pass", load=False)
    assert report.ok
    (warning,) = report.warnings
    assert (warning.code, warning.message) == ("FM607", "set_model_data() did not load the learner's data")


@pytest.mark.slow
def test_an_abstract_method_that_is_missing_cannot_be_called(check: Check) -> None:
    body = """
        from flops_utils.ml_repo_templates import DataManagerTemplate
        class Mine(DataManagerTemplate):
            def get_data(self): ...
        Mine()
        """
    (error,) = check(body).errors
    assert error.code == "FM603"
    assert "_prepare_data" in error.message


@pytest.mark.slow
def test_the_column_class_of_datasets_4_gets_a_hint(check: Check) -> None:
    body = "class Column: ...\nColumn().reshape"
    (found,) = (each for each in check(body).findings if each.code == "FM603")
    assert "dataset[:][name]" in found.problem.fix


def test_a_failure_in_the_data_manager_is_told_where_it_is_and_how_it_came_there(server: MLDataServer) -> None:
    files = {
        **repository("from data_manager import DataManager\nDataManager()", load=False),
        "data_manager.py": (
            "class DataManager:\n"
            "    def __init__(self):\n"
            "        try:\n"
            "            {}['path']\n"
            "        except KeyError as error:\n"
            "            raise ValueError('no path') from error\n"
        ),
    }
    (error,) = check_repository(files, server.uri, data_tags=["pets"], until="transform").errors
    assert (error.code, error.problem.where) == ("FM603", "data_manager.py:6 in __init__")
    assert error.detail == (
        "model_manager.py:11 in set_model_data\n"
        "    DataManager()\n"
        "data_manager.py:6 in __init__\n"
        "    raise ValueError('no path') from error\n"
        "ValueError: no path\n"
        "caused by\n"
        "data_manager.py:4 in __init__\n"
        "    {}['path']\n"
        "KeyError: path"
    )


def test_an_early_end_of_the_process_and_an_endless_loop_are_told_in_full() -> None:
    ended = failure_finding(Failure("ended", ending="exit status 3"), Stage.TRANSFORM, {}, [])
    assert str(ended.problem) == (
        "the learner's process ended in the repository's code\n"
        "  where     set_model_data()\n"
        "  expected  set_model_data() returns\n"
        "  got       exit status 3\n"
        "  fix       look for os._exit, and for native code that crashes; the output shows where Python was"
    )
    endless = failure_finding(Failure("timeout", ending="still running after 2 s"), Stage.TRANSFORM, {}, [])
    assert str(endless.problem) == (
        "the repository did not finish in time\n"
        "  where     set_model_data()\n"
        "  expected  an end within the time limit\n"
        "  got       still running after 2 s\n"
        "  fix       look for an endless loop; slow but right: raise the limit (--flops-timeout; flops-mock check --timeout)"
    )


@pytest.mark.slow
def test_what_an_exception_says_is_told_in_bounds(check: Check) -> None:
    (error,) = check("raise ValueError('x' * 10_000_000 + '\\nsecond line')").errors
    assert len(error.message) < 250
    assert len(error.detail) < 10_000
