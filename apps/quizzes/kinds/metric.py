"""Which metric a business case needs: one choice, and what follows from each.

As a single choice; but each option also says what happens to the business when one trusts that
metric, worked out with the numbers of the draw, and shown once it is marked.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from apps.curriculum.front_matter import one_line
from apps.quizzes.kinds import choice
from apps.quizzes.kinds.kind import Facts

LONGEST = 500


def options_check(value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(option, dict) for option in value):
        return choice.options_check(value)
    plain = [{k: v for k, v in option.items() if k != "consequence"} for option in value]
    if wrong := choice.options_check(plain):
        return wrong
    for number, option in enumerate(value, start=1):
        if wrong := one_line(LONGEST)(option.get("consequence")):
            return f"number {number} has a consequence that {wrong}"
    return ""


def render(facts: Facts, render_line: Callable[[str, str], str]) -> Facts:
    rendered = choice.render(facts, render_line)
    options = [
        option | {"consequence": render_line("consequence", written["consequence"])}
        for option, written in zip(rendered["options"], facts["options"], strict=True)
    ]
    return {**rendered, "options": options}


METRIC = replace(choice.SINGLE, name="metric", facts={"options": options_check}, render=render)
