from pathlib import Path

from django.conf import settings

from apps.checks.check import CheckConfig
from apps.curriculum.content import read_content
from apps.curriculum.lesson_code import run_lessons
from roadmap_site.management.commands.curriculum_stats import stats
from tests.content import whole_bank, whole_set_of_exercises
from tests.curriculum.conftest import folder, write_lesson  # noqa: F401

FIXTURES = settings.BASE_DIR / "fixtures"
# The last one needs a library that no installation has.
BLOCKS = """```python
x = 1
```

```python
print(x)
```

```output
{}
```

```python {{needs="nosuchlibrary"}}
import nosuchlibrary
```
"""


def test_stats_count_what_is_there_and_what_ran(
    check_config: CheckConfig,
    folder: Path,  # noqa: F811
) -> None:
    write_lesson(folder, "a-line", position=1, body=BLOCKS.format(1))
    write_lesson(folder, "a-curve", position=2, body=BLOCKS.format(2))  # not what it prints
    runs = run_lessons(folder, config=check_config)
    counted = stats(read_content(folder), whole_bank(), whole_set_of_exercises(), runs)
    assert counted["lessons"] == 2
    assert counted["exercises"] == 29
    assert counted["code_blocks"] == 6
    assert counted["code_blocks_run"] == 2
    assert counted["code_blocks_waiting"] == 2
    by_kind = counted["questions_by_kind"]
    assert isinstance(by_kind, dict)
    assert sum(by_kind.values()) == counted["questions"]
    # What a bank has to have at least.
    assert counted["questions"] >= 400
    parameterised = counted["parameterised_questions"]
    assert isinstance(parameterised, int)
    assert parameterised >= 130
