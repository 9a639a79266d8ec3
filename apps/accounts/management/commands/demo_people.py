from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts import demo


class Command(BaseCommand):
    help = "Create one learner, one mentor and one member of staff to try the site with."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "Demo people have a password that everyone knows, so production gets none. "
                "Sign up on the site, or run createsuperuser."
            )
        if not settings.LOCAL_DEVELOPMENT:
            self.stdout.write(
                "No demo people here: everyone knows their password, and MILEPOST_HOSTS has more "
                "names than localhost."
            )
            return
        demo.create_demo_people()
        width = max(len(email) for email, _, _ in demo.PEOPLE)
        for email, _, role in demo.PEOPLE:
            self.stdout.write(f"{email:<{width}}  {demo.PASSWORD}  ({role.label.lower()})")
