"""What pages read of a person."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KT

from apps.accounts.models import Notification, User

SESSIONS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInWays:
    """By what a person proves who they are."""

    addresses: int
    has_app: bool
    passkeys: int


def log_in_ways(*, user: User) -> LogInWays:
    kinds = dict(
        Authenticator.objects.filter(user_id=user.pk)
        .values_list("type")
        .annotate(Count("pk"))
        .order_by()
    )
    return LogInWays(
        addresses=EmailAddress.objects.filter(user_id=user.pk).count(),
        has_app=Authenticator.Type.TOTP in kinds,
        passkeys=kinds.get(Authenticator.Type.WEBAUTHN, 0),
    )


def own_data(*, learner: User) -> dict[str, Iterable[Mapping[str, object]]]:
    """Sections of the download; see ``roadmap_site/own_data.py``. No password, secret or code."""
    account = User.objects.filter(pk=learner.pk).values(
        "email", "name", "time_zone", "role", "repository_token", "date_joined", "last_login",
        "wants_mail", "extra_time",
    )  # fmt: skip
    addresses = EmailAddress.objects.filter(user_id=learner.pk).order_by("pk")
    factors = Authenticator.objects.filter(user_id=learner.pk).order_by("pk")
    return {
        "account": account,
        "email_addresses": addresses.values("email", "verified", "primary"),
        "second_factors": factors.annotate(name=KT("data__name")).values(
            "type", "name", "created_at", "last_used_at"
        ),
        "notifications": Notification.objects.filter(person=learner).values(
            "kind", "title", "url", "created", "read", "mailed"
        ),
        "changes_by_staff": staff_log_of(user=learner).values("action_time", "change_message"),
    }


def staff_log_of(*, user: User) -> QuerySet[LogEntry]:
    """What the admin wrote down about a person: it names them."""
    types = ContentType.objects.get_for_models(User, EmailAddress)
    addresses = EmailAddress.objects.filter(user_id=user.pk).values_list("pk", flat=True)
    return LogEntry.objects.filter(
        Q(content_type=types[User], object_id=str(user.pk))
        | Q(content_type=types[EmailAddress], object_id__in=[str(pk) for pk in addresses])
    ).order_by("pk")


def sessions_of(*, user: User) -> list[str]:
    """Keys of the sessions that name a person: log-ins, finished or not, also expired ones.

    A session's content is opaque to the database, so all are read. Nobody asks for this often.
    """
    emails = EmailAddress.objects.filter(user_id=user.pk).values_list("email", flat=True)
    tokens = {json.dumps(email) for email in (user.email, *emails)}
    found = []
    for session in Session.objects.iterator(chunk_size=SESSIONS_AT_ONCE):
        content = session.get_decoded()
        text = json.dumps(content)
        if content.get(SESSION_KEY) == str(user.pk) or any(token in text for token in tokens):
            found.append(session.session_key)
    return found


def is_last_of_staff(*, user: User) -> bool:
    """Whether nobody would be left who can do what this person can: make mentors, or staff."""
    others = User.objects.filter(role=user.role, is_active=True).exclude(pk=user.pk)
    if user.is_superuser:
        others = others.filter(is_superuser=True)
    return user.is_staff and not others.exists()
