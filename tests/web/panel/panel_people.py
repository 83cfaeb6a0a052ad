"""Whom the simulated Entra lets sign in to the panel."""

from datetime import UTC, date, datetime

from simulator.world import Opportunity, OpportunityStatus, Person, Side, SignIn, World


def small_organisation() -> World:
    """One manager; the records of the pages come from the builder of the tests, not from here."""
    omar = Person("omar", "omar@fjord.example", "Omar", Side.COLLEAGUE, None, "", ())
    deal = Opportunity(
        "o1", "Nordlys", "", "omar", (), (), OpportunityStatus.OPEN, "Proposition", 60, 1000.0, date(2026, 1, 10), None
    )
    return World(
        name="Fjord",
        organisation_domain="fjord.example",
        now=datetime(2026, 6, 17, tzinfo=UTC),
        people=(omar,),
        accounts=(),
        opportunities=(deal,),
        activities=(),
        domains=("fjord.example",),
        sign_in=(SignIn("omar", ("sales_manager",)),),
    )
