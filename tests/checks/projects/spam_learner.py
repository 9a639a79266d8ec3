"""A learner of the spam project in one process, without a sandbox. It reads only what stands in the
files and in the data dictionary, and not with the code that wrote them."""

import base64
import csv
import email
import email.header
import email.utils
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NoReturn

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from apps import sandbox
from apps.checks.mock_endpoints import MockEndpoints
from apps.checks.project import CommandRun
from apps.checks.projects.spam_email_classifier.generator import Flags
from apps.checks.results import Chart, Metric, Test
from apps.checks.scoring import Floats

COST_OF_HOLDING = 5.0
SIGNS = str.maketrans("@4€310$57", "aaeeiosst")
CYRILLIC = str.maketrans("\u0430\u0441\u0435\u043e\u0440\u0445\u0443", "aceopxy", "\u200b")
APART = re.compile(r"\b[^\W\d_](?:([ .])[^\W\d_])(?:\1[^\W\d_])+\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: str
    received_at: str
    raw: bytes
    label: str = ""


@lru_cache(maxsize=8)
def read_rows(content: bytes) -> tuple[Row, ...]:
    csv.field_size_limit(2_000_000)
    return tuple(
        Row(
            id=row["id"],
            received_at=row["received_at"],
            raw=base64.b64decode(row["raw"], validate=True),
            label=row.get("label") or "",
        )
        for row in csv.DictReader(io.StringIO(content.decode("utf-8")))
    )


class _Seen(HTMLParser):
    """Text on the white page: hidden spans are left out, and only paragraphs separate words."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        style = dict(attrs).get("style") or ""
        if tag == "style" or "#ffffff" in style or "font-size:0" in style:
            self.hidden = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"span", "style"}:
            self.hidden = False
        if tag == "p":
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.text.append(data)


def read_text(raw: bytes) -> tuple[str, str]:
    """Subject and body as a person reads them, and the domain of the sender."""
    message = email.message_from_bytes(raw)
    texts = [
        part if isinstance(part, str) else part.decode(charset or "ascii")
        for part, charset in email.header.decode_header(message.get("Subject", ""))
    ]
    parts = (part for part in message.walk() if part.get_content_maintype() == "text")
    texts.extend(_body(part) for part in parts)
    _, address = email.utils.parseaddr(message.get("From", ""))
    return "\n".join(texts), address.partition("@")[2]


def _body(part: Message) -> str:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    text = _decoded(data, str(part.get_param("charset") or ""))
    if part.get_content_subtype() != "html":
        lines = (line for line in text.splitlines() if not line.startswith(">"))
        return re.sub(r"https://\S+", "", "\n".join(lines))
    page = _Seen()
    page.feed(text)
    return "".join(page.text)


def _decoded(data: bytes, declared: str) -> str:
    if declared == "utf-16":
        return data.decode("utf-16", "replace")  # broken base64 may end in half a letter
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("windows-1252")


def words(text: str) -> frozenset[str]:
    text = text.lower().translate(CYRILLIC)
    text = APART.sub(lambda found: re.sub("[ .]", "", found[0]), text)
    return frozenset(
        token.translate(SIGNS)
        for token in re.findall(r"[\w@€$]+", text)
        if len(token) > 2 and any(letter.isalpha() for letter in token)
    )


def features(raw: bytes) -> list[str]:
    text, domain = read_text(raw)
    return [*sorted(words(text)), f"from:{domain}"]


# Models ------------------------------------------------------------------------------------------

type Predict = Callable[[Sequence[Row], Sequence[Row]], Floats]
type Decide = Callable[[Floats], Flags]


def competent(past: Sequence[Row], now: Sequence[Row]) -> Floats:
    counter = CountVectorizer(analyzer=list, binary=True, min_df=3)
    table = counter.fit_transform([features(row.raw) for row in past])
    model = LogisticRegression(C=0.7, max_iter=500).fit(table, labels(past))
    return np.asarray(
        model.predict_proba(counter.transform([features(row.raw) for row in now]))[:, 1]
    )


def labels(rows: Sequence[Row]) -> Flags:
    return np.array([row.label == "spam" for row in rows])


def naive(past: Sequence[Row], now: Sequence[Row]) -> Floats:
    return np.full(len(now), labels(past).mean())


def by_costs(probability: Floats) -> Flags:
    return probability > COST_OF_HOLDING * (1 - probability)


# The session -------------------------------------------------------------------------------------


@dataclass(slots=True)
class LearnerSession:
    """Answers as a repository would whose code is ``predict``; keeps what is reported."""

    seed: bytes
    folder: Path
    predict: Predict
    decide: Decide = by_costs
    breaks: Callable[[str, int], bool] = lambda _command, _call: False  # command, how many before
    calls: list[str] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder

    def run(
        self,
        command: str,
        *,
        inputs: Mapping[str, bytes | Path],
        outputs: Iterable[str],
        limits: sandbox.Limits | None = None,
    ) -> CommandRun:
        (name,) = outputs
        path = self.folder / f"{len(self.calls)}-{name}"
        broken = self.breaks(command, self.calls.count(command))
        self.calls.append(command)
        if broken:
            return CommandRun(command=command, result=_RESULT, outputs={}, problem="It stopped.")
        if command == "train":
            path.write_bytes(_content(inputs["data"]))
        else:
            past, now = (read_rows(_content(inputs[key])) for key in ("model", "input"))
            now = tuple({row.id: row for row in now}.values())
            probability = self.predict(past, now)
            path.write_text(answer(now, probability, self.decide(probability)))
        return CommandRun(command=command, result=_RESULT, outputs={name: path})

    def serve(
        self,
        endpoints: MockEndpoints | None = None,
        *,
        variables: Mapping[str, str] | None = None,
    ) -> NoReturn:
        raise AssertionError("This project has no server.")

    def report(self, test: Test) -> None:
        self.tests.append(test)

    def measure(self, metric: Metric) -> None:
        self.metrics.append(metric)

    def draw(self, chart: Chart) -> None:
        self.charts.append(chart)


_RESULT = sandbox.Result(
    outcome=sandbox.Outcome.OK,
    exit_code=0,
    signal=None,
    wall_s=0.1,
    cpu_s=0.1,
    peak_memory_bytes=1,
    stdout="",
    stderr="",
    stdout_cut=False,
    stderr_cut=False,
    backend="",
    limit_tier="",
)


def _content(value: bytes | Path) -> bytes:
    return value if isinstance(value, bytes) else value.read_bytes()


def answer(rows: Sequence[Row], probability: Floats, held: Flags) -> str:
    lines = ["id,spam_probability,decision"]
    for row, value, hold in zip(rows, probability.tolist(), held, strict=True):
        lines.append(f"{row.id},{value!r},{'hold' if hold else 'deliver'}")
    return "\n".join(lines)
