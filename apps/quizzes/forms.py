"""What a form of a question sends, read as it was given."""

from django.http import QueryDict

from apps.quizzes.kinds import KINDS
from apps.quizzes.kinds.kind import Response


def response_of(data: QueryDict, *, kind: str) -> Response:
    """The inputs of a kind, capped, without what PostgreSQL cannot hold."""
    one = KINDS[kind]
    return {
        name: [value.replace("\0", "")[: one.longest_value] for value in values[: one.most_values]]
        for name in one.inputs
        if (values := data.getlist(name))
    }
