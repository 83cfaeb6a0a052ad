"""The closed lists of words in imports, and the spellings by which files and people write them."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum


class EventKind(StrEnum):
    """What can happen at a customer."""

    HEADCOUNT = "headcount"
    BUDGET = "budget"
    STRATEGY = "strategy"
    REORGANISATION = "reorganisation"
    FUNDING = "funding"
    GROWTH = "growth"
    NEW_NEED = "new_need"
    EXPANSION = "expansion"
    PREMIUM = "premium"
    URGENT_NEED = "urgent_need"
    TIMING = "timing"
    COMPETITOR = "competitor"
    PRICE_PRESSURE = "price_pressure"
    LATE_PAYMENT = "late_payment"
    ESCALATION = "escalation"
    OTHER = "other"


class Direction(StrEnum):
    """Up: more, or good for business with us; down: less, or bad."""

    UP = "up"
    DOWN = "down"
    NONE = ""


class Survey(StrEnum):
    """The scale of an answer."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    PERCENT = "percent"


class HealthStatus(StrEnum):
    HEALTHY = "healthy"
    AT_RISK = "at_risk"
    ESCALATED = "escalated"


# Lowest and highest score of each survey.
SCALES: Mapping[Survey, tuple[int, int]] = {
    Survey.NPS: (0, 10),
    Survey.CSAT: (1, 5),
    Survey.CES: (1, 7),
    Survey.PERCENT: (0, 100),
}

# Events that say nothing without a direction.
DIRECTED = frozenset({EventKind.HEADCOUNT, EventKind.BUDGET})
# The direction of the others where none is given.
USUAL: Mapping[EventKind, Direction] = {
    EventKind.FUNDING: Direction.UP,
    EventKind.GROWTH: Direction.UP,
    EventKind.NEW_NEED: Direction.UP,
    EventKind.EXPANSION: Direction.UP,
    EventKind.PREMIUM: Direction.UP,
    EventKind.URGENT_NEED: Direction.UP,
    EventKind.TIMING: Direction.UP,
    EventKind.COMPETITOR: Direction.DOWN,
    EventKind.PRICE_PRESSURE: Direction.DOWN,
    EventKind.LATE_PAYMENT: Direction.DOWN,
    EventKind.ESCALATION: Direction.DOWN,
}


def plain(text: str) -> str:
    """A word without accents, case, or signs between its parts.

    >>> plain("  Stratégie / À-risque ")
    'strategie a risque'
    """
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[^0-9a-z]+", " ", bare.casefold()).strip()


_EVENTS: Mapping[EventKind, str] = {
    EventKind.HEADCOUNT: "headcount|head count|staff|effectif|effectifs",
    EventKind.BUDGET: "budget",
    EventKind.STRATEGY: "strategy|strategy change|strategie|changement de strategie|changement strategique",
    EventKind.REORGANISATION: "reorganisation|reorganization|restructuration",
    EventKind.FUNDING: "funding|fundraising|financement|levee de fonds",
    EventKind.GROWTH: "growth|croissance",
    EventKind.NEW_NEED: "new need|need|nouveau besoin|besoin",
    EventKind.EXPANSION: "expansion|need to expand|besoin d expansion|besoin d extension",
    EventKind.PREMIUM: "premium|premium features|fonctionnalites premium|fonctions premium",
    EventKind.URGENT_NEED: "urgent need|urgent|besoin urgent|urgence",
    EventKind.TIMING: "timing|favourable timing|favorable timing|timing favorable|calendrier|calendrier favorable",
    EventKind.COMPETITOR: "competitor|competition|concurrent|concurrence",
    EventKind.PRICE_PRESSURE: "price pressure|discount|pression sur les prix|remise",
    EventKind.LATE_PAYMENT: "late payment|retard de paiement|impaye",
    EventKind.ESCALATION: "escalation|complaint|escalade|reclamation",
    EventKind.OTHER: "other|autre",
}
_DIRECTIONS: Mapping[Direction, str] = {
    Direction.UP: "up|increase|positive|favourable|favorable|available|hausse|en hausse|positif|disponible",
    Direction.DOWN: "down|decrease|negative|unfavourable|unfavorable|baisse|en baisse|negatif|defavorable",
    Direction.NONE: "none|neutral|neutre|aucune",
}
_SURVEYS: Mapping[Survey, str] = {
    Survey.NPS: "nps|net promoter score|recommandation|recommendation",
    Survey.CSAT: "csat|satisfaction|customer satisfaction",
    Survey.CES: "ces|effort|customer effort score",
    Survey.PERCENT: "percent|percentage|pourcentage|pour cent",
}
_STATUSES: Mapping[HealthStatus, str] = {
    HealthStatus.HEALTHY: "healthy|sain|saine|bon|buen estado",
    HealthStatus.AT_RISK: "at risk|a risque|en risque|en riesgo",
    HealthStatus.ESCALATED: "escalated|aggrave|aggravee|escalade|escalado",
}
_FLAGS = {"true": "true|yes|y|1|vrai|oui|o", "false": "false|no|n|0|faux|non"}


def _spelled(words: Mapping[str, str]) -> dict[str, str]:
    return {spelling: str(word) for word, several in words.items() for spelling in several.split("|")}


EVENT_WORDS = _spelled({str(word): text for word, text in _EVENTS.items()}) | {
    str(word).replace("_", " "): str(word) for word in EventKind
}
DIRECTION_WORDS = _spelled({str(word): text for word, text in _DIRECTIONS.items()})
SURVEY_WORDS = _spelled({str(word): text for word, text in _SURVEYS.items()})
STATUS_WORDS = _spelled({str(word): text for word, text in _STATUSES.items()})
FLAG_WORDS = _spelled(_FLAGS)
