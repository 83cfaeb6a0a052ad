"""The status page: every source with its state, lag, reason and next step; for those who look after them."""

import re
from pathlib import Path

import pytest
import web_builder
from status_builder import add_every_sort, add_source, mailbox
from web_builder import Deal, weekly
from web_site import Site

from relationship.store.database import Store
from relationship.store.reading import reading_status
from relationship.store.reading.reading_status import StatusFilters
from web.operations import action_words, reasons
from web.recommendations import recommendation_words


@pytest.fixture
def busy(site: Site) -> Site:
    site.fill([Deal("Grande affaire", contacts=weekly())])
    add_every_sort(site.store)
    return site


def lines(text: str) -> list[str]:
    """The lines of the table of sources, without markup."""
    rows = re.findall(r'<tr class="row">(.*?)</tr>', text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_every_source_shows_state_lag_lists_and_what_to_do(busy: Site):
    found = lines(busy.as_("sales_admin").get("/status").text)
    assert len(found) == 11
    assert found[0].startswith("Hugo Lefèvre Mailboxes Cannot be read 7 hours ago")
    assert "2 of 3" in found[0]
    assert "Microsoft asked for silence for a while. Nothing to do" in found[0]
    assert "Microsoft answered with the code SomethingNew." in found[1]
    assert any(line.startswith("Opportunities Dynamics 365 tables Up to date 5 minutes ago") for line in found)
    assert any("There is no mailbox in Exchange Online here." in line for line in found)
    assert any(line.startswith("Calls Dynamics 365 tables Not available Never 0 of 0") for line in found)


def test_items_set_aside_are_counted_by_reason(busy: Site):
    found = lines(busy.as_("sales_admin").get("/status?state=set_aside").text)
    assert len(found) == 1
    assert "2 without a sender 1 that Microsoft itself cannot read" in found[0]


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("?q=lef%C3%A8vre", ["Hugo Lefèvre"]),
        ("?q=LEF", ["Hugo Lefèvre"]),
        ("?q=camille", ["Camille Roussel", "Camille Roussel"]),
        ("?q=%25", []),
        ("?q=%40", []),
        ("?state=new", ["Mathis Garnier"]),
        ("?state=degraded&kind=mail", ["Hugo Lefèvre", "Thomas Delmas"]),
        ("?kind=calendar", ["Camille Roussel"]),
        ("?kind=directory", ["Colleagues"]),
        ("?state=unavailable", ["Calls", "Sarah Nguyen"]),
    ],
)
def test_the_list_is_narrowed_by_state_kind_and_name(busy: Site, address: str, names: list[str]):
    text = busy.as_("sales_admin").get(f"/status{address}").text
    assert re.findall(r'class="col-name"><strong>(.*?)</strong>', text) == names


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("sales_admin", 200),
        ("sales_manager", 200),
        ("privacy_officer", 200),
        ("seller", 404),
        ("customer_success", 404),
    ],
)
def test_only_those_who_look_after_sources_see_the_page(busy: Site, role: str, status: int):
    client = busy.as_(role)
    answer = client.get("/status")
    assert answer.status_code == status
    if status == 404:
        assert answer.text.replace("/status", "") == client.get("/nowhere").text.replace("/nowhere", "")
        assert "/status" not in client.get("/opportunities").text


def test_somebody_unknown_is_sent_to_the_door(busy: Site):
    assert busy.anonymous().get("/status").location == "/sign-in?next=/status"


@pytest.mark.parametrize("address", ["?state=odd", "?kind=odd", "?page=0", "?page=-1", "?page=99999", "?page=²"])
def test_an_address_that_no_control_makes_is_refused(small_site: Site, address: str):
    assert small_site.as_("sales_admin").get(f"/status{address}").status_code == 422


def test_pages_hold_every_source_once(busy: Site):
    for number in range(120):
        add_source(busy.store, f"mailbox/nobody-{number:03}", streams=0, complete=0)
    with busy.store.reading() as conn:
        pages = [reading_status.status_page(conn, StatusFilters(), page=page, size=50) for page in (1, 2, 3, 4)]
    assert [len(page.rows) for page in pages] == [50, 50, 31, 0]
    assert len({(row.kind, row.item) for page in pages for row in page.rows}) == 131
    text = busy.as_("sales_admin").get("/status?page=2").text
    assert "Page 2 of 3" in text
    assert 'rel="next"' in text
    assert 'rel="prev"' in text


def test_totals_say_per_kind_how_much_is_read(busy: Site):
    with busy.store.reading() as conn:
        found = {total.kind: total for total in reading_status.totals(conn)}
    assert list(found) == ["directory", "crm", "mail", "calendar", "calls"]
    mail = found["mail"]
    assert (mail.sources, mail.unread, mail.streams, mail.complete, mail.quarantined) == (6, 1, 18, 15, 3)
    assert mail.by_state == {"healthy": 2, "degraded": 2, "reading": 1, "unavailable": 1}
    text = busy.as_("sales_admin").get("/status").text
    assert "1 source is not read to its end yet; 23 of 26 lists known so far are." in text


def test_neither_address_nor_id_nor_link_is_shown(busy: Site):
    text = busy.as_("sales_admin").get("/status").text
    assert "@" not in re.sub(r"<style.*?</style>", "", text)
    assert web_builder.oid(0) not in text
    assert "graph.example" not in text


def test_before_the_first_sync_the_page_says_how_to_begin(site: Site):
    text = site.as_("sales_admin").get("/status").text
    assert "Nothing has been read yet" in text
    assert "relationship doctor" in text


def test_notifications_are_told_in_a_line(busy: Site):
    text = busy.as_("sales_admin").get("/status").text
    assert "Microsoft does not notify us of changes." in text


def test_the_page_is_french_for_french_readers(busy: Site):
    text = busy.as_("sales_admin").get("/status?lang=fr").text
    assert "<h1>Sources</h1>" in text
    assert "il y a 7 heures" in text
    assert "Illisible" in text


def test_a_swap_brings_the_results_alone(busy: Site):
    answer = busy.as_("sales_admin").get(
        "/status?state=degraded&kind=", headers={"HX-Request": "true", "HX-Target": "results"}
    )
    assert answer.text.lstrip().startswith('<div id="results">')
    assert answer.headers["HX-Push-Url"] == "/status?state=degraded"


def test_every_code_that_the_sync_gives_a_source_has_its_words():
    folder = Path(reasons.__file__).parents[2] / "relationship" / "sync"
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py")))
    # Wrong settings end the whole run and are told on the console; refused credentials too.
    code = re.sub(r'FixSettings\(.*?code="\w+"', "", code, flags=re.DOTALL)
    named = set(re.findall(r'code="([a-z_]+)"', code)) | set(re.findall(r'_later\([^)]*"([a-z_]+)"', code))
    # Of the whole run, and of the doctor:
    named -= {"clock_off", "sign_in_refused", "change_tracking_off"}
    named -= {"sync_off_consultation", "sync_off_scope", "excluded_group_unknown"}
    # Of introductions, and of the columns in the CRM: told where they are asked for.
    named -= {"mail_server_unreachable", "mail_server_refuses", "mail_consent_missing"}
    named -= {"columns_in_use", "tenant_unknown"}
    # Of what leaves and of what people do, told where it is done:
    named -= action_words.TROUBLES.keys() | recommendation_words.REFUSALS.keys()
    assert named
    assert named - reasons.SOURCES.keys() - reasons.ITEMS.keys() == set()


def test_a_mailbox_of_nobody_known_has_no_name(small_store: Store):
    add_source(small_store, mailbox(0))
    with small_store.reading() as conn:
        (row,) = reading_status.status_page(conn, StatusFilters(), page=1, size=10).rows
    assert row.name == ""
