"""The pages of projects and submissions. What is not the learner's own is not there: 404."""

import io
from typing import TypedDict

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.requests import LearnerRequest
from apps.checks.projects import PROJECTS
from apps.checks.results import Outcome, Stage
from apps.checks.untrusted_text import visible
from apps.checks.wheel import build_wheel
from apps.curriculum import queries as curriculum
from apps.curriculum.models import ProjectBrief
from apps.submissions import queries
from apps.submissions.forms import HandInForm
from apps.submissions.live_page import LivePage, live_page
from apps.submissions.models import Submission
from apps.submissions.project_page import project_page
from apps.submissions.result_page import ResultPage, result_page
from apps.submissions.seeds import starter_seed
from apps.submissions.services import Refused, cancel_submission, submit_project
from apps.submissions.status_page import status_page
from apps.submissions.wording import STAGE_TITLES, state_and_word

TRIES_A_PAGE = 25


@login_required
@require_GET
def projects(request: LearnerRequest) -> HttpResponse:
    rows = [
        (brief, *(state_and_word(latest) if latest else ("", "")))
        for brief, latest in queries.published_briefs(learner=request.user)
    ]
    later = curriculum.readable_briefs().filter(checked=False)
    return render(request, "submissions/projects.html", {"rows": rows, "later": later})


@login_required
@require_GET
@never_cache
def project(request: LearnerRequest, slug: str) -> HttpResponse:
    brief = get_object_or_404(ProjectBrief, slug=slug, published=True)
    if not brief.checked:
        return render(request, "submissions/project_later.html", {"brief": brief})
    url = queries.last_url(learner=request.user, brief=brief)
    return _project_page(request, brief, HandInForm(initial={"url": url}))


@login_required
@require_http_methods(["GET", "POST"])
def hand_in(request: LearnerRequest, slug: str) -> HttpResponse:
    brief = _brief(slug)
    if request.method == "GET":  # the way back from logging in, or a reload
        return redirect("project", slug)
    form = HandInForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            submission = submit_project(learner=request.user, brief=brief, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("submission", submission.public_id)
    return _project_page(request, brief, form, status=422)


@login_required
@require_GET
def starter(request: LearnerRequest, slug: str, filename: str) -> FileResponse:
    """A starter file: fresh for each learner, the same at each of their downloads."""
    brief = _brief(slug)
    seed = starter_seed(slug=brief.slug, learner_id=request.user.pk)
    content = PROJECTS[brief.slug].starter_data(seed).get(filename)
    if content is None:
        raise Http404
    response = FileResponse(io.BytesIO(content), as_attachment=True, filename=filename)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
def download(request: HttpRequest, filename: str) -> HttpResponse:
    """The checker for learners' own machines. An installer has no session, so it is for all."""
    wheel = build_wheel()
    if filename != wheel.filename:  # of an earlier source: whoever asks gets today's address
        raise Http404
    response = HttpResponse(wheel.content, content_type="application/zip")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@login_required
@require_GET
@never_cache
def submissions(request: LearnerRequest) -> HttpResponse:
    tries = queries.tries_of(learner=request.user)
    page = Paginator(tries, TRIES_A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, *state_and_word(one)) for one in page]
    return render(request, "submissions/submissions.html", {"rows": rows, "page": page})


@login_required
@require_GET
@never_cache
def submission(request: LearnerRequest, public_id: str) -> HttpResponse:
    one = _own(request, public_id)
    return render(request, "submissions/submission.html", _submission_context(one))


@login_required
@require_GET
@never_cache
def status(request: LearnerRequest, public_id: str) -> HttpResponse:
    """The live part of the page. 204 while there is no news; once finished it polls no more."""
    context = _submission_context(_own(request, public_id))
    seen, _, announced = request.GET.get("seen", "").partition("-")
    live = context["live"]
    if live and live.version == seen:
        return HttpResponse(status=204)
    context["announce"] = live is None or live.announced != announced
    return render(request, "submissions/submission.html#status", context)


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request: LearnerRequest, public_id: str) -> HttpResponse:
    one = _own(request, public_id)
    if request.method == "POST" and not cancel_submission(one):
        messages.info(request, "This check had already ended.")
    return redirect("submission", public_id)


@login_required
@require_GET
@never_cache
def document(request: LearnerRequest, public_id: str) -> HttpResponse:
    """The learner's own ``results.json``. That of a fault of ours speaks to the operator."""
    one = _own(request, public_id)
    if one.result is None or one.in_progress or one.outcome == Outcome.PLATFORM_ERROR:
        raise Http404
    name = f"results-{one.brief_id}-{one.number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return JsonResponse(one.result, headers=headers, json_dumps_params={"indent": 2})


@login_required
@require_GET
@never_cache
def stage_log(request: LearnerRequest, public_id: str, stage: str) -> HttpResponse:
    one = _own(request, public_id)
    run = queries.stage_with_log(one, stage=stage)
    if run is None:
        raise Http404
    context = {"submission": one, "title": STAGE_TITLES[Stage(stage)], "log": visible(run.log)}
    return render(request, "submissions/stage_log.html", context)


@login_required
@require_GET
@never_cache
def platform_status(request: LearnerRequest) -> HttpResponse:
    """For staff: what checks repositories, and whether its sandbox holds."""
    if not request.user.is_staff:
        raise Http404
    return render(request, "submissions/status.html", {"page": status_page()})


def _brief(slug: str) -> ProjectBrief:
    brief = get_object_or_404(ProjectBrief, slug=slug, published=True, checked=True)
    if slug not in PROJECTS:  # loaded by a newer version than this one
        raise Http404
    return brief


def _own(request: LearnerRequest, public_id: str) -> Submission:
    found = queries.submission_of(learner=request.user, public_id=public_id)
    if found is None:
        raise Http404
    return found


def _project_page(
    request: LearnerRequest, brief: ProjectBrief, form: HandInForm, *, status: int = 200
) -> HttpResponse:
    page = project_page(learner=request.user, brief=brief)
    context = {"brief": brief, "form": form, "page": page}
    return render(request, "submissions/project.html", context, status=status)


class SubmissionContext(TypedDict):
    submission: Submission
    live: LivePage | None  # one of the two is there
    result: ResultPage | None
    announce: bool  # tell the live region


def _submission_context(one: Submission) -> SubmissionContext:
    live = live_page(one) if one.in_progress else None
    result = None if live else result_page(one)
    return {"submission": one, "live": live, "result": result, "announce": False}
