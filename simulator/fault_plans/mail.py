"""F30 to F38: mail that is hard to judge arrives while a reader reads."""

from collections.abc import Callable

from simulator.fault_plans.orders import Order
from simulator.fault_plans.stage import Family, Stage
from simulator.world import Person, Side

_SHARED = "accueil.commun"


def _arrives(act: Callable[[Stage, Order], object]) -> Callable[[Stage, Order], None]:
    """The strike that lets a mail arrive at the place of the order."""
    return lambda stage, order: stage.happen(order, lambda: act(stage, order))


def _odd_name(stage: Stage, order: Order) -> None:
    """NUL, half a surrogate pair and control characters in the name of a stranger."""
    people = stage.organisation.people
    name = "T\u0000or\ud800 \u0007Bri\u202ese"
    stranger = people.enter(Person(people.new_id("odd"), "tor@brise.example", name, Side.CONTACT, None, "", ()))
    _deliver(stage, order, stranger.id)


def _mass_mail(stage: Stage, order: Order) -> None:
    """500 recipients, 200 kB of headers."""
    crowd = [f"lecteur{number}@brise.example" for number in range(order.number("recipients", 500))]
    headers = [("X-Trace", "0123456789" * 100)] * 200
    organisation, user = stage.organisation, stage.user(order)
    at = organisation.now - stage.recently
    organisation.deliver(stage.outsider(), [user.person_id, *crowd], at=at, headers=tuple(headers))


def _automatic_reply(stage: Stage, order: Order) -> None:
    """Known by its header only, or by a subject in French only."""
    if order.text("what", "header") == "header":
        _deliver(stage, order, stage.outsider(), subject="Absent", headers=(("Auto-Submitted", "auto-replied"),))
    else:
        _deliver(stage, order, stage.outsider(), subject="Réponse automatique : Offre", headers=())


def _bulk(stage: Stage, order: Order) -> None:
    match order.text("what", "newsletter"):
        case "list":
            _deliver(stage, order, "echanges@liste.example", headers=(("List-Id", "<echanges.liste.example>"),))
        case "no-reply":
            _deliver(stage, order, "no-reply@factures.example")
        case _:
            headers = (("List-Unsubscribe", "<mailto:stop@lettre.example>"), ("Precedence", "bulk"))
            _deliver(stage, order, "lettre@lettre.example", subject="Lettre n° 7", headers=headers)


def _unseen(stage: Stage, order: Order) -> None:
    """Only a distribution list is named, or the user got a blind copy."""
    organisation, user = stage.organisation, stage.user(order)
    at = organisation.now - stage.recently
    domain = organisation.world.organisation_domain
    to = f"tous@{domain}" if order.text("what", "list") == "list" else "ailleurs@brise.example"
    organisation.deliver(stage.outsider(), [to], at=at, bcc=[user.person_id])


def _spelling(stage: Stage, order: Order) -> None:
    """An alias, a +tag, capitals, or a sign-in name that is no address: always the same person."""
    organisation, user = stage.organisation, stage.user(order)
    local, _, domain = user.mail.partition("@")
    match order.text("what", "plus"):
        case "alias":
            spelt = user.aliases[0] if user.aliases else user.mail.upper()
        case "case":
            spelt = user.mail.upper()
        case "upn":
            organisation.rename_user(user.id, f"{local}.connexion@{domain}")
            spelt = user.mail
        case _:
            spelt = f"{local}+salon@{domain}"
    organisation.deliver(stage.outsider(), [spelt], at=organisation.now - stage.recently)


def _five_mailboxes(stage: Stage, order: Order) -> None:
    """One mail in five mailboxes, one of them shared."""
    organisation, user = stage.organisation, stage.user(order)
    address = f"{_SHARED}@{organisation.world.organisation_domain}"
    if organisation.directory.find(address) is None:
        organisation.new_user("Accueil commun", address, purpose="shared")
    to = [user.person_id, *stage.others(user, 3), address]
    organisation.deliver(stage.outsider(), to, at=organisation.now - stage.recently)


def _internal(stage: Stage, order: Order) -> None:
    organisation, user = stage.organisation, stage.user(order)
    organisation.deliver(user.person_id, stage.others(user, 2), at=organisation.now - stage.recently)


def _drafts_and_flags(stage: Stage, order: Order) -> None:
    organisation, user = stage.organisation, stage.user(order)
    organisation.save_draft(user.person_id, [stage.outsider()])
    copy = stage.copy(order)
    if copy is not None:
        organisation.mark_read(copy.mail.id, user.id, times=order.number("changes", 300))


def _deliver(
    stage: Stage, order: Order, sender: str, *, subject: str = "", headers: tuple[tuple[str, str], ...] | None = None
) -> None:
    at = stage.organisation.now - stage.recently
    stage.organisation.deliver(sender, [stage.user(order).person_id], at=at, subject=subject, headers=headers)


FAMILY: Family = {
    "F30": _arrives(_odd_name),
    "F31": _arrives(_mass_mail),
    "F32": _arrives(_automatic_reply),
    "F33": _arrives(_bulk),
    "F34": _arrives(_unseen),
    "F35": _arrives(_spelling),
    "F36": _arrives(_five_mailboxes),
    "F37": _arrives(_internal),
    "F38": _arrives(_drafts_and_flags),
}
