"""What conda.yaml holds once the builder has changed it, and what conda does not read."""

from __future__ import annotations

import pytest
from standins.conda import findings


def test_an_emptied_pip_list_and_channels_that_are_missing_or_in_brackets_are_read() -> None:
    for text in (
        "dependencies:\n- python=3.10\n- pip:\n  - mlflow",
        "channels: [a, b]\ndependencies: [python=3.10]",
        "channels:\n",
    ):
        assert [code for code, _, _ in findings(f"name: x\n{text}")] in ([], ["FM117"], ["FM110"])


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("", "conda.yaml", "conda.yaml is not a mapping"),
        ("dependencies:\n- python=3.10", "conda.yaml", "conda.yaml has no name"),
        ("name:\ndependencies:\n- python=3.10", "conda.yaml:1", "conda.yaml has no name"),
        ("# name: x\ndependencies:\n- python=3.10", "conda.yaml", "conda.yaml has no name"),
        (
            "name: x\nchannels: conda-forge\ndependencies:\n- python=3.10",
            "conda.yaml:2",
            "channels in conda.yaml is not a list",
        ),
        ("- numpy", "conda.yaml:1", "conda.yaml is not a mapping"),
        ("a: [", "conda.yaml:1", "conda.yaml is not YAML: did not find expected node content"),
        ("a:\n\t- b", "conda.yaml:2", "conda.yaml is not YAML: found character that cannot start any token"),
        ("a\0b", "conda.yaml", "conda.yaml is not YAML: control characters are not allowed"),
        ("[" * 5000, "conda.yaml:1", "conda.yaml is beyond what is read"),
        ("dependencies: numpy\nname: x", "conda.yaml:1", "dependencies in conda.yaml is not a list"),
        ("name: a\ndependancies:\n- python=3.10", "conda.yaml", "conda.yaml has no dependencies"),
        ("name: a\nname: b\ndependencies:\n- python=3.10", "conda.yaml:2", "the key name occurs twice"),
        ("dependencies:\n- 1.5\nname: x", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n-\nname: x", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- [a]\nname: x", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- numpy: 1\nname: x", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        ("dependencies:\n- pip: numpy\nname: x", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        (
            "dependencies:\n- torch[cuda]\nname: x",
            "conda.yaml:2",
            "conda cannot read an entry of dependencies in conda.yaml",
        ),
        ("dependencies:\n- a b c d\nname: x", "conda.yaml:2", "conda cannot read an entry of dependencies in conda.yaml"),
        (
            "dependencies:\n- pip:\n  - 3\nname: x",
            "conda.yaml:3",
            "conda cannot read an entry of the pip list in conda.yaml",
        ),
    ],
)
def test_what_conda_does_not_read_is_told_with_its_line(text: str, where: str, message: str) -> None:
    assert findings(text) == [("FM108", where, message)]
