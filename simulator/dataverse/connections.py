"""Connections: who belongs to an opportunity, each told by two rows, one from either side."""

from dataclasses import dataclass
from datetime import date

from simulator import identity
from simulator.dataverse.schema import Ref, Row


@dataclass(frozen=True, slots=True)
class Link:
    """One of the two rows of a connection. `mirrored`: seen from the person, record 1."""

    opportunity: str
    person: Ref
    role: str
    created_on: date
    mirrored: bool
    master: bool


def link_rows(opportunity: str, person: Ref, role: str, created_on: date) -> dict[str, Link]:
    """The two rows of one connection. Either may be the master: it is the side somebody added it from."""
    guids = [identity.connection(opportunity, person.guid, mirrored=mirrored) for mirrored in (False, True)]
    from_person = int(guids[0][:2], 16) % 4 == 0
    return {
        guid: Link(opportunity, person, role, created_on, mirrored, master=mirrored is from_person)
        for guid, mirrored in zip(guids, (False, True), strict=True)
    }


def connection_row(guid: str, link: Link, created: str) -> Row:
    here, there = ("2", "1") if link.mirrored else ("1", "2")
    return {
        "connectionid": guid,
        f"_record{here}id_value": Ref("opportunity", link.opportunity),
        f"_record{there}id_value": link.person,
        f"_record{there}roleid_value": Ref("connectionrole", link.role),
        "_relatedconnectionid_value": Ref(
            "connection", identity.connection(link.opportunity, link.person.guid, mirrored=not link.mirrored)
        ),
        "ismaster": link.master,
        "statecode": 0,
        "statuscode": 1,
        "createdon": created,
    }
