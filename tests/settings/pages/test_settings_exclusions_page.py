"""Exclusions over HTTP: searched, proposed, counted, confirmed, saved, overtaken."""

import re

import pytest
import sqlalchemy as sa
from lists_site import HR, add_directory, present, put, send
from settings_site import SAME_SITE, token
from store_builders import TOR, deliver, mail, mailbox, people
from web_site import Site, site_over

from relationship.desk.rate import rate_all
from relationship.store import tables
from relationship.store.crm.record_tables import Record, RecordAddress
from relationship.store.database import Store
from settings.rules import Exclusions, HealthSection

PAGE = "/settings/exclusions"


def contacts(site: Site) -> list[tuple[str, str]]:
    record = tables.table(Record)
    with site.store.reading() as conn:
        return [
            tuple(row)
            for row in conn.execute(
                sa.select(record.c.guid, record.c.name).where(record.c.kind == "contact").order_by(record.c.name)
            )
        ]


@pytest.fixture
def kept_site(store: Store) -> Site:
    """Two mails between Anne and Tor are stored and rated."""
    site = site_over(store)
    with store.transaction() as conn:
        people(conn)
        deliver(
            conn, mailbox(conn, "anne"), mail("m1", "anne@fjord.example", TOR), mail("m2", TOR, "anne@fjord.example")
        )
    rate_all(site.app.extensions["house"])
    return site


def test_lists_are_shown_by_name(site: Site):
    [(key, name), *_rest] = contacts(site)
    add_directory(site)
    put(site, exclusions=Exclusions(contacts=(key,), groups=(HR, "g-unknown"), domains=("granit.example",)))
    text = site.as_("sales_admin").get(PAGE).text
    for shown in (name, "Ressources humaines", "granit.example", "No longer known"):
        assert shown in text


def test_what_can_be_left_out_is_found_by_its_name(site: Site):
    add_directory(site)
    client = site.as_("sales_admin")
    [(key, name), *_rest] = contacts(site)
    assert f'value="{key}"' in client.get(f"{PAGE}/find/contacts", query_string={"find-contacts": name[:5]}).text
    assert HR in client.get(f"{PAGE}/find/groups?find-groups=ressources").text
    assert "Nothing has a name like this." in client.get(f"{PAGE}/find/accounts?find-accounts=zzz").text
    assert 'value="granit.example"' in client.get(f"{PAGE}/find/domains?find-domains=granit.example").text
    assert client.get(f"{PAGE}/find/colleagues").text.strip() == ""
    assert client.get(f"{PAGE}/find/everything?find-everything=a").status_code == 404


def test_what_is_left_out_already_is_not_offered_again(small_site: Site):
    [(key, name), *_rest] = contacts(small_site)
    put(small_site, exclusions=Exclusions(contacts=(key,)))
    text = small_site.as_("sales_admin").get(f"{PAGE}/find/contacts", query_string={"find-contacts": name}).text
    assert "left out already" in text
    assert f'value="{key}"' not in text


def test_groups_and_domains_that_ask_for_care_are_proposed_with_the_reason(small_site: Site):
    add_directory(small_site)
    record, address = tables.table(Record), tables.table(RecordAddress)
    with small_site.store.transaction() as conn:
        number = conn.scalar(sa.select(record.c.id).where(record.c.kind == "contact").limit(1))
        conn.execute(sa.insert(address).values(record_id=number, address="p@cabinet-avocats-morel.example"))
    client = small_site.as_("sales_admin")
    text = client.get(PAGE).text
    assert "human resources" in text
    assert "professional secrecy" in text
    send(client, PAGE, PAGE, {"version": 0, "add-groups": HR, "add-domains": "cabinet-avocats-morel.example"})
    assert "professional secrecy" not in client.get(PAGE).text


def test_the_effect_counts_what_would_be_hidden(kept_site: Site):
    wish = {"version": 0, "add-domains": "nordlys.example"}
    text = send(kept_site.as_("sales_admin"), PAGE, f"{PAGE}/effect", wish).text
    assert re.findall(r"<strong>(\d+)</strong> (\w+)", text) == [
        ("2", "contacts"),
        ("1", "opportunity"),
        ("2", "activities"),
    ]
    assert "Yes, take 2 stored activities out for good" in text
    assert present(kept_site)[0] == 0


def test_stored_activities_go_only_after_somebody_confirmed_their_number(kept_site: Site):
    client = kept_site.as_("sales_admin")
    wish = {"version": 0, "add-domains": "nordlys.example"}
    for confirmed in ("", "1", "true", "3"):
        refused = send(client, PAGE, PAGE, {**wish, "confirmed": confirmed})
        assert refused.status_code == 422
        assert "Stored activities would go for good." in refused.text
        assert 'value="nordlys.example" checked' in refused.text
    assert present(kept_site)[0] == 0
    assert send(client, PAGE, PAGE, {**wish, "confirmed": "2"}).status_code == 303
    assert present(kept_site)[1].exclusions.domains == ("nordlys.example",)
    with kept_site.store.reading() as conn:
        left = conn.exec_driver_sql("SELECT COUNT(*) FROM activity WHERE status <> 'gone'").scalar_one()
    assert left == 0


def test_saving_changes_only_what_the_form_names_and_can_be_undone(small_site: Site):
    client = small_site.as_("sales_admin")
    put(small_site, exclusions=Exclusions(domains=("a.example", "b.example"), groups=("g1",)))
    send(
        client,
        PAGE,
        PAGE,
        {"version": 1, "remove-domains": "a.example", "add-domains": "c.example", "note": "Concurrent"},
    )
    assert present(small_site)[1].exclusions == Exclusions(domains=("b.example", "c.example"), groups=("g1",))
    shown = client.get(PAGE).text
    assert "Saved." in shown
    undone = client.post(
        "/settings/history/2/undo", data={"csrf_token": token(shown), "back": "exclusions"}, headers=SAME_SITE
    )
    assert undone.headers["Location"] == PAGE
    assert "Undone." in client.get(PAGE).text
    assert present(small_site)[1].exclusions == Exclusions(domains=("a.example", "b.example"), groups=("g1",))


def test_what_cannot_be_left_out_is_told_and_nothing_is_saved(small_site: Site):
    add_directory(small_site)
    client = small_site.as_("sales_admin")
    answer = send(client, PAGE, PAGE, {"version": 0, "add-domains": ["*.x.example", "good.example", "fjord.example"]})
    assert answer.status_code == 422
    assert "“*.x.example”: A domain is named without *." in answer.text
    assert "“fjord.example”: This domain is your own organisation" in answer.text
    assert 'value="good.example" checked' in answer.text
    assert present(small_site)[0] == 0


def test_markup_in_what_was_entered_stays_text(small_site: Site):
    answer = send(small_site.as_("sales_admin"), PAGE, PAGE, {"version": 0, "add-domains": "<script>alert(1)</script>"})
    assert "<script>alert" not in answer.text


def test_the_second_of_two_admins_is_told_and_can_put_the_change_on_top(small_site: Site):
    client = small_site.as_("sales_admin")
    put(small_site, exclusions=Exclusions(domains=("theirs.example",)), health=HealthSection(frequency=5))
    answer = send(client, PAGE, PAGE, {"version": 0, "add-domains": "mine.example", "note": "Moi"})
    assert answer.status_code == 409
    assert "Ada saved other settings" in answer.text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
    assert (fields["version"], fields["add-domains"], fields["note"]) == ("1", "mine.example", "Moi")
    client.post(PAGE, data=fields, headers=SAME_SITE)
    _version, rules = present(small_site)
    assert rules.exclusions.domains == ("mine.example", "theirs.example")
    assert rules.health.frequency == 5


@pytest.mark.parametrize("role", ["seller", "sales_manager", "customer_success", "privacy_officer"])
def test_who_is_no_admin_changes_nothing(small_site: Site, role: str):
    client = small_site.as_(role)
    for path in (
        PAGE,
        "/settings/sources",
        "/settings/introductions",
        "/settings/start",
        "/settings/start/reading/progress",
    ):
        assert client.get(path).status_code == 403, path
    shown = (
        token(client.get("/status").text)
        if role in ("sales_manager", "privacy_officer")
        else token(client.get("/opportunities").text)
    )
    posts = {
        PAGE: {"add-domains": "x.example"},
        f"{PAGE}/effect": {},
        "/settings/sources": {"scope": "everyone"},
        "/settings/sources/groups": {},
        "/settings/sources/again": {"key": "x"},
        "/settings/introductions": {"weekly_limit": "5"},
        "/settings/introductions/move": {"key": "court", "step": "down"},
        "/settings/introductions/remove": {"key": "court"},
        "/settings/introductions/built-in": {},
        "/settings/introductions/texts/court": {"name": "x"},
        "/settings/introductions/preview": {},
        "/settings/start/frequency": {"frequency": "5"},
        "/settings/start/reading/now": {},
        "/settings/start/connect/check": {},
    }
    for path, form in posts.items():
        data = {"csrf_token": shown, "version": "0", **form}
        assert client.post(path, data=data, headers=SAME_SITE).status_code == 403, path
    assert present(small_site)[0] == 0


def test_an_empty_organisation_has_a_page_too(empty_site: Site):
    assert "No colleague is left out." in empty_site.as_("sales_admin").get(PAGE).text
