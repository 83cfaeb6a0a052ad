"""Say what became of an alert, and release or discard a mail to the customer that waited for a person.

Confirming creates the task that waited for it. What is handled, or was no alert, is told to nobody any more; the task
of a false alarm is cancelled.
"""

from datetime import datetime

from sqlalchemy import Connection

from relationship.access import AppRole, Reader
from relationship.clock import real_clock
from relationship.desk import alert_acts, enqueue, withdraw_alerts
from relationship.house import House
from relationship.store.alerts import alert_rules, alerts, tellings
from relationship.store.alerts.alerts import Letter, Raised, State
from relationship.store.crm import mail_refusals
from relationship.store.knows import reading_introduction
from relationship.store.outbox import acting
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action

LONGEST_NOTE = 1_000
LONGEST_SUBJECT, LONGEST_BODY = 120, 4_000
RELEASING_ROLES = frozenset({AppRole.SALES_ADMIN, AppRole.CUSTOMER_SUCCESS, AppRole.SALES_MANAGER})


def decide(
    house: House, number: int, state: State, *, by: tuple[str, str], note: str = "", at: datetime | None = None
) -> bool:
    """Confirm, call handled or a false alarm, or take that back (NEW); False when there is no such alert.

    at  real time, now when None
    """
    now = at or real_clock()
    with house.store.transaction(alone=True) as conn:
        if not alerts.decide(conn, number, state, at=house.clock(), by=by, note=note[:LONGEST_NOTE]):
            return False
        if state.value in tellings.OPEN:
            tellings.wait_again(conn, [number])
        else:
            withdraw_alerts.of_decided(conn, [number], at=now)
        if state is State.CONFIRMED:
            _do_what_waited(house, conn, number, now)
        if state is State.FALSE_ALARM:
            withdraw_alerts.task_of(conn, number, at=now)
        return True


def may_release(conn: Connection, alert: Raised, reader: Reader) -> bool:
    """Whether somebody may let the mail to the customer leave: who cares for customers, or owns the account."""
    if reader.roles & RELEASING_ROLES:
        return True
    return bool(alert.owner_guid) and acting.owners(conn, [alert.owner_guid]).get(alert.owner_guid) == reader.oid


def refuses_mail(conn: Connection, number: int, letter: Letter) -> bool:
    """Whether the CRM says of the customer whom this alert is about, or of their account, that they want no mail."""
    ids = {one.account_id for one in alerts.of_ids(conn, [number]) if one.account_id is not None}
    found = {letter.address} if letter.address else set()
    return bool(
        mail_refusals.addresses(conn, found, bulk=False) or mail_refusals.accounts(conn, ids, bulk=False)
    )  # fmt: skip


def release(
    house: House,
    number: int,
    *,
    subject: str,
    body: str,
    by: str,
    by_name: str = "",
    at: datetime | None = None,
) -> str:
    """Let the letter of an alert leave to the customer as it was edited, once.

    by   key of whoever releases it: it leaves in their name, and the answers go to them
    at   real time, now when None
    Returns 'released'; 'gone' when nothing waits any more; 'no_address' when nobody knows the customer's, 'not_wanted'
    when the CRM says that the customer wants no mail, 'no_reply_address' when nobody knows that of whoever releases
    it. Nothing is sent then.
    """
    now = at or real_clock()
    with house.store.transaction() as conn:
        letter = alerts.letter(conn, number)
        if letter is None or letter.state != "draft":
            return "gone"
        if not letter.address:
            return "no_address"
        if refuses_mail(conn, number, letter):
            return "not_wanted"
        sender = reading_introduction.correspondent(conn, by)
        if sender is None or not sender.address:
            return "no_reply_address"
        said = subject[:LONGEST_SUBJECT], body[:LONGEST_BODY]
        name = sender.name or by_name
        if not _decided(house, conn, number, "released", said, by=(by, name)):
            return "gone"
        enqueue.letter(
            conn,
            house,
            key=tellings.letter_key(number),
            address=letter.address,
            language=letter.language,
            subject=said[0],
            body=said[1],
            sender=(name, sender.address),
            event=alert_acts.EVENT,
            at=now,
        )
        return "released"


def discard(house: House, number: int, *, by: str, by_name: str = "") -> bool:
    """Nothing is sent; False when nothing waits any more."""
    with house.store.transaction() as conn:
        letter = alerts.letter(conn, number)
        return letter is not None and _decided(
            house, conn, number, "discarded", (letter.subject, letter.body), by=(by, by_name)
        )


def _decided(
    house: House, conn: Connection, number: int, state: str, said: tuple[str, str], *, by: tuple[str, str]
) -> bool:
    if not alerts.note_letter(conn, number, state, subject=said[0], body=said[1], at=house.clock(), by=by):
        return False
    audit.add(conn, house.audit_keys(), [Act(house.clock(), by[0], Action.LETTER, str(number), state)])
    return True


def _do_what_waited(house: House, conn: Connection, number: int, now: datetime) -> None:
    """The task that waited until somebody had read the alert."""
    (alert,) = alerts.of_ids(conn, [number])
    kept = alert_rules.one(conn, alert.rule_id)
    if kept is None or alert.account is None:
        return
    for row in tellings.of_alerts(conn, [number]):
        if row.target == tellings.TASK and row.state == "waiting":
            themes = alert_acts.themes_in_force(conn)
            key = alert_acts.create_task(conn, house, kept, alert, at=now, themes=themes)
            tellings.note_told(conn, tellings.TASK, [number], key=key, at=now)
