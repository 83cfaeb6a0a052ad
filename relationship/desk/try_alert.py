"""What a rule would have raised in the last month, had it been on."""

from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.desk.raise_alerts import TEAM_CHANGE_DAYS, latest_match
from relationship.store.alerts import alert_facts, alerts, team_changes
from relationship.store.alerts.alert_facts import Heard
from relationship.verbatims.alerts.conditions import Because, judge
from relationship.verbatims.alerts.rule import AlertRule

DAYS = 30
MOST_TRIED, MOST_CHANGES = 5_000, 2_000


@dataclass(frozen=True, slots=True)
class Tried:
    """looked: at so many texts, or changes of a team; found: what would have raised an alert, the latest first."""

    looked: int
    found: list[tuple[Heard, tuple[Because, ...]]]

    @property
    def matching(self) -> int:
        return len(self.found)


def tried(conn: Connection, rule: AlertRule, today: int) -> Tried:
    """Of the last month: each text that matches, or each account whose team changed and whose customer said so."""
    if rule.trigger == "owner_change":
        return _by_changes(conn, rule, today)
    ids = alert_facts.ids_between(conn, since=today - DAYS + 1, until=today, limit=MOST_TRIED)
    vips = alert_facts.vip_accounts(conn, today=today)
    heard = {one.id: one for one in alert_facts.heard(conn, ids, today=today, vips=vips, profile=alerts.profile(conn))}
    found = []
    for one in (heard[number] for number in ids if number in heard):
        judged = judge(rule.when, one.facts)
        if judged.matches and rule.is_recent(one.day, today):
            found.append((one, judged.because))
    return Tried(len(ids), found)


def _by_changes(conn: Connection, rule: AlertRule, today: int) -> Tried:
    changes = team_changes.since_day(conn, today - DAYS + 1, limit=MOST_CHANGES)
    vips = alert_facts.vip_accounts(conn, today=today)
    accounts = list(dict.fromkeys(change.account_id for change in reversed(changes)))
    said = (alert_facts.said_by(conn, one, since=today - TEAM_CHANGE_DAYS, today=today, vips=vips) for one in accounts)
    return Tried(len(changes), [match for heard in said if (match := latest_match(rule, heard)) is not None])
