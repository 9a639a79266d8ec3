"""What has been shown of each project's checker, cell by cell: a sample on a draw.

``make verify`` keeps each verdict that is as expected, so that it can be stopped and resumed, and
then writes ``docs/checkers.md`` with ``python -m tests.checks.verified FILE``. A unit that stands
there with the hash that it has, and with as many draws, is not tried again.
"""

import json
import re
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
where a hash that stands here is no longer that of the source. Seconds are of one machine with two
cores, often with other work beside it, and tell orders of magnitude.
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


def is_verified(project: str, *, draws: int = 1) -> bool:
    """Whether the document holds for the unit as it is, on so many draws at least."""
    found = re.search(r"(\d+) or more on each sample", _committed(project))
    many = int(found[1]) if found else 0
    return committed_hash(project) == unit_hash(project) and many >= draws


def committed_hash(project: str) -> str:
    """That of the unit when all of it was verified; empty: it never was."""
    found = re.match(r"\s*Hash `(\w+)`", _committed(project))
    return found[1] if found else ""


def _committed(project: str) -> str:
    """The project's section of the document; empty: there is none."""
    text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    return text.partition(f"## {project}\n")[2].partition("\n## ")[0]


def document(verdicts: list[Verdict]) -> str:
    """The text of ``docs/checkers.md``."""
    sections = [_section(project, verdicts) for project in PROJECTS]
    named = [
        f"## {project}\n\n{text.strip()}\n"
        for project, text in zip(PROJECTS, sections, strict=True)
    ]
    return "\n".join([HEAD, *named])


def _section(project: str, verdicts: list[Verdict]) -> str:
    """What stands there already, unless the verdicts are on more draws."""
    names = sample_names(project)
    cells = [cell_hash(project, name) for name in names]
    of_cell = [[verdict for verdict in verdicts if verdict.cell == cell] for cell in cells]
    fewest = min(map(len, of_cell))
    if is_verified(project, draws=fewest):  # by what another machine has kept
        return _committed(project)
    if not fewest:
        missing = [name for name, found in zip(names, of_cell, strict=True) if not found]
        return f"Not verified as it is: no verdict yet on {', '.join(missing)}."
    head = [
        f"Hash `{unit_hash(project)}`. {sum(map(len, of_cell))} verdicts, {fewest} or more on each "
        "sample.\n",
        "| sample | fails | and what follows | seconds |",
        "|---|---|---|--:|",
    ]
    fails = {variant.name: variant.fails for variant in variants(project)}
    rows = [
        _row(name, fails.get(name, ""), found) for name, found in zip(names, of_cell, strict=True)
    ]
    return "\n".join([*head, *rows])


def _row(name: str, fails: str, verdicts: list[Verdict]) -> str:
    others = sorted({check for verdict in verdicts for check in verdict.failed} - {fails})
    seconds = statistics.median(verdict.seconds for verdict in verdicts)
    own, listed = (", ".join(f"`{one}`" for one in part if one) for part in ([fails], others))
    return f"| {name} | {own} | {listed} | {seconds:.0f} |"


def main() -> int:
    DOCUMENT.write_text(document(read(Path(sys.argv[1]))), encoding="utf-8")
    sys.stderr.write(f"Written: {DOCUMENT}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
