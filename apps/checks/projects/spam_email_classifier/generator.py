"""The process that makes mails: its parameters, its mails, and how likely each one is spam.

Every firm is a draw. Its parameters come from the seed, so the source gives no answers away, and
since the process is known, a probability or a decision is judged by the *probability* with which
each mail is spam, free of the luck of what people called it.

    log odds = base + effect of each word that the mail has, once + effect of the sender's domain

A mail is written to sell or in the ordinary course of business. That moves its words, its sender
and its form; given the words and the sender, the form says nothing about the label. The
probability is that of a logistic regression, so that the best model is one that a beginner knows.
"""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from apps.checks import draws
from apps.checks.classification import (
    cheapest_flags,
    expected_average_precision,
    expected_costs,
)
from apps.checks.logistic import intercept_for, sigmoid
from apps.checks.projects.spam_email_classifier.words import DOMAIN_ENDS, DOMAIN_STARTS, WORDS
from apps.checks.scoring import Floats

type Ints = NDArray[np.int64]
type Flags = NDArray[np.bool_]

TRAIN_MAILS = 6_000  # before some of them are repeated
HELD_OUT_MAILS = 10_000
EMPTY_MAILS = 10  # of the training mails
VOCABULARY = 220  # of WORDS, in each firm
DOMAINS = 40
MEAN_WORDS = 16.0
PUSHY_SHARE = 0.12  # of mails that are written to sell; not all of them are spam
TOLD_SHARE = 0.5  # of the words that tell anything
WORD_SPREAD, DOMAIN_SPREAD = 1.2, 1.2  # of the effects, in log odds
# How much oftener a word or a domain stands in mails that are written to sell, and rarer in the
# others, for each unit of its effect: more of it leaves fewer mails that could be either.
PUSHY_TILT, USUAL_TILT = 0.6, -0.2
NO_SENDER = -1
NO_SENDER_SHARE = 0.02
CAMPAIGN_SHARE = 0.06  # of the training mails, in campaigns of a few each
LARGEST_CAMPAIGN = 10
SPAM_SHARE = (0.075, 0.105)  # the mean probability; what is drawn varies around it

FALSE_POSITIVE, FALSE_NEGATIVE = 5.0, 1.0  # of a good mail held back, of a spam mail delivered
# Draws in which the best decisions save less than this share of the naive cost, or in which the
# best order is no better than this, tell good from bad too weakly, and are drawn again.
SMALLEST_GAP = 0.5
SMALLEST_BEST_PRECISION = 0.92


def stream(seed: bytes, purpose: str) -> np.random.Generator:
    return draws.stream(seed, f"spam-email-classifier/{purpose}")


def costs_of(held: Flags, probability: Floats) -> Floats:
    """What deciding so costs on average: shape (mails,); 1 is a spam mail that is delivered."""
    return expected_costs(
        held, probability, false_positive=FALSE_POSITIVE, false_negative=FALSE_NEGATIVE
    )


def best_decisions(probability: Floats) -> Flags:
    """True where holding back costs less on average."""
    return cheapest_flags(probability, false_positive=FALSE_POSITIVE, false_negative=FALSE_NEGATIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """What decides about mails, and nothing of how they are written; all of the same length."""

    words: Flags  # shape (mails, VOCABULARY): which of Process.words a mail has
    domain: Ints  # index into Process.domains, or NO_SENDER
    pushy: Flags  # written to sell

    def __len__(self) -> int:
        return len(self.domain)

    def take(self, rows: Ints | Flags) -> Self:
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The parameters of one firm. Those in pairs are of usual mails and of pushy ones."""

    words: tuple[str, ...]
    word_effect: Floats  # log odds, shape (VOCABULARY,)
    word_rates: Floats  # shape (2, VOCABULARY): share of the mails of middle length that have it
    domains: tuple[str, ...]
    domain_effect: Floats
    domain_shares: Floats  # shape (2, DOMAINS)
    base: float
    own_domain: str
    html: tuple[float, float]  # shares of mails, as all below
    disguised: tuple[float, float]
    hidden: tuple[float, float]  # of those in HTML

    def probability(self, mails: Mails) -> Floats:
        """Known probability that a mail is spam: shape (mails,)."""
        return sigmoid(self.base + self.log_odds(mails))

    def log_odds(self, mails: Mails) -> Floats:
        """Without the base."""
        domain = np.append(self.domain_effect, 0.0)[mails.domain]  # NO_SENDER is the last one
        return np.asarray(mails.words @ self.word_effect + domain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    mails: Mails
    probability: Floats  # known
    spam: Flags  # what people called it


def draw_process(seed: bytes) -> Process:
    """The firm of ``seed``: the first of its draws in which knowing the probability pays enough."""
    rng = stream(seed, "process")
    while True:
        process = _draw_parameters(rng)
        mails = draw_mails(process, rng, count=4_000)
        base = intercept_for(process.log_odds(mails), rng.uniform(*SPAM_SHARE))
        process = replace(process, base=base)
        known = process.probability(mails)
        saved = 1 - costs_of(best_decisions(known), known).mean() / known.mean()
        precision = expected_average_precision(known, known)
        if saved >= SMALLEST_GAP and precision >= SMALLEST_BEST_PRECISION:
            return process


def _draw_parameters(rng: np.random.Generator) -> Process:
    tells = rng.random(VOCABULARY) < TOLD_SHARE
    word_effect = np.where(tells, rng.normal(0, WORD_SPREAD, VOCABULARY), 0.0)
    word_rates = MEAN_WORDS * _tilted(rng.dirichlet(np.full(VOCABULARY, 2.0)), word_effect)
    domain_effect = rng.normal(0, DOMAIN_SPREAD, DOMAINS)
    starts, ends = len(DOMAIN_STARTS), len(DOMAIN_ENDS)
    names = tuple(
        f"{DOMAIN_STARTS[number // ends]}{DOMAIN_ENDS[number % ends]}.example"
        for number in rng.choice(starts * ends, DOMAINS + 1, replace=False)
    )
    return Process(
        words=tuple(WORDS[n] for n in rng.choice(len(WORDS), VOCABULARY, replace=False)),
        word_effect=word_effect,
        word_rates=np.minimum(word_rates, 0.6),
        domains=names[:DOMAINS],
        domain_effect=domain_effect,
        domain_shares=_tilted(rng.dirichlet(np.full(DOMAINS, 0.8)), domain_effect),
        base=0.0,
        own_domain=names[DOMAINS],
        html=(rng.uniform(0.2, 0.6), rng.uniform(0.2, 0.6)),
        disguised=(rng.uniform(0.02, 0.1), rng.uniform(0.15, 0.35)),
        hidden=(rng.uniform(0.02, 0.06), rng.uniform(0.05, 0.15)),
    )


def _tilted(shares: Floats, effect: Floats) -> Floats:
    """Shape (2, len(shares)): of usual mails and of pushy ones, each adding up to 1."""
    tilted = shares * np.exp(np.multiply.outer([USUAL_TILT, PUSHY_TILT], effect))
    return np.asarray(tilted / tilted.sum(axis=1, keepdims=True))


def draw_mails(process: Process, rng: np.random.Generator, *, count: int) -> Mails:
    pushy = rng.random(count) < PUSHY_SHARE
    length = np.exp(rng.normal(0, 0.35, count))
    rates = process.word_rates.astype(np.float32)[pushy.astype(int)]
    rates *= length.astype(np.float32)[:, None]
    words = rng.random(rates.shape, dtype=np.float32) < np.minimum(rates, 0.9)
    words[~words.any(axis=1), 0] = True  # an empty mail is made on purpose, or not at all
    domain = np.full(count, NO_SENDER)
    for kind, shares in zip((~pushy, pushy), process.domain_shares, strict=True):
        named = kind & (rng.random(count) >= NO_SENDER_SHARE)
        domain[named] = rng.choice(DOMAINS, int(named.sum()), p=shares)
    return Mails(words=words, domain=domain, pushy=pushy)


def draw_past(process: Process, seed: bytes) -> Sample:
    """The training mails. Those of a campaign say the same, and people judge each one anew; a few
    are empty."""
    rng = stream(seed, "past mails")
    mails = draw_mails(process, rng, count=TRAIN_MAILS)
    mails = mails.take(_campaigns(rng, len(mails)))
    empty = rng.choice(len(mails), EMPTY_MAILS, replace=False)
    mails.words[empty] = False
    mails.domain[empty[: EMPTY_MAILS // 2]] = NO_SENDER
    return _judged(process, rng, mails)


def _campaigns(rng: np.random.Generator, count: int) -> Ints:
    """For each mail, the one whose words and sender it has; most often itself."""
    source = np.arange(count)
    members = rng.permutation(count)[: int(CAMPAIGN_SHARE * count)]
    while len(members) > 1:
        size = int(rng.integers(2, LARGEST_CAMPAIGN + 1))
        source[members[:size]] = members[0]
        members = members[size:]
    return source


def draw_held_out(
    process: Process, seed: bytes, purpose: str, *, count: int = HELD_OUT_MAILS
) -> Sample:
    rng = stream(seed, purpose)
    return _judged(process, rng, draw_mails(process, rng, count=count))


def _judged(process: Process, rng: np.random.Generator, mails: Mails) -> Sample:
    probability = process.probability(mails)
    spam = rng.random(len(probability)) < probability
    return Sample(mails=mails, probability=probability, spam=spam)
