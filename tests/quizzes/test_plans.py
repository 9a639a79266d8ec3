"""That a question and its answer cost the same however many answers are stored: no statement of
theirs may read a table that grows with use from end to end."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.quizzes.models import Answer, Attempt, Quiz
from apps.quizzes.services import start_attempt
from benchmarks.many_answers import store_answers
from tests.quizzes.samples import answer_at, make_learner, right_response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]

GROWING = {
    "accounts_user", "quizzes_answer", "quizzes_attempt", "progress_evidence", "progress_recall"
}  # fmt: skip
SCANS = {"Seq Scan", "Index Scan", "Index Only Scan"}
STORED = 20_000


@pytest.fixture
def attempt() -> Attempt:
    store_answers(STORED, attempts=1)
    quiz = Quiz.objects.get(slug="linear-algebra")
    return start_attempt(learner=make_learner(), quiz=quiz)


def read_whole(plan: dict[str, Any]) -> Iterator[str]:
    """The growing tables that a plan reads from end to end, or by a whole index."""
    scan = plan["Node Type"]
    by_key = scan in {"Index Scan", "Index Only Scan"} and "Index Cond" in plan
    if plan.get("Relation Name") in GROWING and not by_key and scan in SCANS:
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from read_whole(part)


def found_in(captured: CaptureQueriesContext) -> list[tuple[str, str]]:
    """Table and statement of each such reading."""
    found = []
    for query in captured.captured_queries:
        sql = query["sql"].strip()
        if sql.startswith(("SAVEPOINT", "RELEASE")):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
            ((plan,),) = cursor.fetchall()
        found += [(table, sql) for table in read_whole(plan[0]["Plan"])]
    return found


def test_view_and_answer_read_no_growing_table_whole(client: Client, attempt: Attempt) -> None:
    assert Answer.objects.count() > STORED
    client.force_login(attempt.learner)
    url = f"/attempts/{attempt.public_id}/questions/1/"
    client.get(url)  # the road in the header is made once
    requests: tuple[tuple[str, str, Any], ...] = (
        ("GET", url, {}),
        ("POST", f"{url}draft/", {"option": "0"}),
        ("POST", f"{url}answer/", right_response(answer_at(attempt, 1))),
    )
    for method, address, data in requests:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address) if method == "GET" else client.post(address, data)
        assert response.status_code in {200, 204, 302}
        assert captured.captured_queries
        assert found_in(captured) == []
    assert answer_at(attempt, 1).correct


def test_what_reads_a_table_whole_is_found(attempt: Attempt) -> None:
    with CaptureQueriesContext(connection) as captured:
        list(Answer.objects.filter(score__lt=0.5).values_list("pk")[:100_000])
        list(Answer.objects.filter(attempt=attempt).values_list("pk"))
        Attempt.objects.filter(title="Nothing").update(right=0)
    assert [table for table, _ in found_in(captured)] == ["quizzes_answer", "quizzes_attempt"]
