"""A service that is busy, broken or says no: to one source, and the others go on. Names begin with the fault's id."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from sync_world import NOW, House, Undisturbed

from relationship.errors import Reconnect, StorageTrouble
from relationship.store.sources.sources import all_sources
from relationship.sync.readers import mailboxes
from relationship.sync.report import Progress
from relationship.sync.shapes import msgraph
from simulator.dataverse import Limits
from simulator.fault_plans.orders import Order
from simulator.faults import Fault, FaultKind
from simulator.mailbox import MailboxState
from simulator.server import Running

MESSAGES = r"messages/delta$"
ALWAYS = 1_000_000


def test_f15_a_mailbox_that_asks_for_silence_gets_it_and_the_others_go_on(house, running, undisturbed):
    ines = running.organisation.user("ines").id
    running.services.faults.add(
        Fault(FaultKind.THROTTLED, path=MESSAGES, mailbox=ines, first=2, retry_after="1"),
        Fault(FaultKind.THROTTLED, path=MESSAGES, mailbox=ines, first=5, retry_after="1.25"),
    )
    began = time.monotonic()
    assert house.sync().troubles == ()
    assert time.monotonic() - began > 2.2
    assert running.services.traffic.too_early == 0
    assert house.dump() == undisturbed()


@pytest.mark.parametrize("retry_after", [None, "soon", "-5", "0", "date"])
def test_f16_an_odd_retry_after_is_read_or_replaced_by_a_pause(retry_after, house, running, undisturbed):
    if retry_after == "date":
        retry_after = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    running.services.faults.add(Fault(FaultKind.THROTTLED, path=MESSAGES, first=2, retry_after=retry_after))
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f16_a_day_of_silence_gives_the_mailbox_back_to_the_schedule(house, running):
    ines = running.organisation.user("ines").id
    running.services.faults.add(Fault(FaultKind.THROTTLED, path=MESSAGES, mailbox=ines, retry_after="86400"))

    began = time.monotonic()
    report = house.sync()
    assert time.monotonic() - began < 120  # of the 86,400 that were asked for
    waits = [trouble.wait_seconds or 0 for trouble in report.troubles]
    assert 86_400 - 120 < min(waits) <= max(waits) <= 86_400
    assert (report.mailboxes_ok, report.mailboxes_degraded, report.exit_code) == (3, 1, 75)
    assert report.again_in_seconds == pytest.approx(86_400, abs=120)

    running.services.traffic.clear()
    again = house.sync()
    assert ines not in running.services.traffic.by_mailbox
    assert running.services.traffic.too_early == 0
    assert again.mailboxes_degraded == 1


def test_f17_an_hour_of_refusals_opens_the_circuit(house, running):
    house.sync()
    running.services.faults.add(Fault(FaultKind.THROTTLED, path="^(?!api/data/)", times=ALWAYS))
    running.services.traffic.clear()

    for _ in range(3):
        house.sync()

    # Eight requests in a row with six tries each, and one more that was under way in the other thread.
    assert _msgraph_requests(running) <= (8 + 1) * 6
    assert {trouble.reason for trouble in house.sync().troubles} == {"circuit_open"}
    assert house.sync().tables_ok == 10  # the CRM is another service


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(FaultKind.UNAVAILABLE, id="f18_empty_503"),
        pytest.param(FaultKind.HTML, id="f19_html_with_200"),
        pytest.param(FaultKind.CUT, id="f20_json_cut_short"),
        pytest.param(FaultKind.RESET, id="f21_connection_reset"),
        pytest.param(FaultKind.UNAUTHORISED, id="f22_token_refused_within_a_round"),
        pytest.param(FaultKind.FORGOTTEN_VALUE, id="f28_page_without_value"),
    ],
)
def test_a_passing_fault_is_asked_again_and_changes_nothing(kind, house, running, undisturbed):
    for first in (1, 4, 9, 20):
        running.services.faults.add(Fault(kind, path="delta$", first=first))
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f20_a_page_cut_anywhere_is_asked_again_whole(house, running, undisturbed):
    running.services.faults.add(Fault(FaultKind.CUT, path=MESSAGES, first=3, times=3))
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_f22_one_refused_token_costs_one_more_request(house, running):
    calm = house.sync().requests
    running.services.faults.add(Fault(FaultKind.UNAUTHORISED, path=MESSAGES, first=2))
    house.sync()
    quiet = house.sync().requests
    assert calm > quiet
    running.services.faults.add(Fault(FaultKind.UNAUTHORISED, path=MESSAGES, first=2))
    assert house.sync().requests == quiet + 1


def test_f23_a_withdrawn_consent_stops_the_run_with_one_sentence(house, running):
    running.services.registration.has_consent = False
    with pytest.raises(Reconnect) as caught:
        house.sync()
    assert caught.value.code == "consent_missing"
    assert "65001" in str(caught.value)
    assert running.services.traffic.summary()["requests"] == 0
    assert house.activities() == []


def test_f24_a_mailbox_out_of_scope_is_left_out_and_asked_once_a_day(house, running, organisation):
    organisation.set_mailbox("lina", MailboxState.FORBIDDEN)
    lina = organisation.user("lina").id

    report = house.sync()

    assert (report.mailboxes_ok, report.mailboxes_unavailable, report.exit_code) == (3, 1, 0)
    assert _state(house, lina) == ("unavailable", "not_permitted")
    running.services.traffic.clear()
    assert house.sync().mailboxes_skipped == 1
    asked = [entry.path for entry in running.services.traffic.entries if entry.mailbox == lina]
    assert all("planner" in path for path in asked)  # Planner lies in no mailbox


def test_f25_a_mailbox_without_licence_keeps_its_history_and_comes_back(house, running, organisation, undisturbed):
    house.sync()
    before = house.dump()
    lina = organisation.user("lina").id
    organisation.set_mailbox("lina", MailboxState.UNAVAILABLE)

    assert house.sync().mailboxes_unavailable == 1
    assert _state(house, lina) == ("unavailable", "no_mailbox")
    assert house.dump() == before
    organisation.set_mailbox("lina", MailboxState.AVAILABLE)
    organisation.deliver("tor", ["lina"])
    assert house.sync().mailboxes_skipped == 1
    house.now = NOW + timedelta(hours=25)
    assert house.sync().mailboxes_ok == 4
    assert _state(house, lina) == ("healthy", "")
    assert house.dump() == undisturbed()


def test_f26_of_the_well_known_folders_only_failed_ones_are_asked_for_again(house, running, undisturbed):
    running.services.faults.add(Fault(FaultKind.UNAVAILABLE, path=r"mailFolders/(drafts|outbox)$", first=2, times=2))
    running.services.order(Order("F26", request=9, times=2))
    assert house.sync().troubles == ()
    traffic = running.services.traffic
    assert (traffic.by_status[503], traffic.by_status[429], traffic.too_early) == (2, 2, 0)
    assert traffic.by_path["users/{id}/mailFolders/{id}"] == 4 * len(msgraph.UNREAD_FOLDERS) + 2 + 2
    assert house.dump() == undisturbed()


def test_a_folder_that_is_renamed_or_filled_asks_for_no_well_known_folder(house, running, organisation):
    house.sync()
    running.services.order(Order("F14", mailbox="ines", options={"what": "rename"}))
    organisation.deliver("tor", ["ines"])
    running.services.traffic.clear()
    assert house.sync().troubles == ()
    assert running.services.traffic.by_path["users/{id}/mailFolders/{id}"] == 0
    running.services.order(Order("F14", mailbox="ines", options={"what": "new"}))
    assert house.sync().troubles == ()
    assert running.services.traffic.by_path["users/{id}/mailFolders/{id}"] == len(msgraph.UNREAD_FOLDERS)


def test_f27_never_more_than_four_requests_of_a_mailbox_are_in_flight(house, running):
    house.sync()
    assert max(running.services.traffic.most_at_once.values()) <= 4
    assert 429 not in running.services.traffic.by_status


def test_f29_a_folder_that_cannot_be_read_leaves_the_others_alone(house, running):
    ines = running.organisation.user("ines").id
    inbox = running.organisation.folder("ines", "inbox").id
    running.services.faults.add(
        Fault(
            FaultKind.REFUSED,
            path=f"{inbox}/messages/delta$",
            mailbox=ines,
            times=ALWAYS,
            status=500,
            code="ErrorCorruptData",
        )
    )
    report = house.sync()
    assert [(trouble.state, trouble.reason) for trouble in report.troubles] == [("degraded", "ErrorCorruptData")]
    assert report.mailboxes_ok == 3
    assert len(house.activities()) >= 30
    running.services.faults.clear()
    assert house.sync().troubles == ()


def test_f47_a_busy_crm_is_left_alone_until_the_wait_is_over(house, running):
    running.services.protection.limits = Limits(requests=4, window_seconds=120)
    report = house.sync()
    assert report.mailboxes_ok == 4
    assert report.tables_ok < 6
    assert running.services.protection.refused == 1
    assert all(trouble.key.startswith("dataverse/") for trouble in report.troubles)
    house.sync()
    assert running.services.protection.refused == 1


def test_a_crm_that_does_not_know_us_stops_no_mail(house, running):
    running.services.crm.remove_application_user()
    report = house.sync()
    assert (report.mailboxes_ok, report.tables_ok) == (4, 0)
    assert {trouble.reason for trouble in report.troubles} == {"not_a_member"}
    assert "application user" in report.troubles[0].next_step


def test_a_directory_that_fails_leaves_the_known_mailboxes_to_be_read(house, running, organisation):
    house.sync()
    organisation.deliver("tor", ["ines"])
    running.services.faults.add(Fault(FaultKind.UNAVAILABLE, path=r"^users/delta$", times=ALWAYS))
    report = house.sync()
    assert report.mailboxes_ok == 4
    assert [trouble.key for trouble in report.troubles] == ["directory/users"]
    assert len(house.activities()) == 38


def test_twenty_percent_of_failures_cost_a_quarter_more_at_most(
    house: House, running: Running, undisturbed: Undisturbed
):
    for first in range(3, 400, 5):
        running.services.faults.add(Fault(FaultKind.UNAVAILABLE, path="delta$", first=first))
    report = house.sync()
    refused = running.services.traffic.by_status[503]
    assert report.troubles == ()
    assert report.requests <= 1.25 * (report.requests - refused) + 1
    assert house.dump() == undisturbed()


def test_mailboxes_that_rest_can_be_looked_at_again(house, organisation):
    organisation.set_mailbox("lina", MailboxState.FORBIDDEN)
    house.sync()
    organisation.set_mailbox("lina", MailboxState.AVAILABLE)
    assert house.sync().mailboxes_skipped == 1
    assert house.sync(look_again=True).mailboxes_ok == 4


def test_while_every_mailbox_is_refused_none_rests(house, running):
    running.services.registration.roles = ("User.Read.All", "Domain.Read.All")
    house.sync()
    assert house.sync().mailboxes_unavailable == 4
    running.services.registration.roles = ("User.Read.All", "Domain.Read.All", "Mail.ReadBasic.All")
    house.close()
    house.microsoft = None
    assert house.sync().mailboxes_ok == 4


def test_a_directory_that_may_not_be_read_is_for_the_administrator(house, running):
    running.services.registration.roles = ("Mail.ReadBasic.All",)
    report = house.sync()
    assert report.exit_code == 77
    [trouble] = [one for one in report.troubles if one.key == "directory/users"]
    assert "User.Read.All" in trouble.next_step


def test_a_full_disk_stops_the_run_and_the_next_one_goes_on(house, undisturbed, monkeypatch):
    def full(*_args: object, **_options: object) -> int:
        raise StorageTrouble("The disk is full.", next_step="Free some space.", code="disk_full")

    monkeypatch.setattr("relationship.store.activities.sightings.apply_page", full)
    with pytest.raises(StorageTrouble):
        house.sync()
    monkeypatch.undo()
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_an_interrupted_run_stops_soon_and_the_next_one_goes_on(house, undisturbed):
    def interrupt(progress: Progress) -> None:
        if progress.messages:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.sync(progress=interrupt)
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_a_fault_of_ours_in_one_mailbox_stops_no_other(house, organisation, monkeypatch):
    lina = organisation.user("lina").id
    read = mailboxes.read_mailbox

    def clumsy(reading: object, user_id: str, *args: object, **options: object) -> object:
        if user_id == lina:
            raise ZeroDivisionError
        return read(reading, user_id, *args, **options)

    monkeypatch.setattr(mailboxes, "read_mailbox", clumsy)
    report = house.sync()
    assert report.mailboxes_ok == 3
    assert [(trouble.state, trouble.reason) for trouble in report.troubles] == [("degraded", "internal_error")]


def _state(house: House, user_id: str) -> tuple[str, str]:
    with house.store.reading() as conn:
        return next((row.state, row.reason) for row in all_sources(conn) if row.key == f"mailbox/{user_id}")


def _msgraph_requests(running: Running) -> int:
    paths = running.services.traffic.by_path
    return sum(count for path, count in paths.items() if not path.startswith("api/data"))
