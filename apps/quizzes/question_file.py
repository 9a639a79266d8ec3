"""Reads and checks the file of one question."""

import functools
import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from apps.curriculum.body import render_body
from apps.curriculum.front_matter import (
    SLUG,
    SLUG_LENGTH,
    Check,
    Source,
    choice,
    one_line,
    read_source,
    read_text,
    slugs,
    whole_number,
)
from apps.curriculum.problems import Problem
from apps.curriculum.render_cache import RenderCache
from apps.quizzes.drawing import draw_question, question_seed
from apps.quizzes.draws import Values
from apps.quizzes.generators import Generator
from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Case, Drawn, Facts, Kind
from apps.quizzes.placeholders import (
    MOST,
    PRIVATE,
    Placeholder,
    as_written,
    character_of,
    filler,
    formatted,
    prepare,
    take_out,
    used_in,
)

TRIED_DRAWS = 25
# Texts of facts that may hold every number of the draw, and links.
SHOWN_AFTER_MARKING = {"misconceptions", "consequence"}
EXPLANATION = re.compile(r"^## Explanation[ \t]*$", re.MULTILINE)
_WRITTEN_TWICE = "Say it in the facts or in the generator {generator}, not in both."


def _misconceptions_check(value: Any) -> str:
    if not isinstance(value, dict):
        return "must be a table, begun by [misconceptions]"
    for name, sentence in value.items():
        if not SLUG.fullmatch(name) or len(name) > SLUG_LENGTH:
            return f"holds {name!r}; write small letters and hyphens, like accuracy-is-enough"
        if wrong := one_line(600)(sentence):
            return f"holds {name}, which {wrong}"
    return ""


COMMON_FACTS: Mapping[str, Check] = {
    "kind": choice(KINDS),
    "position": whole_number(99),
    "concepts": slugs(example="confusion-matrix"),
    "generator": one_line(80),
    "misconceptions": _misconceptions_check,
}
# Judged by the kind once it is known.
_OWN = sorted({name for kind in KINDS.values() for name in kind.facts})
ALL_FACTS: Mapping[str, Check] = {**COMMON_FACTS, **dict.fromkeys(_OWN, lambda _: "")}
MAY_LACK: Mapping[str, Any] = {"generator": "", "misconceptions": {}, **dict.fromkeys(_OWN)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    slug: str
    position: int
    concepts: list[str]
    kind: str
    generator: str
    placeholders: list[Placeholder]
    stem_html: str
    explanation_html: str
    facts: Facts
    version: str  # of the text; a new renderer does not change it


@dataclass(slots=True, kw_only=True)
class QuestionFile:
    """One file on its way to a Question. What is wrong with it gathers in ``source.problems``."""

    source: Source
    written: list[str]  # its lines
    cache: RenderCache
    placeholders: list[Placeholder] = field(default_factory=list)
    # Texts with their placeholders taken out: the line, and whether it is shown before marking.
    texts: list[tuple[str, int, bool]] = field(default_factory=list)
    references: list[tuple[str, str, int]] = field(default_factory=list)  # kind, slug, line

    @property
    def name(self) -> str:
        return str(self.source.facts.get("slug", ""))

    def say(self, message: str, *, fact: str = "", line: int = 0) -> None:
        problem = self.source.problem(as_written(message, self.placeholders), fact=fact)
        if line:
            problem = Problem(file=problem.file, line=line, message=problem.message)
        self.source.problems.append(problem)


def open_question(path: Path, *, root: Path, cache: RenderCache) -> QuestionFile:
    source = read_source(path, root=root, slug=path.stem, facts=ALL_FACTS, optional=MAY_LACK)
    try:
        written = read_text(path).split("\n")
    except ValueError:
        written = []  # which the source has told
    return QuestionFile(source=source, written=written, cache=cache)


def read_question(file: QuestionFile, *, generators: Mapping[str, Generator]) -> Question | None:
    """The question, or None when there is something to mend."""
    source = file.source
    kind = KINDS.get(str(source.facts.get("kind")))
    if kind is None:
        return None
    for number, line in enumerate(file.written, start=1):
        if PRIVATE.search(line):
            message = "The line holds a character of Unicode's private use area. Take it out."
            file.say(message, line=number)
            return None
    own = _own_facts(file, kind, generators=generators)
    stem, explanation = _body(file)
    misconceptions = {
        name: _line(file, "misconceptions", sentence, before=False)
        for name, sentence in source.facts.get("misconceptions", {}).items()
    }
    if own is None or source.problems:
        return None
    facts = kind.render({**own, "misconceptions": misconceptions}, partial(_rendered, file))
    generator = generators.get(source.facts["generator"])
    # What was found sound before is sound: to draw every question anew takes seconds.
    key = _judged_as(file, facts, generator=generator)
    if not file.cache.knows(key):
        _judge(file, kind, facts, stem=stem, generator=generator)
    if source.problems:
        return None
    file.cache.remember(key)
    return Question(
        slug=source.facts["slug"],
        position=source.facts["position"],
        concepts=source.facts["concepts"],
        kind=kind.name,
        generator=source.facts["generator"],
        placeholders=file.placeholders,
        stem_html=stem,
        explanation_html=explanation,
        facts=facts,
        version=_version(source),
    )


def _own_facts(
    file: QuestionFile, kind: Kind, *, generators: Mapping[str, Generator]
) -> dict[str, Any] | None:
    """The facts that only this kind has, or None if some are not sound."""
    source, own = file.source, {}
    before = len(source.problems)
    for name, check in kind.facts.items():
        if name in source.lines:
            own[name] = source.facts[name]
            if wrong := check(own[name]):
                file.say(f"{name} {wrong}.", fact=name)
        elif name in kind.may_lack:
            own[name] = kind.may_lack[name]
        else:
            file.say(f"{name} is missing from the facts of a {kind.name} question.", line=1)
    for name in _OWN:
        if name in source.lines and name not in kind.facts:
            file.say(f"{name} does not belong to a {kind.name} question. Take it out.", fact=name)
    _judge_generator(file, kind, generators=generators)
    return own if len(source.problems) == before else None


def _judge_generator(
    file: QuestionFile, kind: Kind, *, generators: Mapping[str, Generator]
) -> None:
    source, generator = file.source, file.source.facts.get("generator")
    if not generator:
        if kind.needs_answer and "answer" not in source.lines:
            file.say("Nothing says what is right. Write answer, or name a generator.", line=1)
        return
    if generator not in generators:
        message = f"There is no generator {generator}. Write it in apps/quizzes/generators."
        file.say(message, fact="generator")
    for name in ("answer", "distractors"):
        if name in source.lines:
            file.say(_WRITTEN_TWICE.format(generator=generator), fact=name)


def _body(file: QuestionFile) -> tuple[str, str]:
    body, first = file.source.body, file.source.first_line
    heading = EXPLANATION.search(body)
    if heading is None:
        message = "There is no explanation. Write one below a line ## Explanation."
        file.say(message, line=first)
        return _block(file, body, first, id_prefix="question", before=True), ""
    stem = _block(file, body[: heading.start()], first, id_prefix="question", before=True)
    below = first + body.count("\n", 0, heading.end())
    return stem, _block(file, body[heading.end() :], below, id_prefix="explanation", before=False)


def _block(file: QuestionFile, text: str, line: int, *, id_prefix: str, before: bool) -> str:
    """Markdown of any length, as it is stored."""
    text = take_out(text, file.placeholders)
    file.texts.append((text, line, before))
    rendered, problems = render_body(
        text, file=file.source.file, first_line=line, id_prefix=id_prefix, cache=file.cache
    )
    for problem in problems:
        file.say(problem.message, line=problem.line)
    file.references += [(kind, slug, line) for kind, slug in sorted(rendered.references)]
    return prepare(rendered.html)


def _rendered(file: QuestionFile, fact: str, text: str, *, block: bool = False) -> str:
    before = fact not in SHOWN_AFTER_MARKING
    if block:
        line = file.source.lines.get(fact, 1)
        return _block(file, text, line, id_prefix=fact, before=before)
    return _line(file, fact, text, before=before)


def _line(file: QuestionFile, fact: str, text: str, *, before: bool) -> str:
    """Markdown of one paragraph, as it is stored: what stands inside of the paragraph."""
    line = _line_of(file, text) or file.source.lines.get(fact, 1)
    stored = _block(file, text, line, id_prefix=fact, before=before)
    inside = stored.removeprefix("<p>").removesuffix("</p>")
    if stored != f"<p>{inside}</p>" or "<p>" in inside or 'class="formula"' in inside:
        file.say("Write it as one paragraph, with formulas between single $.", line=line)
    if fact not in SHOWN_AFTER_MARKING and "<a " in inside:
        file.say("A link cannot be chosen as an answer. Write it without.", line=line)
    return inside


def _line_of(file: QuestionFile, text: str) -> int:
    return next((n for n, line in enumerate(file.written, start=1) if text in line), 0)


def _judged_as(file: QuestionFile, facts: Facts, *, generator: Generator | None) -> str:
    """SHA-256 of all that the judgement of a question depends on; nothing for one that is not of
    this package, whose code is not known."""
    if generator and not generator.__module__.startswith("apps.quizzes."):
        return ""
    judged = [_code(), "\n".join(file.written), repr(sorted(facts.items()))]
    return hashlib.sha256("\0".join(judged).encode()).hexdigest()


@functools.cache
def _code() -> str:
    """SHA-256 of this package: of its generators and kinds, among others."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _judge(
    file: QuestionFile, kind: Kind, facts: Facts, *, stem: str, generator: Generator | None
) -> None:
    """Try the question with a few draws."""
    if len(file.placeholders) > MOST:
        file.say(f"There are {len(file.placeholders)} placeholders; {MOST} are the most.")
        return
    cases = []
    for number in range(TRIED_DRAWS if generator else 1):
        seed = question_seed(attempt_seed=number, slug=file.name)
        try:
            drawn = draw_question(kind=kind.name, facts=facts, generator=generator, seed=seed)
        except Exception as error:  # a generator may fail in any way
            name = type(error).__name__
            file.say(f"The generator fails for seed {seed}: {name}: {error}.", fact="generator")
            return
        fill = filler(file.placeholders, drawn.parameters)
        cases.append(Case(drawn=drawn, fill=fill, stem=fill(stem)))
    wrong = [*_wrong_values(cases), *_wrong_placeholders(file, cases)]
    if not wrong:
        for fact, message in kind.judge(facts, cases):
            file.say(message, fact=fact)
    for message, line in wrong:
        file.say(message, line=line or file.source.lines.get("generator", 1))


def _wrong_values(cases: list[Case]) -> Iterator[tuple[str, int]]:
    for case in cases:
        for name, value in {**case.drawn.parameters, **case.drawn.worked}.items():
            if type(value) not in {int, float, str}:
                message = f"{name} is a {type(value).__name__}. Make it an int, a float or a str."
            elif isinstance(value, float) and not math.isfinite(value):
                message = f"{name} is {value} for some draws. Leave those out."
            else:
                continue
            yield f"The generator's {message}", 0
            return


def _wrong_placeholders(file: QuestionFile, cases: list[Case]) -> Iterator[tuple[str, int]]:
    for text, first, before in file.texts:
        for placeholder in used_in(text, file.placeholders):
            message = next(filter(None, (_wrong(placeholder, c.drawn, before) for c in cases)), "")
            if message:
                where = text.find(character_of(placeholder, file.placeholders))
                yield message, first + text.count("\n", 0, where)


def _wrong(placeholder: Placeholder, drawn: Drawn, before: bool) -> str:
    name, how = placeholder
    known: Values = drawn.parameters if before else drawn.after_marking
    if name not in known:
        if name in drawn.after_marking:
            return (
                f"{{{{ {name} }}}} may give the answer away. Only parameters of the draw stand in "
                "the question and its options."
            )
        return f"The draw has no {name}. It has {', '.join(sorted(known)) or 'no values'}."
    try:
        formatted(known[name], how)
    except ValueError as error:
        return f"{{{{ {name}:{how} }}}} has a format that does not fit: {error}."
    return ""


def _version(source: Source) -> str:
    """SHA-256 of all that an author wrote of the question itself, not of its place."""
    written = {key: value for key, value in source.facts.items() if key != "position"}
    text = "\0".join([repr(sorted(written.items())), source.body])
    return hashlib.sha256(text.encode()).hexdigest()
