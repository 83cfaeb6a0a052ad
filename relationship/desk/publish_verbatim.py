"""Publish a customer's words inside, for everybody who signs in, or take them back; written down in the audit trail.

Twice is harmless. What is erased, or replaced by other words, is not shown any more.
"""

from relationship.clock import real_clock
from relationship.house import House
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action
from relationship.store.verbatims import best_verbatims, verbatims


def publish(house: House, number: int, *, words: str, shows_customer: bool, by: str, by_name: str) -> bool:
    """False when there is no such text any more, or its words are not those that were read.

    words  digest of the text as it was read (`best_verbatims.digest`)
    """
    with house.store.transaction() as conn:
        found = verbatims.of_ids(conn, [number])
        if not found or best_verbatims.digest(found[0].text) != words:
            return False
        now = real_clock()
        best_verbatims.publish(conn, number, words, shows_customer=shows_customer, at=now, by=by, by_name=by_name)
        shown = "with_customer" if shows_customer else "without_customer"
        audit.add(conn, house.audit_keys(), [Act(now, by, Action.PUBLICATION, f"verbatim:{number}", shown)])
        return True


def withdraw(house: House, number: int, *, by: str) -> bool:
    """False when it was not published."""
    with house.store.transaction() as conn:
        if not best_verbatims.withdraw(conn, number):
            return False
        act = Act(real_clock(), by, Action.PUBLICATION, f"verbatim:{number}", "withdrawn")
        audit.add(conn, house.audit_keys(), [act])
        return True
