"""``flops-mock completion``: what a real shell offers with the script that it prints."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_flops_mock.cli import main


def offered(words: str, folder: Path) -> list[str]:
    """What bash offers behind some words, the last of which is being written."""
    flops_mock = Path(sys.executable).with_name("flops-mock")
    script = f"""
        eval "$("{flops_mock}" completion bash)"
        COMP_WORDS=({words.replace(" ''", ' ""')}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        "$(complete -p flops-mock | sed -E 's/.* -F ([^ ]+) .*/\\1/')" flops-mock "${{COMP_WORDS[COMP_CWORD]}}"
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=folder, timeout=120, check=True)
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_offers_commands_options_values_and_files(tmp_path: Path) -> None:
    (tmp_path / "mocks").mkdir()
    (tmp_path / "mnist.json").touch()
    assert {"check", "twin", "completion"} <= set(offered("flops-mock ''", tmp_path))
    assert offered("flops-mock che", tmp_path) == ["check"]
    assert "--project-sla" in offered("flops-mock check --pro", tmp_path)
    assert offered("flops-mock check . --format mark", tmp_path) == ["markdown"]
    assert offered("flops-mock check . --format ht", tmp_path) == ["html"]
    assert offered("flops-mock check . --sla mn", tmp_path) == ["mnist.json"]
    assert offered("flops-mock diff mnist.json mnist.json --output mn", tmp_path) == ["mnist.json"]
    assert offered("flops-mock check ''", tmp_path) == ["mocks"]


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_other_shells_have_a_script_as_well(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "project-sla" in script
    if shutil.which(shell) is not None:
        subprocess.run([shell, "-n"], input=script, text=True, timeout=300, check=True)


def test_a_shell_that_is_not_known_is_refused_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["completion", "fish"])
    assert "invalid choice: 'fish' (choose from" in capsys.readouterr().err
