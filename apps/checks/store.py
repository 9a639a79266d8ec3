"""The folder where environments are kept: its parts, who uses them now, and what goes first.

All on one file system::

    resolved/<hash>.txt          locks of today, by what was asked for
    locks/<key>                  held exclusively while that environment is built or removed,
                                 shared while a job uses it; its mtime is the last use
    locks/work                   held shared by whoever fills work, exclusively by trim
    work/cache/                  uv's cache; environments share its files as hard links
    work/bytecode/               compiled files, shared in the same way
    work/build/<key>.<random>/   being built or removed; rubbish once its lock is free
    ready/<key>/                 env, lock.txt and own_bytes; whole, and never changed again

``work`` is writable only for uv and the compiler, which run no code of a package. A learner's job
sees ``ready/<key>/env`` alone, and that read-only: a file written through it would change every
environment that shares it.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from apps import sandbox
from apps.checks.errors import Cancelled
from apps.sandbox import identity

# Where tools find things inside. Cache and environment lie below one mount: a hard link cannot go
# from one mount to another, not even on the same file system.
WORK = "/work"
_POLL_S = 0.05
_OWN_BYTES = "own_bytes"
# Trimming goes on to this share of the limit, so that not every new environment causes one.
_TRIMMED_TO = 0.8
# What uv noted about an index is forgotten after so long. Where a wheel lies is such a note.
_NOTES_KEPT_S = 30 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Store:
    root: Path  # it and its parents are open to the sandbox's user

    @property
    def resolved(self) -> Path:
        return self.root / "resolved"

    @property
    def ready(self) -> Path:
        return self.root / "ready"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def build(self) -> Path:
        return self.work / "build"

    @property
    def _cache(self) -> Path:
        return self.work / "cache"

    @property
    def _bytecode(self) -> Path:
        return self.work / "bytecode"

    @property
    def writable(self) -> sandbox.Mount:
        """The one writable mount there is. No ready environment lies below it."""
        return sandbox.Mount(self.work, WORK, writable=True)

    def make(self) -> None:
        """Readable by the sandbox's user, who owns what uv fills. Nobody else may write."""
        for folder in (self.root, self.resolved, self.root / "locks", self.ready):
            folder.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o755)
        self.ready.chmod(0o755)
        for folder in (self.work, self._cache, self._bytecode, self.build):
            folder.mkdir(exist_ok=True)
            give_to_sandbox(folder)

    # Who uses what ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def in_use(
        self, key: str, *, build: Callable[[], None], cancelled: Callable[[], bool]
    ) -> Iterator[None]:
        """Keep the environment ``key`` from being removed; ``build`` makes it if it is not there.

        Of several that want it at once, one builds and the others wait. Raises Cancelled.
        """
        while True:
            with _locked(self._lock(key), exclusive=False, cancelled=cancelled) as descriptor:
                if (self.ready / key).is_dir():
                    os.utime(descriptor)
                    yield
                    return
            with _locked(self._lock(key), exclusive=True, cancelled=cancelled):
                if not (self.ready / key).is_dir():
                    self._remove_leftovers(held=key)
                    try:
                        build()
                    finally:
                        self._forget(key)

    @contextlib.contextmanager
    def filling(self, *, cancelled: Callable[[], bool]) -> Iterator[None]:
        """Keep ``work`` from being trimmed while a tool fills it. Raises Cancelled."""
        with _locked(self._lock("work"), exclusive=False, cancelled=cancelled):
            yield

    def _lock(self, key: str) -> Path:
        return self.root / "locks" / key

    def _remove_leftovers(self, *, held: str) -> None:
        """Remove what builds left that were killed: of ``held`` and of any lock that is free."""
        for folder in self.build.iterdir():
            key = folder.name.partition(".")[0]
            if key == held:
                shutil.rmtree(folder, ignore_errors=True)
            elif (descriptor := _try_lock(self._lock(key), exclusive=True)) is not None:
                shutil.rmtree(folder, ignore_errors=True)
                self._forget(key)
                os.close(descriptor)

    def _forget(self, key: str) -> None:
        """Remove the lock, which is held, of an environment that does not exist."""
        if not (self.ready / key).exists():
            self._lock(key).unlink(missing_ok=True)

    # What goes first ----------------------------------------------------------------------------

    def publish(self, folder: Path, *, key: str, own_bytes: int) -> None:
        """Make the environment built in ``folder`` the one of ``key``, whose lock is held."""
        (folder / _OWN_BYTES).write_text(str(own_bytes))
        folder.rename(self.ready / key)

    def usage(self) -> int:
        """Bytes on disk, each file once however many environments share it."""
        return sum(self._shared_bytes()) + self._own_bytes()

    def trim(self, *, limit: int) -> None:
        """Bring the disk space of the store below ``limit`` (bytes), as far as its use allows.

        First goes what no environment uses, then environments, least recently used first, each
        with what only it used. Nothing happens while another process fills ``work``: its build
        ends with a trim of its own.
        """
        descriptor = _try_lock(self._lock("work"), exclusive=True)
        if descriptor is None:
            return
        try:
            for folder in (*self.build.iterdir(), *self._cache.glob(".tmp*")):
                shutil.rmtree(folder, ignore_errors=True)
            used, unused = self._shared_bytes()
            total = used + self._own_bytes()
            if total + unused <= limit:
                return
            for key in self._least_recently_used():
                if total <= limit * _TRIMMED_TO:
                    break
                total -= self._evict(key)
            self._prune()
        finally:
            os.close(descriptor)

    def _own_bytes(self) -> int:
        """Bytes of environments beyond what they share."""
        return sum(int((folder / _OWN_BYTES).read_text()) for folder in self.ready.iterdir())

    def _shared_bytes(self) -> tuple[int, int]:
        """Bytes below ``work`` that environments use, and those that none does."""
        sizes = [bytes_by_links(path) for path in self._units()]
        unused = sum(size.total() for size in sizes if max(size) == 1)
        return bytes_by_links(self.work).total() - unused, unused

    def _units(self) -> Iterator[Path]:
        """What is kept or removed as a whole: an unpacked wheel, a file of bytecode."""
        for folder in (*self._cache.glob("archive-*"), *self._bytecode.iterdir()):
            yield from folder.iterdir()

    def _least_recently_used(self) -> list[str]:
        return sorted((path.name for path in self.ready.iterdir()), key=self._last_use)

    def _last_use(self, key: str) -> float:
        try:
            return self._lock(key).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def _evict(self, key: str) -> int:
        """Remove an environment unless it is in use; the bytes that no other one shares."""
        descriptor = _try_lock(self._lock(key), exclusive=True)
        if descriptor is None:
            return 0
        try:
            folder = self._set_aside(self.ready / key)
            sizes = bytes_by_links(folder)
            shutil.rmtree(folder, ignore_errors=True)
            self._forget(key)
        finally:
            os.close(descriptor)
        return sizes[1] + sizes[2]  # of its own, and shared only with the cache

    def _prune(self) -> None:
        """Remove what no environment uses. uv downloads a wheel again that it does not find."""
        for path in self._units():
            if max(bytes_by_links(path)) > 1:
                continue
            if path.is_dir():
                shutil.rmtree(self._set_aside(path), ignore_errors=True)
            else:
                path.unlink()
        # The rest of uv's cache: index pages, and where it keeps which wheel.
        for bucket in self._cache.iterdir():
            if not bucket.name.startswith("archive-"):
                _remove_old_files(bucket)

    def _set_aside(self, path: Path) -> Path:
        """Out of sight at once: who is killed while removing it leaves no half of anything."""
        target = self.build / f"removed.{secrets.token_hex(8)}"
        return path.rename(target)


def give_to_sandbox(folder: Path) -> None:
    folder.chmod(0o755)
    if os.geteuid() == 0:
        user = identity.current()
        os.chown(folder, user.uid, user.gid)


def bytes_by_links(path: Path) -> Counter[int]:
    """Disk space of ``path`` and all below, by how many hard links share it; folders have one."""
    blocks = Counter[int]()
    for status in _statuses(path):
        links = 1 if stat.S_ISDIR(status.st_mode) else status.st_nlink
        blocks[links] += status.st_blocks * 512  # the unit of st_blocks everywhere on Linux
    return blocks


def _statuses(path: Path) -> Iterator[os.stat_result]:
    """Of ``path`` and everything below it; a symbolic link is not followed."""
    status = path.lstat()
    yield status
    folders = [str(path)] if stat.S_ISDIR(status.st_mode) else []
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                yield status
                if stat.S_ISDIR(status.st_mode):
                    folders.append(entry.path)


def _remove_old_files(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if path.lstat().st_mtime < time.time() - _NOTES_KEPT_S:
                path.unlink()


@contextlib.contextmanager
def _locked(path: Path, *, exclusive: bool, cancelled: Callable[[], bool]) -> Iterator[int]:
    """Wait for a lock. The kernel lets go of it when its holder dies."""
    while (descriptor := _try_lock(path, exclusive=exclusive)) is None:
        if cancelled():
            raise Cancelled
        time.sleep(_POLL_S)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _try_lock(path: Path, *, exclusive: bool) -> int | None:
    """A descriptor that holds the lock until it is closed; None when others hold it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        # Its last holder may have removed the file, and others hold the one made since.
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None
