"""The drawing of an answer: everybody once, in columns from the reader to the person."""

import knows_builder as world
from knows_builder import AURELIE, BASTIEN, DAMIEN, HUGO, INES, THOMAS
from web_site import Site

from relationship.access import known_roles
from relationship.activities import RecordKind, RecordRef
from web.identity.members import Member
from web.knows import drawn_network, who_knows
from web.knows.drawn_network import ME, Drawing


def drawing_of(site: Site, person: int) -> Drawing | None:
    with site.app.test_request_context("/", headers={"Accept-Language": "en"}):
        caller = Member(world.oid(0), "Camille Roussel", known_roles(["seller"]))
        answer = who_knows.answer(caller, RecordRef(RecordKind.CONTACT, world.contact(person)))
        assert answer is not None
        return drawn_network.drawing(answer)


def columns(drawing: Drawing) -> dict[str, int]:
    return {name: column for name, _label, column, _place in drawing.nodes}


def test_one_colleague_stands_between_the_reader_and_the_person(quick_site: Site) -> None:
    drawing = drawing_of(quick_site, AURELIE)
    assert drawing is not None
    found = columns(drawing)
    assert (found[ME], found[world.oid(HUGO)], found[f"contact:{world.contact(AURELIE)}"]) == (0, 1, 2)
    assert len(found) == 7


def test_who_is_asked_by_others_stands_behind_them(quick_site: Site) -> None:
    drawing = drawing_of(quick_site, BASTIEN)
    assert drawing is not None
    found = columns(drawing)
    assert (found[world.oid(HUGO)], found[world.oid(THOMAS)], found[world.oid(INES)]) == (1, 1, 2)
    assert found[f"contact:{world.contact(BASTIEN)}"] == 3
    between = {(line.start, line.end): line.tie for line in drawing.lines}
    assert between[world.oid(HUGO), world.oid(INES)] is None
    assert between[ME, f"contact:{world.contact(BASTIEN)}"] == "strong"


def test_nobody_gives_no_drawing(quick_site: Site) -> None:
    assert drawing_of(quick_site, DAMIEN) is None
