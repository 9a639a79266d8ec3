"""The pages of quizzes and attempts. What is not the learner's own is not there: 404."""

import tempfile
from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.requests import LearnerRequest
from apps.curriculum.queries import get_concept, published_steps
from apps.progress.queries import met_concepts
from apps.quizzes import queries
from apps.quizzes.blueprints import DRILLS, EXAM_MINUTES
from apps.quizzes.exams import finish_exam
from apps.quizzes.forms import response_of
from apps.quizzes.interchange.anki import write_concepts, write_mistakes
from apps.quizzes.kinds.kind import NotMarked
from apps.quizzes.models import Attempt, Quiz
from apps.quizzes.question_page import exam_overview, question_page
from apps.quizzes.result_page import result_page
from apps.quizzes.reviews_page import (
    NO_CONCEPTS,
    NO_MISTAKES,
    end_of_day,
    own_mistakes,
    reviews_page,
)
from apps.quizzes.services import (
    Refused,
    answer_question,
    save_draft,
    start_attempt,
    start_concept,
    start_drill,
    start_exam,
    start_review,
    start_step,
)
from apps.quizzes.statistics_page import question_statistics_page, statistics_page
from apps.quizzes.subjects import CONCEPT, page_of, subject

ATTEMPTS_A_PAGE = 25


@login_required
@require_GET
@never_cache
def quizzes(request: LearnerRequest) -> HttpResponse:
    context = {
        "rows": queries.published_quizzes(learner=request.user),
        "drills": [(slug, drill) for slug, drill in DRILLS.items()],
        "exam_minutes": EXAM_MINUTES * (100 + request.user.extra_time) // 100,
    }
    return render(request, "quizzes/quizzes.html", context)


@login_required
@require_GET
@never_cache
def quiz(request: LearnerRequest, slug: str) -> HttpResponse:
    one = _quiz(slug)
    attempts = queries.attempts_of(learner=request.user, quiz=one)
    context = {
        "quiz": one,
        "count": queries.questions_to_ask(quiz=one).count(),
        "open": attempts.filter(finished=None).first(),
        "page": Paginator(attempts, ATTEMPTS_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "quizzes/quiz.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def attempts(request: LearnerRequest, slug: str) -> HttpResponse:
    one = _quiz(slug)
    if request.method == "GET":  # the way back from logging in, or a reload
        return redirect("quiz", slug)
    try:
        started = start_attempt(learner=request.user, quiz=one)
    except Refused as refusal:
        messages.info(request, str(refusal))
        return redirect("quiz", slug)
    return _go_on(started)


@login_required
@require_http_methods(["GET", "POST"])
def step_attempts(request: LearnerRequest, slug: str) -> HttpResponse:
    step = published_steps().filter(slug=slug).prefetch_related(None).first()
    if step is None:
        raise Http404
    return _start(request, "quizzes", lambda: start_step(learner=request.user, step=step))


@login_required
@require_http_methods(["GET", "POST"])
def exam_attempts(request: LearnerRequest, slug: str) -> HttpResponse:
    step = published_steps().filter(slug=slug).prefetch_related(None).first()
    if step is None:
        raise Http404
    return _start(request, "quizzes", lambda: start_exam(learner=request.user, step=step))


@login_required
@require_http_methods(["GET", "POST"])
def drill_attempts(request: LearnerRequest, slug: str) -> HttpResponse:
    if slug not in DRILLS:
        raise Http404
    return _start(request, "quizzes", lambda: start_drill(learner=request.user, slug=slug))


@login_required
@require_http_methods(["GET", "POST"])
def concept_attempts(request: LearnerRequest, slug: str) -> HttpResponse:
    concept = get_concept(slug)
    if concept is None:
        raise Http404
    page = page_of(subject(CONCEPT, slug))
    return _start(request, page, lambda: start_concept(learner=request.user, concept=concept))


@login_required
@require_GET
@never_cache
def reviews(request: LearnerRequest) -> HttpResponse:
    return _reviews(request)


def _reviews(request: LearnerRequest, *, no_cards: str = "") -> HttpResponse:
    page = reviews_page(learner=request.user, now=timezone.now())
    return render(request, "quizzes/reviews.html", {"page": page, "no_cards": no_cards})


@login_required
@require_http_methods(["GET", "POST"])
def review_attempts(request: LearnerRequest) -> HttpResponse:
    by = end_of_day(timezone.now())
    return _start(request, "reviews", lambda: start_review(learner=request.user, by=by))


@login_required
@require_GET
@never_cache
def concept_cards(request: LearnerRequest) -> HttpResponseBase:
    """What the learner has met, for Anki."""
    concepts = list(met_concepts(learner=request.user))
    if not concepts:
        return _reviews(request, no_cards=NO_CONCEPTS)
    return _deck(request, "concepts", partial(write_concepts, concepts))


@login_required
@require_GET
@never_cache
def mistake_cards(request: LearnerRequest) -> HttpResponseBase:
    """The learner's own mistakes, for Anki."""
    mistakes = own_mistakes(learner=request.user)
    if not mistakes:
        return _reviews(request, no_cards=NO_MISTAKES)
    return _deck(request, "mistakes", partial(write_mistakes, mistakes))


def _deck(request: LearnerRequest, name: str, write: Callable[..., None]) -> FileResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    write(site=request.build_absolute_uri("/").rstrip("/"), file=file)
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"milepost-{name}.apkg",
        content_type="application/octet-stream",
    )


def _start(request: LearnerRequest, page: str, start: Callable[[], Attempt]) -> HttpResponse:
    """``page``: that a form like this stands on, its name or its address."""
    if request.method == "GET":  # the way back from logging in, or a reload
        return redirect(page)
    try:
        return _go_on(start())
    except Refused as refusal:
        messages.info(request, str(refusal))
        return redirect(page)


@login_required
@require_GET
@never_cache
def attempt(request: LearnerRequest, public_id: str) -> HttpResponse:
    one = queries.attempt_of(learner=request.user, public_id=public_id)
    if one is None:
        raise Http404
    if one.in_exam:
        return _exam_page(request, one)
    if one.finished is None:
        return _go_on(one)
    context = {"attempt": one, "result": result_page(one, learner=request.user)}
    return render(request, "quizzes/attempt.html", context)


@login_required
@require_GET
@never_cache
def question(request: LearnerRequest, public_id: str, number: int) -> HttpResponse:
    asked = _asked(request, public_id, number)
    if _is_over(asked):
        return _end(asked.attempt_id, public_id)
    page = question_page(asked)
    return render(request, "quizzes/question.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: LearnerRequest, public_id: str, number: int) -> HttpResponse:
    """Keeps what is chosen so far; the page sends it by itself."""
    asked = _asked(request, public_id, number)
    if request.method == "GET":
        return redirect("question", public_id, number)
    response = response_of(request.POST, kind=asked.kind)
    if not save_draft(asked=asked, response=response):
        # It is marked, or its time is over: a page that still asks is to show that. Sent by a click
        # that came within the page's delay, this comes after the answer.
        return redirect("question", public_id, number)
    return HttpResponse(status=204)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def answer(request: LearnerRequest, public_id: str, number: int) -> HttpResponse:
    asked = _asked(request, public_id, number)
    url = reverse("question", args=[public_id, number])
    if request.method == "GET":  # the way back from logging in, or a reload
        return redirect(url)
    if _is_over(asked):
        return _end(asked.attempt_id, public_id)
    response = response_of(request.POST, kind=asked.kind)
    if asked.in_exam:
        answer_question(learner=request.user, asked=asked, response=response)
        exam = question_page(asked).exam
        return redirect(exam.next_url if exam else url)
    try:
        answer_question(learner=request.user, asked=asked, response=response)
    except NotMarked as error:
        page = question_page(asked, response=response, error=error)
        return render(request, "quizzes/question.html", {"page": page}, status=422)
    return redirect(f"{url}#verdict")


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def exam_end(request: LearnerRequest, public_id: str) -> HttpResponse:
    """Hands an exam in."""
    one = queries.attempt_of(learner=request.user, public_id=public_id)
    if one is None or one.ends_at is None:
        raise Http404
    if request.method == "GET":
        return redirect("attempt", public_id)
    return _end(one.pk, public_id)


def _exam_page(request: LearnerRequest, one: Attempt) -> HttpResponse:
    if one.ends_at is not None and one.ends_at <= timezone.now():
        return _end(one.pk, one.public_id)
    return render(request, "quizzes/exam.html", {"attempt": one, "exam": exam_overview(one)})


@login_required
@require_GET
@never_cache
def statistics(request: LearnerRequest) -> HttpResponse:
    """For staff: which questions need an author's eye."""
    if not request.user.is_staff:
        raise Http404
    return render(request, "quizzes/statistics.html", {"page": statistics_page()})


@login_required
@require_GET
@never_cache
def question_statistics(request: LearnerRequest, quiz_slug: str, slug: str) -> HttpResponse:
    found = queries.asked_questions().filter(quiz__slug=quiz_slug, slug=slug).first()
    if found is None or not request.user.is_staff:
        raise Http404
    page = question_statistics_page(found)
    return render(request, "quizzes/question_statistics.html", {"page": page})


def _is_over(asked: queries.AskedQuestion) -> bool:
    return asked.in_exam and asked.ends_at is not None and asked.ends_at <= timezone.now()


def _end(attempt_id: int, public_id: str) -> HttpResponse:
    finish_exam(attempt_id=attempt_id)
    return redirect("attempt", public_id)


def _quiz(slug: str) -> Quiz:
    found = queries.published_quiz(slug=slug)
    if found is None:
        raise Http404
    return found


def _asked(request: LearnerRequest, public_id: str, number: int) -> queries.AskedQuestion:
    found = queries.asked_question(learner=request.user, public_id=public_id, position=number)
    if found is None:
        raise Http404
    return found


def _go_on(one: Attempt) -> HttpResponse:
    """To the first open question."""
    position = queries.first_open_position(one)
    return redirect("question", one.public_id, position or 1)
