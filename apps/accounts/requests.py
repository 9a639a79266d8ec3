"""Requests of people who are logged in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User


class LearnerRequest(HttpRequest):
    """After ``login_required``."""

    user: User
    htmx: HtmxDetails
