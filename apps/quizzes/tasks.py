"""Celery tasks: one call each."""

from celery import shared_task
from django.utils import timezone

from apps.quizzes import exams, statistics


@shared_task
def finish_exams() -> None:
    """Beat sends it every minute."""
    exams.finish_exams(now=timezone.now())


@shared_task
def count_answers() -> None:
    """Beat sends it every hour."""
    statistics.count_answers()
