"""`relationship reconcile`: what the deltas never told is found and healed; nothing goes on ambiguous evidence."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from crm_sync_world import EVA, FILED, TOR, acts, days, filed_world, kept, sightings
from sync_world import NOW, House, some_mail

from relationship import failpoints
from relationship.activities import Kind
from relationship.errors import FixSettings
from relationship.store.activities import sightings as copies
from relationship.store.activities.sightings import Verdict
from relationship.store.sources import cursors, sources
from relationship.sync.fail_points import RECONCILE_FAIL_POINTS
from relationship.sync.readers.reconcile import Finding, Reconciled, reconcile_once
from relationship.sync.wire.connection import connect
from simulator import identity
from simulator.faults import Fault, FaultKind
from simulator.server import Running, start

MADE = identity.activity("made")


@pytest.fixture
def running() -> Iterator[Running]:
    with start(filed_world((*FILED, *some_mail()[-12:]))) as found:
        yield found


def reconcile(house: House, **options: Any) -> Reconciled:
    if house.microsoft is None:
        house.microsoft = connect(house.config, mail_page_size=4, crm_page_size=3)
    return reconcile_once(house, microsoft=house.microsoft, **options)


def differing(report: Reconciled) -> dict[str, tuple[int, int, int]]:
    """Missing, changed and ghosts of every source where something differed."""
    return {f.key: (f.missing, f.changed, f.ghosts) for f in report.findings if f.differs}


def places(house: House) -> dict[str, Any]:
    with house.store.reading() as conn:
        return {key: cursors.load(conn, number) for key, number in sources.ids(conn).items() if "calendar" not in key}


def forget(house: House, prefix: str, count: int) -> None:
    """Lose some copies, as if a delta had never told them."""
    with house.store.transaction() as conn:
        for key, number in sources.ids(conn).items():
            if key.startswith(prefix):
                some = sorted(copies.held(conn, number))[:count]
                copies.remove_items(conn, number, some, read=lambda _: Verdict.DROP, zone=house.config.zone)


def test_a_comparison_of_what_is_right_finds_and_writes_nothing(house: House, writes):
    house.sync()
    before = house.dump()
    report = reconcile(house)
    assert (differing(report), report.troubles, report.exit_code) == ({}, (), 0)
    compared = {finding.key.partition("/")[2]: finding.compared for finding in report.findings}
    assert [compared[name] for name in ("emails", "phonecalls", "appointments", "tasks")] == [4, 3, 4, 2]
    assert [compared[name] for name in ("contacts", "accounts", "opportunities")] == [3, 2, 1]
    assert house.dump() == before


def test_no_place_in_a_delta_stream_is_moved(house, running):
    house.sync()
    acts(running).change_parties(MADE, {1: ["ines@fjord.example"], 2: ["eva@nordlys.example"]}, touch=False)
    before = places(house)
    assert differing(reconcile(house)) == {"dataverse/phonecalls": (0, 1, 0)}
    assert places(house) == before


def test_a_change_of_participants_that_no_delta_told_is_found(house, running, undisturbed):
    house.sync()
    acts(running).change_parties(MADE, {1: ["ines@fjord.example"], 2: ["eva@nordlys.example"]}, touch=False)
    house.sync()
    assert ("call", 7, 1, 1) in days(house, "contact", TOR)
    reconcile(house)
    assert ("call", 7, 1, 1) in days(house, "contact", EVA)
    assert ("call", 7, 1, 1) not in days(house, "contact", TOR)


@pytest.mark.parametrize("prefix", ["dataverse/phonecalls", "dataverse/emails", "mailbox/"])
def test_what_is_missing_is_kept_again(prefix, house, undisturbed):
    house.sync()
    truth = house.dump()
    forget(house, prefix, 2)
    assert house.dump() != truth
    found = differing(reconcile(house, days=400))
    assert all(key.startswith(prefix) and counts[0] > 0 for key, counts in found.items())
    assert house.dump() == truth == undisturbed()
    assert differing(reconcile(house, days=400)) == {}


def test_records_teams_and_users_of_the_crm_are_compared_too(house, running, undisturbed):
    from relationship.activities import RecordKind
    from relationship.store.crm import memberships, records
    from relationship.store.sources.cursors import Place

    house.sync()
    truth = house.dump()
    paul = identity.contact("paul")
    ghost = records.RecordRow(RecordKind.CONTACT, identity.guid("contact", "ghost"), "Nobody", "active", NOW.date())
    with house.store.transaction() as conn:
        records.save(conn, RecordKind.CONTACT, [ghost], [paul], place=Place(full=False))
        conn.exec_driver_sql("UPDATE record SET name = 'Other' WHERE kind = 'opportunity'")
        memberships.save(conn, [], sorted(memberships.guids(conn))[:1], place=Place(full=False))
    report = reconcile(house)
    found = differing(report)
    assert found["dataverse/contacts"][0] == found["dataverse/contacts"][2] == 1
    assert found["dataverse/opportunities"] == (0, 1, 0)
    assert found["dataverse/connections"] == (1, 0, 0)
    assert house.dump() == truth == undisturbed()
    assert differing(reconcile(house)) == {}


def test_a_ghost_is_removed_once_the_source_said_that_it_is_gone(house, running):
    house.sync()
    crm, organisation = running.services.crm, running.organisation
    acts(running).delete(MADE)
    organisation.delete_mail("to-all")
    report = reconcile(house)
    assert differing(report)["dataverse/phonecalls"] == (0, 0, 1)
    assert sum(finding.ghosts for finding in report.findings) == 1 + 4
    assert ("call", 7) not in kept(house)
    assert not crm.has("phonecall", MADE)
    assert house.sync().troubles == ()


def test_a_mail_that_moved_is_no_ghost(house, running, undisturbed):
    house.sync()
    running.organisation.move("to-all", "ines", "archive")
    report = reconcile(house)
    assert [(f.changed, f.ghosts) for f in report.findings if f.differs] == [(1, 0)]
    assert house.dump() == undisturbed()


def test_a_list_that_leaves_something_out_deletes_nothing(house, running, monkeypatch):
    from relationship.sync.readers import crm_activities

    house.sync()
    before = house.dump()
    plain = crm_activities.plain_pages

    def forgetful(reading, table, link):
        whole = "filter" in link
        return ([row for row in rows if whole or row["activityid"] != MADE] for rows in plain(reading, table, link))

    monkeypatch.setattr(crm_activities, "plain_pages", forgetful)
    assert differing(reconcile(house)) == {}
    assert house.dump() == before


def test_when_the_source_cannot_be_asked_nothing_is_deleted(house, running):
    house.sync()
    before = house.dump()
    running.organisation.delete_mail("to-all")
    refused = Fault(FaultKind.REFUSED, path=r"/messages/[^/]+$", times=999, status=403, code="ErrorAccessDenied")
    running.services.faults.add(refused)
    report = reconcile(house)
    assert {trouble.reason for trouble in report.troubles} == {"not_permitted"}
    assert report.exit_code == 75
    assert house.dump() == before


def test_a_source_in_trouble_stops_no_other(house, running):
    house.sync()
    acts(running).change_parties(MADE, {1: ["ines@fjord.example"], 2: ["eva@nordlys.example"]}, touch=False)
    running.services.faults.add(Fault(FaultKind.REFUSED, path="v9.2/emails", times=99, status=403, code="0x80040220"))
    report = reconcile(house)
    assert [trouble.key for trouble in report.troubles] == ["dataverse/emails"]
    assert differing(report) == {"dataverse/phonecalls": (0, 1, 0)}


def test_only_the_window_is_compared(house, running):
    house.sync()
    call = acts(running).create(
        Kind.CALL, sender="ines@fjord.example", to=["tor@nordlys.example"], at=NOW - timedelta(days=20), minutes=9
    )
    house.sync()
    acts(running).delete(call)
    assert differing(reconcile(house, days=10)) == {}
    assert differing(reconcile(house, days=30)) == {"dataverse/phonecalls": (0, 0, 1)}


def test_more_ghosts_than_may_be_asked_for_are_left_and_said(house, running, monkeypatch):
    from relationship.sync.readers import reconcile as module

    house.sync()
    monkeypatch.setattr(module, "MOST_CONFIRMED", 0)
    running.organisation.delete_mail("to-all", "ines")
    report = reconcile(house)
    assert sum(finding.doubtful for finding in report.findings) == 1
    assert report.exit_code == 75


def test_before_the_first_sync_there_is_nothing_to_compare(house):
    with pytest.raises(FixSettings, match="Nothing was read yet"):
        reconcile(house)


def test_a_source_that_was_never_read_to_a_place_is_left_to_the_sync(house, running):
    running.services.faults.add(
        Fault(FaultKind.REFUSED, path="v9.2/phonecalls", times=99, status=403, code="0x80040220")
    )
    house.sync()
    running.services.faults.clear()
    assert differing(reconcile(house)) == {}
    assert sightings(house, "dataverse/phonecalls") == []


def test_every_named_place_is_passed_when_something_is_healed(house, running):
    house.sync()
    acts(running).delete(MADE)
    failpoints.observe()
    reconcile(house)
    passed = {name for name in failpoints.count_passages() if name.startswith("reconcile.")}
    failpoints.arm("")
    assert passed == set(RECONCILE_FAIL_POINTS)


def test_findings_of_one_source_add_up():
    assert Finding("k", 1, 2, 3, 4, 5) + Finding("k", 1, 1, 1, 1, 1) == Finding("k", 2, 3, 4, 5, 6)
