from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.demo import PASSWORD, create_demo_people
from roadmap_site.demo_cohort import create_cohort


class Command(BaseCommand):
    help = "Create a cohort of thirty along the road, so that every page has something to show."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL_DEVELOPMENT:
            raise CommandError(
                "The cohort has a password that everyone knows, so it is made only in development, "
                "on a site that is reached by localhost alone."
            )
        create_demo_people()
        people = create_cohort()
        first, last = people[0].email, people[-1].email
        self.stdout.write(f"{len(people)} learners, {first} to {last}; password {PASSWORD}")
