"""Environments: installed once per lock, byte-compiled, and seen by jobs read-only at ``/env``.

A store looks like this, all on one file system::

    resolved/<hash>.txt          locks of today, by what was asked for
    locks/<key>                  held while that environment is built
    work/cache/                  uv's cache; environments share its files as hard links
    work/bytecode/               compiled files, shared in the same way
    work/build/<key>.<random>/   being built; whatever is not held by a lock is rubbish
    ready/<key>/env, lock.txt    done, never changed again

``work`` is writable only for uv and the compiler, which run no code of a package. A learner's job
sees ``ready/<key>/env`` alone, and that read-only: a file written through it would change every
environment that shares it.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from apps import sandbox
from apps.checks import byte_compile
from apps.checks.errors import Cancelled, InvalidSubmission, PlatformError
from apps.checks.interpreters import Interpreter
from apps.checks.requirements import Requirements
from apps.checks.resolve import resolve
from apps.checks.uv_command import (
    WORK,
    EnvironmentConfig,
    default_ca_bundle,
    disk_full,
    run_tool,
    run_uv,
    too_large,
)
from apps.checks.uv_errors import error_of_install
from apps.sandbox import identity

__all__ = ["Environment", "EnvironmentConfig", "default_ca_bundle", "prepare"]

ENV = "/env"
_LOCK = "lock.txt"
_LOCK_POLL_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a job needs to run in it."""

    mounts: tuple[sandbox.Mount, ...]
    variables: Mapping[str, str]
    lock_hash: str  # sha256 of the lock, hexadecimal
    python: str  # "3.13.5"


@dataclass(frozen=True, slots=True)
class _Store:
    root: Path

    @property
    def resolved(self) -> Path:
        return self.root / "resolved"

    @property
    def locks(self) -> Path:
        return self.root / "locks"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def build(self) -> Path:
        return self.work / "build"

    @property
    def ready(self) -> Path:
        return self.root / "ready"


def prepare(
    requirements: Requirements,
    *,
    python: Interpreter,
    store: Path,
    config: EnvironmentConfig,
    cancelled: Callable[[], bool] | None = None,
    on_output: Callable[[str], None] | None = None,
) -> Environment:
    """The environment for ``requirements``, built if it is not in ``store`` yet.

    ``store`` and its parents must be open to the sandbox's user. Built by several processes at a
    time or killed half-way, it is there whole or not at all. Raises InvalidSubmission naming the
    requirement at fault, PlatformError (no index, no room, no sandbox), Cancelled.
    """
    folders = _Store(store.absolute())
    try:
        _make_folders(folders)
        lock = resolve(
            requirements,
            python=python,
            work=folders.work,
            resolved=folders.resolved,
            config=config,
            cancelled=cancelled,
            on_output=on_output,
        )
        lock_hash = hashlib.sha256(lock.encode()).hexdigest()
        key = _key(lock_hash, python=python)
        if not (folders.ready / key).is_dir():
            with _locked(folders.locks / key, cancelled=cancelled):
                if not (folders.ready / key).is_dir():
                    _Build(folders, key, python, config, cancelled, on_output).run(lock)
    except OSError as error:
        raise _store_error(error) from error
    return _environment(folders.ready / key / "env", python=python, lock_hash=lock_hash)


def _key(lock_hash: str, *, python: Interpreter) -> str:
    parts = f"{lock_hash}\n{python.full_version}\n{python.executable}\n{python.platform}"
    return hashlib.sha256(parts.encode()).hexdigest()[:40]


def _environment(env: Path, *, python: Interpreter, lock_hash: str) -> Environment:
    return Environment(
        mounts=(sandbox.Mount(env, ENV), *python.mounts),
        variables={
            "PATH": f"{ENV}/bin:/usr/local/bin:/usr/bin:/bin",
            "VIRTUAL_ENV": ENV,
            "PYTHONDONTWRITEBYTECODE": "1",
            # Lines show up on the page as they are printed.
            "PYTHONUNBUFFERED": "1",
        },
        lock_hash=lock_hash,
        python=python.full_version,
    )


def _make_folders(store: _Store) -> None:
    """Readable by the sandbox's user, who owns what uv fills. Nobody else may write."""
    for folder in (store.root, store.resolved, store.locks, store.ready):
        folder.mkdir(parents=True, exist_ok=True)
    store.root.chmod(0o755)
    store.ready.chmod(0o755)
    for folder in (store.work, store.work / "cache", store.work / "bytecode", store.build):
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            _give_to_sandbox(folder)


def _give_to_sandbox(folder: Path) -> None:
    folder.chmod(0o755)
    if os.geteuid() == 0:
        user = identity.current()
        os.chown(folder, user.uid, user.gid)


def _store_error(error: OSError) -> PlatformError:
    if error.errno in {28, 122}:  # ENOSPC, EDQUOT
        return disk_full()
    return PlatformError(
        "store_unusable",
        "This installation cannot write its store of environments. Its operator must look at "
        f"{error.filename}: {error.strerror}.",
    )


@contextlib.contextmanager
def _locked(path: Path, *, cancelled: Callable[[], bool] | None) -> Iterator[None]:
    """Hold the lock of one environment. The kernel lets go of it when its holder dies."""
    with path.open("w") as file:
        while not _try_lock(file.fileno()):
            if cancelled is not None and cancelled():
                raise Cancelled
            time.sleep(_LOCK_POLL_S)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Build:
    """Builds one environment whose lock is held."""

    store: _Store
    key: str
    python: Interpreter
    config: EnvironmentConfig
    cancelled: Callable[[], bool] | None
    on_output: Callable[[str], None] | None

    def run(self, lock: str) -> None:
        _remove_leftovers(self.store, held=self.key)
        folder = self.store.build / f"{self.key}.{secrets.token_hex(8)}"
        folder.mkdir()
        try:
            env = folder / "env"
            env.mkdir()
            _give_to_sandbox(folder)
            _give_to_sandbox(env)
            (folder / _LOCK).write_text(lock)
            inside = f"{WORK}/build/{folder.name}"
            self._make_venv(f"{inside}/env")
            self._install(f"{inside}/env", lock=f"{inside}/{_LOCK}")
            self._judge_size(env)
            self._byte_compile(f"{inside}/env")
            folder.rename(self.store.ready / self.key)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _make_venv(self, inside: str) -> None:
        # Relocatable: scripts find their Python beside them, wherever the folder is mounted.
        arguments = ["venv", "--relocatable", "--no-project", "--allow-existing", "--quiet"]
        arguments += ["--python", str(self.python.executable), inside]
        result = run_uv(
            arguments,
            work=self.store.work,
            config=self.config,
            wall_s=60,
            mounts=self.python.mounts,
            online=False,
            cancelled=self.cancelled,
        )
        if result.outcome is not sandbox.Outcome.OK:
            raise PlatformError(
                "venv_failed",
                f"This installation cannot make an environment for Python {self.python.version}: "
                f"{result.message or result.stderr[-300:]}",
            )

    def _install(self, inside: str, *, lock: str) -> None:
        result = run_uv(
            [
                *("pip", "install", "--python", f"{inside}/bin/python", "--requirements", lock),
                *("--require-hashes", "--no-deps", "--only-binary", ":all:"),
                *("--link-mode", "hardlink"),
                *self.config.index_options(),
            ],
            work=self.store.work,
            config=self.config,
            wall_s=self.config.install_s,
            mounts=self.python.mounts,
            cancelled=self.cancelled,
            on_output=self.on_output,
        )
        if result.outcome is sandbox.Outcome.TIMEOUT:
            raise InvalidSubmission(
                "install_timeout",
                f"Your dependencies took longer than {self.config.install_s:.0f} seconds to "
                "download. Keep only what your code imports.",
            )
        if result.outcome is not sandbox.Outcome.OK:
            raise error_of_install(result.stderr)

    def _judge_size(self, env: Path) -> None:
        if _size(env) > self.config.max_mb * 1024 * 1024:
            raise too_large(self.config)

    def _byte_compile(self, inside: str) -> None:
        """Compile with the machine's own Python: no ``.pth`` file and no package runs.

        A file that does not compile, or one that takes too long, is left to be compiled when it
        is imported.
        """
        script = "/opt/byte_compile.py"
        run_tool(
            [
                *(str(self.python.executable), "-I", "-S", "-W", "ignore", script),
                *(f"{inside}/lib", f"{ENV}/lib", f"{WORK}/bytecode"),
            ],
            work=self.store.work,
            config=self.config,
            limits=sandbox.Limits(
                wall_s=self.config.compile_s, cpu_s=4 * self.config.compile_s, disk_mb=16
            ),
            mounts=[sandbox.Mount(Path(byte_compile.__file__), script), *self.python.mounts],
            cancelled=self.cancelled,
        )


def _size(folder: Path) -> int:
    """Bytes of all files; what a link points to is not counted."""
    return sum(
        (parent / name).lstat().st_size for parent, _, names in folder.walk() for name in names
    )


def _remove_leftovers(store: _Store, *, held: str) -> None:
    """Remove what builds left that were killed: those of ``held`` and of any lock that is free."""
    for folder in store.build.iterdir():
        key = folder.name.partition(".")[0]
        if key == held:
            shutil.rmtree(folder, ignore_errors=True)
            continue
        with (store.locks / key).open("w") as file:
            if _try_lock(file.fileno()):
                shutil.rmtree(folder, ignore_errors=True)
