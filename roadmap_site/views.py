"""Pages that read from every app."""

import tempfile

from allauth.account.decorators import reauthentication_required
from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from apps.accounts.forms import DeletionForm
from apps.accounts.models import User
from apps.accounts.requests import LearnerRequest
from apps.accounts.services import Refused
from apps.curriculum import queries as curriculum
from apps.curriculum.search import search as find
from apps.progress import small_road
from apps.quizzes.trial import trial_question
from roadmap_site import learn
from roadmap_site.concept_map import concept_maps
from roadmap_site.concepts import all_concept_lines, concept_page, concepts_page
from roadmap_site.context import plan_of
from roadmap_site.habits import notices_of
from roadmap_site.home import home_of
from roadmap_site.landing import landing_of_today
from roadmap_site.own_data import delete_account, why_not_deleted, write_own_data
from roadmap_site.preview import draft_for


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The landing page for visitors, what to do now for members."""
    if not request.user.is_authenticated:
        return _landing(request)
    page = home_of(request.user)
    return render(request, "home.html", {"page": page, "small_road": page.road})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def trial(request: HttpRequest) -> HttpResponse:
    """A visitor answers the question of the landing page. Nothing is kept."""
    if request.method != "POST" or request.user.is_authenticated:
        return redirect("home")
    return _landing(request, data=request.POST)


def _landing(request: HttpRequest, *, data: QueryDict | None = None) -> HttpResponse:
    question = trial_question(day=timezone.localdate(), url=reverse("trial"), data=data)
    context = {"landing": landing_of_today(), "question": question}
    status = 422 if question and question.error else 200
    return render(request, "landing.html", context, status=status)


@login_required
@require_safe
@never_cache
def road(request: LearnerRequest) -> HttpResponse:
    """The twelve mileposts: what is done, due and slipping."""
    plan = plan_of(request.user)
    context = {
        "plan": plan,
        "status": plan.status,
        "notices": notices_of(request.user, plan),
        "small_road": small_road.cached(
            learner=request.user, today=timezone.localdate(), make_plan=lambda: plan
        ),
    }
    return render(request, "road.html", context)


@login_required
@require_safe
@never_cache
def steps(request: LearnerRequest) -> HttpResponse:
    return render(request, "learn/steps.html", {"steps": learn.step_lines(learner=request.user)})


@login_required
@require_safe
@never_cache
def step(request: LearnerRequest, slug: str) -> HttpResponse:
    line = learn.step_line(slug, learner=request.user)
    if line is None:
        raise Http404
    return render(request, "learn/step.html", {"line": line})


@require_safe
@never_cache
def lesson(request: HttpRequest, slug: str) -> HttpResponse:
    """An open lesson is for everyone; a visitor who asks for another one is asked to log in."""
    found = curriculum.get_lesson(slug)
    learner = request.user if isinstance(request.user, User) else None
    if learner is None and not (found and found.open):
        return redirect_to_login(request.get_full_path())
    if found is None:
        raise Http404
    if found.slug != slug:
        return redirect("lesson", found.slug, permanent=True)
    page = learn.lesson_page(found, learner=learner)
    return render(request, "learn/lesson.html", {"page": page, "lesson": found})


@login_required
@require_safe
@never_cache
def search(request: LearnerRequest) -> HttpResponse:
    """Lessons, concepts and projects that have the words asked."""
    findings = find(request.GET.get("q", ""))
    template = "learn/found.html" if request.htmx else "learn/search.html"
    response = render(request, template, {"findings": findings})
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_safe
@never_cache
def concepts(request: LearnerRequest) -> HttpResponse:
    page = concepts_page(learner=request.user)
    return render(request, "learn/concepts.html", {"page": page})


@login_required
@require_safe
@never_cache
def concept_map(request: LearnerRequest) -> HttpResponse:
    """What builds on what, and how well the learner has shown each."""
    maps = concept_maps(
        curriculum.published_steps(),
        all_concept_lines(learner=request.user),
        curriculum.requirements(),
    )
    return render(request, "learn/map.html", {"maps": maps})


@login_required
@require_safe
@never_cache
def concept(request: LearnerRequest, slug: str) -> HttpResponse:
    found = curriculum.get_concept(slug)
    if found is None:
        raise Http404
    page = concept_page(found, learner=request.user)
    return render(request, "learn/concept.html", {"page": page, "concept": found})


@login_required
@require_GET
@never_cache
def own_data(request: LearnerRequest) -> HttpResponseBase:
    """Complete or not at all: the file is written before its first byte is sent."""
    limited: HttpResponse | None = consume_or_429(request, action="own_data", limit_get=True)
    if limited:
        return limited
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    write_own_data(learner=request.user, file=file)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename="milepost.json", content_type="application/json"
    )


@login_required
@require_safe
@never_cache
def preview(request: LearnerRequest) -> HttpResponse:
    """For staff: what an author's folder would publish, and what is wrong with it."""
    draft = draft_for(request.user)
    if draft is None:
        raise Http404
    return render(request, "learn/preview.html", {"draft": draft})


@login_required
@require_safe
@never_cache
def preview_text(request: LearnerRequest, kind: str, slug: str) -> HttpResponse:
    draft = draft_for(request.user)
    text = draft.text(kind, slug) if draft else None
    if text is None:
        raise Http404
    return render(request, "learn/preview_text.html", {"text": text})


@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "POST"])
@never_cache
def deletion(request: LearnerRequest) -> HttpResponse:
    refusal = why_not_deleted(user=request.user)
    form = DeletionForm(request.POST or None, user=request.user)
    if request.method == "POST" and not refusal and form.is_valid():
        try:
            delete_account(user=request.user)
        except Refused as late:
            refusal = str(late)
        else:
            logout(request)
            messages.success(request, "Your account is deleted. A last e-mail confirms it.")
            return redirect("home")
    context = {"form": form, "refusal": refusal}
    return render(request, "deletion.html", context, status=200 if request.method == "GET" else 422)
