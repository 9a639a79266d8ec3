"""Every kind of question, by its name.

A new kind is a module here with a ``Kind``, one entry below, and one template.
"""

from collections.abc import Mapping

from apps.quizzes.kinds.choice import MULTIPLE, SINGLE
from apps.quizzes.kinds.confusion_matrix import CONFUSION_MATRIX
from apps.quizzes.kinds.kind import Kind
from apps.quizzes.kinds.numeric import NUMERIC

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (SINGLE, MULTIPLE, NUMERIC, CONFUSION_MATRIX)
}
