"""Runs Schemathesis, in a virtual environment of its own that is made once a set of requirements, with these arguments.

The environment stands in ${XDG_CACHE_HOME:-~/.cache}/devmentor-dev/. Needs Python 3.11 or newer with `venv`.
"""

import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import venv

REQUIREMENTS = pathlib.Path(__file__).resolve().parent / "requirements.txt"


def environment():
    """The folder of the environment, complete; several processes may ask at once."""
    base = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "devmentor-dev"
    base.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = base / f"schemathesis-{key}"
    with open(base / "schemathesis.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            pip = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
            subprocess.run([*pip, "-r", REQUIREMENTS], check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
            (folder / "complete").touch()
    return folder


if sys.version_info < (3, 11):
    sys.exit(f"Schemathesis is run with Python 3.11 or newer, this is {sys.version.split()[0]}")
program = environment() / "bin" / "schemathesis"
os.execv(program, [program, *sys.argv[1:]])
