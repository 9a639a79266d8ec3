"""What has been shown of each project's checker, cell by cell: a sample on a draw.

``make verify`` keeps each verdict that is as expected, so that it can be stopped and resumed, and
then writes ``docs/checkers.md`` with ``python -m tests.checks.verified FILE``. A unit that stands
there with the hash that it has is not tried again: delete the file to try all.
"""

import json
import statistics
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from apps.checks.projects import PROJECTS
from tests.checks.samples import cell_hash, sample_names, unit_hash, variants

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/checkers.md"
HEAD = """\
# The checkers, verified

Written by `make verify`; not by hand. A *verdict* is one sample repository through the whole check,
in the real sandbox, on one draw. The reference must pass everything. Every other sample is wrong in
one thing: it must fail the check for that, and besides it at most those that follow from it. Each
verdict below was so.

The hash is of the checker, of the shared code that measures, and of the samples. `make check` fails
where it is no longer that of the source. Seconds are of one machine with two cores, often with
other work beside it, and tell orders of magnitude.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """That of one sample on one draw, as it should be."""

    cell: str  # hash of all that decides it
    draw: int
    failed: tuple[str, ...]
    seconds: float


def keep(path: Path, verdict: Verdict) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{json.dumps(asdict(verdict))}\n")  # begins anew after a line that was cut


def read(path: Path) -> list[Verdict]:
    """All that were kept, of earlier versions too. A line that a kill cut off is passed over."""
    if not path.exists():
        return []
    verdicts = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        verdicts.append(Verdict(**{**found, "failed": tuple(found["failed"])}))
    return verdicts


def is_verified(project: str) -> bool:
    """Whether the document holds for the unit as it is."""
    return f"Hash `{unit_hash(project)}`" in _committed(project)


def _committed(project: str) -> str:
    """The project's section of the document; empty: there is none."""
    text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    return text.partition(f"## {project}\n")[2].partition("\n## ")[0]


def document(verdicts: list[Verdict]) -> str:
    """The text of ``docs/checkers.md``. Raises ValueError where a sample has no verdict."""
    sections = [
        _committed(project) if is_verified(project) else _section(project, verdicts)
        for project in PROJECTS
    ]
    named = [
        f"## {project}\n{text.rstrip()}\n" for project, text in zip(PROJECTS, sections, strict=True)
    ]
    return "\n".join([HEAD, *named])


def _section(project: str, verdicts: list[Verdict]) -> str:
    fails = {variant.name: f"`{variant.fails}`" for variant in variants(project)}
    rows, draws = [], []
    for name in sample_names(project):
        cell = cell_hash(project, name)
        found = {verdict.draw: verdict for verdict in verdicts if verdict.cell == cell}
        if not found:
            raise ValueError(f"{project}/{name} has no verdict. Run make verify again.")
        draws.append(len(found))
        own = fails.get(name, "").strip("`")
        others = sorted({check for verdict in found.values() for check in verdict.failed} - {own})
        seconds = statistics.median(verdict.seconds for verdict in found.values())
        listed = ", ".join(f"`{other}`" for other in others)
        rows.append(f"| {name} | {fails.get(name, '')} | {listed} | {seconds:.0f} |")
    return "\n".join(
        [
            "",
            f"Hash `{unit_hash(project)}`. {sum(draws)} verdicts; draws for each sample: "
            f"{min(draws)} or more.\n",
            "| sample | fails | and what follows | seconds |",
            "|---|---|---|--:|",
            *rows,
        ]
    )


def main() -> int:
    try:
        DOCUMENT.write_text(document(read(Path(sys.argv[1]))), encoding="utf-8")
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"Written: {DOCUMENT}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
