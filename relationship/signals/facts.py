"""All that detectors look at, as arrays over all accounts and open opportunities of one organisation on one day.

Arrays named `account`, `deal` or `contact` hold places in `Accounts.id`, `Deals.id` and `Contacts.id`; days are day
numbers, in float arrays nan where not told. Whoever builds the facts leaves nothing after `today` in them.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from relationship.signals.signal import Source

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Whole months of use that are looked at; the weeks in which log-ins are counted before the last one.
MONTHS = 8
WEEKS_BEFORE_LAST_LOGIN = 12
# The four stages that Dynamics 365 has at first, in their order.
STAGES = ("qualify", "develop", "propose", "close")


def no_ints() -> Ints:
    return np.empty(0, dtype=np.int64)


def no_floats() -> Floats:
    return np.empty(0, dtype=np.float64)


def no_bools() -> Bools:
    return np.empty(0, dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """id ascending; created, renewal: days; customer: it has bought before."""

    id: Ints
    created: Floats
    renewal: Floats
    customer: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """start: of the last MONTHS whole months, oldest first; the matrices are accounts × months, nan where not told.

    logins, active_users   mean of a day;  features_used, premium_features, seats: the most on one day
    last_login             day;  login_weeks: weeks with a log-in of the WEEKS_BEFORE_LAST_LOGIN up to the last one
    """

    start: Ints
    logins: Floats
    active_users: Floats
    features_used: Floats
    premium_features: Floats
    seats: Floats
    last_login: Floats
    login_weeks: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Touches:
    """The contact days of owners (accounts, contacts or deals), by owner, then day; each day of an owner once.

    theirs  something came from them or was held together;  mail_ours, mail_theirs: a mail went to them, came from them
    """

    owner: Ints = field(default_factory=no_ints)
    day: Ints = field(default_factory=no_ints)
    theirs: Bools = field(default_factory=no_bools)
    mail_ours: Bools = field(default_factory=no_bools)
    mail_theirs: Bools = field(default_factory=no_bools)


@dataclass(frozen=True, slots=True, eq=False)
class Cancelled:
    """Cancelled meetings with an account. id: of the activity; day: on which it would have taken place."""

    account: Ints = field(default_factory=no_ints)
    id: Ints = field(default_factory=no_ints)
    day: Ints = field(default_factory=no_ints)


@dataclass(frozen=True, slots=True, eq=False)
class Meetings:
    """Meetings and calls with an account that took place. people: how many of theirs were on it;  met: a meeting."""

    account: Ints = field(default_factory=no_ints)
    day: Ints = field(default_factory=no_ints)
    people: Ints = field(default_factory=no_ints)
    met: Bools = field(default_factory=no_bools)


@dataclass(frozen=True, slots=True, eq=False)
class Voices:
    """What customers said in their own words, by account, then oldest first. id: of the text.

    angry    unfavourable, and anger is what it shows most;  threat: degree of a threat to leave, 0 without
    price    it asks for a discount, or is unfavourable and about the price
    rival    it speaks of the competition and is not favourable
    problem  the theme that an unfavourable text is about, as a number; -1 for none
    """

    account: Ints = field(default_factory=no_ints)
    id: Ints = field(default_factory=no_ints)
    day: Ints = field(default_factory=no_ints)
    angry: Bools = field(default_factory=no_bools)
    threat: Floats = field(default_factory=no_floats)
    price: Bools = field(default_factory=no_bools)
    rival: Bools = field(default_factory=no_bools)
    problem: Ints = field(default_factory=no_ints)


@dataclass(frozen=True, slots=True, eq=False)
class Contacts:
    """Contacts of accounts. id ascending; decider: the job title is that of somebody who decides."""

    id: Ints = field(default_factory=no_ints)
    account: Ints = field(default_factory=no_ints)
    active: Bools = field(default_factory=no_bools)
    created: Floats = field(default_factory=no_floats)
    decider: Bools = field(default_factory=no_bools)


@dataclass(frozen=True, slots=True, eq=False)
class ContactChanges:
    """What happened to contacts. contact_id: record id; what: 'left', 'moved', 'replaced', …"""

    account: Ints = field(default_factory=no_ints)
    contact_id: Ints = field(default_factory=no_ints)
    what: tuple[str, ...] = ()
    day: Ints = field(default_factory=no_ints)


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Events at accounts, by account, then oldest first; kind and direction as they were imported or entered.

    record_id  of the opportunity that one is about, 0: the whole account
    """

    account: Ints = field(default_factory=no_ints)
    id: Ints = field(default_factory=no_ints)
    day: Ints = field(default_factory=no_ints)
    kind: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()
    record_id: Ints = field(default_factory=no_ints)


@dataclass(frozen=True, slots=True, eq=False)
class Deals:
    """Open opportunities. id ascending; account: -1 without one.

    probability 0 to 100; stage_since: day from which on it is known to stand in its stage
    poor: the relationship is rated poor; competitor: one is named in the CRM; broken: a source of its activities is
    closed: the day on which it was won or lost, nan while it is open
    stage: place in STAGES, -1 for a stage of another name
    """

    id: Ints = field(default_factory=no_ints)
    account: Ints = field(default_factory=no_ints)
    created: Floats = field(default_factory=no_floats)
    probability: Floats = field(default_factory=no_floats)
    value: Floats = field(default_factory=no_floats)
    close_on: Floats = field(default_factory=no_floats)
    stage_since: Floats = field(default_factory=no_floats)
    poor: Bools = field(default_factory=no_bools)
    competitor: Bools = field(default_factory=no_bools)
    broken: Bools = field(default_factory=no_bools)
    closed: Floats = field(default_factory=no_floats)
    stage: Ints = field(default_factory=no_ints)


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Changes of open opportunities, by deal, then oldest first: figures before and after, nan where not told."""

    deal: Ints = field(default_factory=no_ints)
    day: Ints = field(default_factory=no_ints)
    value_before: Floats = field(default_factory=no_floats)
    value: Floats = field(default_factory=no_floats)
    probability_before: Floats = field(default_factory=no_floats)
    probability: Floats = field(default_factory=no_floats)
    close_before: Floats = field(default_factory=no_floats)
    close: Floats = field(default_factory=no_floats)


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """broken, missing: per source one flag for each account; a source that is not named is well everywhere.

    deal_contacts: pairs of deal and contact, those who stand for the customer in an opportunity, as two arrays
    """

    today: int
    accounts: Accounts
    use: Use
    touches: Touches = field(default_factory=Touches)
    cancelled: Cancelled = field(default_factory=Cancelled)
    meetings: Meetings = field(default_factory=Meetings)
    voices: Voices = field(default_factory=Voices)
    contacts: Contacts = field(default_factory=Contacts)
    contact_touches: Touches = field(default_factory=Touches)
    contact_changes: ContactChanges = field(default_factory=ContactChanges)
    events: Events = field(default_factory=Events)
    deals: Deals = field(default_factory=Deals)
    deal_touches: Touches = field(default_factory=Touches)
    deal_contacts: tuple[Ints, Ints] = field(default_factory=lambda: (no_ints(), no_ints()))
    moves: Moves = field(default_factory=Moves)
    broken: dict[Source, Bools] = field(default_factory=dict)
    missing: dict[Source, Bools] = field(default_factory=dict)
