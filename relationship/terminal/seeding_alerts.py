"""What the demonstration shows of alerts: rules that are switched on, lists, and what people decided so far."""

from collections.abc import Collection, Mapping

from relationship.access import AppRole, Reader
from relationship.desk import alert_rules, decide_alert
from relationship.desk.alert_rules import Person
from relationship.desk.raise_alerts import raise_alerts
from relationship.desk.tell_alerts import tell
from relationship.house import House
from relationship.store.alerts import alert_rules as kept_rules
from relationship.store.alerts import alerts
from relationship.store.alerts.alerts import Raised, State
from relationship.store.knows import reading_introduction
from relationship.store.outbox import acting
from relationship.verbatims.alerts.cases import BY_KEY
from relationship.verbatims.alerts.conditions import Condition, Group, When

_ADMIN = Person(Reader("demo", frozenset({AppRole.SALES_ADMIN})), "Démonstration")
PARTNERS = ("lyon@agences-partenaires.example", "nantes@agences-partenaires.example")
# What became of the threats, oldest first; the others are still new.
_DECIDED = (
    (State.HANDLED, "Rappelé, un point est prévu lundi."),
    (State.CONFIRMED, "À rappeler avant la fin de la semaine."),
    (State.FALSE_ALARM, "Le client plaisantait, vérifié au téléphone."),
)


def switch_rules_on(house: House) -> None:
    """Ready-made rules that act on what comes in afterwards, with a list of customers and one of recipients; a database
    that has rules or lists keeps its own."""
    with house.store.reading() as conn:
        if kept_rules.all_rules(conn) or kept_rules.lists(conn):
            return
    offer = alert_rules.make_list(house, "Offre de rentrée : clients sensibles au prix", is_mailing=False)
    partners = alert_rules.make_list(house, "Agences partenaires")
    alert_rules.put_on_list(house, partners, PARTNERS)
    alert_rules.confirm(house, PARTNERS[:1], person=_ADMIN, language="fr")
    minds_price = _about("sensitivity", "price")
    moves = _about("moment", "move", "retirement", "merger", "new_office", "opening")
    recipients = {"owner": False, "lists": [partners]}
    for key, changes in (
        ("Q-2", {"said_within": 60}),
        ("Q-4", {"said_within": 180}),
        ("Q-8b", {"name": "Clients sensibles au prix", "when": minds_price, "list_into": offer, "said_within": 365}),
        ("Q-5", {}),
        ("Q-9", {"when": moves, "said_within": 365}),
        ("Q-6", {"recipients": recipients, "said_within": 14}),
    ):
        _switch_on(house, key, changes)


def follow_rules(house: House) -> None:
    """Raise what the rules find, tell people of it, and decide about the first threats as their owners would, in a
    database where nothing was decided yet."""
    raise_alerts(house)
    with house.store.reading() as conn:
        found = alerts.page(conn, limit=200)
    is_new = all(one.state is State.NEW for one in found)
    threats = [one for one in reversed(found) if is_new and _is_threat(one)]
    owners = _owners(house, threats)
    tell(house)
    for alert, (state, note) in zip(threats, _DECIDED, strict=False):
        by = owners.get(alert.owner_guid, _ADMIN.by)
        decide_alert.decide(house, alert.id, state, by=by, note=note)


def _switch_on(house: House, key: str, changes: Mapping[str, object]) -> None:
    rule = BY_KEY[key].started("fr")
    wanted = type(rule).model_validate(rule.model_dump() | dict(changes))
    alert_rules.save(house, wanted, enabled=True, person=_ADMIN)


def _about(what: str, *values: str) -> Mapping[str, object]:
    one = Condition.model_validate({"what": what, "values": values})
    return When(groups=(Group(conditions=(one,)),)).model_dump()


def _is_threat(alert: Raised) -> bool:
    return any(one.what == "threat" for one in alert.because)


def _owners(house: House, found: Collection[Raised]) -> Mapping[str, tuple[str, str]]:
    """(key, name) of the colleagues who own these accounts, by the GUID that the CRM has for them."""
    with house.store.reading() as conn:
        keys = acting.owners(conn, {one.owner_guid for one in found if one.owner_guid})
        names = reading_introduction.colleague_names(conn, list(keys.values()))
    return {guid: (key, names.get(key, key)) for guid, key in keys.items()}
