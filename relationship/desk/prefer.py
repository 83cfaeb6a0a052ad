"""A colleague's own switches: to be absent from who knows whom, and not to be asked for introductions.

They hold at once and for this colleague alone; only the colleague changes them. Opting out removes the days of
contact and ties; taking it back works them out again from the activities stored for relationship health, while
contact among colleagues alone, of which nothing is stored, is counted anew from then on. Twice is harmless: what
is as wanted already is neither written nor audited.
"""

from relationship import failpoints
from relationship.clock import day_number
from relationship.house import House
from relationship.store.knows import preferences, ties
from relationship.store.knows.preferences import Choice
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action


def prefer(
    house: House, colleague_key: str, *, opted_out: bool | None = None, do_not_ask: bool | None = None
) -> Choice:
    """Set a colleague's switches; None leaves one as it is. Returns what holds now.

    colleague_key  of the signed-in person; also of somebody the directory has not told yet
    The audit log says which switch was turned, in the same transaction.
    """
    now = house.clock()
    with house.store.transaction(alone=True) as conn:
        present = preferences.choice(conn, colleague_key)
        wants_out = present.has_opted_out if opted_out is None else opted_out
        wanted = Choice(
            (present.opted_out_at or now) if wants_out else None,
            present.do_not_ask if do_not_ask is None else do_not_ask,
        )
        if wanted == present:
            return present
        preferences.save(conn, colleague_key, wanted)
        ties.refresh(conn, today=day_number(now, house.config.zone))
        failpoints.passage("desk.prefer.saved")
        changed = {
            "opted_out" if wanted.has_opted_out else "opted_in": wanted.has_opted_out != present.has_opted_out,
            "do_not_ask" if wanted.do_not_ask else "may_ask": wanted.do_not_ask != present.do_not_ask,
        }
        acts = [Act(now, colleague_key, Action.PREFERENCE, switch) for switch, turned in changed.items() if turned]
        audit.add(conn, house.audit_keys(), acts)
    return wanted
