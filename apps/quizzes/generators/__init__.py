"""Every generator of parameterised questions, by the name that a question's file gives."""

from collections.abc import Callable, Mapping

from apps.quizzes.draws import Draw

type Generator = Callable[[int], Draw]

GENERATORS: Mapping[str, Generator] = {}
