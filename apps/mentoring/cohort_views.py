"""The pages of cohorts, of the people in them, and of invitations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.models import User
from apps.accounts.requests import LearnerRequest
from apps.checks.untrusted_text import visible
from apps.mentoring import cohorts as services
from apps.mentoring import queries
from apps.mentoring.cohort_page import cohort_page
from apps.mentoring.cohorts import Link, LinkUnusable
from apps.mentoring.forms import CohortForm, InviteForm
from apps.mentoring.models import Cohort, InviteLink
from apps.mentoring.person_page import person_page

# What a link that lets nobody in says, in one sentence.
UNUSABLE = {
    Link.UNKNOWN: "There is no such invitation: check the link, or ask your mentor for a new one.",
    Link.REVOKED: "This invitation was taken back: ask your mentor for a new one.",
    Link.EXPIRED: "This invitation has expired: ask your mentor for a new one.",
    Link.USED_UP: "This invitation has been used by everyone it was for: ask for a new one.",
}


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def cohorts(request: LearnerRequest) -> HttpResponse:
    """Those one is in and those one looks after; mentors make new ones."""
    is_mentor = queries.is_mentor(request.user)
    if request.method == "POST" and not is_mentor:
        raise Http404
    form = CohortForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.create_cohort(by=request.user, **form.cleaned_data)
        return redirect("cohort", made.pk)
    context = {
        "form": form,
        "is_mentor": is_mentor,
        "memberships": queries.memberships_of(learner=request.user),
        "cohorts": queries.cohort_lines(person=request.user),
    }
    status = 422 if form.is_bound else 200
    return render(request, "mentoring/cohorts.html", context, status=status)


@login_required
@require_GET
@never_cache
def cohort(request: LearnerRequest, pk: int) -> HttpResponse:
    return _cohort_page(request, _cohort(request, pk))


@login_required
@require_http_methods(["GET", "POST"])
def cohort_settings(request: LearnerRequest, pk: int) -> HttpResponse:
    one = _cohort(request, pk)
    form = CohortForm(request.POST or None)
    if request.method == "POST" and not form.is_valid():
        return _cohort_page(request, one, settings_form=form)
    if request.method == "POST":
        services.change_cohort(cohort=one, **form.cleaned_data)
    return redirect("cohort", pk)


@login_required
@require_http_methods(["GET", "POST"])
def invite_links(request: LearnerRequest, pk: int) -> HttpResponse:
    one = _cohort(request, pk)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and not form.is_valid():
        return _cohort_page(request, one, invite_form=form)
    if request.method == "POST":
        services.create_link(cohort=one, by=request.user, **form.cleaned_data)
    return redirect(f"{reverse('cohort', args=[pk])}#invite-links")


@login_required
@require_POST
def revocation(request: LearnerRequest, pk: int, link: int) -> HttpResponse:
    found = get_object_or_404(InviteLink, pk=link, cohort=_cohort(request, pk))
    services.revoke_link(found)
    messages.success(request, "The link is taken back. Nobody can join by it any more.")
    return redirect(f"{reverse('cohort', args=[pk])}#invite-links")


@login_required
@require_POST
def removal(request: LearnerRequest, pk: int, learner: int) -> HttpResponse:
    """A mentor takes a learner out."""
    one = _cohort(request, pk)
    person = get_object_or_404(User, pk=learner, memberships__in=queries.present_in(one))
    services.end_membership(cohort=one, learner=person)
    messages.success(request, f"{visible(str(person))} is no longer in this cohort.")
    return redirect("cohort", pk)


@login_required
@require_POST
def leaving(request: LearnerRequest, pk: int) -> HttpResponse:
    """A learner goes."""
    one = get_object_or_404(Cohort, pk=pk, memberships__learner=request.user)
    services.end_membership(cohort=one, learner=request.user)
    messages.success(request, "You have left the cohort. Its mentors no longer see your work.")
    return redirect("cohorts")


@require_http_methods(["GET", "POST"])
@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the link: signs up or logs in first, and comes back here by ``next``."""
    link = queries.link_by_token(token)
    state = services.state_of(link)
    person = request.user if isinstance(request.user, User) else None
    is_in = bool(person and link and services.is_member(cohort=link.cohort, learner=person))
    if link is None or (state is not Link.USABLE and not is_in):
        return _unusable(request, state)
    is_mentor = person is not None and queries.is_mentor(person)
    if request.method == "POST" and person and not is_mentor:
        try:
            services.join_cohort(learner=person, link=link)
        except LinkUnusable as late:
            return _unusable(request, late.state)
        messages.success(request, f"You are in the cohort {visible(link.cohort.name)}.")
        return redirect("home")
    context = {"link": link, "is_in": is_in, "is_mentor": is_mentor}
    return render(request, "mentoring/join.html", context)


@login_required
@require_GET
@never_cache
def person(request: LearnerRequest, pk: int) -> HttpResponse:
    found = queries.learner_of(mentor=request.user, pk=pk)
    if found is None:
        raise Http404
    page = person_page(found, mentor=request.user, now=timezone.now())
    return render(request, "mentoring/person.html", {"page": page})


def _cohort(request: LearnerRequest, pk: int) -> Cohort:
    return get_object_or_404(queries.cohorts_of(request.user), pk=pk)


def _cohort_page(request: LearnerRequest, one: Cohort, **forms: Form) -> HttpResponse:
    """``forms``: one that was sent and has to be mended; the page is then a 422."""
    initial = {"name": one.name, "automatic_review": one.automatic_review}
    context = {
        "page": cohort_page(one, mentor=request.user, now=timezone.now()),
        "cohort": one,
        "settings_form": CohortForm(initial=initial),
        "invite_form": InviteForm(),
        "opened": next(iter(forms), ""),
    }
    status = 422 if forms else 200
    return render(request, "mentoring/cohort.html", context | forms, status=status)


def _unusable(request: HttpRequest, state: Link) -> HttpResponse:
    status = 404 if state is Link.UNKNOWN else 410
    context = {"sentence": UNUSABLE[state]}
    return render(request, "mentoring/link_unusable.html", context, status=status)
