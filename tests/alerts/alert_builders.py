"""Verbatims in the store as they are after they were heard, rules, and a bench on which alerts leave."""

from typing import Any

import orjson
import sqlalchemy as sa
from outbox.outbox_bench import NOON, Bench
from sqlalchemy import Connection

from relationship.access import AppRole, Reader
from relationship.clock import day_number
from relationship.desk import alert_rules
from relationship.desk.alert_rules import Person
from relationship.desk.hear import Said, hear
from relationship.desk.raise_alerts import raise_alerts
from relationship.desk.tell_alerts import tell
from relationship.store import tables
from relationship.store.alerts import alerts
from relationship.store.alerts.alerts import Raised
from relationship.store.crm.record_tables import Record
from relationship.store.database import Store
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_MARK
from relationship.store.verbatims.verbatims import Source
from relationship.verbatims import analyse
from relationship.verbatims.alerts.conditions import Condition, Group, When
from relationship.verbatims.alerts.rule import AlertRule

ADMIN = Person(Reader("anne", frozenset({AppRole.SALES_ADMIN})), "Anne")
_record = tables.table(Record)


def account_id(conn: Connection, guid: str = "a1") -> int:
    found = conn.scalar(sa.select(_record.c.id).where(_record.c.kind == "account", _record.c.guid == guid))
    assert found is not None
    return int(found)


def say(bench: Bench, text: str, **columns: Any) -> int:
    """A customer says something; it is understood as the product understands it."""
    return say_all(bench.house.store, [text], today=day_number(bench.now(), bench.house.config.zone), **columns)[0]


def hears(bench: Bench, text: str, *, days_ago: int = 0, **fields: Any) -> int:
    """A text comes in by the one door; its number, also where it replaced another one."""
    day = day_number(bench.now(), bench.house.config.zone) - days_ago
    said = Said(Source.SURVEY, day, text, **fields)
    outcome = hear(bench.house, [said], by="anne")
    assert outcome.refused == ()
    with bench.house.store.reading() as conn:
        found = conn.scalar(sa.select(sa.func.max(VERBATIM.c.id)).where(VERBATIM.c.text == text))
    assert found is not None
    return int(found)


def say_all(store: Store, texts: list[str], *, today: int, account: str | None = "a1", **columns: Any) -> list[int]:
    found = []
    with store.transaction() as conn:
        first = conn.scalar(sa.select(sa.func.max(VERBATIM.c.id))) or 0
        number = account_id(conn, account) if account else None
        rows, marks = [], []
        understood = {text: analyse(text) for text in set(texts)}
        for place, text in enumerate(texts, start=first + 1):
            seen = understood[text]
            rows.append(_row(place, text, seen, number, today) | columns)
            themes = {"/".join(one.split("/")[:depth]) for one in seen.themes for depth in (1, 2, 3)}
            for sort, words in (("theme", themes), ("sensitivity", seen.sensitivities), ("moment", seen.moments)):
                marks += [{"verbatim_id": place, "sort": sort, "word": word} for word in sorted(set(words))]
            found.append(place)
        conn.execute(sa.insert(VERBATIM), rows)
        if marks:
            conn.execute(sa.insert(VERBATIM_MARK), marks)
    return found


def _row(number: int, text: str, seen: Any, account: int | None, today: int) -> dict[str, Any]:
    return {
        "id": number, "arrival": number, "key": f"t{number}",
        "source": "survey", "day": today, "text": text, "language": seen.language,
        "account_id": account, "contact_guid": None, "address": "", "customer_id": "", "line_id": "",
        "satisfaction": None, "recommendation": None, "filters": "{}", "information": "{}",
        "emotion": str(seen.emotion), "intensity": seen.intensity, "polarity": seen.polarity,
        "temperature": seen.index, "threat": seen.threat.kind if seen.threat else "",
        "threat_degree": seen.threat.degree if seen.threat else 0.0,
        "analysis": orjson.dumps(seen.as_json()).decode(), "analysed_with": "1",
        "added_at": NOON, "added_by": "", "added_by_name": "",
    }  # fmt: skip


def about(what: str, *values: str, **more: Any) -> When:
    return When(groups=(Group(conditions=(Condition(what=what, values=values, **more),)),))


def rule(when: When, **fields: Any) -> AlertRule:
    return AlertRule.model_validate({"name": "Règle", "when": when, **fields})


def switch_on(bench: Bench, wanted: AlertRule, person: Person = ADMIN) -> int:
    return alert_rules.save(bench.house, wanted, enabled=True, person=person)


def run(bench: Bench) -> int:
    """One round of the scheduler: rules are followed, then people are told; returns how many alerts are new."""
    looked = raise_alerts(bench.house, clock=bench.now)
    tell(bench.house, clock=bench.now)
    return looked.raised


def owned(bench: Bench, owner: str = "su-anne", **columns: Any) -> None:
    """The account has an owner, and what else the CRM tells of it."""
    with bench.house.store.transaction() as conn:
        conn.execute(sa.update(_record).where(_record.c.kind == "account").values(owner_guid=owner, **columns))


def all_alerts(bench: Bench) -> list[Raised]:
    """Newest first."""
    with bench.house.store.reading() as conn:
        return alerts.page(conn, limit=20_000)
