"""Tell people of alerts: one mail each while a rule's limit allows, the rest in one digest a day; calls and files too.

An alert waits for each recipient until it was told; what is handed to the outbox and the note of it are one
transaction. So a storm sends no more mails than the limit allows, and none of its alerts is lost: what does not fit
into a digest waits for the next. Of a person's own rule only what this person may read in the CRM leaves.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from relationship import failpoints
from relationship.access import AppRole, Reader, RightsUnknown
from relationship.clock import day_number, real_clock
from relationship.desk import alert_files, enqueue, handed_over
from relationship.desk.alert_acts import EVENT, themes_in_force
from relationship.house import House
from relationship.letters import alert_letters
from relationship.letters.digests import Notice
from relationship.store.alerts import alert_rules, alerts, tellings
from relationship.store.alerts.alert_rules import Kept
from relationship.store.alerts.alerts import Raised
from relationship.store.alerts.tellings import Waiting
from relationship.store.outbox import mail_choices

DAY = timedelta(days=1)
# What one digest holds at most; the rest waits for the next.
MOST_IN_A_DIGEST = 3_000
# Endpoints are machines: they get calls of their own for so many alerts a day, then calls that hold many.
CALLS_A_DAY, MOST_IN_A_CALL = 500, 50
# What was said longer ago waits for the end of quiet hours whatever the rule says.
URGENT_DAYS = 3


def tell(house: House, *, clock: Callable[[], datetime] = real_clock) -> int:
    """Hand over what may leave now; returns how many alerts were told, once for each recipient."""
    with house.store.reading() as conn:
        waiting = tellings.waiting(conn)
        rules = {kept.id: kept for kept in alert_rules.all_rules(conn)}
        languages = alert_rules.languages(conn)
    told = 0
    for one in waiting:
        kept = rules.get(one.rule_id)
        sort, _, rest = one.target.partition("/")
        if kept is None or (sort == "address" and rest not in languages):
            continue
        if sort == alert_files.TARGET:
            told += alert_files.hand_over(house, kept.id, clock())
            continue
        if kept.owner_key and not _withhold(house, kept, one, clock()):
            continue
        with house.store.transaction(alone=True) as conn:
            told += _Telling(house, conn, kept, one, clock(), languages.get(rest, "fr")).all()
            failpoints.passage("tell_alerts.handed_over")
    return told


class _Telling:
    """What one recipient hears of one rule now."""

    def __init__(self, house: House, conn: Connection, kept: Kept, one: Waiting, now: datetime, outside: str) -> None:
        """outside: the language of a reader who is no colleague."""
        self.house, self.conn, self.kept, self.now, self.outside = house, conn, kept, now, outside
        self.today = day_number(house.clock(), house.config.zone)
        self.themes = themes_in_force(conn)
        self.target, self.oldest = one.target, one.oldest
        self.sort, _, self.rest = one.target.partition("/")

    def all(self) -> int:
        left = tellings.told_since(self.conn, self.kept.id, self.target, self.now - DAY)
        if self.sort == "endpoint":
            return self._call(CALLS_A_DAY - left)
        return self._mail(self.kept.rule.most_a_day - left)

    def _mail(self, allowed: int) -> int:
        """allowed: mails that may still leave. The last of them is kept for the digest, unless everything fits."""
        if allowed <= 0:
            return 0
        ids = tellings.next_to_tell(self.conn, self.kept.id, self.target, limit=MOST_IN_A_DIGEST)
        singly = 0 if self.kept.rule.digest else allowed if len(ids) <= allowed else allowed - 1
        instead = tellings.instead(self.conn, self.target, ids[:singly])
        for alert in alerts.of_ids(self.conn, ids[:singly]):
            notice = alert_letters.notice(
                alert,
                language=self._language,
                link=self._link(f"alerts/{alert.id}"),
                themes=self.themes,
                instead=instead.get(alert.id, ""),
            )
            self._hand_over([notice], [alert])
        rest = ids[singly:]
        if not rest or self._digest_time() > self.now:
            return len(ids) - len(rest)
        found = alerts.of_ids(self.conn, rest)
        link = self._link(f"alerts?rule={self.kept.id}")
        self._hand_over(alert_letters.digest(found, language=self._language, link=link), found)
        return len(ids)

    def _hand_over(self, notices: Sequence[Notice], found: Sequence[Raised]) -> None:
        """Those that are handed over together leave in one mail."""
        ids = [one.id for one in found]
        urgent = self.kept.rule.urgent and all(one.day > self.today - URGENT_DAYS for one in found)
        key = handed_over.key(ids, self.target, rule=str(self.kept.id))
        for number, notice in enumerate(notices):
            self._enqueue(tellings.mail_key(key, number), notice, urgent=urgent)
        tellings.note_told(self.conn, self.target, ids, key=key, at=self.now)

    def _enqueue(self, key: str, notice: Notice, *, urgent: bool) -> None:
        conn, house = self.conn, self.house
        if self.sort == "person":
            enqueue.mail_colleague(
                conn, house, key=key, person_key=self.rest, notice=notice, event=EVENT, urgent=urgent, at=self.now
            )
        else:
            enqueue.mail_address(
                conn, house, key=key, address=self.rest, notice=notice, language=self.outside, event=EVENT,
                urgent=urgent, at=self.now,
            )  # fmt: skip

    def _call(self, allowed: int) -> int:
        told = 0
        while allowed > 0:
            limit = MOST_IN_A_CALL if allowed == 1 else 1
            ids = tellings.next_to_tell(self.conn, self.kept.id, self.target, limit=limit)
            if not ids:
                break
            found = alerts.of_ids(self.conn, ids)
            bodies = [alert_letters.body(one, link=self._address(f"alerts/{one.id}")) for one in found]
            key = handed_over.key(ids, self.target)
            data = bodies[0] if len(bodies) == 1 else {"alerts": bodies}
            about = found[0].account if len(found) == 1 else None
            enqueue.webhook(
                self.conn, self.house, key=key, endpoint_key=self.rest, event=EVENT, data=data, about=about, at=self.now
            )
            tellings.note_told(self.conn, self.target, ids, key=key, at=self.now)
            told += len(ids)
            allowed -= 1
        return told

    def _digest_time(self) -> datetime:
        return enqueue.mail_due(self.conn, self.house, self.oldest, digest=True)

    @property
    def _language(self) -> str:
        return mail_choices.choice(self.conn, self.rest).language if self.sort == "person" else self.outside

    def _link(self, path: str) -> str:
        """For colleagues; readers outside could not open it."""
        return self._address(path) if self.sort == "person" else ""

    def _address(self, path: str) -> str:
        return f"{self.house.config.base_url.rstrip('/')}/{path}"


def _withhold(house: House, kept: Kept, one: Waiting, now: datetime) -> bool:
    """Take out what whoever owns the rule may not read; False while the CRM cannot say."""
    with house.store.reading() as conn:
        ids = tellings.next_to_tell(conn, kept.id, one.target, limit=MOST_IN_A_DIGEST)
        found = alerts.of_ids(conn, ids)
    reader = Reader(kept.owner_key, frozenset({AppRole.CUSTOMER_SUCCESS}))
    try:
        readable = house.door.among(reader, [alert.account for alert in found if alert.account])
    except RightsUnknown:
        return False
    withheld = [alert.id for alert in found if alert.account is None or alert.account not in readable]
    if withheld:
        with house.store.transaction() as conn:
            tellings.note_told(conn, one.target, withheld, key="", at=now, state="withheld")
    return True
