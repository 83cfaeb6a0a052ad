"""The three health fields of an account: which source wins, what follows from a score, what does not fit together.

Sources come in an order of precedence. A source that tells a score but no status (or no flag) also says the status
(the flag) that follows from its own score by the thresholds; what it tells outright goes before that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class HealthStatus(StrEnum):
    HEALTHY = "healthy"
    AT_RISK = "at_risk"
    ESCALATED = "escalated"


SCORE, STATUS, CHURN = "score", "status", "churn"
FIELDS = (SCORE, STATUS, CHURN)
# From the source that wins first to the one that wins last.
PRECEDENCE = ("typed", "imported", "crm", "computed")


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """healthy_from, at_risk_from: the least score of the status; churn_below: the flag is true below this score."""

    healthy_from: int = 70
    at_risk_from: int = 40
    churn_below: int = 40

    def status(self, score: int) -> HealthStatus:
        """
        >>> HealthLimits().status(62), HealthLimits().status(70), HealthLimits().status(39)
        (<HealthStatus.AT_RISK: 'at_risk'>, <HealthStatus.HEALTHY: 'healthy'>, <HealthStatus.ESCALATED: 'escalated'>)
        """
        if score >= self.healthy_from:
            return HealthStatus.HEALTHY
        return HealthStatus.AT_RISK if score >= self.at_risk_from else HealthStatus.ESCALATED

    def churn(self, score: int) -> bool:
        return score < self.churn_below


class Contradiction(StrEnum):
    """What does not fit together.

    STATUS_SCORE    the status in force is not the one that follows from the score in force
    CHURN_SCORE     the flag in force is not the one that follows from the score in force
    CHURN_STATUS    the flag is set although the status is healthy, or not set although it is escalated
    STATUS_SOURCES, CHURN_SOURCES   two sources tell different ones
    SCORE_SOURCES   the scores of two sources lie so far apart that they cannot both be right (`SCORES_APART`)
    """

    STATUS_SCORE = "status_score"
    CHURN_SCORE = "churn_score"
    CHURN_STATUS = "churn_status"
    STATUS_SOURCES = "status_sources"
    CHURN_SOURCES = "churn_sources"
    SCORE_SOURCES = "score_sources"


# Two scores that lie so many points apart contradict each other even inside one status.
SCORES_APART = 25


@dataclass(frozen=True, slots=True)
class Stand:
    """What one source says. followed: the fields that it does not tell, but that follow from its score."""

    score: int | None
    status: str | None
    churn: bool | None
    followed: tuple[str, ...]

    def value(self, field: str) -> int | str | bool | None:
        return {SCORE: self.score, STATUS: self.status, CHURN: self.churn}[field]


@dataclass(frozen=True, slots=True)
class HealthFields:
    """What is in force. *_source: the source that won, '' without a value; followed: the fields that follow from a
    score instead of being told; contradicts: in the order of `Contradiction`."""

    score: int | None = None
    status: str | None = None
    churn: bool | None = None
    score_source: str = ""
    status_source: str = ""
    churn_source: str = ""
    followed: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()

    def source(self, field: str) -> str:
        return {SCORE: self.score_source, STATUS: self.status_source, CHURN: self.churn_source}[field]


def in_force(
    told: Mapping[tuple[str, str], str], *, limits: HealthLimits, precedence: tuple[str, ...] = PRECEDENCE
) -> HealthFields:
    """The fields in force, from what each source tells.

    told    texts by (field, source): '62', 'at_risk', 'true'; without an entry: not told
    A source that `precedence` does not name is left aside.

    >>> found = in_force({("score", "computed"): "62"}, limits=HealthLimits())
    >>> found.score, found.status, found.churn, found.followed
    (62, 'at_risk', False, ('status', 'churn'))
    """
    said = stands(told, limits=limits, precedence=precedence)
    by = {field: next((source for source, one in said.items() if one.value(field) is not None), "") for field in FIELDS}
    values = {field: said[source].value(field) if source else None for field, source in by.items()}
    score, status, churn = values[SCORE], values[STATUS], values[CHURN]
    return HealthFields(
        score=None if score is None else int(score),
        status=None if status is None else str(status),
        churn=None if churn is None else bool(churn),
        score_source=by[SCORE],
        status_source=by[STATUS],
        churn_source=by[CHURN],
        followed=tuple(field for field in (STATUS, CHURN) if by[field] and field in said[by[field]].followed),
        contradicts=_contradictions(values, said, limits),
    )


def stands(
    told: Mapping[tuple[str, str], str], *, limits: HealthLimits, precedence: tuple[str, ...] = PRECEDENCE
) -> dict[str, Stand]:
    """What each source that tells anything says, in the order of precedence; arguments as of `in_force`."""
    found = {}
    for source in precedence:
        score = int(told[SCORE, source]) if (SCORE, source) in told else None
        status: str | None = told.get((STATUS, source))
        churn = told[CHURN, source] == "true" if (CHURN, source) in told else None
        followed = () if score is None else tuple(f for f in (STATUS, CHURN) if (f, source) not in told)
        if score is not None:
            status = limits.status(score).value if STATUS in followed else status
            churn = limits.churn(score) if CHURN in followed else churn
        if (score, status, churn) != (None, None, None):
            found[source] = Stand(score, status, churn, followed)
    return found


def _contradictions(
    values: Mapping[str, int | str | bool | None], said: Mapping[str, Stand], limits: HealthLimits
) -> tuple[str, ...]:
    score, status, churn = (values[field] for field in FIELDS)
    scores = [one.score for one in said.values() if one.score is not None]
    follows = Stand(None, None, None, ())
    if score is not None:
        follows = Stand(int(score), limits.status(int(score)).value, limits.churn(int(score)), ())
    found = {
        Contradiction.STATUS_SCORE: score is not None and status is not None and status != follows.status,
        Contradiction.CHURN_SCORE: score is not None and churn is not None and churn != follows.churn,
        Contradiction.CHURN_STATUS: (status, churn)
        in {(HealthStatus.HEALTHY.value, True), (HealthStatus.ESCALATED.value, False)},
        Contradiction.STATUS_SOURCES: len({one.status for one in said.values()} - {None}) > 1,
        Contradiction.CHURN_SOURCES: len({one.churn for one in said.values()} - {None}) > 1,
        Contradiction.SCORE_SOURCES: bool(scores) and max(scores) - min(scores) >= SCORES_APART,
    }
    return tuple(code.value for code, holds in found.items() if holds)
