"""Which places of two repositories are alike: fingerprints of their code, by winnowing.

Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD
2003: of each window of ``WINDOW`` hashes of ``GRAM`` symbols in a row, the smallest is kept. Two
files that share ``GRAM + WINDOW - 1`` symbols in a row always share a fingerprint, and what is
shorter than ``GRAM`` never makes one. Alike says nothing of why: that is for a person to find out.
"""

import hashlib
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from apps.checks.code_tokens import Token, tokens
from apps.checks.snapshot import SourceFile

GRAM = 16  # symbols: about two lines
WINDOW = 12  # hashes
# Two places belong together when no more symbols lie between: a changed word or two.
GAP = GRAM + WINDOW

# A repository of a learner has a few thousand symbols; what is more is not looked at.
MOST_FILES = 500
MOST_SYMBOLS = 150_000

# What a mentor is shown. Measured: copies in disguise share 70 % and more, answers of their own to
# the same brief 1 %, files by the same authors for the same end 20 %. Twenty fingerprints are about
# fifteen lines, below which a likeness says nothing. See docs/decisions/0011-similarity.md.
LEAST_SHARE = 0.25
LEAST_MATCHING = 20

# Not written by the learner, as a rule.
_FOREIGN = frozenset(
    {"build", "dist", "env", "migrations", "node_modules", "site-packages", "third_party"}
    | {"vendor", "vendored", "venv"}
)
_GENERATED = re.compile(r"_pb2(?:_grpc)?\.pyi?\Z")
_GENERATED_SAYS = re.compile(r"@generated|do not edit|automatically generated", re.IGNORECASE)
_HEAD = 500  # characters of a file where it says so
_FENCED = re.compile(r"^[^\S\n]*(`{3,}|~{3,})[^\n]*\n(.*?)^[^\S\n]*\1", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    hash: int  # 64 bits, with a sign, as PostgreSQL's bigint has them
    path: str
    place: int  # of its first symbol in the file
    first: int  # its lines, from 1
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A stretch of one file that is like a stretch of another; lines from 1."""

    path: str
    first: int
    last: int
    other_path: str
    other_first: int
    other_last: int
    symbols: int  # its length in the one file


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    share: float  # of the fingerprints of the one that has fewer, 0 to 1
    matching: int  # fingerprints
    regions: tuple[Region, ...]  # the longest first


def fingerprints(
    files: Iterable[SourceFile], *, left_out: Set[int] = frozenset()
) -> tuple[Fingerprint, ...]:
    """Of the Python files that a learner wrote, without those whose hash is in ``left_out``.

    Any text is read: what is no Python has symbols too, and does no harm. At most ``MOST_FILES``
    files and ``MOST_SYMBOLS`` symbols are looked at, in the order of their paths.
    """
    files = sorted(files, key=lambda one: one.path)
    written = [one for one in files if _is_own(one)][:MOST_FILES]
    own_modules = _modules(files)
    found, left = [], MOST_SYMBOLS
    for file in written:
        symbols = list(_first(tokens(file.text or "", own_modules=own_modules), left))
        left -= len(symbols)
        kept = _winnowed(_hashes(symbols))
        found += [_fingerprint(file.path, place, hash_, symbols) for place, hash_ in kept]
    return tuple(one for one in found if one.hash not in left_out)


def given_hashes(*, programs: Iterable[str], texts: Iterable[str]) -> frozenset[int]:
    """All hashes of code that learners are given: programs, and the code blocks of Markdown texts.

    All of them, not the winnowed ones: which of them are kept in a learner's file depends on what
    stands around.
    """
    blocks = [match[2] for text in texts for match in _FENCED.finditer(text)]
    return frozenset(
        hash_ for code in (*programs, *blocks) for hash_ in _hashes(list(tokens(code)))
    )


def compare(
    one: Sequence[Fingerprint], other: Sequence[Fingerprint], *, left_out: Set[int] = frozenset()
) -> Comparison:
    """How much of the smaller is in the other, and where. ``left_out``: hashes that say nothing."""
    here, there = _by_hash(one, left_out), _by_hash(other, left_out)
    shared = here.keys() & there.keys()
    pairs = [pair for hash_ in shared for pair in zip(here[hash_], there[hash_], strict=False)]
    fewer = min(len(here), len(there))
    return Comparison(
        share=len(shared) / fewer if fewer else 0.0,
        matching=len(shared),
        regions=tuple(sorted(_regions(pairs), key=lambda region: -region.symbols)),
    )


def is_similar(found: Comparison) -> bool:
    return found.share >= LEAST_SHARE and found.matching >= LEAST_MATCHING


def _is_own(file: SourceFile) -> bool:
    path = PurePosixPath(file.path)
    if path.suffix not in {".py", ".pyi"} or not file.text or _GENERATED.search(path.name):
        return False
    folders = path.parts[:-1]
    if any(folder[0] == "." or folder.lower() in _FOREIGN for folder in folders):
        return False
    return not _GENERATED_SAYS.search(file.text[:_HEAD])


def _modules(files: Iterable[SourceFile]) -> frozenset[str]:
    paths = [PurePosixPath(file.path) for file in files if file.path.endswith(".py")]
    return frozenset(name for path in paths for name in (*path.parts[:-1], path.stem))


def _first(found: Iterator[Token], count: int) -> Iterator[Token]:
    return (token for token, _ in zip(found, range(count), strict=False))


def _hashes(symbols: Sequence[Token]) -> list[int]:
    """Of each ``GRAM`` symbols in a row; the same in every process, unlike ``hash``."""
    words = [token.symbol.encode("utf-8", "replace") for token in symbols]
    return [
        int.from_bytes(
            hashlib.blake2b(b"\n".join(words[place : place + GRAM]), digest_size=8).digest(),
            signed=True,
        )
        for place in range(len(words) - GRAM + 1)
    ]


def _winnowed(hashes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Place and hash of the smallest in each window.

    Of equals the one that was kept already, else the last (the paper's robust winnowing): of a
    pattern that repeats, one in each window is enough.
    """
    rising: deque[int] = (
        deque()
    )  # places in the window, each with a larger hash than the one before
    kept = -WINDOW
    for place, hash_ in enumerate(hashes):
        while rising and hashes[rising[-1]] >= hash_:
            rising.pop()
        rising.append(place)
        if rising[0] <= place - WINDOW:
            rising.popleft()
        is_full = place >= WINDOW - 1 or place == len(hashes) - 1
        is_kept = kept > place - WINDOW and hashes[kept] == hashes[rising[0]]
        if is_full and not is_kept:
            kept = rising[0]
            yield kept, hashes[kept]


def _fingerprint(path: str, place: int, hash_: int, symbols: Sequence[Token]) -> Fingerprint:
    end = symbols[place + GRAM - 1]
    return Fingerprint(
        hash=hash_, path=path, place=place, first=symbols[place].first, last=end.last
    )


def _by_hash(found: Iterable[Fingerprint], left_out: Set[int]) -> dict[int, list[Fingerprint]]:
    by_hash: defaultdict[int, list[Fingerprint]] = defaultdict(list)
    for one in found:
        if one.hash not in left_out:
            by_hash[one.hash].append(one)
    return by_hash


@dataclass(slots=True)
class _Open:
    """A region that may still grow, with the places where it ends."""

    region: Region
    place: int
    other_place: int


def _regions(pairs: Iterable[tuple[Fingerprint, Fingerprint]]) -> Iterator[Region]:
    """Pairs that follow each other closely in both files, as one."""
    files: defaultdict[tuple[str, str], list[tuple[Fingerprint, Fingerprint]]] = defaultdict(list)
    for one, other in pairs:
        files[one.path, other.path].append((one, other))
    for of_files in files.values():
        growing: list[_Open] = []
        for one, other in sorted(of_files, key=lambda pair: pair[0].place):
            yield from (open_.region for open_ in growing if open_.place + GAP < one.place)
            growing = [open_ for open_ in growing if open_.place + GAP >= one.place]
            if not any(_grown(open_, one, other) for open_ in growing):
                growing.append(_opened(one, other))
        yield from (open_.region for open_ in growing)


def _opened(one: Fingerprint, other: Fingerprint) -> _Open:
    region = Region(
        path=one.path,
        first=one.first,
        last=one.last,
        other_path=other.path,
        other_first=other.first,
        other_last=other.last,
        symbols=GRAM,
    )
    return _Open(region, one.place, other.place)


def _grown(opened: _Open, one: Fingerprint, other: Fingerprint) -> bool:
    if not opened.other_place < other.place <= opened.other_place + GAP:
        return False
    region = opened.region
    opened.region = replace(
        region,
        last=max(region.last, one.last),
        other_last=max(region.other_last, other.last),
        symbols=region.symbols + one.place - opened.place,
    )
    opened.place, opened.other_place = one.place, other.place
    return True
