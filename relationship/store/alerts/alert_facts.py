"""What alert rules ask about verbatims, read set by set: the words, what was understood, and whose they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of
from relationship.store import tables
from relationship.store.alerts import last_texts
from relationship.store.chunks import in_chunks
from relationship.store.crm.record_tables import Record, RecordAddress
from relationship.store.customers.score_tables import ACCOUNT_HEALTH, ACCOUNT_SCORE
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_MARK
from relationship.verbatims.alerts.attrition import Profile
from relationship.verbatims.alerts.conditions import perimeter
from relationship.verbatims.alerts.facts import PERIMETER, Facts, Span
from relationship.verbatims.alerts.vip import Revenue, top_contributors
from relationship.verbatims.keywords import folded

_record = tables.table(Record)
_contact = _record.alias("contact")
_address = tables.table(RecordAddress)
# Sales of so many days stand for the revenue of an account that tells none.
SALES_DAYS = 365
MOST_OF_AN_ACCOUNT = 200
MOST_FOR_VALUES = 5_000
# Rules read no further into a text: whoever writes more has said it by then.
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Heard:
    """One verbatim as rules and pages need it. account: None while nobody knows whose words they are; address: of
    whoever said it, '' unknown."""

    id: int
    day: int
    language: str
    facts: Facts
    account_id: int | None = None
    account: RecordRef | None = None
    account_name: str = ""
    owner_guid: str = ""
    contact_guid: str = ""
    address: str = ""
    arrival: int = 0


def heard(
    conn: Connection,
    ids: Sequence[int],
    *,
    today: int,
    vips: frozenset[int] | None = None,
    profile: Profile | None = None,
) -> list[Heard]:
    """These verbatims by id, those that are still there. vips: accounts as `vip_accounts` finds them, when known."""
    known = vip_accounts(conn, today=today) if vips is None else vips
    found: list[Heard] = []
    for chunk in in_chunks(list(ids)):
        rows = conn.execute(_query().where(VERBATIM.c.id.in_(chunk)).order_by(VERBATIM.c.id)).all()
        marks = _marks(conn, chunk)
        found += [_heard(row, marks.get(row.id, {}), known) for row in rows]
    return found if profile is None or not profile.is_of_use else _marked(conn, found, profile)


def _marked(conn: Connection, found: Sequence[Heard], profile: Profile) -> list[Heard]:
    """The same with how much each customer's last texts are like those of lost customers."""
    spoken = {(one.account_id, one.day, one.id) for one in found if one.account_id is not None}
    said = last_texts.before(conn, spoken)
    return [
        replace(one, facts=profile.marked(one.facts, said[one.id])) if one.account_id is not None else one
        for one in found
    ]


def to_judge(conn: Connection, *, limit: int) -> list[int]:
    """Numbers of verbatims that are new or replaced since rules looked at them last; what rules are to overlook is
    noted as looked at."""
    waits = VERBATIM.c.judged < VERBATIM.c.arrival
    conn.execute(sa.update(VERBATIM).where(waits, VERBATIM.c.overlooked).values(judged=VERBATIM.c.arrival))
    which = (waits, VERBATIM.c.overlooked.is_(False))
    return list(conn.scalars(sa.select(VERBATIM.c.id).where(*which).order_by(VERBATIM.c.id).limit(limit)))


def note_judged(conn: Connection, heard: Sequence[Heard]) -> None:
    """Rules looked at these as they were read; what was replaced meanwhile is looked at again."""
    columns = VERBATIM.c
    which = sa.and_(columns.id == sa.bindparam("of"), columns.arrival == sa.bindparam("as_read"))
    rows = [{"of": one.id, "as_read": one.arrival} for one in heard]
    if rows:
        conn.execute(sa.update(VERBATIM).where(which).values(judged=sa.bindparam("as_read")), rows)


def note_all_judged(conn: Connection) -> None:
    """No rule is on: nobody looks at what came in so far."""
    conn.execute(sa.update(VERBATIM).where(VERBATIM.c.judged < VERBATIM.c.arrival).values(judged=VERBATIM.c.arrival))


def ids_between(conn: Connection, *, since: int, until: int, limit: int, account_id: int | None = None) -> list[int]:
    """Numbers of the verbatims of these days, the latest first."""
    columns = VERBATIM.c
    which = [columns.day >= since, columns.day <= until]
    if account_id is not None:
        which.append(columns.account_id == account_id)
    query = sa.select(columns.id).where(*which).order_by(columns.day.desc(), columns.id.desc())
    return list(conn.scalars(query.limit(limit)))


def said_by(conn: Connection, account_id: int, *, since: int, today: int, vips: frozenset[int]) -> list[Heard]:
    """What the customer of an account said since then, the latest first."""
    ids = ids_between(conn, since=since, until=today, limit=MOST_OF_AN_ACCOUNT, account_id=account_id)
    found = {one.id: one for one in heard(conn, ids, today=today, vips=vips)}
    return [found[one] for one in ids]


def perimeter_values(conn: Connection) -> dict[str, list[str]]:
    """What is known of sites, business units, responsibility centres and segments: of the latest texts and of the
    accounts in the CRM, by name."""
    found: dict[str, dict[str, str]] = {what: {} for what in (*PERIMETER, "segment")}
    latest = sa.select(VERBATIM.c.filters).where(VERBATIM.c.filters != "{}").order_by(VERBATIM.c.id.desc())
    for filters in conn.scalars(latest.limit(MOST_FOR_VALUES)):
        facts = Facts("", filters={str(name): str(value) for name, value in orjson.loads(filters).items()})
        for what in PERIMETER:
            value = perimeter(facts, what)
            found[what].setdefault(folded(value), value)
    columns = _record.c
    of_accounts = sa.select(columns.team_name, columns.segment).where(columns.kind == RecordKind.ACCOUNT.value)
    for unit, segment in conn.execute(of_accounts.distinct()):
        found["business_unit"].setdefault(folded(unit), unit)
        found["segment"].setdefault(folded(segment), segment)
    return {what: sorted(value for value in values.values() if value) for what, values in found.items()}


def vip_accounts(conn: Connection, *, today: int) -> frozenset[int]:
    """The accounts that contribute most: by their revenue of a year, else by what was won with them in the last one."""
    columns = _record.c
    revenues = [
        Revenue(number, currency, arr)
        for number, currency, arr in conn.execute(
            sa.select(columns.id, columns.currency, columns.arr).where(
                columns.kind == RecordKind.ACCOUNT.value, columns.arr > 0
            )
        )
    ]
    if not revenues:
        account = _record.alias("account")
        won = (
            sa.select(account.c.id, columns.currency, sa.func.sum(columns.value))
            .join_from(_record, account, sa.and_(account.c.guid == columns.account_guid, account.c.kind == "account"))
            .where(
                columns.kind == RecordKind.OPPORTUNITY.value,
                columns.status == "won",
                columns.value > 0,
                columns.closed_on >= day_of(today) - timedelta(days=SALES_DAYS),
            )
            .group_by(account.c.id, columns.currency)
        )
        revenues = [Revenue(*row) for row in conn.execute(won)]
    return top_contributors(revenues)


def _query() -> sa.Select[Any]:
    columns = VERBATIM.c
    churn = (
        sa.select(ACCOUNT_SCORE.c.value)
        .where(ACCOUNT_SCORE.c.account_id == columns.account_id, ACCOUNT_SCORE.c.score == "churn")
        .order_by(ACCOUNT_SCORE.c.day.desc())
        .limit(1)
        .scalar_subquery()
    )
    written = (
        sa.select(sa.func.min(_address.c.address))
        .join_from(_address, _contact, _contact.c.id == _address.c.record_id)
        .where(_contact.c.kind == RecordKind.CONTACT.value, _contact.c.guid == columns.contact_guid)
        .where(_address.c.address.contains("@"))
        .scalar_subquery()
    )
    return (
        sa.select(
            VERBATIM,
            _record.c.guid.label("account_guid"),
            _record.c.name.label("account_name"),
            _record.c.owner_guid,
            _record.c.segment,
            _record.c.team_name,
            ACCOUNT_HEALTH.c.score.label("health"),
            ACCOUNT_HEALTH.c.status.label("health_status"),
            churn.label("churn"),
            written.label("written"),
        )
        .outerjoin(_record, _record.c.id == columns.account_id)
        .outerjoin(ACCOUNT_HEALTH, ACCOUNT_HEALTH.c.account_id == columns.account_id)
    )


def _marks(conn: Connection, ids: Sequence[int]) -> dict[int, dict[str, dict[str, int]]]:
    found: dict[int, dict[str, dict[str, int]]] = {}
    mark = VERBATIM_MARK.c
    query = sa.select(mark.verbatim_id, mark.sort, mark.word, mark.degree).where(mark.verbatim_id.in_(ids))
    for number, sort, word, degree in conn.execute(query):
        found.setdefault(number, {}).setdefault(sort, {})[word] = degree
    return found


def _heard(row: Any, marks: Mapping[str, Mapping[str, int]], vips: frozenset[int]) -> Heard:
    text = row.text[:LONGEST_TEXT]
    facts = Facts(
        text=text,
        source=row.source,
        emotion=row.emotion,
        intensity=row.intensity,
        polarity=row.polarity,
        threat=row.threat,
        threat_degree=row.threat_degree,
        themes=frozenset(marks.get("theme", ())),
        sensitivities=frozenset(marks.get("sensitivity", ())),
        moments=frozenset(marks.get("moment", ())),
        degrees=marks.get("sensitivity", {}),
        threat_level=row.threat_level,
        satisfaction=row.satisfaction,
        recommendation=row.recommendation,
        filters={str(name): str(value) for name, value in orjson.loads(row.filters or "{}").items()},
        segment=row.segment or "",
        unit=row.team_name or "",
        is_vip=row.account_id in vips,
        health=row.health,
        health_status=row.health_status or "",
        churn=row.churn,
        spans=_spans(row.analysis, len(text)),
    )
    return Heard(
        id=row.id,
        day=row.day,
        language=row.language if row.language in ("fr", "en") else "fr",
        facts=facts,
        account_id=row.account_id,
        account=RecordRef(RecordKind.ACCOUNT, row.account_guid) if row.account_guid else None,
        account_name=row.account_name or "",
        owner_guid=row.owner_guid or "",
        contact_guid=row.contact_guid or "",
        address=row.address or row.written or "",
        arrival=row.arrival,
    )


def _spans(analysis: str, longest: int) -> tuple[Span, ...]:
    """The places that were marked when the text was understood, those that lie within it."""
    found = []
    for one in orjson.loads(analysis or "{}").get("spans", ()):
        start, end, sort, word = (one["start"], one["end"], one["sort"], one["word"]) if isinstance(one, dict) else one
        if 0 <= start < end <= longest:
            found.append(Span(start, end, str(sort), str(word)))
    return tuple(found)
