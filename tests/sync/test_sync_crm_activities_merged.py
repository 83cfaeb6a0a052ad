"""F48: contacts are merged, deactivated, given to others, share an address; what they took part in follows."""

from collections.abc import Iterator

import pytest
from crm_sync_world import EVA, TOR, acts, days, filed_world, lines, parties
from sync_world import House

from relationship.activities import Kind
from simulator import identity
from simulator.dataverse import Ref
from simulator.server import Running, start


@pytest.fixture
def running() -> Iterator[Running]:
    with start(filed_world()) as found:
        yield found


def test_f48_after_a_merge_everything_counts_for_the_contact_that_was_kept(house: House, running, undisturbed):
    house.sync()
    with_tor, with_eva = days(house, "contact", TOR), days(house, "contact", EVA)
    assert ("email", 8, 0, 1) in with_eva - with_tor

    running.services.crm.merge_contacts(TOR, EVA)
    house.sync()

    assert days(house, "contact", TOR) == with_tor | with_eva
    assert days(house, "contact", EVA) == set()
    assert ("from", f"contact:{TOR}") in parties(house, "email", 8)
    for_both = house.dump()
    house.sync()
    assert house.dump() == for_both


def test_f48_a_mail_in_exchange_from_the_address_of_the_merged_contact_counts_for_the_kept_one(house, running):
    running.services.crm.merge_contacts(TOR, EVA)
    running.organisation.deliver("eva", ["ines"])
    house.sync()
    assert ("email", 0, 0, 1) in days(house, "contact", TOR)


def test_f48_a_deactivated_contact_and_a_new_owner_change_no_count(house, running):
    house.sync()
    before = days(house, "contact", TOR)
    running.services.crm.update("contact", TOR, {"statecode": 1, "statuscode": 2})
    running.services.crm.change_owner("contact", TOR, identity.system_user("lina"))
    house.sync()
    assert days(house, "contact", TOR) == before
    (tor,) = [row for row in lines(house, "record") if row[:2] == ["contact", TOR]]
    assert (tor[3], tor[6]) == ("inactive", identity.system_user("lina"))


def test_f48_an_address_that_two_contacts_share_counts_for_both_but_an_id_for_one(house, running):
    crm = running.services.crm
    twin = crm.create("contact", {"fullname": "Tor Zwei", "emailaddress1": "tor@nordlys.example"})
    running.organisation.deliver("tor", ["ines"])
    call = acts(running).create(Kind.CALL, sender="ines@fjord.example", to=["tor@nordlys.example"], minutes=4)
    assert Ref("contact", TOR) in [row.get("_partyid_value") for row in crm.party_rows(call)]
    house.sync()
    assert ("email", 0, 0, 1) in days(house, "contact", TOR)
    assert days(house, "contact", twin) == {("email", 0, 0, 1)}
    assert ("call", 0, 1, 1) in days(house, "contact", TOR)
