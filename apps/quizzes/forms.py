"""What a form of a question sends, read as it was given."""

from django.http import QueryDict

from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Response

# Longer than anything that can be marked: a draft shows what was pasted by mistake.
LONGEST_VALUE = 200


def response_of(data: QueryDict, *, kind: str) -> Response:
    """The inputs of a kind, capped, without what PostgreSQL cannot hold."""
    one = KINDS[kind]
    return {
        name: [value.replace("\0", "")[:LONGEST_VALUE] for value in values[: one.most_values]]
        for name in one.inputs
        if (values := data.getlist(name))
    }
