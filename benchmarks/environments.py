"""How long a learner waits for an environment of numpy, pandas and scikit-learn.

``python -m benchmarks.environments`` runs it, in a store of its own that is removed afterwards.
A run of ``true`` in the sandbox is the floor: new environments and floor take turns, so that a
busy machine slows both alike, and the last column says more than seconds do.

- first, index: nothing is there; wheels are downloaded, which the index and the network decide.
- first, wheels: wheels are there, nothing is installed or byte-compiled.
- new: wheels and bytecode are there, but no environment and no lock of just these packages.
- warm: the environment is there.
"""

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from apps import sandbox
from apps.checks.environment import EnvironmentConfig, default_ca_bundle, prepare
from apps.checks.interpreters import choose_interpreter
from apps.checks.requirements import Requirements

PACKAGES = ("numpy", "pandas", "pytest", "scikit-learn")
# One more each, so that every new environment has a lock of its own.
TINY = ("six", "toolz", "attrs", "idna", "tomli", "wrapt", "click")
WARM_ROUNDS = 50
CONFIG = EnvironmentConfig(ca_bundle=default_ca_bundle())


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as name:
        store = Path(name)
        store.chmod(0o755)
        seconds = {"first, index": [prepared(store)]}
        forget(store, "ready", "resolved", "work/bytecode")
        seconds["first, wheels"] = [prepared(store)]
        for tiny in TINY:
            prepared(store, tiny)
        forget(store, "ready", "resolved")
        seconds["floor"], seconds["new"] = [], []
        for tiny in TINY:
            seconds["floor"].append(floor())
            seconds["new"].append(prepared(store, tiny))
        seconds["warm"] = [prepared(store, TINY[0]) for _ in range(WARM_ROUNDS)]
    sys.stdout.write(table(seconds))
    return 0


def prepared(store: Path, *more: str) -> float:
    started = time.perf_counter()
    with prepare(
        Requirements(lines=tuple(sorted((*PACKAGES, *more)))),
        python=choose_interpreter(None),
        store=store,
        config=CONFIG,
    ):
        return time.perf_counter() - started


def floor() -> float:
    started = time.perf_counter()
    sandbox.run(["true"])
    return time.perf_counter() - started


def forget(store: Path, *parts: str) -> None:
    for part in parts:
        for path in (store / part).iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def table(seconds: dict[str, list[float]]) -> str:
    least = statistics.median(seconds["floor"])
    lines = [f"{'environment':<16}{'runs':>6}{'median ms':>12}{'slowest ms':>12}{'of floor':>10}"]
    for name, values in seconds.items():
        middle = statistics.median(values)
        lines.append(
            f"{name:<16}{len(values):>6}{middle * 1e3:>12.1f}{max(values) * 1e3:>12.1f}"
            f"{middle / least:>10.1f}"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
