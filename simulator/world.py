"""A world: the people, accounts, opportunities and activities that the simulated organisation holds.

A world is a folder of `world.json` and four gzip-compressed CSV files. `load_world` reads it whole and
refuses what does not fit with `FixSettings`, naming file, line, column and the next step.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from relationship.activities import Kind
from simulator.world_files import Description, Row, fault, is_texts, records


class Side(StrEnum):
    COLLEAGUE = "colleague"
    CONTACT = "contact"
    LEAD = "lead"


class Source(StrEnum):
    """Which system holds the activity."""

    MSGRAPH = "msgraph"
    DATAVERSE = "dataverse"
    BOTH = "both"


class WorldStatus(StrEnum):
    DONE = "done"
    PLANNED = "planned"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    DRAFT = "draft"


class OpportunityStatus(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    name: str
    domain: str
    segment: str
    employees: int | None
    renewal_on: date | None


@dataclass(frozen=True, slots=True)
class Person:
    """A colleague, contact or lead. `job_title` "list" is a mailing list, "mailbox" one that never writes."""

    id: str
    email: str
    name: str
    side: Side
    account_id: str | None
    job_title: str
    aliases: tuple[str, ...]

    @property
    def is_colleague(self) -> bool:
        return self.side is Side.COLLEAGUE


@dataclass(frozen=True, slots=True)
class Opportunity:
    """probability: percent; estimated_value: in the currency of the organisation."""

    id: str
    name: str
    account_id: str
    owner_id: str
    team_ids: tuple[str, ...]
    contact_ids: tuple[str, ...]
    status: OpportunityStatus
    stage: str
    probability: int | None
    estimated_value: float | None
    created_on: date
    close_on: date | None


@dataclass(frozen=True, slots=True)
class WorldActivity:
    """One activity as it really was. at: UTC; regarding_id: an opportunity or None."""

    id: str
    kind: Kind
    at: datetime
    minutes: int | None
    from_id: str
    to_ids: tuple[str, ...]
    cc_ids: tuple[str, ...]
    regarding_id: str | None
    source: Source
    status: WorldStatus
    conversation_id: str
    subject: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """A person the demo's sign-in page offers, with the app roles the token will carry."""

    person_id: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the directory with its members; a colleague may be in several."""

    name: str
    person_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BusinessUnit:
    """A part of the organisation in the CRM: what its colleagues own belongs to it."""

    name: str
    person_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class World:
    """now: end of the world's time, UTC; domains: mail domains of the organisation, the main one first.

    business_units: none, or parts of the organisation; who is in none is in the organisation itself.
    expected_frequency (1-5), read_window_days, time_zone: what suits this world; None when it says nothing.
    feedback_mailboxes: addresses whose mails the second application may read; bodies: the words of some mails, by id.
    """

    name: str
    organisation_domain: str
    now: datetime
    people: tuple[Person, ...]
    accounts: tuple[Account, ...]
    opportunities: tuple[Opportunity, ...]
    activities: tuple[WorldActivity, ...]
    domains: tuple[str, ...] = ()
    expected_frequency: int | None = None
    read_window_days: int | Literal["all"] | None = None
    time_zone: str | None = None
    sign_in: tuple[SignIn, ...] = ()
    business_units: tuple[BusinessUnit, ...] = ()
    groups: tuple[Group, ...] = ()
    feedback_mailboxes: tuple[str, ...] = ()
    bodies: Mapping[str, str] = field(default_factory=dict, hash=False)


ACCOUNTS = "account_id,name,domain,segment,employees,renewal_on"
PEOPLE = "person_id,email,name,side,account_id,job_title,aliases"
OPPORTUNITIES = (
    "opportunity_id,name,account_id,owner_id,team_ids,contact_ids,status,stage,probability,estimated_value,"
    "created_on,close_on"
)
ACTIVITIES = "activity_id,kind,at,minutes,from_id,to_ids,cc_ids,regarding_id,source,status,conversation_id,subject"
BODIES = "bodies.json"


def load_world(folder: Path) -> World:
    """The world in this folder; FixSettings when a file is missing, damaged or says something impossible."""
    about = Description(folder / "world.json")
    accounts = {a.id: a for a in records(folder / "accounts.csv.gz", ACCOUNTS, _account)}
    people = {p.id: p for p in records(folder / "people.csv.gz", PEOPLE, lambda row: _person(row, accounts))}
    opportunities = {
        o.id: o
        for o in records(
            folder / "opportunities.csv.gz", OPPORTUNITIES, lambda row: _opportunity(row, accounts, people)
        )
    }
    activities = tuple(
        records(folder / "activities.csv.gz", ACTIVITIES, lambda row: _activity(row, people, opportunities))
    )
    domain = about.text("organisation_domain")
    return World(
        name=about.text("name"),
        organisation_domain=domain,
        now=about.instant("now"),
        people=tuple(people.values()),
        accounts=tuple(accounts.values()),
        opportunities=tuple(opportunities.values()),
        activities=activities,
        domains=(domain, *(other for other in about.texts("domains") if other != domain)),
        expected_frequency=_expected_frequency(about),
        read_window_days=_read_window_days(about),
        time_zone=_time_zone(about),
        sign_in=_sign_in(about, people),
        business_units=_business_units(about, people),
        groups=_groups(about, people),
        feedback_mailboxes=tuple(about.texts("feedback_mailboxes")),
        bodies=_bodies(folder, {one.id for one in activities}),
    )


def _bodies(folder: Path, known: set[str]) -> dict[str, str]:
    """The words of mails by their ids, from a file that most worlds do not have."""
    path = folder / BODIES
    if not path.exists():
        return {}
    next_step = 'Write one JSON object like {"m000118": "Hello, …"}, or remove the file.'
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise fault(path, "", "is not JSON", next_step) from error
    if not isinstance(found, dict) or not is_texts(list(found.values())) or not found.keys() <= known:
        raise fault(path, "", "does not give texts to activities of this world", next_step)
    return found


def _account(row: Row) -> Account:
    return Account(
        id=row.new_id("account_id"),
        name=row.text("name"),
        domain=row.text("domain"),
        segment=row.text("segment"),
        employees=row.whole_number("employees"),
        renewal_on=row.day("renewal_on"),
    )


def _person(row: Row, accounts: Mapping[str, Account]) -> Person:
    return Person(
        id=row.new_id("person_id"),
        email=row.required("email"),
        name=row.text("name"),
        side=row.one_of("side", Side),
        account_id=row.known_or_none("account_id", accounts),
        job_title=row.text("job_title"),
        aliases=row.several("aliases"),
    )


def _opportunity(row: Row, accounts: Mapping[str, Account], people: Mapping[str, Person]) -> Opportunity:
    return Opportunity(
        id=row.new_id("opportunity_id"),
        name=row.text("name"),
        account_id=row.known("account_id", accounts),
        owner_id=row.known("owner_id", people),
        team_ids=row.known_several("team_ids", people),
        contact_ids=row.known_several("contact_ids", people),
        status=row.one_of("status", OpportunityStatus),
        stage=row.text("stage"),
        probability=row.whole_number("probability"),
        estimated_value=row.number("estimated_value"),
        created_on=row.required_day("created_on"),
        close_on=row.day("close_on"),
    )


def _activity(row: Row, people: Mapping[str, Person], opportunities: Mapping[str, Opportunity]) -> WorldActivity:
    return WorldActivity(
        id=row.new_id("activity_id"),
        kind=row.one_of("kind", Kind),
        at=row.instant("at"),
        minutes=row.whole_number("minutes"),
        from_id=row.known("from_id", people),
        to_ids=row.known_several("to_ids", people),
        cc_ids=row.known_several("cc_ids", people),
        regarding_id=row.known_or_none("regarding_id", opportunities),
        source=row.one_of("source", Source),
        status=row.one_of("status", WorldStatus),
        conversation_id=row.text("conversation_id"),
        subject=row.text("subject"),
    )


def _expected_frequency(about: Description) -> int | None:
    value = about.values.get("expected_frequency")
    if value is None or (type(value) is int and 1 <= value <= 5):
        return value
    raise about.bad("expected_frequency", "is not a whole number from 1 to 5", "Write 1 (daily) to 5 (monthly).")


def _read_window_days(about: Description) -> int | Literal["all"] | None:
    value = about.values.get("read_window_days")
    if value is None or value == "all":
        return value
    if type(value) is int and value >= 1:
        return value
    raise about.bad("read_window_days", "is neither a number of days nor all", 'Write 400, or "all".')


def _time_zone(about: Description) -> str | None:
    value = about.values.get("time_zone")
    if value is None:
        return None
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise about.bad("time_zone", "is not a time zone", "Write a name like Europe/Paris.") from error


def _sign_in(about: Description, people: Mapping[str, Person]) -> tuple[SignIn, ...]:
    rows = about.values.get("sign_in", [])
    next_step = 'Write a list of {"person_id": "p1", "roles": ["seller"]} that names colleagues.'
    if not isinstance(rows, list):
        raise about.bad("sign_in", "is not a list", next_step)
    found = []
    for row in rows:
        if not isinstance(row, dict) or not is_texts(row.get("roles")):
            raise about.bad("sign_in", "has an entry without person_id and roles", next_step)
        person = people.get(row.get("person_id", ""))
        if person is None or not person.is_colleague:
            raise about.bad("sign_in", "names somebody who is no colleague", next_step)
        found.append(SignIn(person.id, tuple(row["roles"])))
    return tuple(found)


def _groups(about: Description, people: Mapping[str, Person]) -> tuple[Group, ...]:
    rows = about.values.get("groups", [])
    next_step = 'Write a list of {"name": "Sales", "person_ids": ["p1"]}.'
    if not isinstance(rows, list):
        raise about.bad("groups", "is not a list", next_step)
    found: list[Group] = []
    for row in rows:
        if not isinstance(row, dict) or not is_texts(row.get("person_ids")) or not is_texts([row.get("name")]):
            raise about.bad("groups", "has an entry without name and person_ids", next_step)
        if any(one not in people or not people[one].is_colleague for one in row["person_ids"]):
            raise about.bad("groups", "names somebody who is no colleague", next_step)
        if not row["name"] or row["name"] in {group.name for group in found}:
            raise about.bad("groups", "has a name that is empty or occurs twice", next_step)
        found.append(Group(row["name"], tuple(row["person_ids"])))
    return tuple(found)


def _business_units(about: Description, people: Mapping[str, Person]) -> tuple[BusinessUnit, ...]:
    rows = about.values.get("business_units", [])
    next_step = 'Write a list of {"name": "Sales North", "person_ids": ["p1"]}, each colleague in one of them at most.'
    if not isinstance(rows, list):
        raise about.bad("business_units", "is not a list", next_step)
    found: list[BusinessUnit] = []
    placed: set[str] = set()
    for row in rows:
        if not isinstance(row, dict) or not is_texts(row.get("person_ids")) or not is_texts([row.get("name")]):
            raise about.bad("business_units", "has an entry without name and person_ids", next_step)
        members = row["person_ids"]
        if any(one not in people or not people[one].is_colleague for one in members):
            raise about.bad("business_units", "names somebody who is no colleague", next_step)
        if len(set(members)) < len(members) or placed & set(members):
            raise about.bad("business_units", "names a colleague twice", next_step)
        if not row["name"] or row["name"] in {unit.name for unit in found}:
            raise about.bad("business_units", "has a name that is empty or occurs twice", next_step)
        placed |= set(members)
        found.append(BusinessUnit(row["name"], tuple(members)))
    return tuple(found)
