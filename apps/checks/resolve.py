"""From requirements to a hash-locked list of wheels."""

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from apps import sandbox
from apps.checks.atomic_file import write_atomically
from apps.checks.errors import InvalidSubmission, PlatformError
from apps.checks.interpreters import Interpreter
from apps.checks.requirements import Requirements
from apps.checks.store import Store
from apps.checks.uv_command import EnvironmentConfig, run_uv
from apps.checks.uv_errors import error_of_resolve

_DAY_S = 24 * 60 * 60
_LOCK = "lock.txt"
_PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)((?:\s+--hash=sha256:[0-9a-f]{64})+)$")


def resolve(
    requirements: Requirements,
    *,
    python: Interpreter,
    store: Store,
    config: EnvironmentConfig,
    cancelled: Callable[[], bool] = lambda: False,
    on_output: Callable[[str], None] | None = None,
) -> str:
    """The lock: one ``name==version --hash=… `` a line, sorted by name.

    An answer is kept for a day, so that the same requirements cost nothing again and get the same
    versions all day. Raises InvalidSubmission naming the requirement at fault, PlatformError when
    the index cannot be reached.
    """
    kept = store.resolved / f"{_key(requirements, python=python, config=config)}.txt"
    try:
        return kept.read_text()
    except FileNotFoundError:
        pass
    _forget_old(store.resolved)
    asked = _Question(requirements, python, store, config, cancelled)
    with store.filling(cancelled=cancelled):
        try:
            lock = asked.answer()
        except InvalidSubmission:
            # What is asked for may be newer than the index pages that were seen today.
            lock = asked.answer(refresh=True, on_output=on_output)
    write_atomically(kept, lock)
    return lock


def _key(requirements: Requirements, *, python: Interpreter, config: EnvironmentConfig) -> str:
    find_links = config.find_links
    parts = [
        requirements.lines,
        requirements.constraints,
        sorted((name, sorted(hashes)) for name, hashes in requirements.hashes.items()),
        [python.full_version, python.platform],
        [config.index_urls, config.max_packages],
        sorted(path.name for path in find_links.iterdir()) if find_links else [],
        int(time.time() // _DAY_S),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _forget_old(resolved: Path) -> None:
    for path in resolved.glob("*.txt"):
        with contextlib.suppress(FileNotFoundError):  # another worker was quicker
            if path.stat().st_mtime < time.time() - 2 * _DAY_S:
                path.unlink()


@dataclass(frozen=True, slots=True)
class _Question:
    requirements: Requirements
    python: Interpreter
    store: Store
    config: EnvironmentConfig
    cancelled: Callable[[], bool]

    def answer(
        self, *, refresh: bool = False, on_output: Callable[[str], None] | None = None
    ) -> str:
        with TemporaryDirectory(prefix="milepost-resolve-") as output:
            result = run_uv(
                [
                    *("pip", "compile", "requirements.in", "--constraints", "constraints.txt"),
                    # To a file: on standard output it would only fill the learner's log.
                    *("--output-file", _LOCK, "--no-progress", "--quiet"),
                    *("--generate-hashes", "--no-header", "--no-annotate"),
                    *("--only-binary", ":all:", "--python", str(self.python.executable)),
                ],
                files={
                    "requirements.in": "\n".join(self.requirements.lines) + "\n",
                    "constraints.txt": "\n".join(self.requirements.constraints) + "\n",
                },
                store=self.store,
                config=self.config,
                wall_s=self.config.resolve_s,
                refresh=refresh,
                mounts=self.python.mounts,
                artifacts_to=Path(output),
                cancelled=self.cancelled,
                on_output=on_output,
            )
            if result.outcome is sandbox.Outcome.TIMEOUT:
                raise PlatformError(
                    "index_unreachable",
                    f"The package index gave no answer in {self.config.resolve_s:.0f} seconds. "
                    "Your check runs again by itself.",
                )
            if result.outcome is not sandbox.Outcome.OK:
                raise error_of_resolve(result.stderr, python=self.python.version)
            text = Path(output, _LOCK).read_text()
        return _locked(text, allowed=self.requirements.hashes, config=self.config)


def _locked(text: str, *, allowed: Mapping[str, frozenset[str]], config: EnvironmentConfig) -> str:
    """uv's answer, one pin a line, with only those hashes that the learner's file allows."""
    lines = []
    for pin in text.replace("\\\n", " ").splitlines():
        match = _PIN.match(pin.strip())
        if match is None:
            if pin.strip() and not pin.startswith(("#", "--")):
                raise PlatformError("lock_malformed", "The package resolver gave a strange answer.")
            continue
        name, version, hashes = match[1], match[2], set(re.findall(r"sha256:[0-9a-f]+", match[3]))
        # "2.9.1+cpu" is the operator's own build in place of the one that the learner locked.
        if name in allowed and "+" not in version:
            hashes &= allowed[name]
        if not hashes:
            raise InvalidSubmission(
                "requirement_hash",
                f"No file of {name}=={version} on the package index has the hash that your "
                "dependency file gives. Lock your dependencies again.",
            )
        lines.append(" ".join([f"{name}=={version}", *(f"--hash={h}" for h in sorted(hashes))]))
    if len(lines) > config.max_packages:
        raise InvalidSubmission(
            "too_many_packages",
            f"Your requirements need {len(lines)} packages; up to {config.max_packages} are "
            "allowed. Keep only what your code imports.",
        )
    return "\n".join(sorted(lines)) + "\n"
