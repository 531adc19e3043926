"""Download one pinned released package with its registry's own client and unpack it.

A package is written `KIND NAME VERSION`:
  crate  crates.io, through `cargo fetch` of a throw-away project
  npm    npm, through `npm pack`
  pypi   PyPI source distribution, through `pip download --no-binary`
  wheel  PyPI wheel, through `pip download --only-binary`
  deb    Debian binary package, through `apt-get download` (Go libraries ship as source)
  src    Debian source package, through `apt-get source`, with a private list so the machine's apt is untouched
"""
import glob
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile

DEBIAN = "bookworm"  # the release whose versions the lists pin
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def run(args, cwd, check=True):
    """Run a command and return its last words; when `check`, a failure stops the program with them."""
    r = subprocess.run(args, cwd=cwd, capture_output=True, text=True)
    said = (r.stderr or r.stdout)[-2000:]
    if check and r.returncode:
        sys.exit(f"{' '.join(args)} failed in {cwd}:\n{said}")
    return said


def apt_source_options(cache):
    """Options for an apt-get whose lists, sources and cache live below `cache`."""
    d = os.path.join(cache, "apt")
    for sub in ("lists/partial", "cache/archives/partial"):
        os.makedirs(os.path.join(d, sub), exist_ok=True)
    listing = os.path.join(d, "sources.list")
    # The archive is the one this machine already installs from.
    known = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT)", "Created-By: Packages"],
                           capture_output=True, text=True).stdout.splitlines()
    archive = next((line for line in known if line.split()[1:] == [DEBIAN, "main"]), None)
    if archive is None:
        sys.exit(f"Debian source packages need a machine whose apt has Debian {DEBIAN} main, and this one has {known or 'no apt lists'}")
    opts = ["-o", f"Dir::Etc::sourcelist={listing}", "-o", "Dir::Etc::sourceparts=/dev/null",
            "-o", f"Dir::State::lists={d}/lists", "-o", f"Dir::Cache={d}/cache", "-o", "APT::Sandbox::User=root"]
    if not os.path.exists(listing):
        with open(listing, "w") as f:
            f.write(f"deb-src [signed-by={KEYRING}] {archive}\n")
        run(["apt-get", *opts, "update"], d)
    return opts


def unpack(archive, out):
    """Unpack a tar or zip archive without following links out of `out`."""
    if archive.endswith((".zip", ".whl")):
        with zipfile.ZipFile(archive) as z:
            z.extractall(out)
    else:
        with tarfile.open(archive) as t:
            t.extractall(out, filter="tar")


def fetch(spec, cache):
    """The folder of the unpacked package, downloaded at most once."""
    kind, name, version = spec.split()
    # An epoch is no part of a folder name that every file system takes.
    safe = f"{name.replace('/', '__').lstrip('@')}-{version.replace(':', '_')}"
    out = os.path.join(cache, "packages", kind, safe)
    if os.path.isdir(out):
        return out
    tmp = os.path.join(cache, "tmp", kind + "-" + safe)
    shutil.rmtree(tmp, ignore_errors=True)
    unpacked = os.path.join(tmp, "out")
    os.makedirs(unpacked)
    if kind == "crate":
        os.makedirs(os.path.join(tmp, "src"))
        with open(os.path.join(tmp, "src", "lib.rs"), "w"):
            pass
        with open(os.path.join(tmp, "Cargo.toml"), "w") as f:
            f.write('[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n'
                    f'[dependencies]\n{name} = {{ version = "={version}", default-features = false }}\n')
        run(["cargo", "fetch", "--quiet"], tmp)
        home = os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo"))
        found = glob.glob(os.path.join(home, "registry", "src", "*", f"{name}-{version}"))
        if not found:
            sys.exit(f"cargo fetched {name} {version}, but its source is not below {home}/registry/src")
        shutil.copytree(found[0], unpacked, dirs_exist_ok=True)
    elif kind == "npm":
        run(["npm", "pack", "--silent", f"{name}@{version}"], tmp)
        unpack(glob.glob(os.path.join(tmp, "*.tgz"))[0], unpacked)
    elif kind == "pypi":
        run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", name, f"{name}=={version}"], tmp)
        found = glob.glob(os.path.join(tmp, "*.tar.gz")) + glob.glob(os.path.join(tmp, "*.zip"))
        unpack(found[0], unpacked)
    elif kind == "wheel":
        run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", f"{name}=={version}"], tmp)
        found = glob.glob(os.path.join(tmp, "*.whl"))
        unpack(found[0], unpacked)
    elif kind == "deb":
        run(["apt-get", "download", f"{name}={version}"], tmp)
        run(["dpkg", "-x", glob.glob(os.path.join(tmp, "*.deb"))[0], unpacked], tmp)
    elif kind == "src":
        opts = apt_source_options(cache)
        # Only the upstream archive matters here, and some mirrors lack Debian's own patch archive.
        said = run(["apt-get", *opts, "source", "--download-only", "--only-source", f"{name}={version}"], tmp, check=False)
        archives = [a for a in glob.glob(os.path.join(tmp, "*.orig*.tar.*")) if not a.endswith(".asc")]
        if not archives:
            sys.exit(f"apt-get source {name}={version} brought no upstream archive:\n{said}")
        for archive in archives:
            unpack(archive, unpacked)
    else:
        sys.exit(f"unknown package kind {kind!r} in {spec!r}: one of crate, npm, pypi, wheel, deb, src")
    os.makedirs(os.path.dirname(out), exist_ok=True)
    os.rename(unpacked, out)
    shutil.rmtree(tmp)
    return out
