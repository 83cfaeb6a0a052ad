"""What a linear model over the lemmas would add to the lists of words; called by `evaluate_verbatims.py`.

Its weights are plain numbers and each word could be shown with what it moves, so the lists and the model can be added:
polarity = f(push of the lists + k · Σ weights / √max(40, number of known words)). Penalty and k are chosen by ten-fold
cross-validation on the part that is not held out. Measured twice: with all words, and without the names of offices,
their errands and months, which customers of a business do not write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import simplemma
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from verbatim_data import Labelled

from relationship.verbatims import analyse
from relationship.verbatims.feeling import NEGATIVE_BELOW, POSITIVE_ABOVE
from relationship.verbatims.tokens import folded, sentences
from relationship.verbatims.understand import DAMPING

FEWEST_TEXTS, FEWEST_WORDS, FOLDS, SAMPLES = 4, 40, 10, 500
PENALTIES, SHARES = (0.3, 1.0, 2.0), (0.5, 1.0, 1.5)
MOST_WORDS_OF_FILMS = 500
OFFICES = frozenset(Path(__file__).with_name("french_offices.csv").read_text(encoding="utf-8").split())
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gain:
    """Macro F1 of the feelings with the lists alone and with the model added: cross-validated, and held out.

    between  where the difference of the held-out part lies in 95 of 100 samples drawn from it
    """

    words: int
    alone: tuple[float, float]
    added: tuple[float, float]
    between: tuple[float, float]


def gain(known: Sequence[Labelled], *, offices: bool) -> Gain:
    """Of labelled experiences; offices: whether the model may learn their names."""
    fitted = [one for one in known if not one.is_held_out]
    measured = [one for one in known if one.is_held_out]
    vectorizer = CountVectorizer(
        tokenizer=lambda text: [one for one in _lemmas(text) if offices or one not in OFFICES],
        token_pattern=None, lowercase=False, min_df=FEWEST_TEXTS, binary=True,
    )  # fmt: skip
    marks, truth = _marks(fitted), _marks(measured)
    inside = _shares(vectorizer.fit_transform([one.text for one in fitted]))
    outside = _shares(vectorizer.transform([one.text for one in measured]))
    push, push_outside = _push(fitted), _push(measured)
    best, best_push = (0.0, 0.0), push_outside
    for penalty in PENALTIES:
        tone = np.zeros(len(marks))
        for learn, judge in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(inside, marks):
            tone[judge] = inside[judge] @ _model(penalty).fit(inside[learn], marks[learn]).coef_
        tone_outside = outside @ _model(penalty).fit(inside, marks).coef_
        for share in SHARES:
            here = _f1(marks, push + share * tone)
            if here > best[0]:
                best_push = push_outside + share * tone_outside
                best = here, _f1(truth, best_push)
    alone = _f1(marks, push), _f1(truth, push_outside)
    return Gain(inside.shape[1], alone, best, _between(truth, push_outside, best_push))


def films(lines: Sequence[Labelled], emotions: Sequence[str], worked: Sequence[tuple[str, str]]) -> tuple[float, int]:
    """A word model of emotions, learnt from lines of films: its macro F1 on those held out, and how many sentences of
    customers (text, emotion) it names rightly."""
    fitted, measured = [one for one in lines if not one.is_held_out], [one for one in lines if one.is_held_out]
    vectorizer = CountVectorizer(
        tokenizer=_lemmas, token_pattern=None, lowercase=False, min_df=FEWEST_TEXTS, binary=True,
        max_features=MOST_WORDS_OF_FILMS,
    )  # fmt: skip
    inside = vectorizer.fit_transform([one.text for one in fitted])
    outside = vectorizer.transform([one.text for one in measured])
    examples = vectorizer.transform([text for text, _ in worked])
    scores, chances = [], []
    for emotion in emotions:
        model = LogisticRegression(C=0.3, max_iter=1_000, class_weight="balanced")
        model.fit(inside, [emotion in one.labels for one in fitted])
        scores.append(f1_score([emotion in one.labels for one in measured], model.predict(outside)))
        chances.append(model.predict_proba(examples)[:, 1])
    named = [emotions[row.argmax()] if row.max() > 0.5 else "calm" for row in np.array(chances).T]
    return float(np.mean(scores)), sum(said == emotion for said, (_, emotion) in zip(named, worked, strict=True))


def _between(truth: Numbers, alone: Numbers, added: Numbers) -> tuple[float, float]:
    dice = np.random.default_rng(1)
    drawn = (dice.integers(0, len(truth), len(truth)) for _ in range(SAMPLES))
    gains = [_f1(truth[some], added[some]) - _f1(truth[some], alone[some]) for some in drawn]
    return float(np.quantile(gains, 0.025)), float(np.quantile(gains, 0.975))


def _model(penalty: float) -> Ridge:
    return Ridge(alpha=penalty, fit_intercept=False)


def _marks(known: Sequence[Labelled]) -> Numbers:
    values = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
    return np.array([values[next(iter(one.labels))] for one in known])


def _push(known: Sequence[Labelled]) -> Numbers:
    """What the lists say before it is bounded: the inverse of `understand._polarity`."""
    polarity = np.array([analyse(one.text, "fr").polarity for one in known])
    return np.asarray(polarity * np.sqrt(DAMPING / (1.0 - polarity**2 + 1e-9)))


def _shares(present: object) -> Numbers:
    dense = np.asarray(present.todense(), dtype=np.float64)  # type: ignore[attr-defined]  # scipy has no types here
    return np.asarray(dense / np.sqrt(np.maximum(dense.sum(axis=1), FEWEST_WORDS))[:, None])


def _f1(truth: Numbers, push: Numbers) -> float:
    polarity = push / np.sqrt(push**2 + DAMPING)
    said = np.where(polarity < NEGATIVE_BELOW, -1.0, np.where(polarity > POSITIVE_ABOVE, 1.0, 0.0))
    return float(f1_score(truth, said, average="macro"))


@lru_cache(maxsize=50_000)
def _lemma(word: str) -> str:
    return folded(simplemma.lemmatize(word, lang="fr")) if len(word) > 1 and word.isalpha() else ""


def _lemmas(text: str) -> list[str]:
    return [lemma for sentence in sentences(text) for word in sentence.words if (lemma := _lemma(word))]
