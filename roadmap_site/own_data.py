"""What is kept about a person, in every app: all of it to take away, and none of it left behind.

Each app that keeps something says what, in its ``queries.own_data``. A row that hangs on the person
by a cascading key goes with them; what needs more than that has a line in ``delete_account``.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from typing import IO

from allauth.account.adapter import get_adapter
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from apps.accounts import queries as accounts
from apps.accounts import services as account_services
from apps.accounts.models import User
from apps.accounts.services import Refused
from apps.exercises import queries as exercises
from apps.mentoring import queries as mentoring
from apps.mentoring.services import delete_reviews
from apps.progress import queries as progress
from apps.quizzes import queries as quizzes
from apps.submissions import queries as submissions
from apps.submissions import services as submission_services

VERSION = 1  # of the file's shape; a new section leaves it as it is
CHECK_RUNNING = (
    "One of your repositories is being checked, so your account stays for now. Wait for the "
    "verdict, or cancel the check; then delete your account."
)

logger = logging.getLogger(__name__)

type Sections = dict[str, Iterable[Mapping[str, object]]]


def own_data(*, learner: User) -> Sections:
    """Section by section; rows are read from the database as they are asked for."""
    return {
        **accounts.own_data(learner=learner),
        **progress.own_data(learner=learner),
        **exercises.own_data(learner=learner),
        **quizzes.own_data(learner=learner),
        **submissions.own_data(learner=learner),
        **mentoring.own_data(learner=learner),
    }


def write_own_data(*, learner: User, file: IO[bytes]) -> None:
    """One JSON document, a row at a time: 300 results together may be large."""
    head = {"format": "milepost-own-data", "version": VERSION, "made": timezone.now()}
    file.write(_json(head).removesuffix(b"}"))
    for name, rows in own_data(learner=learner).items():
        file.write(b",\n" + _json(name) + b": [")
        for number, row in enumerate(rows):
            file.write((b",\n" if number else b"\n") + _json(row))
        file.write(b"]")
    file.write(b"}\n")


def why_not_deleted(*, user: User) -> str:
    """The sentence with which ``delete_account`` would refuse; empty if it would not."""
    if accounts.is_last_of_staff(user=user):
        return account_services.LAST_OF_STAFF
    return CHECK_RUNNING if submissions.in_progress_of(learner=user) else ""


def delete_account(*, user: User) -> None:
    """Remove a person with all that is kept about them. Raises Refused, and then changes nothing.

    The uploaded files and the last mail go once the rows are gone for certain; a mail server that
    is down brings nothing back.
    """
    email = user.email
    with transaction.atomic():
        account_services.lock_for_deletion(user=user)
        if submissions.in_progress_of(learner=user):
            raise Refused(CHECK_RUNNING)
        delete_reviews(learner=user)
        submission_services.delete_submissions(learner=user)
        account_services.delete_person(user=user)
        transaction.on_commit(lambda: _say_goodbye(email), robust=True)
    logger.info("an account was deleted")


def _say_goodbye(email: str) -> None:
    get_adapter().send_mail("account/email/account_deleted", email, {"email": email})


def _json(value: object) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
