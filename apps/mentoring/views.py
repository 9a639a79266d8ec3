"""The pages of reviews. What is not of a mentor's own cohorts is not there: 404."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.requests import LearnerRequest
from apps.mentoring import queries, services
from apps.mentoring.code_view import CodeFile, part_of, quote
from apps.mentoring.forms import DecisionForm, NoteForm
from apps.mentoring.models import Comment, Decision, Review
from apps.mentoring.review_page import DECISIONS, Where, own_code, submission_page
from apps.mentoring.services import Refused
from apps.submissions.models import Submission
from apps.submissions.queries import submission_of
from apps.submissions.snapshots import files_of

QUEUE_A_PAGE = 50
DECIDED_SHOWN = 10


@login_required
@require_GET
@never_cache
def mentoring(request: LearnerRequest) -> HttpResponse:
    """The queue, what is claimed, what was decided lately."""
    if not queries.is_mentor(request.user):
        raise Http404
    queue = Paginator(queries.queue_of(mentor=request.user), QUEUE_A_PAGE)
    decided = queries.decided_by(mentor=request.user)[:DECIDED_SHOWN]
    context = {
        "page": queue.get_page(request.GET.get("page")),
        "waiting_reviews": queue.count,
        "claims": queries.claims_of(mentor=request.user),
        "decided": [(one, *DECISIONS[Decision(one.decision)]) for one in decided],
        "cohorts": queries.cohort_lines(person=request.user),
    }
    return render(request, "mentoring/mentoring.html", context)


@login_required
@require_GET
@never_cache
def read(request: LearnerRequest, public_id: str) -> HttpResponse:
    """A learner's try, for mentors: before a review, or without one."""
    return _submission_page(request, _submission(request, public_id), None)


@login_required
@require_http_methods(["GET", "POST"])
def claim(request: LearnerRequest, public_id: str) -> HttpResponse:
    submission = _submission(request, public_id)
    if request.method == "POST":
        waits = queries.queue_of(mentor=request.user).filter(pk=submission.pk).exists()
        try:
            if waits:
                services.claim_review(submission=submission, mentor=request.user)
            else:
                messages.info(request, "This try does not wait for a review, or is being read.")
        except Refused as refusal:
            messages.info(request, str(refusal))
    own = queries.own_review(submission, mentor=request.user)
    return redirect("review", own.pk) if own else redirect("read", public_id)


@login_required
@require_GET
@never_cache
def review(request: LearnerRequest, pk: int) -> HttpResponse:
    one = _review(request, pk)
    return _submission_page(request, one.submission, one)


@login_required
@require_http_methods(["GET", "POST"])
def release(request: LearnerRequest, pk: int) -> HttpResponse:
    one = _own_review(request, pk)
    if request.method == "GET":
        return redirect("review", pk)
    if services.release_review(one):
        messages.success(request, "The review is back in the queue. Your drafts are kept.")
    return redirect("mentoring")


@login_required
@require_http_methods(["GET", "POST"])
def comments(request: LearnerRequest, pk: int) -> HttpResponse:
    """Writes a draft on a line."""
    one = _own_review(request, pk)
    if request.method == "GET":
        return redirect("review", pk)
    where = _where(request.POST)
    quoted = quote(files_of(one.submission) or (), where.path, where.line)
    if quoted is None:
        raise Http404
    form = NoteForm(request.POST, auto_id="new_%s")
    if form.is_valid() and _done(
        form,
        lambda: services.add_comment(
            review=one,
            path=where.path,
            line=where.line,
            quoted=quoted,
            text=form.cleaned_data["text"],
        ),
    ):
        return redirect(_place(one, where.path, where.line))
    return _submission_page(request, one.submission, one, where=where, comment_form=form)


@login_required
@require_http_methods(["GET", "POST"])
def comment(request: LearnerRequest, pk: int) -> HttpResponse:
    """Changes a draft."""
    one = _comment(request, pk)
    place = _place(one.review, one.path, one.line)
    if request.method == "GET":
        return redirect(place)
    form = NoteForm(request.POST)
    if form.is_valid() and _done(
        form, lambda: services.change_comment(comment=one, text=form.cleaned_data["text"])
    ):
        return redirect(place)
    where = Where(path=one.path, part=part_of(one.line))
    return _submission_page(
        request, one.review.submission, one.review, where=where, edit_form=form, edited=pk
    )


@login_required
@require_POST
def comment_removal(request: LearnerRequest, pk: int) -> HttpResponse:
    one = _comment(request, pk)
    try:
        services.remove_comment(comment=one)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(_place(one.review, one.path, one.line))


@login_required
@require_http_methods(["GET", "POST"])
def decision(request: LearnerRequest, pk: int) -> HttpResponse:
    """Decides; without a decision the summary is kept as a draft."""
    one = _own_review(request, pk)
    if request.method == "GET":
        return redirect("review", pk)
    form = DecisionForm(request.POST)
    if form.is_valid() and _done(form, lambda: _decide(one, **form.cleaned_data)):
        if not form.cleaned_data["decision"]:
            messages.success(request, "The summary is kept. Only you see it so far.")
            return redirect(f"{reverse('review', args=[pk])}#decision")
        messages.success(request, "Decided. The learner reads it now.")
        return redirect("mentoring")
    where = _where(request.POST)
    return _submission_page(request, one.submission, one, where=where, decision_form=form)


@login_required
@require_http_methods(["GET", "POST"])
def thread(request: LearnerRequest, pk: int) -> HttpResponse:
    """Learner and mentor of a decided review write to each other."""
    one = queries.thread_for(person=request.user, pk=pk)
    if one is None:
        raise Http404
    is_learner = one.learner_id == request.user.pk
    page = services.learner_page(one) if is_learner else f"{reverse('review', args=[pk])}#thread"
    form = NoteForm(request.POST or None)
    if request.method == "GET":
        return redirect(page)
    if form.is_valid() and _done(
        form,
        lambda: services.write_message(
            review=one, author=request.user, text=form.cleaned_data["text"]
        ),
    ):
        return redirect(page)
    context = {"review": one, "form": form, "page": page}
    return render(request, "mentoring/message.html", context, status=422)


# Learners ----------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def review_request(request: LearnerRequest, public_id: str) -> HttpResponse:
    submission = submission_of(learner=request.user, public_id=public_id)
    if submission is None:
        raise Http404
    if request.method == "POST":
        try:
            services.ask_for_review(submission=submission)
        except Refused as refusal:
            messages.info(request, str(refusal))
    return redirect(f"{reverse('submission', args=[public_id])}#reviews")


@login_required
@require_GET
@never_cache
def code(request: LearnerRequest, public_id: str) -> HttpResponse:
    """The learner's own files as they were checked, with what mentors said of them."""
    submission = submission_of(learner=request.user, public_id=public_id)
    if submission is None:
        raise Http404
    code = own_code(submission, where=_where(request.GET), now=timezone.now())
    context = {"submission": submission, "code": code}
    return render(request, "mentoring/own_code.html", context, status=_code_status(code.file))


# Within ------------------------------------------------------------------------------------------


def _submission(request: LearnerRequest, public_id: str) -> Submission:
    found = queries.submission_for(mentor=request.user, public_id=public_id)
    if found is None:
        raise Http404
    return found


def _review(request: LearnerRequest, pk: int) -> Review:
    found = queries.review_for(mentor=request.user, pk=pk)
    if found is None:
        raise Http404
    return found


def _own_review(request: LearnerRequest, pk: int) -> Review:
    found = _review(request, pk)
    if found.mentor_id != request.user.pk:
        raise Http404
    return found


def _comment(request: LearnerRequest, pk: int) -> Comment:
    found = queries.own_comment(mentor=request.user, pk=pk)
    if found is None:
        raise Http404
    return found


def _done(form: Form, action: Callable[[], object]) -> bool:
    """Whether ``action`` was allowed; else the form says why not."""
    try:
        action()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _decide(one: Review, *, decision: str, summary: str) -> None:
    if decision:
        services.decide_review(review=one, decision=Decision(decision), summary=summary)
    else:
        services.keep_summary(review=one, summary=summary)


def _submission_page(
    request: LearnerRequest,
    submission: Submission,
    one: Review | None,
    *,
    where: Where | None = None,
    **forms: Any,
) -> HttpResponse:
    """``forms``: those that were sent and have to be mended; the page is then a 422."""
    where = where or _where(request.GET)
    now = timezone.now()
    page = submission_page(submission, mentor=request.user, review=one, where=where, now=now)
    summary = page.review.summary if page.review else ""
    context = {
        "page": page,
        "submission": submission,
        "review": page.review,
        "code": page.code,
        "result": page.result,
        "comment_form": NoteForm(auto_id="new_%s"),
        "decision_form": DecisionForm(initial={"summary": summary}),
        "message_form": NoteForm(auto_id="message_%s"),
        **_unsent(forms.values()),
    }
    status = 422 if forms else _code_status(page.code.file)
    return render(request, "mentoring/submission.html", context | forms, status=status)


def _unsent(forms: Iterable[object]) -> dict[str, object]:
    """What was sent too late is shown, so that it can be kept."""
    form = next((one for one in forms if isinstance(one, Form)), None)
    if form is None:
        return {}
    text = form.data.get("text") or form.data.get("summary", "")
    return {"unsent": form, "unsent_text": text}


def _code_status(file: CodeFile | None) -> int:
    return 404 if file and not file.is_known else 200


def _where(asked: QueryDict) -> Where:
    return Where(
        path=asked.get("file", ""),
        part=_number(asked.get("part", "")) or 1,
        line=_number(asked.get("line", "")),
        similar=asked.get("similar", ""),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _place(one: Review, path: str, line: int) -> str:
    query = urlencode({"file": path, "part": str(part_of(line))})
    return f"{reverse('review', args=[one.pk])}?{query}#line-{line}"
