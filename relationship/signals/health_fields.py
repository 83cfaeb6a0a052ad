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
    """

    STATUS_SCORE = "status_score"
    CHURN_SCORE = "churn_score"
    CHURN_STATUS = "churn_status"
    STATUS_SOURCES = "status_sources"
    CHURN_SOURCES = "churn_sources"


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
    scores = {source: int(told[SCORE, source]) for source in precedence if (SCORE, source) in told}
    statuses: dict[str, str] = {}
    flags: dict[str, bool] = {}
    for source in precedence:
        if (STATUS, source) in told:
            statuses[source] = told[STATUS, source]
        elif source in scores:
            statuses[source] = limits.status(scores[source]).value
        if (CHURN, source) in told:
            flags[source] = told[CHURN, source] == "true"
        elif source in scores:
            flags[source] = limits.churn(scores[source])
    by = {SCORE: _first(scores), STATUS: _first(statuses), CHURN: _first(flags)}
    score, status, churn = scores.get(by[SCORE]), statuses.get(by[STATUS]), flags.get(by[CHURN])
    return HealthFields(
        score=score,
        status=status,
        churn=churn,
        score_source=by[SCORE],
        status_source=by[STATUS],
        churn_source=by[CHURN],
        followed=tuple(field for field in (STATUS, CHURN) if by[field] and (field, by[field]) not in told),
        contradicts=_contradictions(score, status, churn, statuses, flags, limits),
    )


def _first(found: Mapping[str, object]) -> str:
    return next(iter(found), "")


def _contradictions(
    score: int | None,
    status: str | None,
    churn: bool | None,
    statuses: Mapping[str, str],
    flags: Mapping[str, bool],
    limits: HealthLimits,
) -> tuple[str, ...]:
    found = {
        Contradiction.STATUS_SCORE: score is not None and status is not None and status != limits.status(score).value,
        Contradiction.CHURN_SCORE: score is not None and churn is not None and churn != limits.churn(score),
        Contradiction.CHURN_STATUS: (status, churn)
        in {(HealthStatus.HEALTHY.value, True), (HealthStatus.ESCALATED.value, False)},
        Contradiction.STATUS_SOURCES: len(set(statuses.values())) > 1,
        Contradiction.CHURN_SOURCES: len(set(flags.values())) > 1,
    }
    return tuple(code.value for code, holds in found.items() if holds)
