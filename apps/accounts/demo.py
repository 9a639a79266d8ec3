"""Demo people, so that every role can be tried a minute after the first start."""

from allauth.account.models import EmailAddress
from django.db import transaction

from apps.accounts.models import Role, User

PASSWORD = "walk-the-whole-road"  # noqa: S105  # known to everyone: development only
PEOPLE = (
    ("learner@example.org", "Lena Learner", Role.LEARNER),
    ("mentor@example.org", "Max Mentor", Role.MENTOR),
    ("staff@example.org", "Stella Staff", Role.STAFF),
)


@transaction.atomic
def create_demo_people() -> None:
    """Create whoever is missing, with a confirmed address. Leave everyone else as they are."""
    for email, name, role in PEOPLE:
        if User.objects.filter(email=email).exists():
            continue
        user = User.objects.create_user(
            email, PASSWORD, name=name, role=role, is_superuser=role is Role.STAFF
        )
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
