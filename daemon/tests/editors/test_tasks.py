"""Tasks in real editors: from a TODO to a task that everybody sees, with keys pressed as a person does."""
import json
import subprocess

import pytest

from conftest import kill, wait
from neovim import Neovim

STORE = """import os


def save(data):
    # TODO: retry when the disk is full
    return os.write(1, data)


def load():
    return 1
"""


@pytest.fixture
def project(tmp_path):
    """A repository with one file."""
    folder = tmp_path / "dev-mentor"
    folder.mkdir()
    (folder / "store.py").write_text(STORE)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


@pytest.fixture
def window(home, project, recorded):
    windows = []

    def open_window(name):
        server = {"cmd": recorded(name), "filetypes": ["python", "gitcommit"], "root_markers": [".git"]}
        editor = Neovim(home, project, {"devmentor": server}, project / "store.py")
        windows.append(editor)
        editor.attached("devmentor")
        editor.ready()
        return editor

    yield open_window
    for editor in windows:
        editor.close()


@pytest.fixture
def command(home, project):
    """Runs the program in the repository, as another client of the same boards."""
    def run(*arguments):
        done = subprocess.run([home.binary, *arguments], env=home.environment, cwd=project, capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1), done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()] if "--json" in arguments else done.stdout
    return run


def choose(editor, title):
    """Asks for actions at the cursor and presses the number of one, as a person does."""
    editor.keys("gra")
    shown = editor.shows(title)
    number = next(line.split(":")[0].strip() for line in shown.splitlines() if title in line)
    editor.keys(f"{number}<CR>")


def test_a_todo_becomes_a_task_that_all_see_and_that_hovers_tell_after_its_function_moved(window, command):
    one, other = window("one"), window("other")
    one.goto("TODO")
    choose(one, "Create a task from this TODO")
    wait(lambda: "TODO(DM-1): retry" in "\n".join(one.nvim.current.buffer[:]), "the key in the comment")
    listed = command("task", "list", "--json")
    assert [(task["key"], task["title"], task["mine"]) for task in listed] == [("DM-1", "retry when the disk is full", True)]

    # Somebody else moves it, elsewhere; both windows say so, also after lines have come before it.
    command("task", "start", "DM-1")
    other.goto("def save")
    other.keys("ggOimport re<Esc>")
    other.goto("def save")
    other.keys("w")
    shown = other.hover("In progress")
    assert "retry when the disk is full" in shown, shown
    one.goto("DM-1")
    one.hover("In progress")
    one.keys("<Esc>")

    # The edit is one that can be undone.
    one.keys("u")
    wait(lambda: "TODO: retry" in "\n".join(one.nvim.current.buffer[:]), "the edit to be undone")


def test_a_task_is_finished_from_its_key_and_survives_the_daemon(window, command, home):
    editor = window("one")
    editor.goto("TODO")
    choose(editor, "Create a task from this TODO")
    wait(lambda: "TODO(DM-1): retry" in "\n".join(editor.nvim.current.buffer[:]), "the key in the comment")
    kill(home.daemon())
    editor.goto("DM-1")
    editor.hover("To do")
    editor.keys("<Esc>")
    editor.goto("DM-1")
    choose(editor, "Finish DM-1")
    wait(lambda: [task["key"] for task in command("task", "list", "status:done", "--json")] == ["DM-1"], "the task to be done")
    editor.goto("DM-1")
    choose(editor, "Remove the TODO of DM-1")
    wait(lambda: "TODO" not in "\n".join(editor.nvim.current.buffer[:]), "the comment to go")


def test_a_commit_message_offers_tasks(window, command, project):
    command("task", "new", "Write the queue")
    editor = window("one")
    editor.open(project / ".git" / "COMMIT_EDITMSG")
    editor.nvim.command("setfiletype gitcommit")
    editor.attached("devmentor")
    editor.keys("iFix #queue<C-x><C-o>")
    editor.shows("DM-1")
    editor.keys("<C-y>")
    wait(lambda: "Fix DM-1" in editor.nvim.current.buffer[0], "the key in the message")
    editor.keys("<Esc>")
    editor.hover("Write the queue")
