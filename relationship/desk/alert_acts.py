"""What an alert sets off besides telling people: an entry in a list, a task, a note and a risk in the CRM.

Each is noted as a telling of the alert, so that its page can say what became of it. Inside the writer's transaction.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from relationship.desk import enqueue
from relationship.house import House
from relationship.letters import alert_letters
from relationship.store import rules as stored
from relationship.store.alerts import alert_rules, alerts, tellings
from relationship.store.alerts.alert_facts import Heard
from relationship.store.alerts.alert_rules import Kept
from relationship.store.alerts.alerts import Raised
from relationship.store.alerts.tellings import LIST, NOTE, RISK, TASK, NewTelling
from relationship.store.outbox import acting, mail_choices
from relationship.store.outbox.outbox import CrmNote, CrmTask
from relationship.verbatims.catalogue import Catalogue

EVENT = "alert.raised"


def act(
    conn: Connection, house: House, kept: Kept, found: Mapping[int, Heard], *, at: datetime, themes: Catalogue
) -> None:
    """Do what the rule wants done about these alerts, by number; what was done for one of them is not done again."""
    rule = kept.rule
    if not (rule.list_into is not None or rule.task or rule.note or rule.risk):
        return
    done = {(row.alert_id, row.target) for row in tellings.of_alerts(conn, found)}
    new: list[NewTelling] = []
    for alert in alerts.of_ids(conn, sorted(found)):
        one = found[alert.id]
        doing = _Act(conn, house, kept, at, themes)
        new += [doing.done(alert, one, target) for target in _wanted(kept, one) if (alert.id, target) not in done]
    tellings.add(conn, kept.id, new, at=at)


def create_task(conn: Connection, house: House, kept: Kept, alert: Raised, *, at: datetime, themes: Catalogue) -> str:
    """A task about the account for its owner; one a day for each account, owner and rule. Returns its key."""
    task = task_of(conn, house, kept, alert, themes=themes)
    day = house.clock().astimezone(house.config.zone).date()
    key = f"alert-task/{kept.id}/{alert.account_id}/{day.isoformat()}/{task.owner_guid}".rstrip("/")
    enqueue.crm_task(conn, house, key=key, task=task, event=EVENT, at=at)
    return key


def task_of(conn: Connection, house: House, kept: Kept, alert: Raised, *, themes: Catalogue) -> CrmTask:
    owners = acting.owners(conn, {alert.owner_guid} if alert.owner_guid else set())
    owner = owners.get(alert.owner_guid, "")
    language = mail_choices.choice(conn, owner).language if owner else "fr"
    subject, description = alert_letters.task_texts(
        alert, subject=kept.rule.task_subject, language=language, link=address(house, alert.id), themes=themes
    )
    day = house.clock().astimezone(house.config.zone).date()
    return CrmTask(
        subject=subject,
        description=description,
        due_on=day + timedelta(days=kept.rule.task_days),
        regarding=alert.account,
        owner_guid=alert.owner_guid if owner else "",
        priority="high",
    )


def themes_in_force(conn: Connection) -> Catalogue:
    return stored.current(conn)[1].themes.catalogue()


def address(house: House, number: int) -> str:
    """Of the page of an alert."""
    return f"{house.config.base_url.rstrip('/')}/alerts/{number}"


def _wanted(kept: Kept, one: Heard) -> list[str]:
    rule = kept.rule
    found = []
    if rule.list_into is not None and (one.address or one.account_id is not None):
        found.append(f"{LIST}{rule.list_into}")
    if one.account is not None:
        crm = ((TASK, rule.task), (NOTE, rule.note), (f"{RISK}{rule.risk}", bool(rule.risk)))
        found += [target for target, is_wanted in crm if is_wanted]
    return found


class _Act:
    """One thing done about one alert."""

    def __init__(self, conn: Connection, house: House, kept: Kept, at: datetime, themes: Catalogue) -> None:
        self.conn, self.house, self.kept, self.at, self.themes = conn, house, kept, at, themes

    def done(self, alert: Raised, one: Heard, target: str) -> NewTelling:
        if target == TASK:
            if self.kept.rule.task_when == "confirmed":
                return NewTelling(alert.id, target)
            key = create_task(self.conn, self.house, self.kept, alert, at=self.at, themes=self.themes)
            return NewTelling(alert.id, target, "told", key)
        if target == NOTE:
            return NewTelling(alert.id, target, "told", self._note(alert))
        if target.startswith(LIST):
            number = int(target.removeprefix(LIST))
            alert_rules.put_on_list(
                self.conn,
                number,
                at=self.house.clock(),
                address=one.address,
                account_id=one.account_id,
                alert_id=alert.id,
            )
        return NewTelling(alert.id, target, "told")

    def _note(self, alert: Raised) -> str:
        owners = acting.owners(self.conn, {alert.owner_guid} if alert.owner_guid else set())
        owner = owners.get(alert.owner_guid, "")
        language = mail_choices.choice(self.conn, owner).language if owner else "fr"
        link = address(self.house, alert.id)
        subject, text = alert_letters.note_texts(alert, language=language, link=link, themes=self.themes)
        key = f"alert-note/{alert.id}"
        if alert.account is not None:
            note = CrmNote(subject, text, alert.account)
            enqueue.crm_note(self.conn, key=key, note=note, event=EVENT, at=self.at)
        return key
