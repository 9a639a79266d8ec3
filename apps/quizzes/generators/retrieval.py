"""Questions about embeddings, search and what is retrieved for an answer."""

from random import Random

from apps.quizzes.draws import Draw
from apps.quizzes.generators.soundness import are_apart, until_sound

# More than twice the tolerance of a question in whole per cent (0.6).
PERCENT_GAP = 1.3


@until_sound
def highest_cosine(random: Random) -> Draw | None:
    """Three articles: the longest vector wins by dot product, another one by cosine."""

    def vector(kinds: tuple[tuple[int, ...], ...]) -> list[int]:
        numbers = random.sample(random.choice(kinds), 3)
        return [number * random.choice((1, 1, 1, -1)) for number in numbers]

    query = random.sample(WHOLE_LENGTHS[0], 3)
    articles = {
        "near": vector(WHOLE_LENGTHS[:2]),
        "long": vector(WHOLE_LENGTHS[2:]),
        "other": vector(WHOLE_LENGTHS),
    }
    dots = {role: sum(map(int.__mul__, query, one)) for role, one in articles.items()}
    lengths = {
        role: round(sum(number**2 for number in one) ** 0.5) for role, one in articles.items()
    }
    cosines = {role: dots[role] / (3 * lengths[role]) for role in articles}
    answer = cosines["near"]
    distractors = {
        "longest-wins": cosines["long"],
        "query-not-divided": dots["near"] / lengths["near"],
        "article-not-divided": dots["near"] / 3,
    }
    sound = (
        dots["near"] < dots["long"]
        and 0 < dots["other"] < dots["near"]
        and cosines["other"] < cosines["long"] < answer < 0.99
    )
    if not sound or not are_apart((answer, *distractors.values()), gap=0.013):
        return None
    letters = dict(zip(random.sample(tuple(articles), 3), "ABC", strict=True))
    rows = {letter.lower(): role for role, letter in letters.items()}

    def written(one: list[int]) -> str:
        return "(" + ", ".join(str(number).replace("-", "\u2212") for number in one) + ")"

    return Draw(
        parameters={
            "query": written(query),
            **{row: written(articles[role]) for row, role in rows.items()},
        },
        worked={
            **{f"{row}_dot": dots[role] for row, role in rows.items()},
            **{f"{row}_length": lengths[role] for row, role in rows.items()},
            **{f"{row}_cosine": cosines[role] for row, role in rows.items()},
            "near": letters["near"],
            "long": letters["long"],
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def recall_of_index(random: Random) -> Draw | None:
    """The recall of an index from the two lists of one query."""
    count = 8
    numbers = random.sample(range(11, 100), 2 * count)
    exact = numbers[:count]
    hits = random.randint(3, 6)
    found = random.sample(exact, hits) + numbers[count : count + count - hits]
    random.shuffle(found)
    same_place = sum(one == other for one, other in zip(exact, found, strict=True))
    if len(set(found)) < count or same_place in (0, hits):
        return None
    answer = 100 * hits / count
    distractors = {
        "compared-by-place": 100 * same_place / count,
        "divided-by-all-seen": 100 * hits / (2 * count - hits),
        "missed-share": 100 * (count - hits) / count,
        "share-instead-of-percent": hits / count,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={
            "exact": ", ".join(map(str, exact)),
            "found": ", ".join(map(str, found)),
        },
        worked={
            "hits": hits,
            "common": ", ".join(str(one) for one in exact if one in found),
            "missed": count - hits,
            "all_seen": 2 * count - hits,
            "same_place": same_place,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def cells_to_open(random: Random) -> Draw | None:
    """The setting of an index that is good enough and no dearer than it has to be."""
    wanted = random.choice((90, 92, 94, 95))
    few, enough, many = random.choice(((2, 8, 32), (4, 12, 48), (3, 10, 40)))
    rows = (
        (1, random.randint(55, 68)),
        (few, random.randint(74, 86)),
        (enough, random.randint(wanted + 1, 96)),
        (many, random.randint(98, 99)),
    )
    per_cell = random.choice((12, 14, 16, 18)) / 10  # milliseconds
    allowed = round(enough * per_cell * random.choice((15, 18, 20)) / 10)
    if not enough * per_cell * 1.2 < allowed < many * per_cell * 0.8:
        return None
    return Draw(
        parameters={
            "wanted": wanted,
            "allowed": allowed,
            "few": few,
            "enough": enough,
            "many": many,
            **{f"recall_{place}": recall for place, (_, recall) in enumerate(rows)},
            **{f"time_{place}": opened * per_cell for place, (opened, _) in enumerate(rows)},
        },
    )


@until_sound
def filtered_away(random: Random) -> Draw | None:
    """How often a filter after the search leaves nothing."""
    share = random.randrange(15, 81, 5) / 10
    fetched = random.randint(8, 20)
    nobody = (1 - share / 100) ** fetched
    answer = 100 * nobody
    distractors = {
        "shares-added-up": 100 - share * fetched,
        "one-look-only": 100 - share,
        "something-is-left": 100 - answer,
        "share-instead-of-percent": nobody,
    }
    sound = distractors["shares-added-up"] > 5 and answer > 25
    if not sound or not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"share": share, "fetched": fetched},
        worked={
            "other": 1 - share / 100,
            "added_up": share * fetched,
            "as_share": nobody,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def fused_first(random: Random) -> Draw | None:
    """A text that is in both lists, and comes before the first of each."""
    in_words, in_vectors = random.sample(range(3, 9), 2)
    both, top_word, top_vector, second_word = random.sample(("M", "P", "R", "S", "T", "V"), 4)
    return Draw(
        parameters={
            "both": both,
            "top_word": top_word,
            "top_vector": top_vector,
            "second_word": second_word,
            "in_words": in_words,
            "in_vectors": in_vectors,
        },
        worked={
            "word_bottom": 60 + in_words,
            "vector_bottom": 60 + in_vectors,
            "fused": 1 / (60 + in_words) + 1 / (60 + in_vectors),
        },
    )


@until_sound
def exact_scan(random: Random) -> Draw | None:
    """How long an exact search over all vectors takes, by what it has to read."""
    thousands = random.randrange(100, 2_001, 50)
    size = random.choice((384, 512, 768, 1_536))
    speed = random.choice((10, 16, 20, 25, 40))
    total = thousands * 1_000 * size * 4
    answer = total / (speed * 10**9) * 1_000
    distractors = {
        "one-byte-a-number": answer / 4,
        "numbers-of-eight-bytes": answer * 2,
        "one-number-a-vector": answer / size,
        "seconds-for-milliseconds": answer / 1_000,
    }
    if not 10 <= answer <= 400:
        return None
    return Draw(
        parameters={"thousands": thousands, "size": size, "speed": speed},
        worked={"gigabytes": total / 10**9, "seconds": answer / 1_000},
        answer=answer,
        distractors=distractors,
    )


@until_sound
def better_search(random: Random) -> Draw | None:
    """What a better search brings, if the reader stays as it is."""
    found = random.randrange(100, 161, 4)
    right = random.randint(found * 70 // 100, found * 92 // 100)
    new_recall = random.randint(84, 96)
    reader = right / found
    answer = new_recall * reader
    distractors = {
        "recall-is-the-result": new_recall,
        "gain-comes-through-whole": right / 2 + new_recall - found / 2,
        "reader-over-all-questions": new_recall * right / 200,
        "share-instead-of-percent": answer / 100,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={
            "found": found,
            "right": right,
            "missing": 200 - found,
            "new_recall": new_recall,
        },
        worked={
            "old_recall": found / 2,
            "reader": reader,
            "old_result": right / 2,
            "as_share": answer / 100,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def where_answers_are_lost(random: Random) -> Draw | None:
    """Judged answers of which most failures lack the evidence."""
    found = random.randint(58, 70)
    wrong = random.randint(3, 7)
    admitted = random.randint(1, 4)  # of those with evidence, "not found"
    right = found - wrong - admitted
    missing = 100 - found
    guessed = random.randint(6, 10)
    return Draw(
        parameters={
            "found": found,
            "right": right,
            "wrong": wrong,
            "admitted": admitted,
            "missing": missing,
            "guessed": guessed,
            "silent": missing - guessed,
        },
        worked={
            "reader": 100 * right / found,
            "by_reader": wrong + admitted,
            "better": 90 * right / found,
        },
    )


@until_sound
def chunk_count(random: Random) -> Draw | None:
    """How many passages a text gives, if neighbours overlap."""
    size = random.randrange(200, 501, 50)
    overlap = random.randrange(20, size // 3, 10)
    step = size - overlap
    more = random.randint(12, 40)
    length = size + more * step - random.randint(1, 9) * (step // 10)
    answer = 1 + more
    distractors = {
        "overlap-forgotten": -(-length // size),
        "first-one-overlaps-too": -(-length // step),
        "rest-is-dropped": more,
        "overlap-added": -(-length // (size + overlap)),
    }
    if len({answer, *distractors.values()}) < 5:
        return None
    return Draw(
        parameters={"length": length, "size": size, "overlap": overlap},
        worked={
            "step": step,
            "rest": length - size,
            "exact": (length - size) / step,
            "more": more,
        },
        answer=answer,
        distractors=distractors,
    )


@until_sound
def rerank_ceiling(random: Random) -> Draw | None:
    """What reranking makes of a first search."""
    few = random.randint(40, 60)
    many = random.randint(few + 12, 88)
    lifted = random.randint(85, 97)
    answer = many * lifted / 100
    distractors = {
        "reranker-alone": lifted,
        "reranks-the-five": few * lifted / 100,
        "ceiling-is-reached": many,
        "loss-of-the-first-search-only": few + (100 - few) * lifted / 100,
    }
    if not are_apart((answer, *distractors.values()), gap=PERCENT_GAP):
        return None
    return Draw(
        parameters={"few": few, "many": many, "lifted": lifted},
        worked={"lost": 100 - many, "of_few": few * lifted / 100},
        answer=answer,
        distractors=distractors,
    )


WHOLE_LENGTHS = ((1, 2, 2), (2, 3, 6), (1, 4, 8), (4, 4, 7), (2, 6, 9), (6, 6, 7))


GENERATORS = (
    highest_cosine,
    recall_of_index,
    cells_to_open,
    filtered_away,
    fused_first,
    exact_scan,
    better_search,
    where_answers_are_lost,
    chunk_count,
    rerank_ceiling,
)
