"""The page of one opportunity; besides what every record shows, its value, its stage, its people and its like."""

from typing import Any

from flask import render_template, request
from sqlalchemy import Connection

from relationship.store.reading import reading_opportunity
from web.house import house
from web.identity.members import for_readers
from web.nouns import OPPORTUNITIES
from web.records import kpi_words, record_page
from web.records.record_page import Relationship
from web.records.similar import in_words, similar


def _people(conn: Connection, found: Relationship) -> dict[str, Any]:
    people = reading_opportunity.people_of(conn, found.record)
    return {
        "people": people,
        "contacts": [person for person in people if person.guid],
        "knows_offered": found.introductions_offered,
    }


blueprint = record_page.room(OPPORTUNITIES, _people)


@blueprint.get("/opportunities/<guid>/similar")
@for_readers
def beside_similar(guid: str) -> str:
    """How the opportunity compares with similar ones; read apart from its page, which does not wait for it."""
    with house().store.reading() as conn:
        found = record_page.relationship(conn, OPPORTUNITIES, guid, shown=True)
        comparison = similar(conn, found.record, as_of=found.as_of)
    fragment = request.headers.get("HX-Request") == "true"
    return render_template(
        "opportunity/similar.html" if fragment else "opportunity/similar_page.html",
        record=found.record,
        comparison=comparison.comparison,
        likeness=in_words(comparison.like, found.record.currency),
        kpi_words=kpi_words,
    )
