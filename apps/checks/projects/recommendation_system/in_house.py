"""The checker's own models, trained on the same histories as the learner's.

``collaborative`` is a linear model of each title by the others (Steck, 2019, "Embarrassingly
shallow autoencoders for sparse data"), ``content`` a ridge regression for each listener on genre,
tags and narrator, and ``newcomers`` one for each title on what people said at the sign-up. What
their lists close of the gap says what can be asked of a learner in this draw.
"""

from dataclasses import dataclass

import numpy as np

from apps.checks.projects.recommendation_system.generator import (
    AGES,
    GENRE_COUNT,
    KNOWN,
    NARRATOR_COUNT,
    NEW_TITLES,
    TITLES,
    Histories,
    Ints,
    Listeners,
    Matrix,
    Titles,
)

ITEM_RIDGE = 200.0
TASTE_RIDGE = 3.0
SIGN_UP_RIDGE = 1.0
UNHEARD = 5.0  # listeners, added to each title's so that a rare one is not ruled out


@dataclass(frozen=True, slots=True, kw_only=True)
class InHouseModels:
    """Each method scores all titles for listeners: shape (rows, titles), the higher the better."""

    heard: Matrix  # 0 or 1, shape (KNOWN, TITLES)
    weights: Matrix  # of each title for each other one, shape (TITLES, TITLES)
    features: Matrix  # of all titles, less their mean over listenings
    popularity: Matrix  # log, of all titles
    listening_share: Matrix  # of the old titles
    answers: Matrix  # at the sign-up, shape (EVERYBODY, answers)
    sign_up_weights: Matrix  # shape (answers, TITLES)

    def collaborative(self, rows: Ints) -> Matrix:
        """New titles cannot be scored, and come last."""
        return _with_new(self.heard[rows] @ self.weights)

    def content(self, rows: Ints) -> Matrix:
        tastes = newton_step(self.heard[rows], self.features[:TITLES], self.listening_share)
        return np.asarray(tastes @ self.features.T + self.popularity)

    def newcomers(self, rows: Ints) -> Matrix:
        return _with_new(self.answers[rows] @ self.sign_up_weights)


def train(histories: Histories, titles: Titles, listeners: Listeners) -> InHouseModels:
    heard = histories.heard()[:KNOWN, :TITLES].astype(np.float32)
    counts = heard.sum(axis=0)
    share = counts / counts.sum()
    features = title_features(titles)
    usual = np.full(NEW_TITLES, counts.mean())
    answers = sign_up_answers(listeners)
    known = answers[:KNOWN]
    return InHouseModels(
        heard=heard,
        weights=item_weights(heard),
        features=(features - share @ features[:TITLES]).astype(np.float32),
        popularity=np.log(np.concatenate([counts, usual]) + UNHEARD).astype(np.float32),
        listening_share=share,
        answers=answers,
        sign_up_weights=np.linalg.solve(
            known.T @ known + SIGN_UP_RIDGE * np.eye(known.shape[1], dtype=np.float32),
            known.T @ heard,
        ),
    )


def item_weights(heard: Matrix) -> Matrix:
    """How much each title speaks for each other one: a ridge regression of every column on all
    the others, in closed form (Steck, 2019, equation 8)."""
    gram = (heard.T @ heard).astype(float)
    inverse = np.linalg.inv(gram + ITEM_RIDGE * np.eye(len(gram)))
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights.astype(np.float32)


def newton_step(heard: Matrix, features: Matrix, share: Matrix) -> Matrix:
    """Tastes of each listener for ``features``: shape (listeners, features).

    One Newton step of a penalised multinomial logit, from the point where everybody chooses by
    popularity alone: a ridge regression of what was heard on the features, in which each title
    weighs as much as it is listened to. ``features``: of the old titles, with mean 0 over
    listenings; ``share``: of the listenings, by title.
    """
    counts = heard.sum(axis=1, keepdims=True)
    values, vectors = np.linalg.eigh((features * share[:, None]).T @ features)
    gradient = heard @ (features @ vectors)
    return np.asarray((gradient / (counts * values + TASTE_RIDGE)) @ vectors.T)


def title_features(titles: Titles) -> Matrix:
    """Dummies of what was recorded: shape (titles, genres + tags + narrators)."""
    known = {name: flags[:, None] for name, flags in titles.known.items()}
    return np.column_stack(
        [
            np.eye(GENRE_COUNT)[titles.genre] * known["genre"],
            titles.tags * known["tags"],
            np.eye(NARRATOR_COUNT)[titles.narrator] * known["narrator"],
        ]
    ).astype(np.float32)


def sign_up_answers(listeners: Listeners) -> Matrix:
    """Shape (listeners, 1 + genres + ages)."""
    known = {name: flags[:, None] for name, flags in listeners.known.items()}
    return np.column_stack(
        [
            np.ones(len(listeners)),
            listeners.favourites * known["favourites"],
            np.eye(len(AGES))[listeners.age] * known["age"],
        ]
    ).astype(np.float32)


def _with_new(scores: Matrix) -> Matrix:
    lowest = np.full((len(scores), NEW_TITLES), scores.min() - 1, dtype=scores.dtype)
    return np.column_stack([scores, lowest])
