"""What Dynamics is known to do with activities. The end depends on truth and policy only: the dump equals that of
an undisturbed reading, on both databases. Test names begin with the fault's id."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from crm_sync_world import EVA, O1, TOR, acts, days, filed, filed_world, kept, parties, sightings
from sync_world import NOW, House, Undisturbed

from relationship.activities import Kind
from simulator import identity
from simulator.dataverse import Ref
from simulator.dataverse.limits import Limits
from simulator.faults import Fault, FaultKind, seeded
from simulator.server import Running, start
from simulator.world import Source, WorldStatus

ACTIVITIES = r"v9.2/(emails|phonecalls|appointments|tasks)"
TO_CALL, MADE, TO_DO, DID = (identity.activity(name) for name in ("to-call", "made", "to-do", "did"))


@pytest.fixture
def running() -> Iterator[Running]:
    with start(filed_world()) as found:
        yield found


def test_f45_an_expired_version_stamp_leads_to_a_full_round_that_finds_what_vanished(
    house: House, running: Running, undisturbed: Undisturbed
):
    house.sync()
    acts(running).delete(MADE)
    acts(running).create(Kind.CALL, sender="omar@fjord.example", to=["eva@nordlys.example"], minutes=3)
    running.services.crm.expire_tokens()

    assert house.sync().troubles == ()

    assert ("call", 7) not in kept(house)
    assert kept(house)["call", 0] == ("done", 3, None)
    assert house.dump() == undisturbed()


@pytest.mark.parametrize(
    ("nth", "status", "code"),
    [(1, 400, "0x80044352"), (2, 410, ""), (4, 412, "0x80044352"), (2, 404, ""), (4, 400, "0x80044352")],
)
def test_f45_the_stamp_may_expire_at_any_page(nth, status, code, house, running, undisturbed):
    for number in range(6):
        acts(running).create(Kind.CALL, sender="omar@fjord.example", to=["eva@nordlys.example"], minutes=number + 1)
    running.services.faults.add(
        Fault(FaultKind.REFUSED, path=r"phonecalls\?.*(skip|delta)token", first=nth, status=status, code=code)
    )
    house.sync()
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f46_deletions_come_last_and_unknown_ones_are_ignored(house, running, undisturbed):
    house.sync()
    crm = running.services.crm
    acts(running).delete(DID)
    for table in ("email", "phonecall", "appointment", "task"):
        crm.report_unknown_deletion(table)
    acts(running).create(Kind.TASK, sender="ines@fjord.example", regarding=Ref("contact", EVA))
    assert house.sync().troubles == ()
    assert ("task", 3) not in kept(house)
    assert house.dump() == undisturbed()


def test_f46_what_is_deleted_while_its_participants_are_asked_for_is_gone(house, running, undisturbed, monkeypatch):
    from relationship.sync.readers import crm_activities

    plain, gone = crm_activities.plain_pages, []

    def deleted_first(reading, table, link):
        if table.kind is Kind.CALL and not gone:
            gone.append(acts(running).delete(MADE))
        return plain(reading, table, link)

    monkeypatch.setattr(crm_activities, "plain_pages", deleted_first)
    house.sync()
    monkeypatch.undo()
    house.sync()
    assert ("call", 7) not in kept(house)
    assert house.dump() == undisturbed()


def test_f47_when_the_crm_asks_for_silence_among_the_activities_nothing_is_sent(house, running, undisturbed):
    house.sync()
    running.services.crm.expire_tokens()
    protection = running.services.protection
    running.services.faults.add(Fault(FaultKind.THROTTLED, path=r"phonecalls\?.*expand", retry_after="45"))

    report = house.sync()

    told = {trouble.key: trouble.wait_seconds for trouble in report.troubles}
    assert set(told) == {"dataverse/phonecalls", "dataverse/appointments", "dataverse/tasks"}
    assert all(0 < wait <= 45 for wait in told.values())
    assert report.mailboxes_ok == 4
    house.sync()
    assert protection.too_early == 0


def test_f47_a_short_silence_is_waited_out(house, running, undisturbed):
    running.services.faults.add(Fault(FaultKind.THROTTLED, path=r"tasks\?.*expand", retry_after="1"))
    assert house.sync().troubles == ()
    assert running.services.protection.too_early == 0
    assert house.dump() == undisturbed()


def test_f47_a_real_limit_is_met_once(house, running):
    running.services.protection.limits = Limits(requests=18, window_seconds=120)
    house.sync()
    assert running.services.protection.refused == 1
    house.sync()
    assert (running.services.protection.refused, running.services.protection.too_early) == (1, 0)


def test_f59_a_planned_call_is_made_reopened_and_deleted(house, running, undisturbed):
    house.sync()
    acts(running).complete(TO_CALL, at=NOW - timedelta(days=1), minutes=7)
    house.sync()
    assert kept(house)["call", 1] == ("done", 7, None)
    assert ("call", 1, 1, 1) in days(house, "contact", EVA)
    acts(running).reopen(TO_CALL)
    house.sync()
    assert ("call", 1) not in kept(house)
    assert kept(house)["call", -2][0] == "planned"
    assert ("call", 1, 1, 1) not in days(house, "contact", EVA)
    acts(running).complete(TO_CALL, at=NOW - timedelta(days=1), missed=True)
    house.sync()
    assert kept(house)["call", 1] == ("done", 0, None)
    acts(running).cancel(TO_CALL)
    house.sync()
    assert ("call", 1) not in kept(house)
    acts(running).delete(TO_CALL)
    house.sync()
    assert len(sightings(house, "dataverse/phonecalls")) == 2


def test_f59_a_task_done_reopened_and_moved_follows_in_state_link_and_both_counts(house, running):
    house.sync()
    acts(running).complete(TO_DO, at=NOW - timedelta(days=1))
    house.sync()
    paul = identity.contact("paul")
    assert ("task", 1, 1, 0) in days(house, "contact", paul)
    acts(running).move(TO_DO, Ref("contact", EVA))
    house.sync()
    assert ("task", 1, 1, 0) not in days(house, "contact", paul)
    assert ("task", 1, 1, 0) in days(house, "contact", EVA)
    acts(running).move(TO_DO, Ref("opportunity", O1))
    house.sync()
    assert ("task", 1, 1, 0) not in days(house, "contact", EVA)
    assert ("task", 1, 1, 0) in days(house, "opportunity", O1)
    acts(running).reopen(TO_DO)
    house.sync()
    assert ("task", 1, 1, 0) not in days(house, "opportunity", O1)


def test_f59_a_call_moved_to_another_contact_counts_there(house, running, undisturbed):
    house.sync()
    acts(running).change_parties(MADE, {1: ["ines@fjord.example"], 2: ["eva@nordlys.example"]})
    house.sync()
    assert ("call", 7, 1, 1) not in days(house, "contact", TOR)
    assert ("call", 7, 1, 1) in days(house, "contact", EVA)


def test_f59_another_owner_of_a_task_is_another_actor(house, running):
    house.sync()
    running.services.crm.change_owner("task", DID, identity.system_user("lina"))
    house.sync()
    assert parties(house, "task", 3) == {("from", f"systemuser:{identity.system_user('lina')}")}


@pytest.mark.parametrize("seed", range(4))
def test_seeded_faults_among_the_activities_end_with_the_same_bytes(seed, house, running, undisturbed):
    running.services.faults.add(*seeded(seed, count=3, within=16, path=ACTIVITIES))
    house.sync()
    acts(running).complete(TO_CALL, at=NOW - timedelta(days=1), minutes=7)
    acts(running).delete(DID)
    running.services.faults.add(*seeded(seed + 100, count=2, within=6, path=ACTIVITIES))
    house.sync()
    running.services.faults.clear()
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


# F58: the same mail in Exchange and in the CRM


def both(name: str, sender: str, *to: str, **said):
    return filed(name, Kind.EMAIL, sender, *to, source=Source.BOTH, **said)


@pytest.fixture
def in_both() -> Iterator[Running]:
    mails = (
        both("filed", "ines", "tor", days_ago=9, regarding_id="o1"),
        both("unfiled", "eva", "ines", days_ago=8),
        filed("only-exchange", Kind.EMAIL, "ines", "tor", source=Source.MSGRAPH, days_ago=7),
    )
    with start(filed_world(mails)) as found:
        yield found


@pytest.fixture
def tracked(in_both: Running, house_of) -> House:
    return house_of(in_both)


@pytest.fixture
def house_of(store):
    from sync_world import config_for

    made: list[House] = []

    def build(running: Running) -> House:
        made.append(House(config_for(running), store, running))
        return made[-1]

    yield build
    for house in made:
        house.close()


def test_f58_one_mail_from_both_systems_is_one_activity_with_its_copies(tracked: House):
    tracked.sync()
    assert kept(tracked) == {
        ("email", 9): ("done", None, O1), ("email", 8): ("done", None, None), ("email", 7): ("done", None, None),
    }  # fmt: skip
    assert sightings(tracked).count("dataverse/emails") == 2
    assert len(sightings(tracked)) == 2 + 3


@pytest.mark.parametrize("newest", ["exchange", "crm"])
def test_f58_what_it_is_filed_under_is_never_lost_whichever_copy_is_newer(newest, tracked, in_both):
    tracked.sync()
    in_both.organisation.now = NOW + timedelta(hours=2)
    if newest == "exchange":
        in_both.organisation.edit("filed", cc=["omar"])
    else:
        in_both.services.crm.update("email", identity.activity("filed"), {})
    tracked.sync()
    by_address = {address for _, address in parties(tracked, "email", 9) if "@" in address}
    assert bool(by_address) is (newest == "exchange")
    assert kept(tracked)["email", 9] == ("done", None, O1)
    assert ("email", 9, 1, 0) in days(tracked, "opportunity", O1)


def test_f58_a_mail_tracked_later_is_filed_then_and_untracked_lives_on_in_exchange(tracked, in_both):
    tracked.sync()
    guid = acts(in_both).track("only-exchange", regarding=Ref("opportunity", O1))
    tracked.sync()
    assert kept(tracked)["email", 7] == ("done", None, O1)
    assert len(kept(tracked)) == 3
    acts(in_both).delete(guid)
    tracked.sync()
    assert kept(tracked)["email", 7] == ("done", None, None)


def test_f58_a_mail_deleted_in_exchange_lives_on_in_the_crm(tracked, in_both):
    tracked.sync()
    in_both.organisation.delete_mail("filed")
    tracked.sync()
    assert kept(tracked)["email", 9] == ("done", None, O1)
    acts(in_both).delete(identity.activity("filed"))
    tracked.sync()
    assert ("email", 9) not in kept(tracked)


def test_f58_one_mail_tracked_by_two_people_is_one_activity(tracked, in_both):
    acts(in_both).track_mail(
        identity.message_id("unfiled", "eva@nordlys.example"),
        sender="eva@nordlys.example",
        to=["ines@fjord.example"],
        at=NOW - timedelta(days=8),
        regarding=Ref("opportunity", O1),
    )
    tracked.sync()
    assert kept(tracked)["email", 8] == ("done", None, O1)
    assert sightings(tracked).count("dataverse/emails") == 3
    assert ("email", 8, 0, 1) in days(tracked, "contact", EVA)


def test_f58_a_mail_that_waits_to_be_sent_is_no_activity_yet(house, running):
    acts(running).create(
        Kind.EMAIL, sender="ines@fjord.example", to=["tor@nordlys.example"], status=WorldStatus.PLANNED,
        message_id="<w@fjord.example>",
    )  # fmt: skip
    house.sync()
    assert ("email", 0) not in kept(house)
