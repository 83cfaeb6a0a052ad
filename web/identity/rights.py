"""What pages and calls of the API ask of the door to records (`relationship/access.py`), for whoever is signed in."""

from collections.abc import Callable, Iterable

from flask import abort

from relationship.access import RightsUnknown
from relationship.activities import RecordKind, RecordRef
from relationship.store.lists.record_lists import RecordPage
from relationship.store.privacy.audit import Action
from relationship.store.reading.reading_scope import Scope
from web import audit
from web.house import house
from web.identity.members import member


def may_open(kind: RecordKind, guid: str) -> None:
    """Before anything else of a page about one record: the CRM is asked, and a record that is not there answers like
    one that may not be read. Raises RightsUnknown when the CRM cannot be asked (503)."""
    ref = RecordRef(kind, guid)
    if not house().door.opens(member().reader, ref):
        audit.note(Action.ACCESS, str(ref), actor=member().oid, result="refused")
        abort(404)


def opened(kind: RecordKind, guid: str) -> Scope:
    """The reader's scope with one record that `may_open` let through."""
    return member().scope.having(RecordRef(kind, guid))


def among(refs: Iterable[RecordRef]) -> frozenset[RecordRef]:
    """Which of the records that an answer is about to show may be shown: one request for all of them."""
    return house().door.among(member().reader, refs)


def page(
    kind: RecordKind, read: Callable[[Scope, str | None, int], RecordPage], *, place: str | None, size: int
) -> RecordPage:
    """A page of a list, every row asked of the CRM and made up for where it withholds some.

    read  the query of the list: scope, place, how many
    """
    return house().door.page(member().reader, kind, read, place=place, size=size, scope=member().scope)


def figures_wait(kind: RecordKind) -> bool:
    """Whether totals over all records of a kind cannot be told yet: "figures are being prepared"."""
    return not member().scope.knows(kind)


def need_figures(kind: RecordKind) -> None:
    """For exports and drawings, which are nothing without the whole set: 503 with the advice to wait a moment."""
    if figures_wait(kind):
        raise RightsUnknown(
            "What you may read in Dynamics 365 is being read.",
            next_step="Try again in a moment.",
            code="rights_being_read",
        )
