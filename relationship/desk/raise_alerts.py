"""Follow alert rules: look once at each verbatim that is new or replaced and at each account whose team changed; note
who is told.

What is found is written in the transaction that remembers what was looked at, under keys of rule and verbatim: nothing
is raised twice and nothing is left out, wherever a process dies. A rule acts on what comes in after it was switched
on. An open alert stands for the text as it is now; after it was decided only another text raises one again. Where a
person corrected what an alert rested on, it was a false alarm, until the correction is taken back.
Telling people is another act (`tell_alerts.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from relationship import failpoints
from relationship.clock import day_number, real_clock
from relationship.desk import alert_acts, withdraw_alerts
from relationship.house import House
from relationship.store import rules as stored
from relationship.store.alerts import alert_facts, alert_rules, alerts, team_changes, tellings
from relationship.store.alerts.alert_facts import Heard
from relationship.store.alerts.alert_rules import Kept
from relationship.store.alerts.alerts import Earlier, Letter, NewAlert, State
from relationship.store.alerts.team_changes import TeamChange
from relationship.store.alerts.tellings import NewTelling
from relationship.store.outbox import acting
from relationship.store.verbatims import verbatim_corrections
from relationship.store.verbatims.verbatim_corrections import Correction
from relationship.verbatims.alerts.attrition import Profile
from relationship.verbatims.alerts.conditions import Because, judge, perimeter
from relationship.verbatims.alerts.facts import PERIMETER
from relationship.verbatims.alerts.rule import AlertRule
from relationship.verbatims.catalogue import Catalogue
from relationship.verbatims.keywords import folded

MOST_AT_ONCE = 500
# So far back what a customer said counts when the team of the account changes.
TEAM_CHANGE_DAYS = 365
# To be like lost customers is a state of the customer: once in so many days.
LOST_AGAIN_DAYS = 90
EVENT = "alert.raised"


@dataclass(frozen=True, slots=True)
class Looked:
    """verbatims: looked at; raised: alerts that are new."""

    verbatims: int = 0
    raised: int = 0


@dataclass(frozen=True, slots=True)
class _Round:
    """What is the same for all that is looked at in one transaction. now: real time."""

    house: House
    conn: Connection
    now: datetime
    today: int
    rules: Sequence[Kept]
    vips: frozenset[int]
    profile: Profile | None
    told_of_all: tuple[str, ...]
    themes: Catalogue
    lists: dict[int, list[str]] = field(default_factory=dict)


def raise_alerts(house: House, *, clock: Callable[[], datetime] = real_clock) -> Looked:
    """Look at everything since the last look."""
    looked = raised = 0
    while True:
        with house.store.transaction(alone=True) as conn:
            place = alerts.place(conn)
            rules = alert_rules.all_rules(conn, enabled=True)
            if not rules:
                alert_facts.note_all_judged(conn)
                latest = alert_rules.latest_change(conn)
                if latest != place:
                    alerts.move_place(conn, latest)
                return Looked(looked, raised)
            ids = alert_facts.to_judge(conn, limit=MOST_AT_ONCE)
            changes = team_changes.after(conn, place, limit=MOST_AT_ONCE)
            if not ids and not changes:
                return Looked(looked, raised)
            turn = _round(house, conn, rules, clock())
            raised += _of_verbatims(turn, ids) + _of_changes(turn, changes)
            if changes:
                alerts.move_place(conn, changes[-1].id)
            failpoints.passage("raise_alerts.noted")
        looked += len(ids)


def latest_match(rule: AlertRule, heard: Iterable[Heard]) -> tuple[Heard, tuple[Because, ...]] | None:
    """The first of these that the rule is about, and why; None for none."""
    for one in heard:
        found = judge(rule.when, one.facts)
        if found.matches:
            return one, found.because
    return None


def _round(house: House, conn: Connection, rules: Sequence[Kept], now: datetime) -> _Round:
    today = day_number(house.clock(), house.config.zone)
    in_force = stored.current(conn)[1]
    return _Round(
        house=house,
        conn=conn,
        now=now,
        today=today,
        rules=rules,
        vips=alert_facts.vip_accounts(conn, today=today),
        profile=alerts.profile(conn),
        told_of_all=tuple(one.key for one in in_force.actions.endpoints if one.enabled and EVENT in one.events),
        themes=in_force.themes.catalogue(),
        lists=alert_rules.addresses_of(conn, frozenset().union(*(kept.rule.all_lists() for kept in rules))),
    )


def _of_verbatims(turn: _Round, ids: Sequence[int]) -> int:
    heard = alert_facts.heard(turn.conn, ids, today=turn.today, vips=turn.vips, profile=turn.profile)
    raised = 0
    for kept in turn.rules:
        if kept.rule.trigger == "verbatim":
            raised += _of_rule(turn, kept, [one for one in heard if one.arrival > kept.from_verbatim])
    alert_facts.note_judged(turn.conn, heard)
    return raised


def _of_rule(turn: _Round, kept: Kept, heard: Sequence[Heard]) -> int:
    """What one rule makes of texts that are new or replaced; returns how many alerts are new."""
    before = alerts.earlier(turn.conn, kept.id, [one.id for one in heard])
    corrected = verbatim_corrections.of(turn.conn, before)
    new: list[tuple[NewAlert, Heard]] = []
    gone: list[int] = []
    for one in heard:
        found = judge(kept.rule.when, one.facts)
        known = before.get(one.id, [])
        if not found.matches or not kept.rule.is_recent(one.day, turn.today):
            gone += [each.id for each in known if each.state == "new" and not each.is_told]
            if one.id in corrected and not found.matches:
                _call_false(turn, [each for each in known if each.is_told], corrected[one.id])
            continue
        said = alerts.digest(one.facts.text)
        made = NewAlert(_key(kept, one), kept.id, kept.version, one.id, one.account_id, found.because, said)
        standing = next((each for each in known if each.state in tellings.OPEN), None)
        if standing is None and known and known[0].note == alerts.CORRECTED and known[0].said == said:
            standing = known[0]
            alerts.decide(turn.conn, standing.id, State.NEW, at=turn.house.clock(), by=("", ""))
            tellings.wait_again(turn.conn, [standing.id])
        if standing is not None:
            alerts.refresh(turn.conn, standing.id, made)
            _note(turn, kept, {standing.id: one})
        elif _is_new(known, said):
            new.append((made, one))
    alerts.take_back(turn.conn, gone)
    return _raise(turn, kept, new)


def _call_false(turn: _Round, known: Sequence[Earlier], correction: Correction) -> None:
    """Alerts that rested on what a person corrected, and that nobody has decided about."""
    meant = frozenset[str]().union(
        () if correction.threat is None else ("threat",),
        () if correction.emotion is None else ("emotion", "intensity", "opinion"),
        () if correction.themes is None else ("theme",),
    )
    by = (correction.by, correction.by_name)
    for one in known:
        if one.state == State.NEW and one.because & meant:
            at = turn.house.clock()
            alerts.decide(turn.conn, one.id, State.FALSE_ALARM, at=at, by=by, note=alerts.CORRECTED)
            withdraw_alerts.of_decided(turn.conn, [one.id], at=turn.now)
            withdraw_alerts.task_of(turn.conn, one.id, at=turn.now)


def _is_new(known: Sequence[Earlier], said: str) -> bool:
    """What was decided is decided, until the customer says something else."""
    return all(one.said not in ("", said) for one in known)


def _key(kept: Kept, one: Heard) -> str:
    about_customers = any(each.what == "like_lost" and not each.negative for each in kept.rule.when.conditions())
    if about_customers and one.account_id is not None:
        return f"{kept.id}/lost/{one.account_id}/{one.day // LOST_AGAIN_DAYS}"
    return f"{kept.id}/v{one.id}/{one.arrival}"


def _of_changes(turn: _Round, changes: Sequence[TeamChange]) -> int:
    """The latest thing that the customer said and that a rule is about, once for each change of the team; several
    changes in one reading are one."""
    rules = [kept for kept in turn.rules if kept.rule.trigger == "owner_change"]
    latest: dict[int, TeamChange] = {}
    for change in changes if rules else ():
        known = latest.get(change.account_id)
        if known is None or change.is_owner or not known.is_owner:
            latest[change.account_id] = change
    raised = 0
    for change in latest.values():
        heard = alert_facts.said_by(
            turn.conn, change.account_id, since=turn.today - TEAM_CHANGE_DAYS, today=turn.today, vips=turn.vips
        )
        for kept in rules:
            found = latest_match(kept.rule, heard)
            if found is not None and change.id > kept.from_change:
                one, because = found
                key = f"{kept.id}/c{change.id}" if change.is_owner else f"{kept.id}/t{change.account_id}/{turn.today}"
                said = alerts.digest(one.facts.text)
                made = NewAlert(key, kept.id, kept.version, one.id, one.account_id, because, said)
                raised += _raise(turn, kept, [(made, one)])
    return raised


def _raise(turn: _Round, kept: Kept, new: Iterable[tuple[NewAlert, Heard]]) -> int:
    by_key = {made.key: one for made, one in new}
    ids = alerts.add(turn.conn, [made for made, _ in new], at=turn.house.clock())
    _note(turn, kept, {number: by_key[key] for key, number in sorted(ids.items(), key=lambda one: one[1])})
    return len(ids)


def _note(turn: _Round, kept: Kept, found: dict[int, Heard]) -> None:
    """Who hears of these alerts, and what else is done about them; each once."""
    if not found:
        return
    owners = acting.owners(turn.conn, {one.owner_guid for one in found.values() if one.owner_guid})
    told = [telling for number, one in found.items() for telling in _tellings(turn, kept, number, one, owners)]
    tellings.add(turn.conn, kept.id, told, at=turn.now)
    alert_acts.act(turn.conn, turn.house, kept, found, at=turn.now, themes=turn.themes)
    if kept.rule.letter is not None:
        alerts.add_letters(turn.conn, [_letter(kept, number, one) for number, one in found.items()])


def _tellings(turn: _Round, kept: Kept, number: int, one: Heard, owners: dict[str, str]) -> Iterator[NewTelling]:
    to = kept.rule.recipients
    if to.owner and one.owner_guid in owners:
        yield NewTelling(number, f"person/{owners[one.owner_guid]}")
    elif to.owner:
        instead = "owner_gone" if one.owner_guid else "no_owner"
        for key in to.fallback or (alert_rules.saved_by(turn.conn, kept.id),):
            if key:
                yield NewTelling(number, f"person/{key}", instead=instead)
    for target in _targets(turn, kept, one):
        yield NewTelling(number, target)


def _targets(turn: _Round, kept: Kept, one: Heard) -> Iterator[str]:
    to = kept.rule.recipients
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


def _letter(kept: Kept, number: int, one: Heard) -> Letter:
    found = kept.rule.letter_for(one.language)
    if found is None:
        raise ValueError("a rule without a letter")
    language, letter = found
    return Letter(number, one.address, language, letter.subject, letter.body, "draft")
