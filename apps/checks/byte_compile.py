"""Byte-compiles an environment, sharing the result of files that were compiled before.

Run inside the sandbox as ``python -I -S byte_compile.py FOLDER AS CACHE``: FOLDER holds the
environment that jobs will see at AS; CACHE lies on the same mount. Compiling runs no code of a
package, and -S runs no ``.pth`` file. Imports nothing from Milepost: this one file is mounted.

What is kept is named by a hash of the source and its place, never by what a package says about
itself, so that no package can put its bytecode under another's name.
"""

# Strings, bare system calls, and imports where they are needed: where all is compiled already, the
# learner waits for little else than this.
# ruff: noqa: PLC0415, PTH102, PTH103, PTH118

import hashlib
import os
import stat
import sys
from collections.abc import Iterator

_CACHE = "__pycache__"
# Packages bring tests of their own, half of all files in some, which a learner hardly imports.
_TESTS = "tests"
_CHUNK = 32  # files that a worker is given at a time
_MAX_SOURCE = 16 * 1024 * 1024  # bytes; a larger one is compiled when it is imported, if ever


# A source, as what it stands in tracebacks, and where its bytecode is kept.
_Source = tuple[str, str, str]


def byte_compile(folder: str, *, seen_as: str, cache: str) -> None:
    os.makedirs(cache, exist_ok=True)
    missing = [source for source in _sources(folder, seen_as, cache) if not _link(source)]
    if not missing:
        return
    import concurrent.futures

    try:
        with concurrent.futures.ProcessPoolExecutor() as pool:
            for _ in pool.map(_compile, missing, chunksize=_CHUNK):
                pass
    except concurrent.futures.BrokenExecutor:
        pass  # a source made the compiler itself crash: the rest is left


def _link(source: _Source) -> bool:
    """Put the kept bytecode beside its source; False when there is none."""
    path, _, kept = source
    folder, name = os.path.split(path)
    target = f"{folder}/{_CACHE}/{name.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
    try:
        os.link(kept, target)
    except FileNotFoundError:
        return False
    return True


def _compile(source: _Source) -> None:
    path, seen_as, kept = source
    import py_compile

    try:
        # Tied to the source by hash, not by time, and unchecked: no environment ever changes.
        py_compile.compile(
            path,
            cfile=kept,
            dfile=seen_as,
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    except (py_compile.PyCompileError, OSError, RecursionError, MemoryError):
        return  # left to be compiled when it is imported
    _link(source)


def _sources(folder: str, seen_as: str, cache: str) -> Iterator[_Source]:
    folders = [""]  # relative to ``folder``
    while folders:
        place = folders.pop()
        names = []
        with os.scandir(folder + place) as entries:
            for entry in entries:
                if entry.name == _CACHE:
                    _remove(entry.path)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(f"{place}/{entry.name}")
                elif entry.name.endswith(".py"):
                    names.append(entry.name)
        if not names or _TESTS in place.split("/"):
            continue
        os.mkdir(f"{folder}{place}/{_CACHE}")
        for name in names:
            inside = f"{place}/{name}"
            content = _read(folder + inside)
            if content is not None:
                key = hashlib.sha256(os.fsencode(inside) + b"\0" + content).hexdigest()
                yield folder + inside, seen_as + inside, f"{cache}/{key}"


def _remove(path: str) -> None:
    """A wheel may bring bytecode of its own, which nobody has compared with its source."""
    import shutil

    shutil.rmtree(path)


def _read(path: str) -> bytes | None:
    """None for what is not a file of its own, or too large."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_SOURCE:
            return None
        return file.read()


if __name__ == "__main__":
    byte_compile(
        sys.argv[1],
        seen_as=sys.argv[2],
        cache=os.path.join(sys.argv[3], str(sys.implementation.cache_tag)),
    )
