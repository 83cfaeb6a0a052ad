"""What people say about a text against the machine: whose words they are, and what they mean.

Each act is one transaction with an entry in the audit log, and can be taken back; alert rules look at the text again.
Twice is harmless: the same correction or link says nothing new.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind
from relationship.house import House
from relationship.store import rules as stored
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action
from relationship.store.verbatims import (
    verbatim_corrections,
    verbatim_figures,
    verbatim_links,
    verbatim_scores,
    verbatims,
)
from relationship.store.verbatims.verbatim_corrections import Correction
from relationship.store.verbatims.verbatims import Kept
from relationship.verbatims import analyse

_record = tables.table(Record)


def link(house: House, number: int, *, account: str, contact: str | None, by: str, by_name: str) -> int:
    """Say whose words a text of nobody known are; all texts of its speaker follow, also later ones.

    account, contact: GUIDs.  Returns how many texts are of the account now; 0 when text or account is not there, or
    the account of the text is known.
    """
    with house.store.transaction() as conn:
        found = verbatims.of_ids(conn, [number])
        account_id = _account(conn, account)
        if not found or account_id is None or (found[0].account_id and verbatim_figures.link_of(conn, number) is None):
            return 0
        sort, name = verbatim_links.name_of(found[0], verbatim_figures.key_of(conn, number))
        at = house.clock()
        ids = verbatim_links.save(
            conn, sort, name, account_id=account_id, contact_guid=contact, at=at, by=by, by_name=by_name
        )
        verbatim_scores.forget_of(conn, ids)
        verbatim_scores.note_of(conn, ids, at=at, by=by, by_name=by_name)
        verbatims.touch(conn, ids)
        _note(house, conn, by, number, "linked")
    return len(ids)


def unlink(house: House, number: int, *, by: str) -> int:
    """Take back whose words a text are; returns how many texts are of nobody known again."""
    with house.store.transaction() as conn:
        link_id = verbatim_figures.link_of(conn, number)
        if link_id is None:
            return 0
        ids = verbatim_links.remove(conn, link_id)
        verbatim_scores.forget_of(conn, ids)
        _note(house, conn, by, number, "unlinked")
    return len(ids)


def correct(house: House, number: int, wanted: Correction, *, by: str, by_name: str) -> bool:
    """Say what a text means, as far as `wanted` does; False when it is not there."""
    with house.store.transaction() as conn:
        text = _computed(conn, number)
        if text is None:
            return False
        if wanted == Correction():
            verbatim_corrections.remove(conn, number)
        else:
            at = house.clock()
            verbatim_corrections.save(conn, number, text.text, wanted, at=at, by=by, by_name=by_name)
            verbatim_corrections.apply(conn, number, wanted)
        verbatims.touch(conn, [number])
        _note(house, conn, by, number, "corrected" if wanted != Correction() else "taken_back")
    return True


def undo(house: House, number: int, *, by: str) -> bool:
    """What was computed counts again."""
    return correct(house, number, Correction(), by=by, by_name="")


def _computed(conn: Connection, number: int) -> Kept | None:
    """Bring a text to what is computed of it."""
    found = verbatims.of_ids(conn, [number])
    if not found:
        return None
    themes = stored.current(conn)[1].themes
    analysis = analyse(found[0].text, found[0].language, themes.catalogue())
    verbatims.understood(conn, number, analysis, words=themes.words_version())
    return found[0]


def _account(conn: Connection, guid: str) -> int | None:
    query = sa.select(_record.c.id).where(_record.c.kind == RecordKind.ACCOUNT.value, _record.c.guid == guid)
    return conn.scalars(query).one_or_none()


def _note(house: House, conn: Connection, by: str, number: int, result: str) -> None:
    audit.add(conn, house.audit_keys(), [Act(house.clock(), by, Action.VERBATIM, str(number), result)])
