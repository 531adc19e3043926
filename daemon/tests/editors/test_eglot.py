"""Emacs with eglot."""
import shutil
import subprocess

import pytest

from conftest import HERE, PATIENCE


def test_attach_hover_and_code_action(home, repository, recorded):
    if not shutil.which("emacs"):
        pytest.fail("Emacs is not installed; on Debian or Ubuntu: apt-get install emacs-nox elpa-eglot")
    file = repository / "bench/eval/score.py"
    run = subprocess.run(
        ["emacs", "-Q", "--batch", "-l", str(HERE / "eglot.el"), str(file), "read_jsonl", *recorded()],
        env=home.environment, capture_output=True, text=True, timeout=3 * PATIENCE)
    assert run.returncode == 0, run.stderr
    hover, actions = run.stdout.split("HOVER")[1].split("ACTIONS")
    assert "call" in hover and "Last change" in hover
    assert "Show callers of" in actions and "Copy permalink" in actions
