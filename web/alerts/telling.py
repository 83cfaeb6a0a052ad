"""Who was told of an alert and what else was done, as a page says it: the true state of each mail, call and task."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import Connection

from relationship.clock import real_clock
from relationship.desk import told_alerts
from relationship.desk.told_alerts import Told
from relationship.house import House
from relationship.store import rules as stored
from relationship.store.alerts import alert_rules
from relationship.store.knows import reading_introduction
from relationship.store.outbox import outbox
from web import formats
from web.alerts import alert_words
from web.crm_link import task_address
from web.operations import action_words
from web.texts import _

ICONS = {
    "person": "person", "address": "mail", "endpoint": "send", "folder": "open", "task": "clipboard_task",
    "note": "clipboard_task", "risk": "warning", "list": "people_team", "letter": "mail",
}  # fmt: skip
TONES = {"left": "good", "failed": "fair", "given_up": "poor", "no_address": "fair", "no_folder": "poor"}


@dataclass(frozen=True, slots=True)
class Line:
    """sort: person, address, endpoint, folder, task, note, risk, list or letter; who: the name; link: '' for none;
    state: a word of `alert_words.TOLD`; says: the state in words; at: when it left or was handed over; why: what keeps
    it back and what to do, '' for nothing."""

    sort: str
    icon: str
    who: str
    link: str
    state: str
    says: str
    tone: str
    at: datetime | None
    why: str


def lines(conn: Connection, house: House, number: int) -> list[Line]:
    """In the order in which they were noted; () while nobody is to hear of it."""
    told = told_alerts.told(conn, number, has_folder=house.config.takes_files)
    people = [one.target.partition("/")[2] for one in told if one.target.startswith("person/")]
    names = {
        "person": reading_introduction.colleague_names(conn, people),
        "endpoint": {one.key: one.name for one in stored.current(conn)[1].actions.endpoints},
        "list": {str(one.id): one.name for one in alert_rules.lists(conn)},
    }
    return [_line(conn, house, one, names) for one in told]


def _line(conn: Connection, house: House, one: Told, names: Mapping[str, Mapping[str, str]]) -> Line:
    sort, _, rest = one.target.partition("/")
    link, why = "", ""
    if sort == "task" and one.key and one.state == "left":
        link = task_address(house.config.dataverse_url, outbox.task_guid(one.key))
    if sort == "list" and rest in names["list"]:
        link = url_for("alert_lists.one_list", number=int(rest))
    if one.code:
        meaning, next_step = action_words.trouble(one.code)
        why = f"{meaning} {next_step}"
    elif one.instead:
        why = str(alert_words.INSTEAD[one.instead])
    elif one.state == "queued" and one.key:
        why = _until(conn, house, one)
    return Line(
        sort=sort,
        icon=ICONS.get(sort, "open"),
        who=_who(sort, rest, names),
        link=link,
        state=one.state,
        says=str(alert_words.LEFT[sort] if one.state == "left" else alert_words.TOLD[one.state]),
        tone=TONES.get(one.state, "none"),
        # What leaves keeps real time also where the clock of everything else stands still.
        at=one.at if one.state in ("left", "given_up", "dropped") and house.config.now is None else None,
        why=why,
    )


def _who(sort: str, rest: str, names: Mapping[str, Mapping[str, str]]) -> str:
    if sort == "risk":
        return str(alert_words.RISKS[rest])
    if sort in alert_words.DONE:
        known = names.get(sort, {}).get(rest, "")
        what = str(alert_words.DONE[sort])
        return _("%(what)s “%(name)s”", what=what, name=known) if known else what
    return names.get(sort, {}).get(rest, rest)


def _until(conn: Connection, house: House, one: Told) -> str:
    """What keeps something in the outbox back: the hour, or a mail server that is not there; '' for nothing."""
    is_mail = one.target.startswith(("person/", "address/")) or one.target == "letter"
    if is_mail and not house.config.smtp_url.get_secret_value():
        return _("No mail server is configured yet: it waits.")
    found = outbox.by_key(conn, one.key)
    if found is None or found.due_at <= real_clock():
        return ""
    return _("Not before %(when)s: quiet hours.", when=formats.moment(found.due_at))
