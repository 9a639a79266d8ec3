"""``manage.py submission_seed ID``: the seeds that make a page's verdict again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.submissions.models import Submission
from apps.submissions.seeds import exported_seeds


class Command(BaseCommand):
    help = "Print the seeds of a submission, for check_repo --seed. Never show it to learners."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("submission", metavar="ID", help="as in the address of its page")

    def handle(self, *, submission: str, **options: Any) -> None:
        found = (
            Submission.objects.filter(public_id=submission)
            .only("public_id", "brief", "learner")
            .first()
        )
        if found is None:
            raise CommandError(f"There is no submission {submission!r}.")
        self.stdout.write(exported_seeds(found))
