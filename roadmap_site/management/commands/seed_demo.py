from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.demo import PASSWORD, PEOPLE, create_demo_people
from apps.accounts.models import Role, User
from apps.quizzes.statistics import count_answers
from roadmap_site.demo_cohort import create_cohort

MENTOR = next(email for email, _, role in PEOPLE if role is Role.MENTOR)


class Command(BaseCommand):
    help = "Create a cohort of thirty along the road, so that every page has something to show."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL_DEVELOPMENT:
            raise CommandError(
                "The cohort has a password that everyone knows, so it is made only in development, "
                "on a site that is reached by localhost alone."
            )
        create_demo_people()
        mentor = User.objects.get(email=MENTOR)
        people = create_cohort(mentor=mentor)
        count_answers()
        first, last = people[0].email, people[-1].email
        self.stdout.write(
            f"{len(people)} learners, {first} to {last}, with {MENTOR} as their mentor; "
            f"password {PASSWORD}"
        )
