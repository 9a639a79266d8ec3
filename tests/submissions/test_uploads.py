import io

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from apps.accounts.models import User
from apps.curriculum.models import ProjectBrief
from apps.submissions.models import Submission
from apps.submissions.uploads import MAX_BODY, MAX_DISCARDED, limit_body
from tests.submissions.samples import SLUG


class Body(io.RawIOBase):
    """Counts what is read of an endless body."""

    read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        self.read_bytes += size
        return bytes(size)


def refuse(length: int) -> tuple[HttpResponse, Body]:
    def view(request: HttpRequest) -> HttpResponse:
        raise AssertionError("the request got through")

    body = Body()
    request = RequestFactory().post("/", b"", content_type="multipart/form-data; boundary=x")
    environ = {**request.environ, "CONTENT_LENGTH": str(length), "wsgi.input": body}
    return limit_body(view)(type(request)(environ)), body


def test_limit_body_refuses_two_gigabytes_unread() -> None:
    response, body = refuse(2 * 1024**3)
    assert (response.status_code, body.read_bytes) == (413, 0)
    assert b"no attempt was used" in response.content


def test_limit_body_lets_a_moderate_body_through_so_that_the_answer_is_read() -> None:
    response, body = refuse(MAX_BODY + 1)
    assert (response.status_code, body.read_bytes) == (413, MAX_BODY + 1)


def test_limit_body_reads_no_more_than_its_bound() -> None:
    _, body = refuse(MAX_DISCARDED + 1)
    assert body.read_bytes == 0


@pytest.mark.parametrize("length", ["", "many"])
def test_limit_body_passes_a_request_without_length(length: str) -> None:
    request = RequestFactory().get("/", CONTENT_LENGTH=length)
    response = limit_body(lambda request: HttpResponse("through"))(request)
    assert response.content == b"through"


def test_hand_in_refuses_two_gigabytes(learner: User, brief: ProjectBrief) -> None:
    client = Client()
    client.force_login(learner)
    answer = client.post(f"/projects/{SLUG}/submissions/", CONTENT_LENGTH=2 * 1024**3)
    assert answer.status_code == 413
    assert not Submission.objects.exists()
