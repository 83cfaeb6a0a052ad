"""What Microsoft is known to do within delta rounds. The end depends on truth and policy only: the dump
equals that of an undisturbed reading, on both databases. Test names begin with the fault's id."""

import json
from datetime import timedelta

import pytest
from sync_world import NOW, House, Undisturbed

from relationship.store.sources.sources import all_sources
from simulator.expiry import Expiry
from simulator.faults import Fault, FaultKind
from simulator.server import Running

MESSAGES = r"messages/delta$"


def test_f01_empty_pages_lead_on_to_the_end(house: House, running: Running, undisturbed: Undisturbed):
    running.services.faults.add(
        Fault(FaultKind.EMPTY_PAGES, path=MESSAGES, times=1),
        Fault(FaultKind.EMPTY_PAGES, path=MESSAGES, first=45, times=1, amount=40),
        Fault(FaultKind.EMPTY_PAGES, path=r"^users/delta$", amount=3),
    )
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f02_the_same_item_twice_in_a_round_is_one_activity(house, running, undisturbed):
    running.services.faults.add(Fault(FaultKind.REPEATED_ITEM, path=MESSAGES, times=100))
    house.sync()
    assert house.dump() == undisturbed()


def test_f03_an_old_page_told_again_writes_nothing(house, running, writes):
    house.sync()
    writes.since_last()
    running.services.faults.add(Fault(FaultKind.OLD_PAGE, path=MESSAGES, times=100))

    report = house.sync()

    assert report.rows > 0
    assert report.written == 0
    assert not writes.since_last()


def test_f04_pages_that_lead_in_a_circle_end_the_round_and_the_next_run_heals(house, running, undisturbed):
    running.services.faults.add(Fault(FaultKind.LOOP, path=MESSAGES, first=1, times=300))

    report = house.sync()

    assert {trouble.reason for trouble in report.troubles} == {"link_loop"}
    assert report.exit_code == 75
    assert _states(house)["degraded"] == report.mailboxes_degraded > 0
    running.services.faults.clear()
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()
    assert "degraded" not in _states(house)


def test_f04_a_circle_keeps_the_place_of_the_last_complete_round(house, running, organisation, undisturbed):
    house.sync()
    for number in range(9):
        organisation.deliver("tor", ["ines"], at=NOW - timedelta(minutes=number))
    running.services.faults.add(Fault(FaultKind.LOOP, path=MESSAGES, times=300))
    assert house.sync().mailboxes_degraded == 1
    running.services.faults.clear()
    running.services.traffic.clear()

    house.sync()

    ines = organisation.user("ines").id
    asked = [e for e in running.services.traffic.entries if e.mailbox == ines and "mailFolders" in e.path]
    assert 0 < len(asked) <= 11  # no full round of her mail
    assert house.dump() == undisturbed()


@pytest.mark.parametrize("kind", [FaultKind.UPDATE_FIRST, FaultKind.DELETE_FIRST])
def test_f05_update_or_delete_before_create_changes_nothing(kind, house, running, organisation, undisturbed):
    running.services.faults.add(Fault(kind, path=MESSAGES, times=100))
    house.sync()
    organisation.deliver("eva", ["omar"])
    running.services.faults.add(Fault(kind, path=MESSAGES, times=100))
    house.sync()
    assert house.dump() == undisturbed()


def test_f06_a_row_with_changed_fields_only_keeps_the_others(house, organisation, undisturbed):
    house.sync()
    before = house.dump()
    organisation.mark_read("to-all", "ines")
    house.sync()
    assert house.dump() == before == undisturbed()


def test_f07_a_moved_mail_stays_one_activity_whichever_folder_is_read_first(house, organisation, undisturbed):
    house.sync()
    count = len(house.activities())
    for folder in ("Clients", "archive", "deleteditems", "inbox", "À relancer"):
        organisation.move("to-all", "ines", folder)
        organisation.move("m00", "ines", folder)
        house.sync()
        assert len(house.activities()) == count
        assert house.dump() == undisturbed()


def test_f07_a_mail_moved_to_junk_is_gone_and_back_is_back(house, organisation, undisturbed):
    mail = organisation.deliver("paul", ["lina"])
    house.sync()
    count = len(house.activities())
    organisation.move(mail.id, "lina", "junkemail")
    house.sync()
    assert len(house.activities()) == count - 1
    organisation.move(mail.id, "lina", "inbox")
    house.sync()
    assert len(house.activities()) == count
    assert house.dump() == undisturbed()


def test_f08_a_deleted_mail_is_gone_and_an_unknown_deletion_is_harmless(house, running, organisation, undisturbed):
    mail = organisation.deliver("paul", ["lina"])
    house.sync()
    count = len(house.activities())
    organisation.delete_mail(mail.id)
    running.services.faults.add(Fault(FaultKind.UNKNOWN_REMOVED, path=MESSAGES, times=100))
    house.sync()
    assert len(house.activities()) == count - 1
    assert house.dump() == undisturbed()


def test_f08_a_mail_deleted_in_one_mailbox_lives_on_in_another(house, organisation, undisturbed):
    house.sync()
    count = len(house.activities())
    organisation.delete_mail("to-all", "ines")
    house.sync()
    assert len(house.activities()) == count
    assert house.dump() == undisturbed()


@pytest.mark.parametrize("with_location", [True, False])
def test_f09_an_expired_token_leads_to_a_full_round_that_finds_what_vanished(
    with_location, house, organisation, undisturbed
):
    mail = organisation.deliver("paul", ["lina"])
    house.sync()
    organisation.delete_mail(mail.id)
    organisation.deliver("tor", ["omar"])
    organisation.expire_tokens(how=Expiry(410, "SyncStateNotFound", with_location))
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f09_a_token_may_expire_in_the_middle_of_a_round(house, running, undisturbed):
    running.services.faults.add(Fault(FaultKind.REFUSED, path=MESSAGES, first=7, with_location=True))
    running.services.faults.add(Fault(FaultKind.REFUSED, path=MESSAGES, first=19))
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


@pytest.mark.parametrize(
    ("status", "code"),
    [(410, "syncStateNotFound"), (400, "SyncStateInvalid"), (404, "RESYNCREQUIRED"), (410, "resyncRequired")],
)
def test_f10_every_spelling_of_an_expired_token_is_understood(status, code, house, organisation, undisturbed):
    mail = organisation.deliver("paul", ["lina"])
    house.sync()
    organisation.delete_mail(mail.id)
    organisation.expire_tokens(how=Expiry(status, code))
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f13_a_mail_that_arrives_two_rounds_late_is_kept(house, organisation, undisturbed):
    house.sync()
    house.sync()
    organisation.deliver("tor", ["ines"], at=NOW - timedelta(days=40), received_at=NOW)
    house.sync()
    assert len(house.activities()) == 38
    assert house.dump() == undisturbed()


def test_f14_folders_come_move_and_go(house, organisation, undisturbed):
    house.sync()
    organisation.new_folder("ines", "Nordlys", parent="inbox")
    mail = organisation.deliver("tor", ["ines"])
    organisation.move(mail.id, "ines", "Nordlys")
    organisation.rename_folder("ines", "Nordlys", "Nordlys SA")
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()
    organisation.nest_folder("ines", "Nordlys SA", "junkemail")
    house.sync()
    assert house.dump() == undisturbed()
    organisation.nest_folder("ines", "Nordlys SA", "inbox")
    house.sync()
    assert house.dump() == undisturbed()
    organisation.delete_folder("ines", "Nordlys SA")
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()
    assert "degraded" not in _states(house)


def test_f14_a_folder_deleted_while_it_is_read_is_no_trouble(house, running, organisation, undisturbed):
    organisation.new_folder("ines", "Nordlys", parent="inbox")
    house.sync()
    running.services.faults.add(Fault(FaultKind.REFUSED, path=MESSAGES, status=404, code="ErrorItemNotFound"))
    deleted = []

    def delete_once(progress):
        if progress.step == "mail" and not deleted:
            deleted.append(organisation.delete_folder("ines", "Nordlys"))

    house.sync(progress=delete_once)
    running.services.faults.clear()
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f36_one_mail_in_five_mailboxes_is_one_activity(house, organisation):
    organisation.new_user("Ada", "ada@fjord.example")
    mail = organisation.deliver("tor", ["ines", "omar", "lina", "sales", "ada@fjord.example"])
    house.sync()

    lines = [json.loads(line) for line in house.dump().splitlines()]
    same = [line for line in lines if line[0] == "sighting" and line[1].startswith("mailbox/")]
    keys = [line[4] for line in same]
    shared = max(set(keys), key=keys.count)
    assert keys.count(shared) == 5
    senders = [line[3] for line in lines if line[0] == "party" and line[1] == shared and line[2] == "from"]
    assert senders == ["tor@nordlys.example"]
    assert mail.from_id == "tor"


def test_f37_internal_mail_is_not_kept_at_all(house, organisation):
    organisation.deliver("ines", ["omar", "lina"])
    house.sync()
    lines = [json.loads(line) for line in house.dump().splitlines()]
    activities = {line[1] for line in lines if line[0] == "activity"}
    outside = {line[1] for line in lines if line[0] == "party" and not line[3].endswith("@fjord.example")}
    assert activities == outside
    assert {line[4] for line in lines if line[0] == "sighting"} == activities


def test_f38_drafts_and_three_hundred_flag_changes_write_nothing(house, organisation, writes):
    house.sync()
    before = house.dump()
    writes.since_last()
    organisation.save_draft("ines", ["tor"])
    organisation.mark_read("to-all", "ines", times=300)

    report = house.sync()

    assert report.written == 0
    assert not writes.since_last()
    assert house.dump() == before


def test_f38_a_draft_that_is_sent_becomes_an_activity(house, organisation, undisturbed):
    draft = organisation.save_draft("ines", ["tor"])
    house.sync()
    count = len(house.activities())
    organisation.send_draft(draft.id)
    house.sync()
    assert len(house.activities()) == count + 1
    assert house.dump() == undisturbed()


def test_f45_an_expired_crm_token_leads_to_a_full_round(house, running, undisturbed):
    crm = running.services.crm
    house.sync()
    contact = next(iter(crm.truth()["contact"]))
    crm.delete("contact", contact)
    crm.expire_tokens()
    report = house.sync()
    assert report.troubles == ()
    assert house.dump() == undisturbed()


def test_f46_crm_deletions_come_last_and_unknown_ones_are_ignored(house, running, undisturbed):
    crm = running.services.crm
    house.sync()
    opportunity = next(iter(crm.truth()["opportunity"]))
    account = next(iter(crm.truth()["account"]))
    crm.update("account", account, {"name": "Nordlys Group"})
    crm.report_unknown_deletion("opportunity")
    crm.delete("opportunity", opportunity)
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_an_opportunity_won_and_reopened_follows(house, running, undisturbed):
    crm = running.services.crm
    house.sync()
    opportunity = next(iter(crm.truth()["opportunity"]))
    for act in (lambda: crm.close(opportunity, won=True), lambda: crm.reopen(opportunity)):
        act()
        house.sync()
        assert house.dump() == undisturbed()


def test_teams_and_stakeholders_follow(house, running, undisturbed):
    crm = running.services.crm
    truth = crm.truth()
    opportunity = next(iter(truth["opportunity"]))
    users = [guid for guid, row in truth["systemuser"].items() if not row.get("applicationid")]
    house.sync()
    crm.add_to_team(opportunity, users[-1])
    house.sync()
    assert house.dump() == undisturbed()
    crm.remove_from_team(opportunity, users[-1])
    house.sync()
    assert house.dump() == undisturbed()


def test_people_join_leave_and_are_switched_off(house, organisation, undisturbed):
    house.sync()
    organisation.new_user("Ada", "ada@fjord.example", aliases=["a.lo@fjord.example"])
    organisation.deliver("tor", ["ada@fjord.example"])
    assert house.sync().mailboxes_ok == 5
    assert house.dump() == undisturbed()
    organisation.disable_user("ada@fjord.example")
    report = house.sync()
    assert report.mailboxes_ok == 4
    assert '"enabled"' not in house.dump()


def _states(house: House) -> dict[str, int]:
    with house.store.reading() as conn:
        states = [row.state for row in all_sources(conn)]
    return {state: states.count(state) for state in set(states)}
