"""The pages of exercises and of lessons' code. What is not the learner's own is not there: 404.

A page's form works by itself; with htmx its answer takes the place of the result beside the code.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.requests import LearnerRequest
from apps.curriculum.models import Lesson
from apps.curriculum.queries import get_lesson
from apps.exercises import queries
from apps.exercises.forms import CodeForm
from apps.exercises.models import Exercise, Run
from apps.exercises.run_page import run_page
from apps.exercises.services import Refused, run_block, try_exercise

TRIES_A_PAGE = 25


@login_required
@require_GET
@never_cache
def exercises(request: LearnerRequest) -> HttpResponse:
    rows = queries.exercises_with_tries(learner=request.user)
    context = {"rows": rows, "passed": sum(passed for _, _, passed in rows)}
    return render(request, "exercises/exercises.html", context)


@login_required
@require_GET
@never_cache
def exercise(request: LearnerRequest, slug: str) -> HttpResponse:
    return _exercise_page(request, _exercise(slug))


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def tries(request: LearnerRequest, slug: str) -> HttpResponse:
    one = _exercise(slug)
    if request.method == "GET":  # the way back from logging in, or a reload
        return redirect("exercise", slug)
    started, problem = _start(
        request, lambda code: try_exercise(learner=request.user, exercise=one, code=code)
    )
    if started or request.htmx:
        return _answer(request, started, problem)
    code = request.POST.get("code", "")
    return _exercise_page(request, one, code=code, problem=problem, status=422)


@login_required
@require_GET
@never_cache
def block(request: LearnerRequest, slug: str, number: int) -> HttpResponse:
    lesson, code = _block(slug, number)
    return _block_page(request, lesson, number, code=code)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def block_runs(request: LearnerRequest, slug: str, number: int) -> HttpResponse:
    lesson, _ = _block(slug, number)
    if request.method == "GET":
        return redirect("block", slug, number)
    started, problem = _start(
        request,
        lambda code: run_block(learner=request.user, lesson=lesson, block=number, code=code),
    )
    if started or request.htmx:
        return _answer(request, started, problem)
    code = request.POST.get("code", "")
    return _block_page(request, lesson, number, code=code, problem=problem, status=422)


@login_required
@require_GET
@never_cache
def run(request: LearnerRequest, public_id: str) -> HttpResponse:
    one = queries.run_of(learner=request.user, public_id=public_id)
    if one is None:
        raise Http404
    if request.htmx:
        return _with_vary(render(request, "exercises/run.html", {"page": run_page(one)}))
    if one.exercise:
        return _exercise_page(request, one.exercise, run=one)
    assert one.lesson  # noqa: S101 - one of the two is there
    return _block_page(request, one.lesson, one.block or 1, code=one.code, run=one)


def _start(request: LearnerRequest, start: Callable[[str], Run]) -> tuple[Run | None, str]:
    """The run that ``start`` begins with the code of the form, or why there is none."""
    form = CodeForm(request.POST)
    if form.problem:
        return None, form.problem
    try:
        return start(form.cleaned_data["code"]), ""
    except Refused as refusal:
        return None, str(refusal)


def _answer(request: LearnerRequest, started: Run | None, problem: str) -> HttpResponse:
    """What takes the place of the result, or the way to the page of the run."""
    if request.htmx or started is None:
        page = run_page(started) if started else None
        return render(request, "exercises/run.html", {"page": page, "problem": problem})
    return redirect("run", started.public_id)


def _exercise_page(
    request: LearnerRequest,
    one: Exercise,
    *,
    run: Run | None = None,
    code: str | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    own = queries.summary_of_tries(learner=request.user, exercise=one)
    shown = run or own.last
    tries = queries.tries_of(learner=request.user, exercise=one)
    fresh = "fresh" in request.GET and code is None
    if code is None:
        code = shown.code if shown and not fresh else one.starter
    context = {
        "exercise": one,
        "own": own,
        "code": code,
        "problem": problem,
        "page": run_page(shown) if shown and not fresh and not problem else None,
        "tries": Paginator(tries, TRIES_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "exercises/exercise.html", context, status=status)


def _block_page(
    request: LearnerRequest,
    lesson: Lesson,
    number: int,
    *,
    code: str,
    run: Run | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "lesson": lesson,
        "number": number,
        "code": code,
        "problem": problem,
        "page": run_page(run) if run else None,
    }
    template = "exercises/editor.html" if request.htmx else "exercises/block.html"
    return _with_vary(render(request, template, context, status=status))


def _with_vary(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    return response


def _exercise(slug: str) -> Exercise:
    found = queries.get_exercise(slug)
    if found is None:
        raise Http404
    return found


def _block(slug: str, number: int) -> tuple[Lesson, str]:
    """A block that can be run here, and its code. Another name of the lesson is not known here."""
    lesson = get_lesson(slug)
    blocks = lesson.code_blocks if lesson and lesson.slug == slug else []
    if lesson is None or not 1 <= number <= len(blocks) or blocks[number - 1]["needs"]:
        raise Http404
    return lesson, blocks[number - 1]["code"].rstrip("\n")
