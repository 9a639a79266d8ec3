"""What a README must tell: five parts, and a figure that can be measured again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.checks.outputs import UnusableOutput
from apps.checks.project import CheckSpec, Estimate, ReadmeFigure
from apps.checks.results import Stage, Test
from apps.checks.session import RepositorySession
from apps.checks.verdicts import failed, hint_of, log_of, not_run, passed

README = CheckSpec(
    name="readme",
    title="The README tells a stranger what they need",
    stage=Stage.DOCUMENTATION,
    max_score=5,
    concepts=("documentation",),
)
# In the last stage, because it trains once more, and that is in vain while training fails.
README_FIGURE = CheckSpec(
    name="readme_figure",
    title="The figure in the README is found again",
    stage=Stage.REPRODUCIBILITY,
    max_score=5,
    required=False,
    concepts=("documentation", "train-validation-test"),
)

MAX_README = 200_000  # bytes read
MAX_CLAIMS = 12  # so that a list of all numbers claims nothing
ALLOWED_ERRORS = 3  # standard errors between an honest claim and the figure
ALLOWED_SHARE = 0.05  # of the figure: a claim is of a model that was trained on less


# The five parts --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """Something a README must tell: found by a heading with one of these words."""

    title: str
    words: re.Pattern[str]


RESULTS = Part(
    "the results", re.compile(r"result|performance|evaluation|metric|score|how good", re.IGNORECASE)
)
PARTS = (
    Part(
        "the problem",
        re.compile(r"problem|goal|overview|about|purpose|introduction|why", re.IGNORECASE),
    ),
    Part("the data", re.compile(r"\bdata(set)?s?\b|features", re.IGNORECASE)),
    Part(
        "how to run it",
        re.compile(
            r"run|usage|install|set-?\s?up|quick\s?start|getting started|how to", re.IGNORECASE
        ),
    ),
    RESULTS,
    Part(
        "its limits",
        re.compile(r"limit|caveat|known issue|weakness|shortcoming|fail", re.IGNORECASE),
    ),
)
# No two repetitions that can match the same text: a README may be one line of 200,000 spaces.
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S.*)$|^(\S.*)\n(?:={3,}|-{3,})[ \t\r]*$", re.MULTILINE)
MIN_WORDS = 10


def check_readme(root: Path) -> Test:
    """Whether the README has the five parts, each with some words, and a figure in its results."""
    text = _read(root)
    if text is None:
        return failed(
            README,
            "There is no README.md at the root of the repository.",
            hint="Write one with five headings: Problem, Data, How to run, Results, Limits.",
        )
    sections = _sections(text)
    missing = [part.title for part in PARTS if not _covered(part, sections)]
    words = len(text.split())
    evidence = {"words": words, "headings": len(sections), "missing": list(missing)}
    if missing:
        return failed(
            README,
            f"The README has no section of at least {MIN_WORDS} words on {_listed(missing)}.",
            hint="Give each its own heading and two or three honest sentences below it.",
            evidence=evidence,
        )
    if not re.search(
        r"\d", " ".join(body for title, body in sections if RESULTS.words.search(title))
    ):
        return failed(
            README,
            "The results section of the README names no figure.",
            hint="State what you measured, on which data, and the number that you got.",
            evidence=evidence,
        )
    return passed(README, f"All five parts are there, in {words} words.", evidence=evidence)


def _read(root: Path) -> str | None:
    """Its beginning; None: there is no README."""
    names = {path.name.lower(): path for path in sorted(root.iterdir()) if path.is_file()}
    path = next((names[n] for n in ("readme.md", "readme.rst", "readme.txt") if n in names), None)
    if path is None:
        return None
    with path.open("rb") as file:
        return file.read(MAX_README).decode("utf-8", "replace")


def _sections(text: str) -> list[tuple[str, str]]:
    """(heading, body up to the next heading), code blocks left out of what counts as a heading."""
    masked = re.sub(
        r"^(```|~~~).*?^\1",
        lambda m: re.sub(r"[#=\-]", " ", m.group()),
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
    headings = list(HEADING.finditer(masked))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return [
        (heading.group(1) or heading.group(2), text[heading.end() : end])
        for heading, end in zip(headings, ends, strict=False)  # without headings: nothing
    ]


def _covered(part: Part, sections: list[tuple[str, str]]) -> bool:
    return any(
        part.words.search(title) and len(body.split()) >= MIN_WORDS for title, body in sections
    )


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


# The figure ------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?<![\w@.,])-?(\d+(?:[.,]\d+)?)(?![\w@])(\s?%)?")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=\D)")
_RULE = frozenset("|:- \t")  # characters of the line between a table's header and its rows


def check_readme_figure(session: RepositorySession, starter_seed: bytes | None) -> Test:
    """Whether the README states its project's figure, and training on the learner's own starter
    data gives it again on rows that nobody has seen.

    ``starter_seed``: None where it is not known, as at home.
    """
    figure = session.project.readme_figure
    claims = claimed(_read(session.root) or "", figure.words)
    if not claims:
        return failed(
            README_FIGURE,
            f"The README states no figure for the {figure.name}.",
            hint=f"Measure the {figure.name} on rows that the model was not fitted to, and write "
            f"it into the results in one sentence or table cell: “{figure.example}”.",
        )
    if starter_seed is None:
        return not_run(
            README_FIGURE,
            "Your starter data come from the site, so only a check there can measure it again.",
        )
    again = figure.remeasure(starter_seed)
    train = session.run("train", inputs=again.data, outputs=("model",))
    run = train
    if train.ok:
        run = session.run(
            "predict",
            inputs={**again.question, "model": train.outputs["model"]},
            outputs=("output",),
        )
    problem = run.problem
    if run.ok:
        try:
            return _compared(figure, claims, again.measure(run.outputs["output"]))
        except UnusableOutput as error:
            problem = str(error)
    return failed(
        README_FIGURE,
        f"On your starter data: {problem}",
        hint=hint_of(run, otherwise="Run this command by hand on your starter data."),
        log=log_of(run),
    )


def _compared(figure: ReadmeFigure, claims: list[float], found: Estimate) -> Test:
    allowed = ALLOWED_ERRORS * found.error + ALLOWED_SHARE * abs(found.value)
    claim = min(claims, key=lambda value: abs(value - found.value))
    evidence = {
        "claimed": claim,
        "measured_again": round(found.value, 4),
        "may_differ_by": round(allowed, 4),
    }
    measured = (
        f"trained on your starter data and asked about rows that nobody has seen, your code has "
        f"{found.value:.3f}"
    )
    if abs(claim - found.value) <= allowed:
        return passed(
            README_FIGURE,
            f"The README states {claim:g} as the {figure.name}; {measured}.",
            evidence=evidence,
        )
    return failed(
        README_FIGURE,
        f"The README states {claim:g} as the {figure.name}; {measured}. By chance they may differ "
        f"by {allowed:.3f}. Who decides by your README expects what it says.",
        hint="Put a fifth of your starter data aside before you fit or choose anything, every copy "
        "of a row on one side. Measure once on that part, and write that figure.",
        evidence=evidence,
    )


def claimed(text: str, words: re.Pattern[str]) -> list[float]:
    """The first numbers that stand with one of the words: in the same sentence, in a table in the
    word's column, or in the row that begins with it. A percentage is read as a share."""
    found: list[float] = []
    for name, said in _statements(_visible(text)):
        if words.search(name):
            numbers = _NUMBER.finditer(words.sub(" ", said))  # the name may have one in it
            found += (_value(*match.groups()) for match in numbers)
            if len(found) >= MAX_CLAIMS:
                break
    return found[:MAX_CLAIMS]


def _visible(text: str) -> str:
    """Without comments of HTML, which no reader sees."""
    first, *others = text.split("<!--")
    return first + "".join(other.partition("-->")[2] for other in others)


def _statements(text: str) -> Iterator[tuple[str, str]]:
    """What each is about, and what it says: a sentence is both; a cell of a table is about its
    row and its column."""
    lines = text.splitlines()
    paragraph: list[str] = []
    header: list[str] = []
    for number, line in enumerate(lines):
        after = lines[number + 1] if number + 1 < len(lines) else ""
        if "|" in line and {"|", "-"} <= set(after) <= _RULE:
            header = _cells(line)
        elif header and "|" in line:
            row = _cells(line)
            for name, cell in zip(header[1:], row[1:], strict=False):
                yield f"{row[0]} {name}", cell
        else:
            header = []
            if line.strip():
                paragraph.append(line)
                continue
        yield from _sentences(paragraph)
        paragraph = []
    yield from _sentences(paragraph)


def _sentences(lines: list[str]) -> Iterator[tuple[str, str]]:
    return ((one, one) for one in _SENTENCE_END.split(" ".join(lines)))


def _cells(line: str) -> list[str]:
    return line.strip().strip("|").split("|")


def _value(number: str, percent: str | None) -> float:
    value = float(number.replace(",", "."))
    return value / 100 if percent else value
