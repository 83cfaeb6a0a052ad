"""Scores of accounts and health fields in words."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from relationship.signals.health_fields import Contradiction, HealthFields, HealthLimits, Stand
from relationship.signals.scores import Reason
from web import formats
from web.customers import customer_words
from web.texts import _, _n

SCORES: Mapping[str, object] = {
    "health": _l("Customer health"),
    "churn": customer_words.CHURN,
    "upsell": customer_words.UPSELL,
}
MEANINGS: Mapping[str, object] = {
    "health": _l("100 is best: use, engagement, satisfaction, history and risks taken together."),
    "churn": _l("100 is worst: risks, falling use, business context and history taken together."),
    "upsell": _l("100 is best: intensive use, needs, favourable context and budget taken together."),
}
REASONS: Mapping[str, object] = {
    "start": _l("Starting point"),
    "use_level": _l("Seats in use"),
    "use_change": _l("Change of use"),
    "engagement": _l("Engagement: relationship health"),
    "satisfaction": _l("Satisfaction"),
    "tenure": _l("Time as a customer"),
    "outcomes": _l("Opportunities won and lost"),
    "risks": _l("Signals of risk"),
    "signals": _l("Signals of falling use and of the relationship"),
    "context": _l("Signals of the business context"),
    "use_grows": _l("Signals of intensive use"),
    "needs": _l("Signals of needs"),
    "favourable": _l("Signals of a favourable context"),
    "budget": _l("Signals of a budget"),
    "limits": _l("Limits of the scale"),
}
_SIGNALS = frozenset({"risks", "signals", "context", "use_grows", "needs", "favourable", "budget"})
FIELDS: Mapping[str, object] = {
    "score": customer_words.SCORE,
    "status": customer_words.STATUS,
    "churn": customer_words.FLAG,
}
STATUSES = customer_words.STATUSES
SOURCES: Mapping[str, object] = {
    "typed": _l("typed in"),
    "imported": _l("imported"),
    "crm": _l("Dynamics 365"),
    "computed": _l("computed"),
}
CONTRADICTIONS: Mapping[str, object] = {
    "status_score": _l("The status is not the one that follows from the score."),
    "churn_score": _l("The flag “at risk for churn” is not the one that follows from the score."),
    "churn_status": _l("The flag “at risk for churn” and the status do not fit together."),
    "status_sources": _l("The sources do not agree on the status."),
    "churn_sources": _l("The sources do not agree on the flag “at risk for churn”."),
    "score_sources": _l("The scores of the sources lie far apart."),
}


CAUSES: Mapping[str, object] = {
    "source": _l("a source tells another value"),
    "limits": _l("other thresholds"),
    "order": _l("another order of the sources"),
}


def contradictions(found: HealthFields, said: Mapping[str, Stand], limits: HealthLimits) -> list[str]:
    """What does not fit together, each with the values and whose they are."""
    return [_contradiction(code, found, said, limits) for code in found.contradicts]


def _contradiction(code: str, found: HealthFields, said: Mapping[str, Stand], limits: HealthLimits) -> str:
    match code:
        case Contradiction.STATUS_SCORE:
            return _(
                "The status in force is %(status)s (%(source)s); the score in force, %(score)s (%(other)s), means "
                "%(follows)s.",
                status=value("status", found.status),
                source=SOURCES[found.status_source],
                score=found.score,
                other=SOURCES[found.score_source],
                follows=value("status", limits.status(found.score or 0).value),
            )
        case Contradiction.CHURN_SCORE:
            return _(
                "The flag “at risk for churn” in force is %(flag)s (%(source)s); the score in force, %(score)s "
                "(%(other)s), means %(follows)s.",
                flag=value("churn", found.churn),
                source=SOURCES[found.churn_source],
                score=found.score,
                other=SOURCES[found.score_source],
                follows=value("churn", limits.churn(found.score or 0)),
            )
        case Contradiction.CHURN_STATUS:
            return _(
                "The status is %(status)s (%(source)s), and yet the flag “at risk for churn” is %(flag)s (%(other)s).",
                status=value("status", found.status),
                source=SOURCES[found.status_source],
                flag=value("churn", found.churn),
                other=SOURCES[found.churn_source],
            )
    field = {
        Contradiction.STATUS_SOURCES.value: "status",
        Contradiction.CHURN_SOURCES.value: "churn",
        Contradiction.SCORE_SOURCES.value: "score",
    }[code]
    told = [
        _("%(value)s (%(source)s)", value=value(field, one.value(field)), source=SOURCES[source])
        for source, one in said.items()
        if one.value(field) is not None
    ]
    return _("%(field)s: %(values)s.", field=FIELDS[field], values=", ".join(told))


def value(field: str, found: str | int | bool | None) -> str:
    """A value of a health field as people read it; a dash for none."""
    if found is None or found == "":
        return "–"
    if field == "status":
        return str(STATUSES.get(str(found), found))
    if field == "churn":
        return _("Yes") if str(found).lower() == "true" else _("No")
    return str(found)


def measure(reason: Reason) -> str:
    """What the points of a reason were given for."""
    if reason.name in ("start", "limits"):
        return ""
    found = reason.measure
    if found is None:
        return _("nobody told: neutral")
    if reason.name in _SIGNALS:
        return _("strength %(share)s", share=formats.percent(found)) if found else _("none open")
    if abs(found) < 0.005:
        return _("neutral")
    share = formats.percent(abs(found))
    return (
        _("%(share)s of what counts, good", share=share)
        if found > 0
        else _("%(share)s of what counts, bad", share=share)
    )


def change(share: float) -> str:
    """A change of use, like +12 % or -30 %."""
    return _("%(change)s of the eight weeks before", change=f"{formats.signed(share * 100)}\N{NO-BREAK SPACE}%")


def of_hundred(found: float) -> str:
    return _("%(score)s of 100", score=formats.number(found))


def years(found: float) -> str:
    if found < 1:
        return _n("%(num)s month", "%(num)s months", int(found * 12))
    return _n("%(num)s year", "%(num)s years", int(found))


def outcomes(won: int, lost: int) -> str:
    return _("%(won)s won, %(lost)s lost in two years", won=won, lost=lost)
