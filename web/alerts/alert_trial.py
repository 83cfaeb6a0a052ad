"""What a rule would have raised last month, of what the person who asks may read."""

from sqlalchemy import Connection

from relationship.clock import day_of
from relationship.desk import try_alert
from relationship.store.alerts.alert_facts import Heard
from relationship.verbatims.alerts.conditions import Because
from relationship.verbatims.alerts.rule import AlertRule
from web.alerts import alert_words
from web.house import today
from web.identity import rights

# So many that match are shown.
MOST_SHOWN = 10


def tried_rule(conn: Connection, rule: AlertRule) -> tuple[int, int, list[tuple[Heard, tuple[Because, ...]]]]:
    """(looked at, matching, those that the person may read, latest first) of last month: verbatims, or changes of the
    team of accounts for a rule that looks at these."""
    found = try_alert.tried(conn, rule, today())
    readable = rights.among([one.account for one, _ in found.found if one.account])
    may = [row for row in found.found if row[0].account is None or row[0].account in readable]
    return found.looked, len(may), may[:MOST_SHOWN]


def effect(conn: Connection, rule: AlertRule | None) -> dict[str, object]:
    """For the page. rule: None while there is none to be tried."""
    looked, count, examples = tried_rule(conn, rule) if rule is not None else (0, None, [])
    return {
        "tried": looked,
        "count": count,
        "examples": examples,
        "of_changes": rule is not None and rule.trigger == "owner_change",
        "since": day_of(today() - try_alert.DAYS + 1),
        "alert_words": alert_words,
    }
