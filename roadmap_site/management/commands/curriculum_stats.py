import json
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.checks.errors import CheckError
from apps.checks.leave_root import leave_root
from apps.curriculum.check_config import check_config
from apps.curriculum.content import Content, read_content
from apps.curriculum.lesson_code import LessonRun, run_lessons
from apps.curriculum.problems import ContentError
from apps.exercises.content import Exercise, read_exercises
from apps.quizzes.content import Quiz, read_quizzes
from apps.sandbox import SandboxUnavailable


class Command(BaseCommand):
    help = "Count the authored text, and run the code of its lessons in the sandbox."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument("--folder", type=Path, default=settings.CONTENT_FOLDER)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        cache = settings.RENDER_CACHE
        try:
            content = read_content(folder, cache=cache)
            quizzes = read_quizzes(folder, cache=cache)
            exercises = read_exercises(folder, cache=cache)
            config = check_config()
            leave_root(config.home)
            runs = run_lessons(folder, config=config, cache=config.home / "lesson-code")
        except (ContentError, CheckError, SandboxUnavailable) as error:
            raise CommandError(str(error)) from error
        counted = stats(content, quizzes, exercises, runs)
        if options["json"]:
            self.stdout.write(json.dumps(counted, indent=2))
            return
        for name, value in counted.items():
            self.stdout.write(f"{name.replace('_', ' '):<26} {value}")


def stats(
    content: Content, quizzes: list[Quiz], exercises: list[Exercise], runs: list[LessonRun]
) -> dict[str, int | dict[str, int]]:
    questions = [question for quiz in quizzes for question in quiz.questions]
    return {
        "steps": len(content.steps),
        "lessons": len(content.lessons),
        "words": sum(lesson.words for lesson in content.lessons),
        "concepts": len(content.concepts),
        "concepts_taught": len({slug for one in content.lessons for slug in one.concepts}),
        "project_briefs": len(content.briefs),
        "quizzes": len(quizzes),
        "questions": len(questions),
        "questions_by_kind": dict(Counter(question.kind for question in questions)),
        "parameterised_questions": sum(bool(question.generator) for question in questions),
        "exercises": len(exercises),
        "exercise_mistakes": sum(len(exercise.mistakes) for exercise in exercises),
        "code_blocks": sum(len(lesson.code_blocks) for lesson in content.lessons),
        # Those whose lesson ran to its end and printed what it shows.
        "code_blocks_run": sum(run.blocks for run in runs if not run.problems),
        "code_blocks_waiting": sum(run.waiting for run in runs),
    }
