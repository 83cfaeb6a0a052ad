"""Follow the organisation's rules for changes of ratings and trends: notify, create tasks, call webhooks.

Each change is looked at once, in the order of the ledger; what it leads to is enqueued in the transaction that moves
our place on, under keys of the change, so that nothing is done twice and nothing is left out, wherever a process dies.
A rule acts on what happens after it was saved, never on the past.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from relationship import failpoints
from relationship.activities import RecordRef
from relationship.clock import real_clock
from relationship.desk import enqueue
from relationship.house import House
from relationship.letters import change_letters
from relationship.letters.change_letters import PLACES, Told
from relationship.store import rules as stored
from relationship.store.outbox import acting, mail_choices
from relationship.store.outbox.outbox import CrmTask
from relationship.store.ratings import rating_changes
from relationship.store.ratings.rating_changes import Change
from settings.rules.actions import ActionRule, Actions

MOST_AT_ONCE = 200
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Acted:
    """changes: looked at; actions: enqueued because of them."""

    changes: int = 0
    actions: int = 0


def act(house: House, *, clock: Callable[[], datetime] = real_clock) -> Acted:
    """Look at every change since the last look."""
    looked = actions = 0
    while True:
        with house.store.transaction(alone=True) as conn:
            place = acting.acted_up_to(conn)
            if place is None:
                acting.note_acted(conn, rating_changes.latest_id(conn))
                return Acted()
            changes = rating_changes.after(conn, place, limit=MOST_AT_ONCE)
            if not changes:
                return Acted(looked, actions)
            _version, rules = stored.current(conn)
            actions += _follow(house, conn, rules.actions, changes, clock())
            acting.note_acted(conn, changes[-1].id)
            failpoints.passage("act_on_changes.enqueued")
        failpoints.passage("act_on_changes.committed")
        looked += len(changes)


def _follow(house: House, conn: Connection, actions: Actions, changes: Sequence[Change], now: datetime) -> int:
    if not any(rule.enabled for rule in actions.rules) and not any(one.events for one in actions.endpoints):
        return 0
    refs = {change.id: RecordRef(change.kind, change.guid) for change in changes}
    values = acting.values(conn, set(refs.values()))
    owners = acting.owners(conn, {change.owner_guid for change in changes if change.owner_guid})
    done = 0
    for change in changes:
        ref = refs[change.id]
        value = values.get(ref, (None, ""))[0]
        due = [rule for rule in actions.rules if _is_due(rule, change, value)]
        if due or any(f"{change.what}.changed" in one.events for one in actions.endpoints):
            done += _Doing(house, conn, change, ref, values.get(ref, (None, "")), owners, now).all(due, actions)
    return done


def _is_due(rule: ActionRule, change: Change, value: float | None) -> bool:
    return rule.acts_at(
        kind=change.kind.value,
        what=change.what,
        before=change.before,
        after=change.after,
        cause=change.cause,
        value=value,
    )


@dataclass(frozen=True, slots=True)
class _Doing:
    """What one change leads to. Several rules that want the same of one change have it once."""

    house: House
    conn: Connection
    change: Change
    ref: RecordRef
    worth: tuple[float | None, str]
    owners: dict[str, str]
    now: datetime

    def all(self, due: Sequence[ActionRule], actions: Actions) -> int:
        owner_key = self.owners.get(self.change.owner_guid or "", "")
        done = 0
        if owner_key and any(rule.notify_owner for rule in due):
            done += self._tell_owner(owner_key)
        task = next((rule for rule in due if rule.task), None)
        if task is not None:
            done += self._create_task(task, owner_key)
        called = {key: rule for rule in reversed(due) for key in rule.endpoints}
        for endpoint in actions.endpoints:
            if endpoint.enabled and (endpoint.key in called or self._event in endpoint.events):
                done += self._call(endpoint.key, called.get(endpoint.key))
        return done

    def _tell_owner(self, owner_key: str) -> bool:
        language = mail_choices.choice(self.conn, owner_key).language
        return enqueue.mail_colleague(
            self.conn,
            self.house,
            key=f"change/{self.change.id}/owner",
            person_key=owner_key,
            notice=change_letters.notice(self._told(), language=language),
            event=self._event,
            about=self.ref,
            at=self.now,
        )

    def _create_task(self, rule: ActionRule, owner_key: str) -> bool:
        language = mail_choices.choice(self.conn, owner_key).language
        subject, description = change_letters.task_texts(self._told(), rule.task_subject, language=language)
        today = self.house.clock().astimezone(self.house.config.zone).date()
        task = CrmTask(
            subject=subject,
            description=description,
            due_on=today + timedelta(days=rule.task_days),
            regarding=self.ref,
            owner_guid=self.change.owner_guid or "",
            priority="high" if self.change.after == "poor" else "normal",
        )
        key = f"change/{self.change.id}/task"
        return enqueue.crm_task(self.conn, self.house, key=key, task=task, event=self._event, at=self.now)

    def _call(self, endpoint_key: str, rule: ActionRule | None) -> bool:
        """rule: None for an endpoint that wants to be told of every change."""
        change = self.change
        value, currency = self.worth
        data = {
            "change": change.id,
            "record": {"kind": change.kind.value, "id": change.guid, "name": change.name, "url": self._link},
            "owner": change.owner_guid,
            "value": value,
            "currency": currency or None,
            "before": change.before,
            "after": change.after,
            "score_before": change.score_before,
            "score_after": change.score_after,
            "cause": change.cause,
            "activities": list(change.kinds),
            "day": (_EPOCH + timedelta(days=change.day)).isoformat(),
            "rules_version": change.rules_version,
            "rule": {"key": rule.key, "name": rule.name} if rule else None,
        }
        return enqueue.webhook(
            self.conn,
            self.house,
            key=f"change/{change.id}/endpoint/{endpoint_key}",
            endpoint_key=endpoint_key,
            event=self._event,
            data=data,
            about=self.ref,
            at=self.now,
        )

    @property
    def _event(self) -> str:
        return f"{self.change.what}.changed"

    @property
    def _link(self) -> str:
        return f"{self.house.config.base_url.rstrip('/')}/{PLACES[self.change.kind]}/{self.change.guid}"

    def _told(self) -> Told:
        change = self.change
        return Told(
            kind=change.kind,
            name=change.name,
            what=change.what,
            before=change.before,
            after=change.after,
            score_before=change.score_before,
            score_after=change.score_after,
            cause=change.cause,
            link=self._link,
        )
