"""The first steps over HTTP: who is led there, what each step saves, and how far the reading has come."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from lists_site import HR, SALES, add_directory, add_mailboxes, present, put, send
from settings_site import SAME_SITE
from web_site import Site

from relationship.clock import real_clock
from relationship.desk import read_now
from relationship.errors import Reconnect
from relationship.store import tables
from relationship.store.crm.record_tables import Record, RecordAddress
from relationship.store.sources import sync_wishes
from relationship.sync.checks.findings import Finding, Mark
from settings.pages import first_reading, start
from settings.rules import Sources

START = "/settings/start"
ON = Sources(everyone=True, consulted_on=date(2026, 6, 1))


def step(client: Any, name: str, form: dict[str, Any]) -> Any:
    page = f"{START}/{name}"
    version = re.search(r'name="version" value="(\d+)"', client.get(page).text)
    assert version
    return send(client, page, page, {"version": version[1], **form})


def test_a_new_admin_is_led_to_the_first_steps_and_nobody_else(empty_site: Site):
    assert empty_site.as_("sales_admin").get("/").headers["Location"] == START
    assert empty_site.as_("sales_manager").get("/").headers["Location"] != START
    assert empty_site.as_("sales_admin").get("/opportunities").status_code == 200


def test_once_something_was_read_admins_arrive_at_their_opportunities(small_site: Site):
    assert small_site.as_("sales_admin").get("/").headers["Location"] != START


def test_one_goes_on_where_one_stopped(empty_site: Site):
    client = empty_site.as_("sales_admin")
    assert client.get(START).headers["Location"] == f"{START}/connect"
    put(empty_site, sources=Sources(everyone=True))
    assert client.get(START).headers["Location"] == f"{START}/connect"
    assert client.get(f"{START}/nowhere").status_code == 404


def test_every_step_saves_its_own_part_and_leads_to_the_next(empty_site: Site):
    add_directory(empty_site)
    client = empty_site.as_("sales_admin")
    way = [
        ("mailboxes", {"scope": "groups", "add-groups": SALES}, "exclusions"),
        ("exclusions", {"add-groups": HR}, "consultation"),
        ("consultation", {"consulted_on": "2026-06-01"}, "frequency"),
        ("frequency", {"frequency": "4"}, "weights"),
        ("weights", {"weight-email": "6", "weight-meeting": "9", "weight-call": "6", "weight-task": "3"}, "reading"),
    ]
    for name, form, following in way:
        assert step(client, name, form).headers["Location"] == f"{START}/{following}"
    rules = present(empty_site)[1]
    assert rules.sources == Sources(groups=(SALES,), consulted_on=date(2026, 6, 1))
    assert rules.exclusions.groups == (HR,)
    assert rules.health.frequency == 4
    assert (rules.health.weights.meeting, rules.health.weights.task) == (9, 3)


def test_going_on_without_a_change_saves_nothing(empty_site: Site):
    client = empty_site.as_("sales_admin")
    assert step(client, "frequency", {"frequency": "3"}).headers["Location"] == f"{START}/weights"
    assert present(empty_site)[0] == 0


def test_groups_that_ask_for_care_are_ticked_from_the_beginning_and_domains_of_customers_are_not(small_site: Site):
    add_directory(small_site)
    record, address = tables.table(Record), tables.table(RecordAddress)
    with small_site.store.transaction() as conn:
        number = conn.scalar(sa.select(record.c.id).where(record.c.kind == "contact").limit(1))
        conn.execute(sa.insert(address).values(record_id=number, address="p@clinique-tilleuls.example"))
    text = small_site.as_("sales_admin").get(f"{START}/exclusions").text
    assert re.search(rf'name="add-groups" value="{HR}" checked', text)
    assert re.search(r'name="add-domains" value="clinique-tilleuls.example">', text)
    assert SALES not in text


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("frequency", {"frequency": "6"}),
        ("frequency", {}),
        ("weights", {"weight-email": "10", "weight-meeting": "6", "weight-call": "6", "weight-task": "6"}),
    ],
)
def test_a_value_that_no_list_offers_is_refused(empty_site: Site, name: str, form: dict[str, str]):
    assert step(empty_site.as_("sales_admin"), name, form).status_code == 400
    assert present(empty_site)[0] == 0


def test_a_date_that_cannot_be_is_told_on_its_step(empty_site: Site):
    answer = step(empty_site.as_("sales_admin"), "consultation", {"consulted_on": "2027-01-01"})
    assert answer.status_code == 422
    assert "The consultation has to have taken place" in answer.text


def test_a_step_that_somebody_overtook_shows_the_difference(empty_site: Site):
    client = empty_site.as_("sales_admin")
    put(empty_site, sources=Sources(everyone=True))
    answer = send(
        client, f"{START}/consultation", f"{START}/consultation", {"version": 0, "consulted_on": "2026-06-01"}
    )
    assert answer.status_code == 409
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
    again = client.post(f"{START}/consultation", data=fields, headers=SAME_SITE)
    assert again.headers["Location"] == f"{START}/frequency"
    assert present(empty_site)[1].sources == ON


def test_what_the_examination_finds_is_told_part_by_part(empty_site: Site, monkeypatch: pytest.MonkeyPatch):
    findings = [
        Finding("directory", Mark.GOOD, "The directory can be read."),
        Finding("table accounts", Mark.BAD, "No.", "Add the role."),
    ]

    class Line:
        def close(self) -> None: ...

    monkeypatch.setattr(start, "connect", lambda _config: Line())
    monkeypatch.setattr(start.doctor, "examine", lambda *_: findings)
    text = send(empty_site.as_("sales_admin"), f"{START}/connect", f"{START}/connect/check", {}).text
    assert "1 part has to be mended." in text
    assert "Table accounts" in text
    assert "Add the role." in text


def test_a_connection_that_cannot_be_made_is_a_finding(empty_site: Site, monkeypatch: pytest.MonkeyPatch):
    def fails(_config: object) -> object:
        raise Reconnect("The certificate is gone.", next_step="Put it back.")

    monkeypatch.setattr(start, "connect", fails)
    text = send(empty_site.as_("sales_admin"), f"{START}/connect", f"{START}/connect/check", {}).text
    assert "The certificate is gone." in text
    assert "Put it back." in text


def progress(site: Site) -> str:
    return str(site.as_("sales_admin").get(f"{START}/reading/progress").text)


def test_nothing_is_read_before_it_is_allowed(empty_site: Site):
    client = empty_site.as_("sales_admin")
    send(client, f"{START}/reading", f"{START}/reading/now", {})
    assert "Reading is off: something is missing" in client.get(f"{START}/reading").text
    with empty_site.store.reading() as conn:
        assert sync_wishes.latest(conn) is None


def test_the_wish_is_shown_from_the_click_to_the_end(empty_site: Site, monkeypatch: pytest.MonkeyPatch):
    client = empty_site.as_("sales_admin")
    put(empty_site, sources=ON)
    assert "Start the first reading" in progress(empty_site)
    send(client, f"{START}/reading", f"{START}/reading/now", {})
    assert "the scheduler takes it up within seconds" in progress(empty_site)
    later = real_clock() + timedelta(seconds=30)
    monkeypatch.setattr(first_reading, "real_clock", lambda: later)
    assert "relationship schedule" in progress(empty_site)
    seen: list[str] = []

    def read() -> None:
        add_mailboxes(empty_site, "anne")
        seen.append(progress(empty_site))

    read_now.follow(empty_site.store, read)
    assert "Reading…" in seen[0]
    assert "1 of 1" in seen[0]
    assert 'hx-trigger="every 2s"' in seen[0]
    done = progress(empty_site)
    assert "Everything has been read." in done
    assert "every 2s" not in done


def test_a_reading_that_was_stopped_says_why_and_is_tried_again(empty_site: Site):
    put(empty_site, sources=ON)
    client = empty_site.as_("sales_admin")
    send(client, f"{START}/reading", f"{START}/reading/now", {})

    def fails() -> None:
        raise Reconnect("No.", next_step="Yes.", code="token_refused")

    with pytest.raises(Reconnect):
        read_now.follow(empty_site.store, fails)
    text = progress(empty_site)
    assert "Microsoft refuses the token it gave us." in text
    assert "Try again" in text
    send(client, f"{START}/reading", f"{START}/reading/now", {})
    assert "the scheduler takes it up" in progress(empty_site)


def test_a_reading_whose_process_died_can_be_asked_for_again(empty_site: Site, monkeypatch: pytest.MonkeyPatch):
    put(empty_site, sources=ON)
    read_now.ask(empty_site.app.extensions["house"])
    with empty_site.store.transaction() as conn:
        sync_wishes.begin(conn, real_clock())
    assert "Ask again" not in progress(empty_site)
    later = real_clock() + timedelta(minutes=20)
    monkeypatch.setattr(first_reading, "real_clock", lambda: later)
    assert "Ask again" in progress(empty_site)
