"""What exclusions hide and what a shorter retention removes is counted before, and the latter confirmed."""

from typing import Any

import pytest
import sqlalchemy as sa
from api_caller import Caller, told
from web_builder import Deal, guid, weekly
from web_site import Site

from relationship.store import tables

OLD = Deal("Ancienne affaire", account=3, created_ago=390, contacts=weekly(until=200, weeks=10))
NEW = Deal("Nouvelle affaire", account=4, created_ago=100, contacts=weekly(weeks=10))


@pytest.fixture
def caller(site: Site) -> Caller:
    site.fill([OLD, NEW])
    return Caller(site)


def section(caller: Caller, name: str, **changes: object) -> dict[str, Any]:
    return {**caller.get("/settings").json[name], **changes}


def test_an_excluded_account_is_counted_before_it_is_saved(caller: Caller) -> None:
    wanted = section(caller, "exclusions", accounts=[guid("account", 3)])
    counts = caller.post("/settings/exclusions/hidden", wanted).json
    assert (counts["accounts"], counts["colleagues"]) == (1, 0)
    assert caller.get("/settings").json["version"] == 0


def test_no_exclusion_hides_nothing(caller: Caller) -> None:
    counts = caller.post("/settings/exclusions/hidden", section(caller, "exclusions")).json
    assert set(counts.values()) == {0}


def test_the_organisations_own_domain_cannot_be_left_out(caller: Caller, site: Site) -> None:
    with site.store.transaction() as conn:
        conn.execute(sa.update(tables.Deployment).values(domains="fjord.example"))
    wanted = section(caller, "exclusions", domains=["avocats.example", "fjord.example"])
    for answer in (
        caller.post("/settings/exclusions/hidden", wanted),
        caller.put("/settings/exclusions", wanted, version=0),
    ):
        assert told(answer) == (422, "domain_is_ours", "domains.1")
    document = {**caller.get("/settings").json, "exclusions": wanted}
    assert told(caller.put("/settings", document, version=0)) == (422, "domain_is_ours", "exclusions.domains.1")


def test_b51_a_shorter_retention_is_counted_and_confirmed(caller: Caller) -> None:
    wanted = section(caller, "sources", retain_days=150)
    counts = caller.post("/settings/sources/removal", wanted).json
    assert counts == {"activities": 10, "contact_days": 10, "texts": 0, "customer_facts": 0}
    refused = caller.put("/settings/sources", wanted, version=0)
    assert told(refused) == (422, "removal_not_confirmed", "removal_confirmed")
    assert "10 activities" in refused.json["detail"]
    document = {**caller.get("/settings").json, "sources": wanted}
    assert told(caller.put("/settings", document, version=0))[1] == "removal_not_confirmed"
    assert caller.put("/settings/sources", {**wanted, "removal_confirmed": True}, version=0).status_code == 200


def test_a_retention_that_removes_nothing_needs_no_confirmation(caller: Caller) -> None:
    assert caller.put("/settings/sources", section(caller, "sources", retain_days=700), version=0).status_code == 200


def test_taking_back_a_longer_retention_is_confirmed_too(caller: Caller) -> None:
    first = section(caller, "sources", retain_days=150)
    assert caller.put("/settings/sources", {**first, "removal_confirmed": True}, version=0).status_code == 200
    longer = section(caller, "sources", retain_days=700)
    assert caller.put("/settings/sources", longer, version=1).status_code == 200
    answer = caller.post("/settings/history/2/undo", {}, version=2)
    assert told(answer) == (422, "removal_not_confirmed", "removal_confirmed")
    assert caller.post("/settings/history/2/undo", {"removal_confirmed": True}, version=2).status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_feedback_mailbox_of_another_organisation_is_refused(caller: Caller, site: Site) -> None:
    with site.store.transaction() as conn:
        conn.execute(sa.update(tables.Deployment).values(domains="fjord.example"))
    wanted = section(caller, "sources", feedback={"mailboxes": ["avis@elsewhere.example"], "keep_when_withdrawn": True})
    refused = caller.put("/settings/sources", wanted, version=0)
    assert told(refused) == (422, "mailbox_elsewhere", "sources.feedback.mailboxes.0")
