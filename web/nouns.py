"""The four kinds of records on the screens: their addresses, what their lists offer, and the words that differ."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from relationship.activities import RecordKind
from relationship.store.lists.list_filters import Column
from web.lists.list_fields import Field
from web.lists.listing import CLOSINGS, Shape
from web.texts import _n


@dataclass(frozen=True, slots=True)
class Noun:
    """One kind of record.

    several   the blueprint of its list and the first part of its addresses; its page's blueprint is called as the kind
    file      name of its export per language
    name      the column that is always there and stands first
    counted   the number with the noun: "3 contacts"; `bare` is the noun alone, for a number that stands before it
    """

    kind: RecordKind
    several: str
    file: dict[str, str]
    shape: Shape
    name: Field
    counted: Callable[[int, str], str]
    bare: Callable[[int], str]
    title: object
    search: object
    placeholder: object
    none_yet: object
    none_of_yours: object
    none_with_these: object
    broken_mailbox: object
    degraded: object
    closed: object
    being_computed: object
    this_one: object
    rule_of_this_one: object


_BY_ALL = (Column.NAME, Column.OWNER, Column.SCORE, Column.TREND, Column.LAST, Column.NEXT)
_BY_MORE = (*_BY_ALL, Column.FALLS, Column.TEAM, Column.SEGMENT)
_OF_ALL = ("score", "trend", "last", "next", "owner")
_OF_MORE = (*_OF_ALL, "falls", "team", "segment")
_BY_CUSTOMER = (
    Column.HEALTH,
    Column.STATUS_OF_HEALTH,
    Column.LEAVING,
    Column.ARR,
    Column.RENEWAL,
    Column.CHURN,
    Column.UPSELL,
    Column.MOOD,
)
_OF_CUSTOMERS = tuple(column.value for column in _BY_CUSTOMER)

OPPORTUNITIES = Noun(
    kind=RecordKind.OPPORTUNITY,
    several="opportunities",
    file={"fr": "opportunites", "en": "opportunities"},
    shape=Shape(
        statuses=("open", "won", "lost", "all"),
        columns=tuple(one for one in Column if one not in _BY_CUSTOMER),
        column=Column.VALUE,
        fields=("score", "trend", "value", "close", "last", "next", "stage", "account", "owner", *_OF_MORE[5:]),
        shown=("score", "trend", "value", "close", "last", "next", "stage"),
        closings=CLOSINGS,
        worth=True,
    ),
    name=Field("name", "name", ((Column.NAME, _l("Opportunity")), (Column.ACCOUNT, _l("Account")))),
    counted=lambda n, shown: _n("%(shown)s opportunity", "%(shown)s opportunities", n, shown=shown),
    bare=lambda n: _n("opportunity", "opportunities", n),
    title=_l("Opportunities"),
    search=_l("Search in opportunities and accounts"),
    placeholder=_l("Opportunity or account"),
    none_yet=_l("No opportunities yet"),
    none_of_yours=_l("You own no opportunity with these filters."),
    none_with_these=_l("No opportunity that you may see has these filters."),
    broken_mailbox=_l("A mailbox that feeds this opportunity cannot be read at the moment."),
    degraded=_l(
        "Opportunities that depend on it are marked “Source degraded”; their silence may be ours, not the customer's."
    ),
    closed=_l("This opportunity is closed."),
    being_computed=_l("This opportunity has just arrived from the CRM. Its score follows in a few minutes."),
    this_one=_l("This opportunity"),
    rule_of_this_one=_l("rule of this opportunity"),
)

CONTACTS = Noun(
    kind=RecordKind.CONTACT,
    several="contacts",
    file={"fr": "contacts", "en": "contacts"},
    shape=Shape(
        statuses=("active", "inactive", "all"),
        columns=(*_BY_MORE, Column.ACCOUNT),
        column=Column.LAST,
        fields=("account", *_OF_MORE),
        shown=("account", *_OF_ALL),
    ),
    name=Field("name", "name", ((Column.NAME, _l("Contact")),)),
    counted=lambda n, shown: _n("%(shown)s contact", "%(shown)s contacts", n, shown=shown),
    bare=lambda n: _n("contact", "contacts", n),
    title=_l("Contacts"),
    search=_l("Search in contacts and accounts"),
    placeholder=_l("Contact or account"),
    none_yet=_l("No contacts yet"),
    none_of_yours=_l("You own no contact with these filters."),
    none_with_these=_l("No contact that you may see has these filters."),
    broken_mailbox=_l("A mailbox that feeds this contact cannot be read at the moment."),
    degraded=_l(
        "Contacts that depend on it are marked “Source degraded”; their silence may be ours, not the customer's."
    ),
    closed=_l("This contact is inactive in the CRM."),
    being_computed=_l("This contact has just arrived from the CRM. Its score follows in a few minutes."),
    this_one=_l("This contact"),
    rule_of_this_one=_l("rule of this contact"),
)

LEADS = Noun(
    kind=RecordKind.LEAD,
    several="leads",
    file={"fr": "prospects", "en": "leads"},
    shape=Shape(
        statuses=("open", "qualified", "disqualified", "all"),
        columns=_BY_MORE,
        column=Column.LAST,
        fields=_OF_MORE,
        shown=_OF_ALL,
    ),
    name=Field("name", "name", ((Column.NAME, _l("Lead")),)),
    counted=lambda n, shown: _n("%(shown)s lead", "%(shown)s leads", n, shown=shown),
    bare=lambda n: _n("lead", "leads", n),
    title=_l("Leads"),
    search=_l("Search in leads"),
    placeholder=_l("Name of the lead"),
    none_yet=_l("No leads yet"),
    none_of_yours=_l("You own no lead with these filters."),
    none_with_these=_l("No lead that you may see has these filters."),
    broken_mailbox=_l("A mailbox that feeds this lead cannot be read at the moment."),
    degraded=_l("Leads that depend on it are marked “Source degraded”; their silence may be ours, not the customer's."),
    closed=_l("This lead is qualified or disqualified."),
    being_computed=_l("This lead has just arrived from the CRM. Its score follows in a few minutes."),
    this_one=_l("This lead"),
    rule_of_this_one=_l("rule of this lead"),
)

ACCOUNTS = Noun(
    kind=RecordKind.ACCOUNT,
    several="accounts",
    file={"fr": "comptes", "en": "accounts"},
    shape=Shape(
        statuses=("active", "inactive", "all"),
        columns=(*_BY_MORE, *_BY_CUSTOMER),
        column=Column.LAST,
        fields=(*_OF_MORE, *_OF_CUSTOMERS),
        shown=_OF_ALL,
        worth=True,
        customers=True,
    ),
    name=Field("name", "name", ((Column.NAME, _l("Account")),)),
    counted=lambda n, shown: _n("%(shown)s account", "%(shown)s accounts", n, shown=shown),
    bare=lambda n: _n("account", "accounts", n),
    title=_l("Accounts"),
    search=_l("Search in accounts"),
    placeholder=_l("Name or account number"),
    none_yet=_l("No accounts yet"),
    none_of_yours=_l("You own no account with these filters."),
    none_with_these=_l("No account that you may see has these filters."),
    broken_mailbox=_l("A mailbox that feeds this account cannot be read at the moment."),
    degraded=_l(
        "Accounts that depend on it are marked “Source degraded”; their silence may be ours, not the customer's."
    ),
    closed=_l("This account is inactive in the CRM."),
    being_computed=_l("This account has just arrived from the CRM. Its score follows in a few minutes."),
    this_one=_l("This account"),
    rule_of_this_one=_l("rule of this account"),
)

NOUNS = {noun.kind: noun for noun in (OPPORTUNITIES, CONTACTS, LEADS, ACCOUNTS)}
BY_ADDRESS = {noun.several: noun for noun in NOUNS.values()}
