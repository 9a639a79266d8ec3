"""Every kind of question, by its name.

A new kind is a module here with a ``Kind``, one entry below, and one template.
"""

from collections.abc import Mapping

from apps.quizzes.kinds.choice import MULTIPLE, SINGLE
from apps.quizzes.kinds.code_output import CODE_OUTPUT
from apps.quizzes.kinds.confusion_matrix import CONFUSION_MATRIX
from apps.quizzes.kinds.kind import Kind
from apps.quizzes.kinds.matching import MATCHING
from apps.quizzes.kinds.matrix import MATRIX
from apps.quizzes.kinds.metric import METRIC
from apps.quizzes.kinds.numeric import NUMERIC
from apps.quizzes.kinds.ordering import ORDERING
from apps.quizzes.kinds.short_text import SHORT_TEXT
from apps.quizzes.kinds.threshold import THRESHOLD

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        SINGLE,
        MULTIPLE,
        METRIC,
        NUMERIC,
        MATRIX,
        CONFUSION_MATRIX,
        THRESHOLD,
        ORDERING,
        MATCHING,
        SHORT_TEXT,
        CODE_OUTPUT,
    )
}
