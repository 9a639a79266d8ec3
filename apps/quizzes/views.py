"""The pages of quizzes and attempts. What is not the learner's own is not there: 404."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.requests import LearnerRequest
from apps.quizzes import queries
from apps.quizzes.forms import response_of
from apps.quizzes.kinds.kind import NotMarked
from apps.quizzes.models import Attempt, Quiz
from apps.quizzes.question_page import question_page
from apps.quizzes.result_page import result_page
from apps.quizzes.services import Refused, answer_question, save_draft, start_attempt

ATTEMPTS_A_PAGE = 25


@login_required
@require_GET
@never_cache
def quizzes(request: LearnerRequest) -> HttpResponse:
    rows = queries.published_quizzes(learner=request.user)
    return render(request, "quizzes/quizzes.html", {"rows": rows})


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
@require_GET
@never_cache
def attempt(request: LearnerRequest, public_id: str) -> HttpResponse:
    one = queries.attempt_of(learner=request.user, public_id=public_id)
    if one is None:
        raise Http404
    if one.finished is None:
        return _go_on(one)
    context = {"attempt": one, "result": result_page(one, learner=request.user)}
    return render(request, "quizzes/attempt.html", context)


@login_required
@require_GET
@never_cache
def question(request: LearnerRequest, public_id: str, number: int) -> HttpResponse:
    page = question_page(_asked(request, public_id, number))
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
        text = "This question is marked already, so its answer stays as it is."
        return HttpResponse(text, status=409, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def answer(request: LearnerRequest, public_id: str, number: int) -> HttpResponse:
    asked = _asked(request, public_id, number)
    url = reverse("question", args=[public_id, number])
    if request.method == "GET":  # the way back from logging in, or a reload
        return redirect(url)
    response = response_of(request.POST, kind=asked.kind)
    try:
        answer_question(learner=request.user, asked=asked, response=response)
    except NotMarked as error:
        page = question_page(asked, response=response, error=error)
        return render(request, "quizzes/question.html", {"page": page}, status=422)
    return redirect(f"{url}#verdict")


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
