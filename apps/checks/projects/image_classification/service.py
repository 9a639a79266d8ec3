"""Uploads to the learner's server: good pictures and bad ones, one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.checks.http_client import HttpClient, HttpError, HttpResponse
from apps.checks.projects.image_classification.disturb import CLEAN
from apps.checks.projects.image_classification.export import (
    FAULTS,
    PictureFile,
    picture_of_many_bytes,
    write_fault,
    write_picture,
)
from apps.checks.projects.image_classification.file_checks import BadUpload, Upload
from apps.checks.projects.image_classification.generator import stream
from apps.checks.projects.image_classification.outputs import Answer
from apps.checks.projects.image_classification.probes import (
    Asked,
    Draw,
    python_random,
    wrong_ending,
)

PATH, FIELD = "/predict", "image"
READY_WITHIN_S = 60.0
SECONDS = 20.0  # for an answer
GOOD_UPLOADS, WRONG_ENDINGS = 30, 5
HUGE_BYTES, NO_FILE, OTHER_FIELD = "huge in bytes", "no file", "another field"
_BOUNDARY = "milepost-3f1d7a2b9c5e4086"


@dataclass(frozen=True, slots=True)
class Form:
    """Of an upload: what stands in its one field."""

    kind: str  # of fault; empty: none
    body: bytes

    @staticmethod
    def of_file(file: PictureFile, *, kind: str = "", field: str = FIELD) -> "Form":
        head = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; '
            f'filename="tile{file.suffix}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        )
        return Form(kind, head.encode() + file.content + _END)

    @staticmethod
    def of_text(kind: str) -> "Form":
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
        return Form(kind, f"{head}no picture today".encode() + _END)


_END = f"\r\n--{_BOUNDARY}--\r\n".encode()


def post(client: HttpClient, form: Form) -> HttpResponse:
    """Raises HttpError."""
    return client.request(
        "POST",
        PATH,
        headers={"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"},
        body=form.body,
        seconds=SECONDS,
    )


def good_rows(asked: Asked) -> Sequence[int]:
    """Of the main question: clean pictures in all forms."""
    clean = asked.rows(CLEAN).nonzero()[0].tolist()
    return [int(row) for row in clean[:GOOD_UPLOADS]]


def upload_good(client: HttpClient, asked: Asked, answer: Answer) -> list[Upload]:
    """``answer``: what predict said of the main question. Raises HttpError."""
    uploads = []
    for place, row in enumerate(good_rows(asked)):
        file = asked.files[row]
        form = Form.of_file(wrong_ending(file) if 0 < place <= WRONG_ENDINGS else file)
        uploads.append(Upload(expected=answer.labels[row], answer=post(client, form)))
    return uploads


def upload_bad(
    client: HttpClient, draw: Draw, asked: Asked, *, usual: HttpResponse
) -> list[BadUpload]:
    """A server that does not answer one of them is not asked about the others. ``usual``: what the
    first good picture was answered."""
    good = Form.of_file(asked.files[good_rows(asked)[0]])
    uploads: list[BadUpload] = []
    for form in _bad_forms(draw):
        bad = _asked(client, form)
        after = None if isinstance(bad, HttpError) else _asked(client, good)
        uploads.append(BadUpload(kind=form.kind, answer=bad, usual=usual, next_good=after))
        if isinstance(bad, HttpError) or isinstance(after, HttpError):
            break
    return uploads


def _asked(client: HttpClient, form: Form) -> HttpResponse | HttpError:
    try:
        return post(client, form)
    except HttpError as error:
        return error


def _bad_forms(draw: Draw) -> Iterator[Form]:
    rng = stream(draw.seed, "bad uploads")
    chance = python_random(rng)
    picture = draw.past.pictures[0]
    for kind in FAULTS:
        yield Form.of_file(write_fault(chance, picture, kind), kind=kind)
    many = PictureFile(picture_of_many_bytes(rng), ".png", HUGE_BYTES)
    yield Form.of_file(many, kind=HUGE_BYTES)
    yield Form.of_text(NO_FILE)
    good = write_picture(chance, picture, draw.past.outside[0])
    yield Form.of_file(good, kind=OTHER_FIELD, field="photo")
