"""Save, switch and remove alert rules; keep mailing lists and the addresses outside to which alerts may go.

Sales administrators write the organisation's rules and lists. Everybody in customer success writes rules of their own,
which tell them alone and what they may read, by mail: never a task, a call, a file or a letter to a customer; they put
customers on lists and take them off, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from relationship.access import AppRole, Reader
from relationship.addresses import typed
from relationship.clock import real_clock
from relationship.errors import RelationshipError
from relationship.house import House
from relationship.store import rules as stored
from relationship.store.alerts import alert_rules as kept_rules
from relationship.store.alerts.alert_rules import Kept
from relationship.verbatims.alerts.rule import AlertRule

MOST_RULES, MOST_OWN_RULES = 200, 20
MOST_LISTS, MOST_ON_A_LIST = 200, 10_000


class NotSaved(RelationshipError):
    """Whoever typed it acts: nothing was saved. code: a word of `web.alerts.alert_words.REFUSALS`."""

    def __init__(self, code: str) -> None:
        super().__init__("The rule was not saved.", next_step="Correct it and save again.", code=code)


@dataclass(frozen=True, slots=True)
class Person:
    """Who saves. reader: for the rights; name: for the history."""

    reader: Reader
    name: str

    @property
    def is_admin(self) -> bool:
        return AppRole.SALES_ADMIN in self.reader.roles

    @property
    def by(self) -> tuple[str, str]:
        return self.reader.oid, self.name


def may_write(reader: Reader) -> bool:
    """Whether somebody may have rules at all, the organisation's or their own."""
    return bool(reader.oid and reader.roles & {AppRole.SALES_ADMIN, AppRole.CUSTOMER_SUCCESS})


def may_edit(reader: Reader, kept: Kept) -> bool:
    """Administrators edit the organisation's rules, everybody their own; nobody somebody else's own."""
    if kept.owner_key:
        return may_write(reader) and kept.owner_key == reader.oid
    return AppRole.SALES_ADMIN in reader.roles


def save(
    house: House,
    rule: AlertRule,
    *,
    enabled: bool,
    person: Person,
    number: int | None = None,
    version: int | None = None,
) -> int:
    """Save a rule, a new one where number is None; returns its number.

    raises  NotSaved: overtaken when another version than the one it was made from is in force
    """
    now = house.clock()
    with house.store.transaction(alone=True) as conn:
        kept = kept_rules.one(conn, number) if number is not None else None
        if number is not None and (kept is None or not may_edit(person.reader, kept)):
            raise NotSaved("rule_gone")
        if kept is not None and version is not None and version != kept.version:
            raise NotSaved("overtaken")
        owner = (kept.owner_key, kept.owner_name) if kept else ("", "") if person.is_admin else person.by
        _check(conn, rule, enabled=enabled, owner_key=owner[0], is_new=kept is None)
        if kept is None:
            return kept_rules.add(conn, rule, enabled=enabled, owner=owner, at=now, by=person.by)
        kept_rules.change(conn, kept, rule, enabled=enabled, at=now, by=person.by)
        return kept.id


def remove(house: House, number: int, *, person: Person) -> None:
    """It acts no more; its alerts stay. Raises NotSaved."""
    with house.store.transaction() as conn:
        kept = kept_rules.one(conn, number)
        if kept is None or not may_edit(person.reader, kept):
            raise NotSaved("rule_gone")
        kept_rules.remove(conn, number, at=real_clock())


def bring_back(house: House, number: int, *, person: Person) -> None:
    """Take the removal of a rule back, on or off as it was. Raises NotSaved."""
    with house.store.transaction(alone=True) as conn:
        kept = kept_rules.removed(conn, number)
        if kept is None or not may_edit(person.reader, kept):
            raise NotSaved("rule_gone")
        _check(conn, kept.rule, enabled=kept.enabled, owner_key=kept.owner_key, is_new=True)
        kept_rules.bring_back(conn, kept)


def restore(house: House, number: int, version: int, *, person: Person) -> None:
    """Put an earlier version of a rule in force again, as another version; on or off stays. Raises NotSaved."""
    with house.store.reading() as conn:
        kept = kept_rules.one(conn, number)
        found = next((one for one in kept_rules.versions(conn, number) if one.version == version), None)
    if kept is None or found is None:
        raise NotSaved("rule_gone")
    save(house, found.rule, enabled=kept.enabled, person=person, number=number, version=kept.version)


def confirm(house: House, addresses: Iterable[str], *, person: Person, language: str = "") -> int:
    """An administrator lets alerts go to these addresses; what waited for them leaves. Raises NotSaved.

    language   'fr' or 'en', of their mails; '' for that of the list they are on
    """
    if not person.is_admin:
        raise NotSaved("not_yours")
    with house.store.transaction() as conn:
        return kept_rules.confirm(conn, addresses, at=house.clock(), by=person.by, language=language)


def withdraw(house: House, address: str, *, person: Person) -> None:
    """Nothing goes to this address any more. Raises NotSaved."""
    if not person.is_admin:
        raise NotSaved("not_yours")
    with house.store.transaction() as conn:
        kept_rules.withdraw(conn, address)


def make_list(house: House, name: str, *, is_mailing: bool = True, language: str = "fr") -> int:
    """A new list; returns its number. is_mailing: rules may send alerts to it, in this language. Raises NotSaved."""
    with house.store.transaction(alone=True) as conn:
        known = kept_rules.lists(conn)
        line = _list_name(name, {one.name.casefold() for one in known})
        if len(known) >= MOST_LISTS:
            raise NotSaved("too_many_lists")
        return kept_rules.add_list(conn, line, is_mailing=is_mailing, language=language)


def change_list(house: House, number: int, name: str, *, is_mailing: bool, language: str = "fr") -> None:
    """Rename it, or let rules send alerts to it or not; raises NotSaved while a rule does."""
    with house.store.transaction(alone=True) as conn:
        others = {one.name.casefold() for one in kept_rules.lists(conn) if one.id != number}
        told = frozenset().union(*(kept.rule.told_lists() for kept in kept_rules.all_rules(conn)))
        if not is_mailing and number in told:
            raise NotSaved("list_is_told")
        line = _list_name(name, others)
        kept_rules.change_list(conn, number, name=line, is_mailing=is_mailing, language=language)


def remove_list(house: House, number: int) -> None:
    """Raises NotSaved while a rule names it."""
    with house.store.transaction() as conn:
        if any(number in kept.rule.all_lists() for kept in kept_rules.all_rules(conn)):
            raise NotSaved("list_in_use")
        kept_rules.remove_list(conn, number, at=real_clock())


def bring_list_back(house: House, number: int) -> None:
    """Take the removal of a list back. Raises NotSaved."""
    with house.store.transaction(alone=True) as conn:
        if not kept_rules.bring_list_back(conn, number):
            raise NotSaved("list_gone")


def put_on_list(house: House, number: int, texts: Iterable[str]) -> int:
    """Add addresses to a list, all or none; returns how many are new. Raises NotSaved."""
    found = [typed(text) for text in texts if text.strip()]
    if not found or not all(found):
        raise NotSaved("address_malformed")
    now = real_clock()
    with house.store.transaction() as conn:
        known = next((one for one in kept_rules.lists(conn) if one.id == number), None)
        if known is None:
            raise NotSaved("list_gone")
        if known.entries + len(found) > MOST_ON_A_LIST:
            raise NotSaved("list_full")
        return sum(kept_rules.put_on_list(conn, number, at=now, address=one or "") for one in dict.fromkeys(found))


def _check(conn: Connection, rule: AlertRule, *, enabled: bool, owner_key: str, is_new: bool) -> None:
    if enabled and not rule.does_something():
        raise NotSaved("action_missing")
    rules = kept_rules.all_rules(conn)
    same = [one for one in rules if one.owner_key == owner_key]
    if is_new and len(same) >= (MOST_OWN_RULES if owner_key else MOST_RULES):
        raise NotSaved("too_many_rules")
    lists = {one.id: one.is_mailing for one in kept_rules.lists(conn)}
    if not rule.all_lists() <= lists.keys():
        raise NotSaved("list_gone")
    if not all(lists[number] for number in rule.told_lists()):
        raise NotSaved("list_not_mailing")
    known = {one.key for one in stored.current(conn)[1].actions.endpoints}
    if not set(rule.endpoints) <= known:
        raise NotSaved("endpoint_unknown")
    if owner_key and (
        rule.task
        or rule.note
        or rule.risk
        or rule.letter
        or rule.folder
        or rule.endpoints
        or rule.list_into is not None
        or rule.recipients.owner
        or rule.all_addresses()
        or rule.all_lists()
        or not _people(rule) <= {owner_key}
    ):
        raise NotSaved("own_rule_tells_others")


def _people(rule: AlertRule) -> frozenset[str]:
    to = rule.recipients
    return frozenset((*to.people, *to.fallback)).union(*(one.people for one in to.perimeters))


def _list_name(name: str, others: set[str]) -> str:
    line = " ".join(name.split())
    if not line or len(line) > 120 or not line.isprintable():
        raise NotSaved("list_name")
    if line.casefold() in others:
        raise NotSaved("list_name_twice")
    return line
