"""From a clean checkout to a running site or test run: ``python3 deploy/bootstrap.py run``.

Standard library only, on any Python from 3.9 on: this is what finds the Python that Milepost
itself needs. Nothing is installed outside the checkout, or, for root in a checkout below a closed
folder, outside /var/lib/milepost.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

CHECKOUT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 12), (3, 14)
STATE_ROOT = Path("/var/lib/milepost")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")  # of Debian and Ubuntu
# Root's own processes never run as root; any unprivileged number shows what the others can reach.
UNPRIVILEGED = 62102
FREE_MB = 1500  # environment with test tools, its download, and the first data
NOT_COPIED = {".git", ".venv", "var", "staticfiles", "__pycache__"}
ACTIONS = ("run", "test", "check", "verify", "bench", "screenshots", "doctor", "manage")


class Problem(Exception):
    """It cannot go on; the message says what to do."""


@dataclass(frozen=True)
class Places:
    source: Path  # what is run: the checkout, or a copy of it
    environment: Path  # the virtual environment
    home: Path  # MILEPOST_HOME
    tools: Path  # a private uv


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] not in ACTIONS:
        sys.stderr.write(f"usage: bootstrap.py {'|'.join(ACTIONS)} [arguments]\n")
        return 64
    action, rest = arguments[0], list(arguments[1:])
    try:
        places = choose_places(CHECKOUT, root=os.geteuid() == 0, variables=os.environ)
        tests = action in {"test", "check", "verify", "bench", "screenshots"}
        python = prepare(places, with_tests=tests)
        variables = {**os.environ, "MILEPOST_HOME": str(places.home)}
        if tests:
            variables["MILEPOST_CHROMIUM"] = find_chromium(os.environ)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return replace_process([str(python), *_module(action), *rest], variables, folder=places.source)


def replace_process(command: list[str], variables: Mapping[str, str], *, folder: Path) -> NoReturn:
    """Signals then reach the supervisor itself."""
    os.chdir(folder)
    os.execve(command[0], command, variables)  # noqa: S606


def _module(action: str) -> list[str]:
    return {
        "run": ["-m", "roadmap_site.run", "site"],
        "manage": ["-m", "roadmap_site.run", "manage"],
        "doctor": ["-m", "roadmap_site.run", "doctor"],
        "test": ["-m", "tests.run"],
        "check": ["-m", "tests.run", "--check"],
        "verify": ["-m", "tests.run", "--verify"],
        "bench": ["-m", "benchmarks"],
        "screenshots": ["-m", "tests.run", "--screenshots"],
    }[action]


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


# Places -------------------------------------------------------------------------------------


def choose_places(checkout: Path, *, root: bool, variables: Mapping[str, str]) -> Places:
    """Everything in the checkout, unless root's unprivileged processes cannot get there."""
    given = variables.get("MILEPOST_HOME", "")
    if given and not Path(given).is_absolute():
        raise Problem(f"MILEPOST_HOME is {given!r}; give the full path of a folder.")
    base = checkout
    if root and is_closed(checkout):
        base = STATE_ROOT / own_name(checkout)
    home = Path(given) if given else base / "var"
    if root and given and is_closed(home):
        raise Problem(
            f"MILEPOST_HOME is {home}, which only root can enter, but nothing of Milepost runs as "
            "root. Choose a folder that others can enter, or start as a normal user."
        )
    source = checkout if base == checkout else base / "source"
    return Places(source, base / ".venv", home, base / "var" / "tools")


def is_closed(folder: Path) -> bool:
    """True if a user of no group cannot read ``folder`` or enter one above it.

    Folders that do not exist yet are ours to make, and open.
    """
    folder = folder.resolve()
    if folder.exists() and not _others_may(folder, stat.S_IROTH | stat.S_IXOTH):
        return True
    manifest = folder / "pyproject.toml"
    if manifest.exists() and not _others_may(manifest, stat.S_IROTH):
        return True
    return any(
        parent.exists() and not _others_may(parent, stat.S_IXOTH) for parent in folder.parents
    )


def _others_may(path: Path, bits: int) -> bool:
    return path.stat().st_mode & bits == bits


def own_name(checkout: Path) -> str:
    """A folder name of this checkout's own: two checkouts never share data."""
    digest = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:10]
    return f"{checkout.name}-{digest}"


def copy_source(checkout: Path, target: Path) -> None:
    """A copy that everyone can read and only root can change, exchanged as a whole."""
    fresh, old = target.with_name("source.new"), target.with_name("source.old")
    for leftover in (fresh, old):
        if leftover.exists():
            shutil.rmtree(leftover)
    shutil.copytree(
        checkout,
        fresh,
        symlinks=True,
        ignore=lambda _, names: [
            name for name in names if name in NOT_COPIED or name.endswith("_cache")
        ],
    )
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


# Environment --------------------------------------------------------------------------------


def prepare(places: Places, *, with_tests: bool) -> Path:
    """Bring the virtual environment up to the committed lock; its Python's path."""
    if os.geteuid() == 0:
        os.umask(0o022)  # unprivileged processes must be able to read what we install
    make_folders(places)
    uv = find_uv(places.tools, variables=os.environ)
    python = find_python(candidates(os.environ), root=os.geteuid() == 0)
    if python is None:
        raise Problem(no_python(root=os.geteuid() == 0))
    sync(uv, python, places, with_tests=with_tests)
    return places.environment / "bin" / "python"


def make_folders(places: Places) -> None:
    base = places.environment.parent
    try:
        if places.source != CHECKOUT:
            for folder in (STATE_ROOT, base):
                if not folder.exists():
                    folder.mkdir(mode=0o755)
            copy_source(CHECKOUT, places.source)
        writable = os.access(base, os.W_OK) and (
            not places.environment.exists() or os.access(places.environment, os.W_OK)
        )
    except OSError as error:
        raise Problem(f"Cannot write to {base}: {error.strerror}.") from error
    if not writable:
        raise Problem(
            f"You cannot write to {places.environment}. Start as the user who made it, or use a "
            "checkout of your own."
        )
    need = 200 if places.environment.exists() else FREE_MB
    if shutil.disk_usage(base).free < need * 1024**2:
        raise Problem(
            f"Less than {need} MB are free on the disk of {base}. Free some space and start again."
        )


def find_uv(tools: Path, *, variables: Mapping[str, str]) -> Path:
    """uv from PATH, else a private one in ``tools``: by pip, else by pip in a virtual environment.

    The user's own Python is never touched. Raises Problem.
    """
    private = [tools / "uv" / "bin" / "uv", tools / "venv" / "bin" / "uv"]
    on_path = shutil.which("uv", path=variables.get("PATH", os.defpath))
    for candidate in [Path(on_path)] if on_path else []:
        if works(candidate):
            return candidate
    for candidate in private:
        if works(candidate):
            return candidate
    say("Fetching uv (once) …")
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    reason = run_quietly([sys.executable, *pip, "--target", str(tools / "uv"), "uv"])
    if works(private[0]):
        return private[0]
    reason = run_quietly([sys.executable, "-m", "venv", "--clear", str(tools / "venv")]) or reason
    run_quietly([str(tools / "venv" / "bin" / "python"), *pip, "uv"])
    if works(private[1]):
        return private[1]
    raise Problem(
        f"Milepost needs uv and could not fetch it ({reason or 'no reason given'}). "
        "Install it (https://docs.astral.sh/uv/getting-started/installation/), or "
        "`apt-get install python3-venv`, and start again."
    )


def works(program: Path) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def run_quietly(command: Sequence[str]) -> str:
    """Why it failed, in one line; empty when it did not."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error.strerror)
    lines = (done.stderr or done.stdout).strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1].strip() if lines else "no reason given")


def candidates(variables: Mapping[str, str]) -> list[Path]:
    """Pythons worth asking: the system's first, as everyone can execute these; newest first."""
    names = [f"python{OLDEST[0]}.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    names.append("python3")
    folders = ["/usr/bin", "/usr/local/bin", *variables.get("PATH", "").split(os.pathsep)]
    found = [Path(folder) / name for folder in folders if folder for name in names]
    home = Path(variables.get("HOME") or "/nonexistent")
    for pattern in (".pyenv/versions/3.*/bin/python3", ".local/share/uv/python/*/bin/python3"):
        found += sorted(home.glob(pattern), reverse=True)
    found.append(Path(sys.executable))
    return [path for path in dict.fromkeys(found) if os.access(path, os.X_OK)]


def find_python(paths: Iterable[Path], *, root: bool) -> Path | None:
    """The first with a supported version; for root, one that other users can execute too."""
    return next((path for path in paths if is_usable(path, root=root)), None)


def is_usable(python: Path, *, root: bool) -> bool:
    # encodings and ssl stand for the standard library, which must be readable as well.
    question = "import sys, encodings, ssl, sysconfig; print(*sys.version_info[:2])"
    command = [str(python), "-I", "-c", question]
    if root:
        command = ["setpriv", f"--reuid={UNPRIVILEGED}", f"--regid={UNPRIVILEGED}",
                   "--clear-groups", "--", *command]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=20, cwd="/", check=False
        )
        version = tuple(int(part) for part in done.stdout.split())
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and OLDEST <= version <= NEWEST


def no_python(*, root: bool) -> str:
    who = " that users other than root can execute" if root else ""
    return (
        f"Milepost needs Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}{who}, and this "
        "machine has none. On Debian 13 and Ubuntu 24.04 or newer: apt-get install python3"
    )


def sync(uv: Path, python: Path, places: Places, *, with_tests: bool) -> None:
    command = [str(uv), "sync", "--frozen", "--all-extras", "--no-python-downloads", "--quiet"]
    command += ["--python", str(python), "--compile-bytecode"]
    command += ["--group", "dev"] if with_tests else ["--no-dev", "--inexact"]
    if not places.environment.exists():
        say("Installing the locked packages (once; a minute or so) …")
    variables = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(places.environment)}
    variables.pop("VIRTUAL_ENV", None)
    bundle = certificates(os.environ)
    if bundle:
        variables["SSL_CERT_FILE"] = bundle
    if subprocess.run(command, cwd=places.source, env=variables, check=False).returncode != 0:
        raise Problem(
            "The locked packages could not be installed; uv says why above. If it is the network: "
            "HTTPS_PROXY and SSL_CERT_FILE are respected."
        )


def certificates(variables: Mapping[str, str], *, system: Path = CERTIFICATES) -> str | None:
    """The file of trusted certificates for uv, which would trust only its own.

    A company's authority is among those that the system, pip or the user names. None: as uv likes.
    """
    named = variables.get("SSL_CERT_FILE") or variables.get("PIP_CERT")
    return named or (str(system) if system.is_file() else None)


# Chromium -----------------------------------------------------------------------------------


def find_chromium(variables: Mapping[str, str]) -> str:
    """Chromium for the browser tests, installed from the distribution where we may."""
    path = variables.get("PATH", os.defpath)
    given = variables.get("MILEPOST_CHROMIUM") or shutil.which("chromium", path=path)
    if given:
        return given
    install = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]
    prefix = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if shutil.which("apt-get") and (not prefix or run_quietly([*prefix, "true"]) == ""):
        say("Installing Chromium for the browser tests (once) …")
        run_quietly([*prefix, "apt-get", "update"])
        run_quietly([*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *install])
    found = shutil.which("chromium", path=path)
    if not found:
        raise Problem(
            "The tests need Chromium: apt-get install chromium, or set MILEPOST_CHROMIUM to the "
            "path of one."
        )
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
