"""Byte-compiles an environment, sharing the result of files that were compiled before.

Run inside the sandbox as ``python -I -S byte_compile.py FOLDER AS CACHE``: FOLDER holds the
environment that jobs will see at AS; CACHE lies on the same mount. Compiling runs no code of a
package, and -S runs no ``.pth`` file. Imports nothing from Milepost: this one file is mounted.

What is kept is named by a hash of the source and its place, never by what a package says about
itself, so that no package can put its bytecode under another's name.
"""

import contextlib
import hashlib
import importlib.util
import os
import py_compile
import stat
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 32  # files that a worker is given at a time
_MAX_SOURCE = 16 * 1024 * 1024  # bytes; a larger one is compiled when it is imported, if ever


@dataclass(frozen=True)
class Compiler:
    folder: Path
    seen_as: Path  # stands in tracebacks
    cache: Path

    def run(self) -> None:
        self.cache.mkdir(parents=True, exist_ok=True)
        missing = [path for path in self._sources() if not self._link(path)]
        # A source that makes the compiler itself crash takes its worker along: the rest is left.
        with contextlib.suppress(BrokenProcessPool), ProcessPoolExecutor() as pool:
            for _ in pool.map(self._compile, missing, chunksize=_CHUNK):
                pass

    def _sources(self) -> Iterator[Path]:
        for parent, _, names in os.walk(self.folder):
            for name in names:
                path = Path(parent, name)
                status = path.lstat()
                small = stat.S_ISREG(status.st_mode) and status.st_size <= _MAX_SOURCE
                if small and name.endswith(".py"):
                    yield path

    def _link(self, path: Path) -> bool:
        """Put the kept bytecode beside its source; False when there is none."""
        target = Path(importlib.util.cache_from_source(str(path)))
        # A wheel may bring bytecode of its own, which nobody has compared with its source.
        with contextlib.suppress(OSError):
            target.unlink()
        try:
            target.parent.mkdir(exist_ok=True)
            target.hardlink_to(self._kept(path))
        except OSError:
            return False
        return True

    def _kept(self, path: Path) -> Path:
        place = os.fsencode(path.relative_to(self.folder))
        return self.cache / hashlib.sha256(place + b"\0" + path.read_bytes()).hexdigest()

    def _compile(self, path: Path) -> None:
        # Tied to the source by hash and not by time, and unchecked: no environment ever changes.
        with contextlib.suppress(py_compile.PyCompileError, OSError, RecursionError, MemoryError):
            py_compile.compile(
                str(path),
                cfile=str(self._kept(path)),
                dfile=str(self.seen_as / path.relative_to(self.folder)),
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
            self._link(path)


if __name__ == "__main__":
    folder, seen_as, cache = map(Path, sys.argv[1:])
    Compiler(folder, seen_as, cache / str(sys.implementation.cache_tag)).run()
