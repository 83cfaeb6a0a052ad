"""Suggest settings from the organisation's own won and lost opportunities. Writes nothing, applies nothing."""

from dataclasses import asdict
from typing import Any

import numpy as np

from relationship.clock import day_of, number_of
from relationship.desk.rerating import first_day_read
from relationship.health.outcomes import EVERYBODYS, OWN_ACCOUNT, Outcomes
from relationship.health.search import Setting
from relationship.health.suggestion import CONFIDENCE, Progress, Suggestion, suggestion
from relationship.house import House
from relationship.store import rules
from relationship.store.activities import contact_days
from relationship.store.reading.reading_outcomes import ClosedOpportunity, closed_opportunities
from settings.rules import HealthSection
from settings.rules.precedence import DecidedBy, expected_frequency


def suggest(house: House, *, progress: Progress | None = None) -> Suggestion:
    """What the closed opportunities say about the rules in force (`health.suggestion`).

    Contact days are taken as the last round left them. The database is let go before the search begins.
    """
    with house.store.reading() as conn:
        _, present = rules.current(conn)
        began = first_day_read(conn)
        closed = closed_opportunities(conn)
        days = contact_days.load(conn, [one.record_id for one in closed])
    return suggestion(
        days,
        outcomes(closed, present.health),
        window_began=began,
        rules=present.rating_rules(),
        progress=progress,
    )


def outcomes(closed: list[ClosedOpportunity], section: HealthSection) -> Outcomes:
    """The same as arrays, with the overrides of the expected frequency."""
    accounts: dict[str, int] = {}
    return Outcomes(
        won=np.array([one.won for one in closed], dtype=np.bool_),
        created=np.array([number_of(one.created_on) for one in closed], dtype=np.int64),
        closed=np.array([number_of(one.closed_on) for one in closed], dtype=np.int64),
        account=np.array(
            [
                accounts.setdefault(one.account_guid, len(accounts)) if one.account_guid else OWN_ACCOUNT
                for one in closed
            ],
            dtype=np.int64,
        ),
        frequency=np.array([_override(one, section) for one in closed], dtype=np.int64),
    )


def _override(one: ClosedOpportunity, section: HealthSection) -> int:
    decided = expected_frequency(section, kind="opportunity", guid=one.guid, segment=one.segment, team=one.team_guid)
    return EVERYBODYS if decided.by is DecidedBy.ORGANISATION else int(decided.frequency)


def document(found: Suggestion) -> dict[str, Any]:
    """A suggestion as plain values: codes, numbers, days as ISO dates; what `--json` prints."""
    return {
        "status": found.status.value,
        "reasons": [reason.value for reason in found.reasons],
        "won": found.won,
        "lost": found.lost,
        "present": _setting(found.present),
        "suggested": _setting(found.suggested) if found.suggested else None,
        "auc": {"present": found.auc_present, "suggested": found.auc_suggested},
        "gain": {"value": found.gain, "low": found.low, "high": found.high, "confidence": CONFIDENCE},
        "folds": [
            {
                "from": day_of(fold.first).isoformat(),
                "to": day_of(fold.last).isoformat(),
                "learnt": {"won": fold.learnt_won, "lost": fold.learnt_lost},
                "measured": {"won": fold.won, "lost": fold.lost},
                "chosen": _setting(fold.chosen),
                "auc": {"present": fold.auc_present, "chosen": fold.auc_chosen},
            }
            for fold in found.folds
        ],
        "looked_at": {
            "closed": found.looked_at.closed,
            "short": found.looked_at.short,
            "silent": found.looked_at.silent,
            "accounts": found.looked_at.accounts,
            "days": [asdict(look) for look in found.looked_at.looks],
            "contact_days": {kind.value: count for kind, count in found.looked_at.contact_days},
            "settings": found.looked_at.settings,
        },
    }


def _setting(setting: Setting) -> dict[str, Any]:
    return {"weights": asdict(setting.weights), "frequency": int(setting.frequency)}
