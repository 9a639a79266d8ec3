"""The checks on files that cannot be taken, and on the server: what was answered, to a verdict."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.checks.http_client import HttpError, HttpResponse
from apps.checks.outputs import shown
from apps.checks.projects.image_classification.checks import BAD_FILES, BAD_UPLOADS, UPLOAD
from apps.checks.projects.image_classification.export import LARGEST_BYTES, LARGEST_PIXELS
from apps.checks.projects.image_classification.outputs import Answer
from apps.checks.projects.image_classification.probes import ORDINARY_WRONG_ENDING, BadFiles
from apps.checks.results import JSON, Chart, Test
from apps.checks.verdicts import failed, passed

SUM_WITHIN = 0.01  # of 1: what the probabilities of an answer may miss by rounding

_HINTS = {
    "cut off": "Decode the whole picture before you use any of it: Pillow's load() raises an error "
    "where bytes are missing, unless LOAD_TRUNCATED_IMAGES is set.",
    "broken checksum": "Let every error that your image library raises become the row's error, and "
    "switch no check of it off.",
    "empty": "Look at the size of a file before you open it.",
    "text": "Let every error that your image library raises become the row's error.",
    "another kind of file": "Judge a file by its content, and take PNG and JPEG only.",
    "huge in pixels": f"Read width and height from the header, and refuse more than "
    f"{LARGEST_PIXELS:,} pixels before anything is unpacked.",
    "huge in bytes": f"Count the bytes while you read the request, and stop at {LARGEST_BYTES:,}.",
    "CMYK": "Refuse every mode but L, P, RGB and RGBA, before you convert.",
    "16 bits a channel": "Refuse every mode but L, P, RGB and RGBA, before you convert: 16 bits "
    "become white when they are cut to 8.",
    "no file": "Answer 400 where the form has no field called image with a file in it.",
    "another field": "Answer 400 where the form has no field called image with a file in it.",
}


# predict -----------------------------------------------------------------------------------------


def judge_bad_files(asked: BadFiles, before: Answer, answer: Answer) -> Test:
    """``before``: the answer to the main question, ``answer``: to this one."""
    count = len(asked.rows)
    taken = Counter(
        kind for kind, label in zip(asked.kinds, answer.labels[count:], strict=True) if label
    )
    changed = [
        place for place, row in enumerate(asked.rows) if answer.labels[place] != before.labels[row]
    ]
    ending = sum(place < ORDINARY_WRONG_ENDING for place in changed)
    evidence: dict[str, JSON] = {
        "bad_files": len(asked.kinds),
        "named_a_line": sum(taken.values()),
        "named_a_line_by_kind": dict(taken),
        "others": count,
        "others_that_changed": len(changed),
        "of_those_with_a_wrong_ending": ending,
    }
    output = (
        f"{len(asked.kinds)} files that cannot be taken stood among {count} pictures. "
        f"{sum(taken.values())} of them were named a line, and {len(changed)} of the pictures "
        "another one than before."
    )
    if not taken and not changed:
        return passed(BAD_FILES, output, evidence=evidence)
    if taken:
        kind = taken.most_common()[0][0]
        return failed(
            BAD_FILES,
            f"{output} The first kind: {kind}. A tile with a made-up line goes to a shelf where "
            "nobody looks for it; an error would be seen today.",
            hint=_HINTS[kind],
            evidence=evidence,
        )
    hint = (
        "Let the answer to a picture depend on its own file only, whatever else is in the folder."
    )
    if 2 * ending > len(changed):
        hint = "Judge a file by its content: a JPEG may be called .png, and the other way round."
    return failed(
        BAD_FILES,
        f"{output} One broken file would then move tiles of other people.",
        hint=hint,
        evidence=evidence,
    )


def bad_files_chart(asked: BadFiles, answer: Answer) -> Chart:
    refused = Counter(
        kind
        for kind, error in zip(asked.kinds, answer.errors[len(asked.rows) :], strict=True)
        if error
    )
    kinds = tuple(dict.fromkeys(asked.kinds))
    values = tuple(float(refused[kind]) for kind in kinds)
    return Chart(
        name=BAD_FILES.name,
        kind="bar",
        title="Files that were refused",
        summary=f"{sum(values):.0f} of {len(asked.kinds)} files that cannot be taken got an error; "
        "all must.",
        x_label="what is wrong with the file",
        y_label=f"refused, of {asked.kinds.count(kinds[0])}",
        test=BAD_FILES.name,
        labels=kinds,
        values=values,
    )


# The server --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A good picture that was uploaded."""

    expected: str  # what predict said of the same file
    answer: HttpResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class BadUpload:
    kind: str
    answer: HttpResponse | HttpError
    usual: HttpResponse  # of a good picture, before all bad ones
    next_good: HttpResponse | HttpError | None  # of the same picture, after this one


def judge_uploads(uploads: Sequence[Upload], names: Sequence[str]) -> Test:
    problems = [problem for upload in uploads if (problem := problem_of(upload.answer, names))]
    other = sum(_label(upload.answer) != upload.expected for upload in uploads)
    evidence: dict[str, JSON] = {
        "uploads": len(uploads),
        "of_another_form": len(problems),
        "another_line_than_predict": other,
    }
    if problems:
        return failed(
            UPLOAD,
            f"{len(problems)} of {len(uploads)} pictures that are in order were not answered in "
            f"the form of the brief. The first one: {problems[0]} The program at the belt that "
            "asks would stop there.",
            hint="Answer 200 with label, and with probabilities of all lines that add up to 1, the "
            "label's the largest.",
            evidence=evidence,
        )
    if other:
        return failed(
            UPLOAD,
            f"The server names another line than predict for {other} of {len(uploads)} pictures, "
            "so the figures above are not those of what people use.",
            hint="Let predict and the server call one function from file to array, and one from "
            "array to label, with dropout and batch normalisation switched to prediction.",
            evidence=evidence,
        )
    return passed(
        UPLOAD,
        f"{len(uploads)} pictures were uploaded, and each was answered in the form of the brief "
        "with the line that predict names.",
        evidence=evidence,
    )


def good_uploads_chart(uploads: Sequence[Upload], names: Sequence[str]) -> Chart:
    counts = Counter(
        "in another form"
        if problem_of(upload.answer, names)
        else "as predict says"
        if _label(upload.answer) == upload.expected
        else "another line"
        for upload in uploads
    )
    labels = ("as predict says", "another line", "in another form")
    return Chart(
        name=UPLOAD.name,
        kind="bar",
        title="What pictures in order were answered",
        summary=f"{counts[labels[0]]} of {len(uploads)} uploads were answered in the form of the "
        "brief, with the line that predict names; all must.",
        x_label="answer",
        y_label="uploads",
        test=UPLOAD.name,
        labels=labels,
        values=tuple(float(counts[label]) for label in labels),
    )


def problem_of(answer: HttpResponse, names: Sequence[str]) -> str:
    """What is wrong with the answer to a good picture; empty if nothing is."""
    if answer.status != 200:
        return f"{answer.request} was answered {answer.status} instead of 200."
    try:
        value = answer.json()
    except HttpError as error:
        return error.message
    if not isinstance(value, dict):
        return "the answer is no JSON object."
    label, probabilities = value.get("label"), value.get("probabilities")
    if not isinstance(label, str) or label not in names:
        return f"label is {_told(label)}, which is none of the lines in labels.csv."
    if not isinstance(probabilities, dict) or set(probabilities) != set(names):
        return "probabilities does not have exactly one entry for each line of labels.csv."
    return _problem_of_probabilities(probabilities, label)


def _problem_of_probabilities(probabilities: Mapping[str, object], label: str) -> str:
    numbers: dict[str, float] = {}
    for name, value in probabilities.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= 1:  # type: ignore[operator]
            return f"the probability of {shown(name)} is {_told(value)}, not a number from 0 to 1."
        numbers[name] = float(value)  # type: ignore[arg-type]
    total = math.fsum(numbers.values())
    if abs(total - 1) > SUM_WITHIN:
        return f"the probabilities add up to {total:.3f}, not to 1."
    if numbers[label] < max(numbers.values()):
        return f"label is {shown(label)}, and another line has a larger probability."
    return ""


def _told(value: object) -> str:
    return "missing" if value is None else f"“{shown(str(value)[:200])}”"


def _label(answer: HttpResponse) -> object:
    try:
        value = answer.json()
    except HttpError:
        return None
    return value.get("label") if isinstance(value, dict) else None


def judge_bad_uploads(uploads: Sequence[BadUpload]) -> Test:
    problems = [(upload.kind, problem) for upload in uploads if (problem := problem_of_bad(upload))]
    evidence: dict[str, JSON] = {
        "bad_uploads": len(uploads),
        "wrong": len(problems),
        "wrong_kinds": [kind for kind, _ in problems],
    }
    if not problems:
        return passed(
            BAD_UPLOADS,
            f"{len(uploads)} uploads that cannot be taken were answered with 4xx and a sentence, "
            "and the next good one each time as before.",
            evidence=evidence,
        )
    kind, problem = problems[0]
    return failed(
        BAD_UPLOADS,
        f"{len(problems)} of {len(uploads)} bad uploads went wrong. The first one ({kind}): "
        f"{problem} Whoever uploads by mistake would have to call somebody.",
        hint=_HINTS[kind],
        evidence=evidence,
    )


def problem_of_bad(upload: BadUpload) -> str:
    """What is wrong with the answer to a bad upload, or to the good one after it; else empty."""
    answer = upload.answer
    if isinstance(answer, HttpError):
        return answer.message
    if not 400 <= answer.status <= 499:
        return f"it was answered {answer.status} instead of 400 to 499."
    try:
        value = answer.json()
    except HttpError as error:
        return error.message
    said = value.get("error") if isinstance(value, dict) else None
    if not isinstance(said, str) or len(said.split()) < 2:
        return f"error of the answer is {_told(said)}, not a sentence that says what is wrong."
    return _problem_of_next(upload)


def _problem_of_next(upload: BadUpload) -> str:
    after = upload.next_good
    if isinstance(after, HttpError):
        return f"the good upload after it failed. {after.message}"
    if after is None or after.status != 200 or after.body != upload.usual.body:
        return "the good upload after it was not answered as before."
    return ""


def uploads_chart(uploads: Sequence[BadUpload]) -> Chart:
    statuses = [
        0.0 if isinstance(upload.answer, HttpError) else float(upload.answer.status)
        for upload in uploads
    ]
    right = sum(400 <= status <= 499 for status in statuses)
    return Chart(
        name=BAD_UPLOADS.name,
        kind="bar",
        title="What bad uploads were answered",
        summary=f"{right} of {len(uploads)} bad uploads were answered 400 to 499; 0 is no answer.",
        x_label="what is wrong with the upload",
        y_label="status",
        test=BAD_UPLOADS.name,
        labels=tuple(upload.kind for upload in uploads),
        values=tuple(statuses),
    )
