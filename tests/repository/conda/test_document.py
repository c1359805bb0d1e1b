"""What conda.yaml holds once the builder has changed it, and what conda does not read."""

from __future__ import annotations

import pytest
from standins.conda import findings

from pytest_flops_mock import MLRepository
from pytest_flops_mock.repository.conda.reader import conda_environment


def test_lines_that_name_mlflow_do_not_exist_for_conda() -> None:
    text = (
        "name: mlflow-env\ndependencies:\n  - python=3.10\n  - mlflow=2.9=[\n  - pip:\n    - mlflow==2.9\n  - numpy=1.26\n"
    )
    found = conda_environment(MLRepository.of_files({"conda.yaml": text}))
    assert (found.requirements, found.line("numpy")) == (("numpy==1.26.*",), 7)


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("", "conda.yaml", "conda.yaml is not a mapping"),
        ("- numpy", "conda.yaml:1", "conda.yaml is not a mapping"),
        ("a: [", "conda.yaml:1", "conda.yaml is not YAML: expected the node content, but found '<stream end>'"),
        ("a:\n\t- b", "conda.yaml:2", "conda.yaml is not YAML: found character '\\t' that cannot start any token"),
        ("a\0b", "conda.yaml", "conda.yaml is not YAML: special characters are not allowed"),
        ("[" * 5000, "conda.yaml", "conda.yaml is not YAML: nested too deeply"),
        ("dependencies: numpy", "conda.yaml:1", "dependencies in conda.yaml is not a list"),
        ("name: a\ndependancies:\n- python=3.10", "conda.yaml", "conda.yaml has no dependencies"),
        ("name: a\nname: b\ndependencies:\n- python=3.10", "conda.yaml:2", "the key name occurs twice"),
        ("dependencies:\n- 1.5", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n-", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- [a]", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- numpy: 1", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- pip: numpy", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- torch[cuda]", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- a b c d", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- pip:\n  - 3", "conda.yaml:3", "conda cannot read an entry of the pip list in conda.yaml"),
    ],
)
def test_what_conda_does_not_read_is_told_with_its_line(text: str, where: str, message: str) -> None:
    assert findings(text) == [("FM108", where, message)]
