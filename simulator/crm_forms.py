"""The forms of the simulated Dynamics 365: a page per record that shows the panel in a frame, and lists of records.

Only what a browser needs to see the panel at its place: nothing can be changed here. The frame gets the parameters
that Dynamics 365 passes to an IFRAME control.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, abort, render_template, request

from simulator import identity
from simulator.world import Opportunity, OpportunityStatus, Person, Side, World

PATH = "/main.aspx"
TYPE_CODES = {"account": 1, "contact": 2, "opportunity": 3, "lead": 4}
_LCIDS = {"fr": 1036, "en": 1033}
_TITLES = {
    "opportunity": ("Opportunités", "Opportunities"),
    "contact": ("Contacts", "Contacts"),
    "lead": ("Prospects", "Leads"),
    "account": ("Comptes", "Accounts"),
}
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Form:
    """One record: fields are pairs of a French and an English label, and a value."""

    kind: str
    guid: str
    name: str
    fields: tuple[tuple[tuple[str, str], str], ...]


def forms(world: World) -> Iterator[Form]:
    """Every open opportunity, account, contact and lead of the world."""
    names = {account.id: account.name for account in world.accounts}
    people = {person.id: person.name for person in world.people}
    for deal in world.opportunities:
        if deal.status is OpportunityStatus.OPEN:
            yield _deal(deal, names, people)
    for account in world.accounts:
        fields = ((("Segment", "Segment"), account.segment), (("Domaine", "Domain"), account.domain))
        yield Form("account", identity.account(account.id), account.name, fields)
    for person in world.people:
        if not person.is_colleague:
            yield _person(person, names)


def blueprint(world: Callable[[], World], panel_url: str) -> Blueprint:
    """The pages of a CRM whose forms show the panel at `panel_url` (origin, without a path)."""
    bp = Blueprint("crm_forms", __name__, template_folder="templates")
    host = world().organisation_domain.partition(".")[0]

    @bp.get(PATH)
    def page() -> str:
        kind, guid = request.args.get("etn", "opportunity"), request.args.get("id", "").strip("{}").lower()
        if kind not in TYPE_CODES:
            abort(404)
        french = request.accept_languages.best_match(["fr", "en"], "fr") == "fr"
        shared = {"kind": kind, "titles": _TITLES, "french": french, "path": PATH}
        of_kind = [form for form in forms(world()) if form.kind == kind]
        if not guid:
            return render_template("crm_list.html", forms=of_kind[:MOST_LISTED], **shared)
        form = next((form for form in of_kind if form.guid == guid), None)
        if form is None:
            abort(404)
        query = urlencode(
            {
                "id": f"{{{guid.upper()}}}",
                "orglcid": _LCIDS["fr"],
                "orgname": host,
                "type": TYPE_CODES[kind],
                "typename": kind,
                "userlcid": _LCIDS["fr" if french else "en"],
            }
        )
        return render_template("crm_form.html", form=form, frame=f"{panel_url}/panel/{kind}?{query}", **shared)

    return bp


def frame_source(panel_url: str) -> str:
    """The origin of the panel, as a content security policy names it."""
    parts = urlsplit(panel_url)
    return f"{parts.scheme}://{parts.netloc}"


def _deal(deal: Opportunity, accounts: dict[str, str], people: dict[str, str]) -> Form:
    value = "" if deal.estimated_value is None else f"{deal.estimated_value:,.0f}".replace(",", "\u202f")
    return Form(
        "opportunity",
        identity.opportunity(deal.id),
        deal.name,
        (
            (("Compte", "Account"), accounts.get(deal.account_id, "")),
            (("Propriétaire", "Owner"), people.get(deal.owner_id, "")),
            (("Étape", "Stage"), deal.stage),
            (("Chiffre d’affaires estimé", "Estimated revenue"), value),
            (("Date de clôture estimée", "Estimated close date"), deal.close_on.isoformat() if deal.close_on else ""),
        ),
    )


def _person(person: Person, accounts: dict[str, str]) -> Form:
    kind = "lead" if person.side is Side.LEAD else "contact"
    guid = identity.lead(person.id) if kind == "lead" else identity.contact(person.id)
    fields = (
        (("Société", "Company"), accounts.get(person.account_id or "", "")),
        (("Fonction", "Job title"), person.job_title),
        (("E-mail", "E-mail"), person.email),
    )
    return Form(kind, guid, person.name, fields)
