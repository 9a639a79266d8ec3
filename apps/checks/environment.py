"""Environments: installed once per lock, byte-compiled, and seen by jobs read-only at ``/env``.

They lie in a store (``store.py``), whose files they share as hard links.
"""

import contextlib
import errno
import hashlib
import logging
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from apps import sandbox
from apps.checks import byte_compile
from apps.checks.errors import InvalidSubmission, PlatformError
from apps.checks.interpreters import Interpreter
from apps.checks.requirements import Requirements
from apps.checks.resolve import resolve
from apps.checks.store import WORK, Store, bytes_by_links, give_to_sandbox
from apps.checks.uv_command import (
    EnvironmentConfig,
    default_ca_bundle,
    disk_full,
    run_tool,
    run_uv,
    too_large,
)
from apps.checks.uv_errors import error_of_install

__all__ = ["Environment", "EnvironmentConfig", "default_ca_bundle", "prepare"]

logger = logging.getLogger(__name__)

ENV = "/env"
_LOCK = "lock.txt"
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a job needs to run in it."""

    mounts: tuple[sandbox.Mount, ...]
    variables: Mapping[str, str]
    lock_hash: str  # sha256 of the lock, hexadecimal
    python: str  # "3.13.5"


@contextlib.contextmanager
def prepare(
    requirements: Requirements,
    *,
    python: Interpreter,
    store: Path,
    config: EnvironmentConfig,
    cancelled: Callable[[], bool] = lambda: False,
    on_output: Callable[[str], None] | None = None,
) -> Iterator[Environment]:
    """The environment for ``requirements``, built if it is not in ``store`` yet; kept while used.

    ``store`` and its parents must be open to the sandbox's user. Built by several processes at a
    time or killed half-way, it is there whole or not at all. Outside the ``with`` block it may be
    removed to make room. Raises InvalidSubmission naming the requirement at fault, PlatformError
    (no index, no room, no sandbox), Cancelled.
    """
    folders = Store(store.absolute())
    with contextlib.ExitStack() as held:
        with _store_errors():
            folders.make()
            lock = resolve(
                requirements,
                python=python,
                store=folders,
                config=config,
                cancelled=cancelled,
                on_output=on_output,
            )
            lock_hash = hashlib.sha256(lock.encode()).hexdigest()
            key = _key(lock_hash, python=python)
            if not (folders.ready / key).is_dir():
                held.callback(_trim, folders, config=config)
            build = _Build(folders, key, python, config, cancelled, on_output)
            held.enter_context(
                folders.in_use(key, build=lambda: build.run(lock), cancelled=cancelled)
            )
        yield _environment(folders.ready / key / "env", python=python, lock_hash=lock_hash)


def _trim(store: Store, *, config: EnvironmentConfig) -> None:
    """Once the job has ended, so that nobody waits for it; the limit may be passed until then."""
    try:
        store.trim(limit=config.store_mb * _MIB)
    except OSError:
        logger.exception("trimming %s", store.root)


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


@contextlib.contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise disk_full() from error
        raise PlatformError(
            "store_unusable",
            "This installation cannot write its store of environments. Its operator must look at "
            f"{error.filename}: {error.strerror}.",
        ) from error


@dataclass(frozen=True, slots=True)
class _Build:
    """Builds one environment whose lock is held."""

    store: Store
    key: str
    python: Interpreter
    config: EnvironmentConfig
    cancelled: Callable[[], bool]
    on_output: Callable[[str], None] | None

    def run(self, lock: str) -> None:
        folder = self.store.build / f"{self.key}.{secrets.token_hex(8)}"
        with self.store.filling(cancelled=self.cancelled):
            try:
                folder.mkdir()
                give_to_sandbox(folder)
                (folder / _LOCK).write_text(lock)
                self._make_venv(folder / "env")
                inside = f"{WORK}/build/{folder.name}/env"
                self._install(inside, lock=lock)
                self._byte_compile(inside)
                sizes = bytes_by_links(folder)
                if sizes.total() > self.config.max_mb * _MIB:
                    raise too_large(self.config)
                self.store.publish(folder, key=self.key, own_bytes=sizes[1])
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def _make_venv(self, env: Path) -> None:
        """As PEP 405 describes it: links, an empty folder and a note of where Python lies."""
        programs, packages = env / "bin", env / "lib" / f"python{self.python.version}"
        for folder in (env, programs, env / "lib", packages, packages / "site-packages"):
            folder.mkdir()
            give_to_sandbox(folder)
        (programs / "python").symlink_to(self.python.executable)
        for name in ("python3", f"python{self.python.version}"):
            (programs / name).symlink_to("python")
        (env / "pyvenv.cfg").write_text(
            f"home = {self.python.executable.parent}\n"
            f"version_info = {self.python.full_version}\n"
            "include-system-site-packages = false\n"
            # To uv: scripts find their Python beside them, wherever the folder is mounted.
            "relocatable = true\n"
        )

    def _install(self, inside: str, *, lock: str) -> None:
        result = run_uv(
            [
                *("pip", "install", "--python", f"{inside}/bin/python", "--requirements", _LOCK),
                *("--require-hashes", "--no-deps", "--only-binary", ":all:"),
                *("--link-mode", "hardlink"),
            ],
            files={_LOCK: lock},
            store=self.store,
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
            store=self.store,
            config=self.config,
            limits=sandbox.Limits(
                wall_s=self.config.compile_s, cpu_s=4 * self.config.compile_s, disk_mb=16
            ),
            mounts=[sandbox.Mount(Path(byte_compile.__file__), script), *self.python.mounts],
            cancelled=self.cancelled,
        )
