from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "apps.submissions"
    label = "submissions"

    def ready(self) -> None:
        from apps.submissions import worker  # noqa: F401, PLC0415 - connects to Celery's signals
