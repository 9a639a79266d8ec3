"""What is weak comes from the ground up; what is next rests on what was shown."""

from apps.progress.advice import Advice, advise
from apps.progress.mastery import Level, Mastery

# A chain, something beside it, and something that nothing builds on.
ORDER = ["vectors", "matrices", "gradients", "backpropagation", "sql", "joins"]
REQUIRES = {
    "matrices": ["vectors"],
    "gradients": ["matrices"],
    "backpropagation": ["gradients"],
    "joins": ["sql"],
}


def known(**levels: Level) -> dict[str, Mastery]:
    return {
        slug: Mastery(level=level, estimate=0.5, count=1, average=0.6)
        for slug, level in levels.items()
    }


def test_a_beginner_learns_what_builds_on_nothing() -> None:
    assert advise(ORDER, REQUIRES, {}) == Advice(strengthen=(), learn=("vectors", "sql"))


def test_weak_ground_comes_before_what_stands_on_it() -> None:
    seen = known(matrices=Level.SHAKY, vectors=Level.GROWING)
    advice = advise(ORDER, REQUIRES, seen)
    assert advice.strengthen == ("vectors", "matrices")
    # Matrices are shaky, so gradients wait; nothing hinders a learner from opening them.
    assert advice.learn == ("sql",)


def test_of_two_weak_ones_that_first_on_which_more_is_built() -> None:
    seen = known(sql=Level.SHAKY, vectors=Level.SHAKY)
    assert advise(ORDER, REQUIRES, seen).strengthen == ("vectors", "sql")
    seen = known(sql=Level.SHAKY, vectors=Level.GROWING)
    assert advise(ORDER, REQUIRES, seen).strengthen == ("sql", "vectors")


def test_what_is_solid_is_left_alone_and_opens_the_next() -> None:
    seen = known(vectors=Level.SOLID, matrices=Level.SOLID, sql=Level.SOLID)
    assert advise(ORDER, REQUIRES, seen) == Advice(strengthen=(), learn=("gradients", "joins"))


def test_no_more_than_three_of_each() -> None:
    slugs = [f"c-{number}" for number in range(9)]
    advice = advise(slugs, {}, known(**dict.fromkeys(slugs[:5], Level.SHAKY)))
    assert advice == Advice(strengthen=tuple(slugs[:3]), learn=tuple(slugs[5:8]))


def test_requirement_that_nobody_can_show_does_not_hold_up() -> None:
    assert advise(["matrices"], REQUIRES, {}).learn == ("matrices",)
