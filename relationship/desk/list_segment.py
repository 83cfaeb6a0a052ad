"""Put those who said something on a list: a snapshot of a segment, for a campaign or a call. Written down."""

from collections.abc import Sequence

from relationship.clock import real_clock
from relationship.desk.alert_rules import MOST_ON_A_LIST, NotSaved
from relationship.house import House
from relationship.store.alerts import alert_rules
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action


def put_on_list(house: House, number: int, people: Sequence[tuple[str, int]], *, by: str) -> int:
    """Add addresses with their accounts; returns how many are new. Twice is harmless.

    raises  NotSaved: the list is gone, or would be too long
    """
    now = real_clock()
    with house.store.transaction() as conn:
        known = next((one for one in alert_rules.lists(conn) if one.id == number), None)
        if known is None:
            raise NotSaved("list_gone")
        if known.entries + len(people) > MOST_ON_A_LIST:
            raise NotSaved("list_full")
        added = sum(
            alert_rules.put_on_list(conn, number, at=now, address=address, account_id=account)
            for address, account in people
        )
        act = Act(now, by, Action.EXPORT, f"alert-list/{number}", f"{added} entries")
        audit.add(conn, house.audit_keys(), [act])
    return added
