from django.conf import settings

from apps.checks.check import CheckConfig
from apps.curriculum.content import read_content
from apps.curriculum.lesson_code import run_lessons
from apps.quizzes.content import read_quizzes
from roadmap_site.management.commands.curriculum_stats import stats

FIXTURES = settings.BASE_DIR / "fixtures"


def test_stats_count_what_is_there_and_what_ran(check_config: CheckConfig) -> None:
    runs = run_lessons(FIXTURES, config=check_config, cache=check_config.home / "lessons")
    counted = stats(read_content(FIXTURES), read_quizzes(FIXTURES), runs)
    by_kind = counted["questions_by_kind"]
    assert isinstance(by_kind, dict)
    assert sum(by_kind.values()) == counted["questions"] == 20
    assert counted["code_blocks"] == counted["code_blocks_run"] == 19
    assert counted["lessons"] == 3
    assert counted["parameterised_questions"] == 18
    assert stats(read_content(FIXTURES), [], runs[:1])["code_blocks_run"] == runs[0].blocks
