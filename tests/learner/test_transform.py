"""What the repository's code does, and the finding that it ends in."""

from __future__ import annotations

import pytest

from pytest_flops_mock import Report

from .conftest import Check


def only_error(report: Report) -> str:
    (error,) = report.errors
    return f"{error.code} {error.message}"


@pytest.mark.parametrize(
    "body",
    [
        "self.labels = dataset.data.column('label').to_numpy()",
        "print('x' * 10_000); import sys; print('y', file=sys.stderr)",
        "import os; os.write(1, b'noise\\n'); os.write(2, b'noise\\n')",
        "import sys; sys.stdout.close()",
        "import os; os.close(1)",
        "import os; os.chdir('/')",
        "import sys; assert sys.stdin.read() == ''",
        "import os; open('written', 'w').write('x'); assert os.path.exists('written')",
        "import os; pid = os.fork(); pid or os._exit(0); os.waitpid(pid, 0)",
        "import multiprocessing as m; p = m.get_context('fork').Process(target=print); p.start(); p.join()",
        "import sys; sys.modules['json'] = None",
        "assert dataset[:]['label'].to_pylist().count(1) == 3",
        "from flops_utils.logging import logger; logger.info('told')",
        "assert dataset.features['label'].names == ['cat', 'dog']",
    ],
)
def test_it_may_do_this(check: Check, body: str) -> None:
    report = check(body)
    assert report.ok, str(report)
    assert report.findings == ()


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ("import sys; sys.exit(0)", "FM604", "sys.exit(0)"),
        ("import sys; sys.exit()", "FM604", "sys.exit()"),
        ("import sys; sys.exit('no data')", "FM604", "sys.exit('no data')"),
        ("import os; os._exit(3)", "FM606", "exit status 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "FM606", "signal SIGSEGV"),
        ("import ctypes; ctypes.string_at(0)", "FM606", "signal SIGSEGV"),
        ("import os; os.closerange(3, 256)", "FM606", "exit status 1"),
        ("import not_installed_anywhere", "FM601", "ModuleNotFoundError: No module named 'not_installed_anywhere'"),
        ("from os import not_there", "FM601", ""),
        ("raise ValueError('bad rows')", "FM603", ""),
        ("raise KeyboardInterrupt", "FM603", ""),
        ("class Odd(Exception):\n    def __str__(self): raise RuntimeError\nraise Odd", "FM603", ""),
        ("config = {'lr': 1}\nconfig['rate']", "FM603", ""),
        ("import model_managr", "FM601", "ModuleNotFoundError: No module named 'model_managr'"),
    ],
)
def test_this_is_a_finding(check: Check, body: str, code: str, told: str) -> None:
    (error,) = check(body).errors
    assert error.code == code
    assert error.came == told


@pytest.mark.parametrize(
    "body",
    [
        "dataset['labl']",
        "dataset.data.column('labl')",
        "dataset.to_pandas()['labl']",
        "dataset.select_columns(['label']).with_format(None)[0]['labl']",
        "for row in dataset.select_columns(['label']).with_format(None):\n    row['labl']",
        "rows = dataset.to_pandas().to_dict('records')\nrows[0]['labl']",
        "dataset.select_columns(['label']).with_format(None).map(lambda row: {'x': row['labl']})",
        "dataset.remove_columns(['labl'])",
        "dataset.select_columns(['labl'])",
        "try:\n    dataset['labl']\nexcept KeyError as error:\n    raise RuntimeError('no labels') from error",
    ],
)
def test_a_column_that_is_not_there_is_named_with_those_that_are(check: Check, body: str) -> None:
    (error,) = check(body).errors
    assert error.code == "FM602"
    assert error.message == "the repository asks for column 'labl', which the data do not have"
    assert error.expected == "one of: image (Image), label (ClassLabel of 2)"
    assert error.nearest == "label"
    assert error.where.startswith("model_manager.py:")
    assert "labl" in error.detail


def test_an_exception_shows_the_frames_in_the_repository(check: Check) -> None:
    (error,) = check("raise ValueError('bad rows')").errors
    assert error.message == "ValueError: bad rows"
    assert error.where == "model_manager.py:12 in set_model_data"
    assert error.detail == ("model_manager.py:12 in set_model_data\n    raise ValueError('bad rows')\nValueError: bad rows")


def test_what_the_code_printed_is_shown_with_its_failure(check: Check) -> None:
    (error,) = check("print('epoch 1')\nraise ValueError('bad')").errors
    assert error.detail.endswith("output:\n    epoch 1")


def test_failures_before_set_model_data_say_where(check: Check) -> None:
    (early,) = check("pass", constructor="raise RuntimeError('no data here')").errors
    assert (early.code, early.message) == ("FM603", "RuntimeError: no data here")
    (imported,) = check("pass", imports="1 / 0").errors
    assert (imported.code, imported.where) == ("FM603", "model_manager.py:3 in <module>")


def test_an_endless_loop_ends_at_the_time_limit(check: Check) -> None:
    (error,) = check("while True: pass", timeout=2).errors
    assert (error.code, error.came) == ("FM605", "still running after 2 s")
    assert error.where == "model_manager.py:12 in set_model_data"


def test_data_that_are_not_the_learners_are_a_warning(check: Check) -> None:
    report = check("pass", load=False)
    assert report.ok
    (warning,) = report.findings
    assert (warning.code, warning.message) == ("FM607", "set_model_data() did not load the learner's data")


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


def test_the_column_class_of_datasets_4_gets_a_hint(check: Check) -> None:
    body = "class Column: ...\nColumn().reshape"
    (error,) = check(body).errors
    assert error.hint == (
        "datasets 4 gives a lazy Column where 2.x (the learner) gives values; use dataset[:][name] for both"
    )
