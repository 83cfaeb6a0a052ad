"""The facts as they stood on a day of the past, from all facts that are known now. Pure.

What nobody noted at the time cannot be told: `docs/customer-health.md` says what is and what is not.
"""

from dataclasses import replace
from itertools import compress

import numpy as np

from relationship.signals.facts import (
    Accounts,
    Bools,
    Cancelled,
    ContactChanges,
    Contacts,
    Deals,
    Events,
    Facts,
    Floats,
    Moves,
    Touches,
    Use,
)
from relationship.signals.signal import Source


def as_of(whole: Facts, day: int, *, use: Use, broken: Bools, missing: Bools) -> Facts:
    """The facts of the end of a day; places of accounts, contacts and deals are those of `whole`.

    whole    all facts up to a later day, with accounts and deals that are gone since
    use      of the accounts as it was known on that day;  broken, missing: that source then
    An account that was not there yet has no facts; a deal that was not open then is nobody's. A broken mailbox or CRM
    is not assumed: what came later is known now.
    """
    return replace(
        whole,
        today=day,
        accounts=_accounts(whole.accounts, day),
        use=use,
        touches=_until(whole.touches, day),
        cancelled=_cancelled(whole.cancelled, day),
        contacts=_contacts(whole.contacts, whole.contact_changes, day),
        contact_touches=_until(whole.contact_touches, day),
        contact_changes=_changes(whole.contact_changes, day),
        events=_events(whole.events, day),
        deals=_deals(whole.deals, whole.moves, day),
        deal_touches=_until(whole.deal_touches, day),
        moves=_moves(whole.moves, day),
        broken={Source.USAGE: broken},
        missing={**whole.missing, Source.USAGE: missing},
    )


def _accounts(found: Accounts, day: int) -> Accounts:
    return replace(found, renewal=np.where(found.created <= day, found.renewal, np.nan))


def _until(found: Touches, day: int) -> Touches:
    rows = found.day <= day
    return Touches(*(getattr(found, name)[rows] for name in Touches.__slots__))


def _cancelled(found: Cancelled, day: int) -> Cancelled:
    rows = found.day <= day
    return Cancelled(*(getattr(found, name)[rows] for name in Cancelled.__slots__))


def _contacts(found: Contacts, changes: ContactChanges, day: int) -> Contacts:
    """Whoever is not known to have left by then was there."""
    gone = [
        contact
        for contact, what, when in zip(changes.contact_id.tolist(), changes.what, changes.day.tolist(), strict=True)
        if what == "left" and when <= day
    ]
    return replace(found, active=~np.isin(found.id, np.array(gone, dtype=np.int64)))


def _changes(found: ContactChanges, day: int) -> ContactChanges:
    rows = found.day <= day
    what = tuple(compress(found.what, rows))
    return ContactChanges(found.account[rows], found.contact_id[rows], what, found.day[rows])


def _events(found: Events, day: int) -> Events:
    rows = found.day <= day
    kind, direction = tuple(compress(found.kind, rows)), tuple(compress(found.direction, rows))
    arrays = {name: getattr(found, name)[rows] for name in ("account", "id", "day", "record_id")}
    return replace(found, **arrays, kind=kind, direction=direction)


def _moves(found: Moves, day: int) -> Moves:
    rows = found.day <= day
    return Moves(*(getattr(found, name)[rows] for name in Moves.__slots__))


def _deals(found: Deals, moves: Moves, day: int) -> Deals:
    """Deals with the figures of that day. Since when a competitor is named, or the relationship poor, is not known."""
    was_open = (found.created <= day) & ~(found.closed <= day)
    return replace(
        found,
        account=np.where(was_open, found.account, -1),
        value=_figure(found.value, moves, moves.value_before, moves.value, day),
        probability=_figure(found.probability, moves, moves.probability_before, moves.probability, day),
        close_on=_figure(found.close_on, moves, moves.close_before, moves.close, day),
        poor=np.zeros(len(found.id), dtype=np.bool_),
        competitor=np.zeros(len(found.id), dtype=np.bool_),
        broken=np.zeros(len(found.id), dtype=np.bool_),
    )


def _figure(present: Floats, moves: Moves, before: Floats, after: Floats, day: int) -> Floats:
    """After the last move up to the day, else before the first one after it, else as it is now."""
    figure = present.copy()
    later = np.flatnonzero(moves.day > day)[::-1]
    figure[moves.deal[later]] = before[later]
    earlier = np.flatnonzero(moves.day <= day)
    figure[moves.deal[earlier]] = after[earlier]
    return figure
