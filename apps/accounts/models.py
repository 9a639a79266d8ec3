"""Who: the people of an installation."""

import secrets
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone

# No look-alike letters: people copy the token by hand more often than one thinks.
TOKEN_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105


def new_repository_token() -> str:
    """``mp_`` and 32 random characters (158 bits)."""
    return "mp_" + "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(32))


PUBLIC_ID_LENGTH = 12  # 59 bits; a page is scoped to its learner, so this need not be a secret


def new_public_id() -> str:
    """What stands in the address of something that belongs to a person."""
    return "".join(secrets.choice(TOKEN_ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


class Role(models.TextChoices):
    LEARNER = "learner", "Learner"
    MENTOR = "mentor", "Mentor"
    STAFF = "staff", "Staff"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(
            email, password, **{"role": Role.STAFF, "is_superuser": True, **fields}
        )


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=80, blank=True)
    # An IANA name. Names are retired now and then, so it is read through ``time_zones.zone_of``.
    time_zone = models.CharField(max_length=64, default="UTC")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.LEARNER)
    # Stands in the learner's milepost.toml and ties a repository to the person.
    repository_token = models.CharField(max_length=40, unique=True, default=new_repository_token)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    # Notifications not read yet; kept here since every page shows it.
    unread = models.PositiveIntegerField(default=0, editable=False)
    wants_mail = models.BooleanField(default=True)  # of notifications
    # Percent more time in exams, for those whom staff grant it.
    extra_time = models.PositiveSmallIntegerField(
        default=0, choices=[(0, "none"), (25, "25 %"), (50, "50 %"), (100, "100 %")]
    )

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_is_known"
            ),
            models.UniqueConstraint(Lower("email"), name="user_email_is_unique_in_any_case"),
        )

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        return self.role == Role.STAFF

    @property
    def is_mentor(self) -> bool:
        return self.role == Role.MENTOR


class NotificationKind(models.TextChoices):
    CHECK_FINISHED = "check_finished", "Check finished"
    REVIEW_RECEIVED = "review_received", "Review received"
    REVIEW_WAITING = "review_waiting", "Review waiting"


class Notification(models.Model):
    """Something that a person waits for has happened. Shown in the page, and sent by mail."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=20, choices=NotificationKind.choices)
    title = models.CharField(max_length=200)  # one sentence
    url = models.CharField(max_length=200)  # the page to look at
    created = models.DateTimeField(db_default=Now(), editable=False)
    read = models.DateTimeField(null=True, blank=True)
    mailed = models.DateTimeField(null=True, blank=True)  # or decided not to be
    # Someone has it in hand until then, or it waits for the mail server to come back.
    mail_after = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=NotificationKind.values),
                name="notification_kind_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(url__startswith="/") & ~models.Q(url__startswith="//"),
                name="notification_leads_to_a_page_of_this_site",
            ),
        )
        indexes = (
            models.Index(fields=("person", "-created"), name="notifications_of_person"),
            models.Index(
                fields=("created",),
                condition=models.Q(mailed__isnull=True),
                name="notifications_to_mail",
            ),
        )

    def __str__(self) -> str:
        return self.title
