"""Pages that read from every app."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.accounts.requests import LearnerRequest
from apps.curriculum import queries as curriculum
from roadmap_site import learn
from roadmap_site.context import plan_of
from roadmap_site.home import home_of
from roadmap_site.landing import landing_of_today


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """The landing page for visitors, what to do now for members."""
    if not request.user.is_authenticated:
        return render(request, "landing.html", {"landing": landing_of_today()})
    page = home_of(request.user)
    return render(request, "home.html", {"page": page, "small_road": page.road})


@login_required
@require_safe
@never_cache
def road(request: LearnerRequest) -> HttpResponse:
    """The twelve mileposts: what is done, due and slipping."""
    plan = plan_of(request.user)
    return render(request, "road.html", {"plan": plan, "status": plan.status})


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
def concepts(request: LearnerRequest) -> HttpResponse:
    lines = learn.concept_lines(learner=request.user)
    return render(request, "learn/concepts.html", {"concepts": lines})


@login_required
@require_safe
@never_cache
def concept(request: LearnerRequest, slug: str) -> HttpResponse:
    found = curriculum.get_concept(slug)
    if found is None:
        raise Http404
    page = learn.concept_page(found, learner=request.user)
    return render(request, "learn/concept.html", {"page": page, "concept": found})
