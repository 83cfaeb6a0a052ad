"""Sources and privacy over HTTP: the gate, scope, window and retention with what they remove, mailboxes read again."""

import re
from datetime import date

import pytest
import web_builder
from lists_site import HR, SALES, add_directory, add_mailboxes, present, put, send
from settings_site import SAME_SITE
from store_builders import NOW, TOR, deliver, mail, mailbox, people
from web_site import Site, site_over

from relationship.errors import Unavailable
from relationship.store import deployment
from relationship.store.crm import colleagues
from relationship.store.crm.colleagues import DirectoryUser
from relationship.store.database import Store
from relationship.store.sources import scope, sources
from relationship.store.sources.cursors import Place
from relationship.store.verbatims import feedback_mailboxes, verbatims
from relationship.store.verbatims.verbatims import Heard, Source
from relationship.verbatims import analyse
from settings.pages import sources as page
from settings.rules import Feedback, Sources

PAGE = "/settings/sources"
ON = Sources(everyone=True, consulted_on=date(2026, 6, 1))


@pytest.fixture
def kept_site(store: Store) -> Site:
    """Mails of 10 and 300 days ago between Anne and Tor are stored; everybody is read."""
    site = site_over(store)
    with store.transaction() as conn:
        people(conn)
        old, new = (
            mail("m1", "anne@fjord.example", TOR, days_ago=300),
            mail("m2", TOR, "anne@fjord.example", days_ago=10),
        )
        deliver(conn, mailbox(conn, "anne"), old, new)
        mailbox(conn, "bruno")
    put(site, sources=ON)
    return site


def activities(site: Site) -> int:
    with site.store.reading() as conn:
        return int(conn.exec_driver_sql("SELECT COUNT(*) FROM activity WHERE status <> 'gone'").scalar_one())


def test_the_page_says_what_is_missing_before_anything_is_read(small_site: Site):
    client = small_site.as_("sales_admin")
    text = client.get(PAGE).text
    assert "Nothing is read yet." in text
    assert "whose mailboxes are read</li>" in text
    assert "works council was consulted</li>" in text
    send(client, PAGE, PAGE, {"version": 0, "scope": "everyone"})
    text = client.get(PAGE).text
    assert "whose mailboxes are read</li>" not in text
    assert "works council was consulted</li>" in text
    send(client, PAGE, PAGE, {"version": 1, "consulted_on": "2026-06-01"})
    assert "Reading is on" in client.get(PAGE).text
    assert present(small_site)[1].sources == ON


def test_groups_are_found_chosen_and_taken_out(small_site: Site):
    add_directory(small_site)
    client = small_site.as_("sales_admin")
    assert SALES in client.get(f"{PAGE}/groups?find-groups=commerciale").text
    send(client, PAGE, PAGE, {"version": 0, "scope": "groups", "add-groups": [SALES, HR]})
    assert present(small_site)[1].sources.groups == (HR, SALES)
    assert "Équipe commerciale" in client.get(PAGE).text
    send(client, PAGE, PAGE, {"version": 1, "remove-groups": HR})
    assert present(small_site)[1].sources.groups == (SALES,)


def test_a_shorter_retention_is_counted_and_confirmed(kept_site: Site):
    client = kept_site.as_("sales_admin")
    wish = {"version": 1, "retain_days": "200"}
    text = send(client, PAGE, f"{PAGE}/effect", wish).text
    assert "<strong>1</strong> activity" in text
    found = re.search(r'name="confirmed" form="sources-form" value="([^"]+)"', text)
    assert found
    refused = send(client, PAGE, PAGE, wish)
    assert refused.status_code == 422
    assert "Something would go for good." in refused.text
    assert re.search(r'name="retain_days"[^>]*value="200"', refused.text)
    assert present(kept_site)[0] == 1
    assert send(client, PAGE, PAGE, {**wish, "confirmed": found[1]}).status_code == 303
    assert present(kept_site)[1].sources.retain_days == 200


def test_a_longer_retention_needs_no_confirmation(kept_site: Site):
    client = kept_site.as_("sales_admin")
    wish = {"version": 1, "retain_days": "3000"}
    assert "Nothing that is kept today is removed." in send(client, PAGE, f"{PAGE}/effect", wish).text
    assert send(client, PAGE, PAGE, wish).status_code == 303
    assert activities(kept_site) == 2


def test_mailboxes_that_leave_the_scope_are_counted_and_go_when_confirmed(kept_site: Site):
    with kept_site.store.transaction() as conn:
        scope.set_groups(conn, {SALES: "Équipe commerciale"})
        scope.set_members(conn, SALES, {"bruno"})
    client = kept_site.as_("sales_admin")
    wish = {"version": 1, "scope": "groups", "add-groups": SALES}
    text = send(client, PAGE, f"{PAGE}/effect", wish).text
    assert "<strong>1</strong> mailbox leaves the scope" in text
    assert send(client, PAGE, PAGE, wish).status_code == 422
    assert send(client, PAGE, PAGE, {**wish, "confirmed": "0-0-1-0-0"}).status_code == 303
    assert activities(kept_site) == 0


def test_a_group_whose_members_are_unknown_is_told(small_site: Site):
    add_directory(small_site)
    client = small_site.as_("sales_admin")
    text = send(client, PAGE, f"{PAGE}/effect", {"version": 0, "scope": "groups", "add-groups": SALES}).text
    assert "The members of 1 group are not known yet" in text


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"retain_days": "0"}, "“0”: Days are a whole number"),
        ({"read_window_days": "x<b>"}, "“x&lt;b&gt;”: Days are a whole number"),
        ({"retain_days": "90", "retain_days_aggregates": "30"}, "Contact days are kept at least as long"),
        ({"consulted_on": "2027-01-01"}, "The consultation has to have taken place"),
        ({"add-groups": "a group"}, "This cannot be left out"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(small_site: Site, wish: dict[str, str], said: str):
    answer = send(small_site.as_("sales_admin"), PAGE, PAGE, {"version": 0, **wish})
    assert answer.status_code == 422
    assert said in answer.text
    assert present(small_site)[0] == 0


def test_the_second_of_two_admins_keeps_what_only_the_first_changed(small_site: Site):
    client = small_site.as_("sales_admin")
    put(small_site, sources=Sources(retain_days=500, groups=("g1",)))
    shown = {
        "scope": "groups",
        "consulted_on": "2026-06-01",
        "read_window_days": "",
        "retain_days": "",
        "retain_days_aggregates": "",
    }
    answer = send(client, PAGE, PAGE, {"version": 0, **shown})
    assert answer.status_code == 409
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
    assert "retain_days" not in fields
    client.post(PAGE, data=fields, headers=SAME_SITE)
    wanted = Sources(retain_days=500, groups=("g1",), consulted_on=date(2026, 6, 1))
    assert present(small_site)[1].sources == wanted


def test_every_mailbox_is_listed_with_its_state_and_found_by_name(small_site: Site):
    add_mailboxes(small_site, web_builder.oid(0), web_builder.oid(1))
    client = small_site.as_("sales_admin")
    text = client.get(PAGE).text
    assert "2 mailboxes" in text
    assert web_builder.SELLERS[1] in text
    text = client.get(PAGE, query_string={"q": web_builder.SELLERS[0]}).text
    assert "1 mailbox" in text
    assert web_builder.SELLERS[1] not in text
    assert "Nothing matches" in client.get(f"{PAGE}?q=zzz").text
    assert client.get(f"{PAGE}?page=0").status_code == 404


def test_a_mailbox_is_read_again_from_the_start(small_site: Site):
    add_mailboxes(small_site, web_builder.oid(0))
    client = small_site.as_("sales_admin")
    answer = send(client, PAGE, f"{PAGE}/again", {"key": web_builder.oid(0), "name": "Camille"})
    assert answer.status_code == 303
    assert "reads the mailbox of Camille from the start" in client.get(PAGE).text
    with small_site.store.reading() as conn:
        [row] = sources.all_sources(conn)
    assert row.tried_at is None
    assert send(client, PAGE, f"{PAGE}/again", {"key": "nobody"}).status_code == 404


def test_the_directory_is_asked_for_its_groups(small_site: Site, monkeypatch: pytest.MonkeyPatch):
    client = small_site.as_("sales_admin")
    monkeypatch.setattr(page.listing, "list_groups", lambda _house: 7)
    send(client, PAGE, f"{PAGE}/groups", {})
    assert "The directory has 7 groups." in client.get(PAGE).text


def test_a_directory_that_refuses_is_told_with_the_next_step(small_site: Site, monkeypatch: pytest.MonkeyPatch):
    def refuses(_house: object) -> int:
        raise Unavailable("No.", next_step="Grant it.", code="no_permission")

    client = small_site.as_("sales_admin")
    monkeypatch.setattr(page.listing, "list_groups", refuses)
    send(client, PAGE, f"{PAGE}/groups", {})
    text = client.get(PAGE).text
    assert "The groups could not be read." in text
    assert "The application has not been given this permission." in text


def test_what_is_held_is_listed_with_its_purpose(small_site: Site):
    text = small_site.as_("sales_admin").get(PAGE).text
    assert "Never a text, never a subject" in text
    assert "To find who can introduce whom" in text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_feedback_mailbox_is_declared_shown_and_withdrawn_with_its_texts(kept_site: Site):
    client = kept_site.as_("sales_admin")
    with kept_site.store.transaction() as conn:
        deployment.set_domains(conn, ["fjord.example"])
        box = DirectoryUser("avis", "Avis clients", True, ("avis@fjord.example",))
        colleagues.save_directory(conn, [box], [], place=Place(round=2, full=False))
    for wrong, told in (
        ("avis", "This is not an address."),
        ("anne@fjord.example", "This is a colleague's own mailbox."),
        ("avis@granit.example", "not in one of your organisation's domains"),
    ):
        answer = send(client, PAGE, PAGE, {"version": 1, "add-mailbox": wrong})
        assert (answer.status_code, told in answer.text) == (422, True), wrong
    wish = {"version": 1, "add-mailbox": "Avis@Fjord.example"}
    assert "read from the next sync:</strong> avis@fjord.example" in send(client, PAGE, f"{PAGE}/effect", wish).text
    assert send(client, PAGE, PAGE, wish).status_code == 422
    confirmed = {**wish, "confirmed": "0-0-0-0-0-avis@fjord.example"}
    assert send(client, PAGE, PAGE, confirmed).status_code == 303
    assert present(kept_site)[1].sources.feedback == Feedback(mailboxes=("avis@fjord.example",))

    with kept_site.store.transaction() as conn:
        source_id = sources.ensure(conn, ["feedback/avis"])["feedback/avis"]
        sources.set_state(conn, source_id, "degraded", "feedback_wrong_secret", at=NOW, success=False)
        heard = Heard("mailbox/ref:1", Source.MAILBOX, 20_600, "Très déçu.", analyse("Très déçu."))
        verbatims.write(conn, [heard], at=NOW, by="mailbox", by_name="")
        feedback_mailboxes.hold(conn, source_id, ["mailbox/ref:1"])
    text = client.get(PAGE).text
    assert "1 verbatim<" in text
    assert "Microsoft refuses the second application" in text
    wish = {"version": 2, "remove-mailboxes": "avis@fjord.example"}
    assert "Nothing that is kept today is removed." in send(client, PAGE, f"{PAGE}/effect", wish).text
    wish |= {"keep_when_withdrawn": "no"}
    assert "verbatim of a withdrawn feedback mailbox" in send(client, PAGE, f"{PAGE}/effect", wish).text
    assert send(client, PAGE, PAGE, wish).status_code == 422
    assert send(client, PAGE, PAGE, {**wish, "confirmed": "0-0-0-1-0"}).status_code == 303
    with kept_site.store.reading() as conn:
        assert verbatims.latest_id(conn) == 0
        assert "feedback/avis" not in sources.ids(conn)
