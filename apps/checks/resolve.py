"""From requirements to a hash-locked list of wheels."""

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from apps import sandbox
from apps.checks.atomic_file import write_atomically
from apps.checks.errors import InvalidSubmission, PlatformError
from apps.checks.interpreters import Interpreter
from apps.checks.requirements import Requirements
from apps.checks.uv_command import EnvironmentConfig, run_uv
from apps.checks.uv_errors import error_of_resolve

_DAY_S = 24 * 60 * 60
_LOCK = "lock.txt"
_PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)((?:\s+--hash=sha256:[0-9a-f]{64})+)$")


def resolve(
    requirements: Requirements,
    *,
    python: Interpreter,
    work: Path,
    resolved: Path,
    config: EnvironmentConfig,
    cancelled: Callable[[], bool] | None = None,
    on_output: Callable[[str], None] | None = None,
) -> str:
    """The lock: one ``name==version --hash=… `` a line, sorted by name.

    ``resolved``: a folder in which an answer is kept for a day, so that the same requirements
    cost nothing again and get the same versions all day. Raises InvalidSubmission naming the
    requirement at fault, PlatformError when the index cannot be reached.
    """
    kept = resolved / f"{_key(requirements, python=python, config=config)}.txt"
    try:
        return kept.read_text()
    except FileNotFoundError:
        pass
    _forget_old(resolved)
    text = _compile(
        requirements,
        python=python,
        work=work,
        config=config,
        cancelled=cancelled,
        on_output=on_output,
    )
    lock = _locked(text, allowed=requirements.hashes, config=config)
    write_atomically(kept, lock)
    return lock


def _key(requirements: Requirements, *, python: Interpreter, config: EnvironmentConfig) -> str:
    find_links = config.extra_find_links
    parts = [
        requirements.lines,
        requirements.constraints,
        sorted((name, sorted(hashes)) for name, hashes in requirements.hashes.items()),
        [python.full_version, python.platform],
        [config.index_url, config.max_packages],
        sorted(path.name for path in find_links.iterdir()) if find_links else [],
        int(time.time() // _DAY_S),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _forget_old(resolved: Path) -> None:
    for path in resolved.glob("*.txt"):
        with contextlib.suppress(FileNotFoundError):  # another worker was quicker
            if path.stat().st_mtime < time.time() - 2 * _DAY_S:
                path.unlink()


def _compile(
    requirements: Requirements,
    *,
    python: Interpreter,
    work: Path,
    config: EnvironmentConfig,
    cancelled: Callable[[], bool] | None,
    on_output: Callable[[str], None] | None,
) -> str:
    with TemporaryDirectory(prefix="milepost-resolve-") as name:
        folder = Path(name)
        # The sandbox's own user reads these.
        folder.chmod(0o755)
        job, output = folder / "job", folder / "output"
        job.mkdir()
        output.mkdir()
        (job / "requirements.in").write_text("\n".join(requirements.lines) + "\n")
        (job / "constraints.txt").write_text("\n".join(requirements.constraints) + "\n")
        result = run_uv(
            [
                *("pip", "compile", "requirements.in", "--constraints", "constraints.txt"),
                *("--output-file", _LOCK, "--generate-hashes", "--no-header", "--no-annotate"),
                *("--only-binary", ":all:", "--python", str(python.executable)),
                # The lock goes to a file; on standard output it would only fill the log.
                *("--no-progress", "--quiet"),
                *config.index_options(),
            ],
            work=work,
            config=config,
            wall_s=config.resolve_s,
            mounts=python.mounts,
            directory=job,
            artifacts_to=output,
            cancelled=cancelled,
            on_output=on_output,
        )
        if result.outcome is sandbox.Outcome.TIMEOUT:
            raise PlatformError(
                "index_unreachable",
                f"The package index gave no answer in {config.resolve_s:.0f} seconds. "
                "Your check runs again by itself.",
            )
        if result.outcome is not sandbox.Outcome.OK:
            raise error_of_resolve(result.stderr, python=python.version)
        return (output / _LOCK).read_text()


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
        if name in allowed:
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
