from django.apps import AppConfig


class ExercisesConfig(AppConfig):
    name = "apps.exercises"
    label = "exercises"

    def ready(self) -> None:
        from apps.exercises import worker  # noqa: F401, PLC0415 - connects to Celery's signals
