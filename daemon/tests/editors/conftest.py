"""What the editors' tests share: a repository, a home of their own, and recordings of every message."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).parent
PROJECT = HERE.parents[2]
# Nothing here sleeps for a fixed time; this long a condition is waited for before a test fails.
PATIENCE = 60.0


def wait(condition, what, patience=PATIENCE):
    """Waits for a condition to give something true, and gives it back."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience:.0f} s for {what}")
        time.sleep(0.02)


@pytest.fixture(scope="session")
def binary():
    return os.environ["DEVMENTOR"]


@pytest.fixture(scope="session")
def recordings():
    folder = pathlib.Path(os.environ["DEVMENTOR_RECORDINGS"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def origin(tmp_path_factory):
    """This project's own repository with its history, cloned once: Rust, Python and a dozen other languages."""
    target = tmp_path_factory.mktemp("origin") / "project"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(PROJECT), str(target)], check=True)
    subprocess.run(["git", "-C", str(target), "remote", "set-url", "origin", "https://github.com/example/project.git"], check=True)
    return target


@pytest.fixture
def repository(origin, tmp_path):
    target = tmp_path / "project"
    shutil.copytree(origin, target, symlinks=True)
    return target


class Home:
    """A home folder with its own daemon, which is gone when the test ends."""

    def __init__(self, folder, binary):
        self.binary = binary
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ},
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "DEVMENTOR_INDEX_DIR": str(folder / "index"),
            "TERM": "xterm-256color",
            "RUST_BACKTRACE": "0",
        }
        (folder / "run").mkdir(mode=0o700)

    def run(self, *arguments):
        return subprocess.run([self.binary, *arguments], env=self.environment, capture_output=True, text=True, timeout=PATIENCE)

    def daemon(self):
        """The daemon's process, if it runs."""
        answer = self.run("daemon", "status", "--json")
        if answer.returncode != 0:
            return None
        return json.loads(answer.stdout)["process"]

    def close(self):
        pid = self.daemon()
        self.run("daemon", "stop")
        if pid:
            wait(lambda: not alive(pid), "the daemon to leave")


def alive(pid):
    """Whether a process runs; one that has ended and that nobody waited for does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def home(tmp_path, binary):
    folder = tmp_path / "home"
    folder.mkdir()
    home = Home(folder, binary)
    yield home
    home.close()


@pytest.fixture
def recorded(recordings, request, binary):
    """The command that runs the language server and writes down what is said."""
    name = request.node.name.replace("/", "_")

    def command(window="one"):
        log = recordings / f"{request.node.path.stem}-{name}-{window}.jsonl"
        log.unlink(missing_ok=True)
        return [sys.executable, str(HERE / "record.py"), str(log), binary, "lsp"]

    return command


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    wait(lambda: not alive(pid), "a killed process to be gone")
