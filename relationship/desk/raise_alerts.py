"""Follow alert rules: look once at each new verbatim and at each account that came to another owner; note who is told.

What is found is written in the transaction that moves our place on, under keys of rule and verbatim: nothing is raised
twice and nothing is left out, wherever a process dies. A rule acts on what comes in after it was switched on.
Telling people is another act (`tell_alerts.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from relationship import failpoints
from relationship.clock import day_number, real_clock
from relationship.desk import enqueue
from relationship.house import House
from relationship.letters import alert_letters
from relationship.store import rules as stored
from relationship.store.alerts import alert_facts, alert_rules, alerts
from relationship.store.alerts.alert_facts import Heard
from relationship.store.alerts.alert_rules import Kept
from relationship.store.alerts.alerts import Letter, NewAlert
from relationship.store.outbox import acting, mail_choices
from relationship.store.outbox.outbox import CrmTask
from relationship.verbatims.alerts.attrition import Profile
from relationship.verbatims.alerts.conditions import judge, perimeter
from relationship.verbatims.alerts.facts import PERIMETER
from relationship.verbatims.keywords import folded

MOST_AT_ONCE = 500
# So far back what a customer said counts when the account comes to another owner.
OWNER_CHANGE_DAYS = 365
MOST_OF_AN_ACCOUNT = 200
EVENT = "alert.raised"


@dataclass(frozen=True, slots=True)
class Looked:
    """verbatims: looked at; raised: alerts that are new."""

    verbatims: int = 0
    raised: int = 0


@dataclass(frozen=True, slots=True)
class _Round:
    """What is the same for all that is looked at in one transaction."""

    house: House
    conn: Connection
    now: datetime
    today: int
    rules: Sequence[Kept]
    vips: frozenset[int]
    profile: Profile | None
    told_of_all: tuple[str, ...]
    lists: dict[int, list[str]] = field(default_factory=dict)


def raise_alerts(house: House, *, clock: Callable[[], datetime] = real_clock) -> Looked:
    """Look at everything since the last look."""
    looked = raised = 0
    while True:
        with house.store.transaction(alone=True) as conn:
            verbatim, change = alerts.place(conn)
            rules = alert_rules.all_rules(conn, enabled=True)
            if not rules:
                latest = alert_facts.latest_id(conn), alert_rules.latest_change(conn)
                if latest != (verbatim, change):
                    alerts.move_place(conn, *latest)
                return Looked(looked, raised)
            ids = alert_facts.ids_after(conn, verbatim, limit=MOST_AT_ONCE)
            changes = alerts.owner_changes(conn, change, limit=MOST_AT_ONCE)
            if not ids and not changes:
                return Looked(looked, raised)
            turn = _round(house, conn, rules, clock())
            raised += _of_verbatims(turn, ids) + _of_changes(turn, changes)
            alerts.move_place(conn, ids[-1] if ids else verbatim, changes[-1][0] if changes else change)
            failpoints.passage("raise_alerts.noted")
        looked += len(ids)


def _round(house: House, conn: Connection, rules: Sequence[Kept], now: datetime) -> _Round:
    today = day_number(house.clock(), house.config.zone)
    endpoints = stored.current(conn)[1].actions.endpoints
    return _Round(
        house=house,
        conn=conn,
        now=now,
        today=today,
        rules=rules,
        vips=alert_facts.vip_accounts(conn, today=today),
        profile=alerts.profile(conn),
        told_of_all=tuple(one.key for one in endpoints if one.enabled and EVENT in one.events),
        lists=alert_rules.addresses_of(conn, frozenset().union(*(kept.rule.all_lists() for kept in rules))),
    )


def _of_verbatims(turn: _Round, ids: Sequence[int]) -> int:
    heard = alert_facts.heard(turn.conn, ids, today=turn.today, vips=turn.vips, profile=turn.profile)
    raised = 0
    for kept in turn.rules:
        if kept.rule.trigger == "verbatim":
            found = [(f"{kept.id}/v{one.id}", one) for one in heard if one.id > kept.from_verbatim]
            raised += _raise(turn, kept, found)
    return raised


def _of_changes(turn: _Round, changes: Sequence[tuple[int, int]]) -> int:
    """The latest thing that the customer said and that a rule is about, once for each change of owner."""
    rules = [kept for kept in turn.rules if kept.rule.trigger == "owner_change"]
    raised = 0
    for number, account_id in changes if rules else ():
        ids = alert_facts.ids_between(
            turn.conn,
            since=turn.today - OWNER_CHANGE_DAYS,
            until=turn.today,
            limit=MOST_OF_AN_ACCOUNT,
            account_id=account_id,
        )
        heard = {one.id: one for one in alert_facts.heard(turn.conn, ids, today=turn.today, vips=turn.vips)}
        for kept in rules:
            matching = (heard[one] for one in ids if judge(kept.rule.when, heard[one].facts).matches)
            latest = next(matching, None)
            if latest is not None and number > kept.from_change:
                raised += _raise(turn, kept, [(f"{kept.id}/c{number}", latest)])
    return raised


def _raise(turn: _Round, kept: Kept, candidates: Iterable[tuple[str, Heard]]) -> int:
    new: list[NewAlert] = []
    by_key: dict[str, Heard] = {}
    for key, one in candidates:
        found = judge(kept.rule.when, one.facts)
        if found.matches:
            new.append(NewAlert(key, kept.id, kept.version, one.id, one.account_id, found.because))
            by_key[key] = one
    ids = alerts.add(turn.conn, new, at=turn.now)
    if not ids:
        return 0
    owners = acting.owners(turn.conn, {by_key[key].owner_guid for key in ids if by_key[key].owner_guid})
    told = [
        (number, target)
        for key, number in sorted(ids.items(), key=lambda one: one[1])
        for target in _targets(turn, kept, by_key[key], owners)
    ]
    alerts.add_tellings(turn.conn, kept.id, told, at=turn.now)
    _do(turn, kept, {number: by_key[key] for key, number in ids.items()}, owners)
    return len(ids)


def _targets(turn: _Round, kept: Kept, one: Heard, owners: dict[str, str]) -> Iterator[str]:
    to = kept.rule.recipients
    if to.owner and one.owner_guid in owners:
        yield f"person/{owners[one.owner_guid]}"
    people, addresses, lists = [*to.people], [*to.addresses], [*to.lists]
    for part in to.perimeters:
        value = perimeter(one.facts, part.what) if part.what in PERIMETER else one.facts.segment
        if value and folded(value) == folded(part.value):
            people += part.people
            addresses += part.addresses
            lists += part.lists
    addresses += [address for number in lists for address in turn.lists.get(number, ())]
    yield from (f"person/{key}" for key in people)
    yield from (f"address/{address}" for address in addresses)
    of_all = () if kept.owner_key else turn.told_of_all
    yield from (f"endpoint/{key}" for key in dict.fromkeys((*kept.rule.endpoints, *of_all)))
    if kept.rule.folder:
        yield "folder"


def _do(turn: _Round, kept: Kept, found: dict[int, Heard], owners: dict[str, str]) -> None:
    """Task in the CRM, entry in a list, letter that waits for a person."""
    rule = kept.rule
    if rule.list_into is not None:
        for number, one in found.items():
            if one.address or one.account_id is not None:
                alert_rules.put_on_list(
                    turn.conn,
                    rule.list_into,
                    at=turn.now,
                    address=one.address,
                    account_id=one.account_id,
                    alert_id=number,
                )
    if rule.letter is not None:
        letters = [
            Letter(number, one.address, one.language, rule.letter.subject, rule.letter.body, "draft")
            for number, one in found.items()
            if one.address
        ]
        alerts.add_letters(turn.conn, letters)
    if rule.task:
        for alert in alerts.of_ids(turn.conn, sorted(found)):
            one = found[alert.id]
            if one.account is not None:
                _create_task(turn, kept, alert, one, owners)


def _create_task(turn: _Round, kept: Kept, alert: alerts.Raised, one: Heard, owners: dict[str, str]) -> None:
    """One task a day for each account and rule, however much the customer says."""
    owner = owners.get(one.owner_guid, "")
    language = mail_choices.choice(turn.conn, owner).language if owner else "fr"
    link = f"{turn.house.config.base_url.rstrip('/')}/alerts/{alert.id}"
    subject, description = alert_letters.task_texts(
        alert, subject=kept.rule.task_subject, language=language, link=link
    )  # fmt: skip
    day = turn.house.clock().astimezone(turn.house.config.zone).date()
    task = CrmTask(
        subject=subject,
        description=description,
        due_on=day + timedelta(days=kept.rule.task_days),
        regarding=one.account,
        owner_guid=one.owner_guid,
        priority="high",
    )
    key = f"alert-task/{kept.id}/{one.account_id}/{day.isoformat()}"
    enqueue.crm_task(turn.conn, turn.house, key=key, task=task, event=EVENT, at=turn.now)
