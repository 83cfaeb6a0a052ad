"""How a template reads while it is written: for a contact of the CRM, or an invented one."""

from sqlalchemy import Connection

from relationship.letters.letters import Names, acquaintance
from relationship.store.reading import reading_contact
from settings.pages.api_introductions import (
    SAMPLE_COLLEAGUE,
    SAMPLE_CONTACT,
    SAMPLE_OPPORTUNITY,
    SAMPLE_REASON,
)
from settings.rules.templates import first_name


def values(conn: Connection, guid: str, *, seller: str, language: str) -> dict[str, str]:
    """By placeholder. guid: of a contact or lead; '' or one that the CRM does not have: the invented one."""
    found = reading_contact.contact_names(conn, guid) if guid else None
    contact = (
        {"contact.name": found.name, "contact.job_title": found.job_title, "contact.company": found.company}
        if found
        else SAMPLE_CONTACT
    )
    return {
        "seller.name": seller,
        "seller.first_name": first_name(seller),
        "colleague.name": SAMPLE_COLLEAGUE,
        "colleague.first_name": first_name(SAMPLE_COLLEAGUE),
        **contact,
        "contact.first_name": first_name(contact["contact.name"]),
        "opportunity.name": SAMPLE_OPPORTUNITY,
        "acquaintance": acquaintance(
            Names(seller, SAMPLE_COLLEAGUE, contact["contact.name"], company=contact["contact.company"]),
            language=language,
        ),
        "reason": SAMPLE_REASON[language],
    }
