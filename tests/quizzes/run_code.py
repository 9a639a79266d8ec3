"""The code of a question with the numbers of a draw, run as it stands or misread."""

import io
from contextlib import redirect_stdout

from django.conf import settings

from apps.curriculum.front_matter import read_source
from apps.quizzes.draws import Draw
from apps.quizzes.question_file import ALL_FACTS, MAY_LACK


def code_of(question: str) -> str:
    """The code of a question, with its placeholders."""
    root = settings.BASE_DIR / "fixtures"
    path = root / "quizzes" / f"{question}.md"
    source = read_source(path, root=root, facts=ALL_FACTS, optional=MAY_LACK, slug=path.stem)
    return str(source.facts["code"])


def printed(code: str, draw: Draw) -> str:
    for name, value in draw.parameters.items():
        code = code.replace(f"{{{{ {name} }}}}", str(value))
    with redirect_stdout(io.StringIO()) as output:
        exec(code, {})  # noqa: S102 - a question of ours
    return output.getvalue().rstrip()
