"""The key figures of a record as pages and API tell them: the numbers, their definitions, and what is kept back."""

import re
from html import unescape

import pytest
import records_builder as made
from flask.testing import FlaskClient
from web_builder import Deal
from web_site import Site

AURELIE = f"/contacts/{made.contact(made.AURELIE)}"
BREVENT = f"/accounts/{made.account(made.BREVENT)}"
KEPT_BACK = "By us Not shown: it would be the figure of one colleague."


def section(client: FlaskClient, address: str, lang: str = "en") -> str:
    """The section as a reader sees it, without the definitions."""
    answer = client.get(f"{address}?lang={lang}")
    assert answer.status_code == 200, answer.text
    found = re.search(r'<section class="card kpis".*?</section>', answer.text, re.DOTALL)
    assert found
    text = re.sub(r'<span class="definition".*?</span>|<script.*?</script>', "", found[0], flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def told(client: FlaskClient, address: str) -> dict[str, object]:
    answer = client.get(f"/api/v1{address}/kpis")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json
    return found


def test_the_page_tells_traffic_time_and_replies(people: Site) -> None:
    # A mail each way every seventh day at the same minute, ages 0, 7, … 84: 13 and 13; a meeting of 30 minutes.
    # 13 · 5 + 13 · 2.5 + 30 = 127.5 minutes. Each mail but today's is answered by the one a week later: 168 hours.
    text = section(people.as_(), AURELIE)
    assert "E-mails 13 13 Meetings 1 0 Calls 0 0 E-mails sent for each one received 1 " in text
    assert "By us, all together 2 h 8 min With the customer 30 min" in text
    assert "By us 7 days 100% 12 of 12 By the customer 7 days 100% 12 of 12" in text
    assert "Last activity E-mail from us · 17 Jun 2026 Next activity Meeting 20 Jun 2026" in text


def test_the_page_tells_them_in_french(people: Site) -> None:
    text = section(people.as_(), AURELIE, "fr")
    assert "E-mails 13 13 Réunions 1 0 Appels 0 0 E-mails envoyés pour un reçu 1 " in text
    assert "Par nous tous 2 h 8 min Avec le client 30 min" in text
    assert "Par le client 7 jours 100 % 12 sur 12" in text


def test_an_account_tells_whom_it_rests_on_and_whom_it_neglects(people: Site) -> None:
    # Bastien: last met on Sunday 7 June, 8 working days · 7/5 = 11.2 days of silence: above 7 and below 14.
    text = section(people.as_(), BREVENT)
    assert "Aurélie Fontaine 26 e-mails · 1 meeting" in text
    assert "Bastien Morel 1 meeting" in text
    assert "In contact within 14 days: 2 of 2." in text
    assert re.search(r"Neglected contacts 1 Bastien Morel Directeur financier 10 days", text)


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    "address", [AURELIE, BREVENT, f"/leads/{made.lead(0)}", f"/opportunities/{made.OWN.guid}"], ids=lambda a: a[1:5]
)
def test_every_name_has_its_definition_for_pointer_and_keyboard(people: Site, address: str, lang: str) -> None:
    text = people.as_().get(f"{address}?lang={lang}").text
    named = re.findall(r'<button type="button" class="define" aria-describedby="([^"]+)">', text)
    defined = dict(re.findall(r'<span class="definition" role="tooltip" id="([^"]+)">([^<]+)</span>', text))
    assert len(named) == len(set(named)) >= 9
    assert set(named) == set(defined)
    assert all(len(one) > 40 for one in defined.values())


def test_the_reader_sees_own_days_exactly_and_those_of_a_colleague_coarsely(people: Site) -> None:
    # Camille: 13 days with mail and the day of the meeting.
    assert "Camille Roussel you 14 days of contact · 17 Jun 2026" in section(people.as_(seller=0), AURELIE)
    text = section(people.as_(seller=1), AURELIE)
    assert "Camille Roussel 5 to 19 days of contact in 90 days · June 2026" in text
    seen = told(people.as_(seller=1), AURELIE)["most_contacted_by"]
    assert seen == [
        {
            "name": "Camille Roussel",
            "days": "5_to_19",
            "last_contact": "2026-06",
            "is_caller": False,
            "exact_days": None,
            "last_day": None,
        }
    ]


def test_the_replies_of_a_single_colleague_are_shown_to_nobody_else(people: Site) -> None:
    assert KEPT_BACK not in section(people.as_(seller=0), AURELIE)
    assert KEPT_BACK in section(people.as_(seller=1), AURELIE)
    assert told(people.as_(seller=1), AURELIE)["replies_by_us"] is None


def test_a_sales_administrator_sees_no_colleagues_contacts(people: Site) -> None:
    assert "Most contacted by" not in section(people.as_("sales_admin", 1), AURELIE)
    assert told(people.as_("sales_admin", 1), AURELIE)["most_contacted_by"] is None


def test_the_api_tells_the_same_as_the_page(people: Site) -> None:
    found = told(people.as_(), AURELIE)
    assert (found["since"], found["until"]) == ("2026-03-20", "2026-06-17")
    assert found["traffic"][0] == {"kind": "email", "sent": 13, "received": 13}
    assert found["time"] == {"ours_minutes": 127.5, "with_customer_minutes": 30.0, "without_length": 0}
    assert found["replies_by_customer"] == {"asked": 12, "answered": 12, "rate": 1.0, "median_hours": 168.0}
    assert sum(day["email"] for day in found["days"]) == 26
    assert (found["most_contacted"], found["reach"], found["waits"]) == (None, None, False)
    reach = told(people.as_(), BREVENT)["reach"]
    assert (reach["known"], reach["alive"], reach["neglected_total"]) == (2, 2, 1)
    assert [(one["name"], one["days"]) for one in reach["neglected"]] == [("Bastien Morel", 10)]


def test_whoever_has_the_figures_already_gets_an_empty_answer(people: Site) -> None:
    client = people.as_()
    first = client.get(f"/api/v1{AURELIE}/kpis")
    again = client.get(f"/api/v1{AURELIE}/kpis", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "address",
    [f"contacts/{made.contact(made.CHLOE)}/kpis", f"planets/{made.lead(0)}/kpis", "contacts/nobody/kpis"],
)
def test_what_is_foreign_or_missing_is_not_found(people: Site, address: str) -> None:
    answer = people.as_("seller").get(f"/api/v1/{address}")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_the_chart_covers_sixty_or_ninety_days_and_nothing_else(people: Site) -> None:
    client = people.as_()
    rows = r'<th scope="row">[^<]+</th><td class="col-number">'
    # The 13th mail lies 84 days back; within 60 days are ages 0, 7, … 56 and the meeting.
    assert len(re.findall(rows, client.get(f"{AURELIE}?days=90").text)) == 14
    assert len(re.findall(rows, client.get(f"{AURELIE}?days=60").text)) == 10
    assert client.get(f"{AURELIE}?days=30").status_code == 422


def test_a_record_without_activities_says_so(people: Site) -> None:
    text = section(people.as_(), f"/leads/{made.lead(1)}")
    assert "There was no activity in this period." in text
    assert "By us – nothing to answer By the customer – nothing to answer" in text


def test_who_is_left_out_is_neither_counted_nor_named(small_site: Site) -> None:
    made.fill(small_site)
    made.leave_out(small_site, "contact", made.contact(made.BASTIEN))
    text = section(small_site.as_(), BREVENT)
    assert "Bastien" not in text
    assert "In contact within 14 days: 1 of 1." in text


def test_a_comparison_names_how_many_it_lacks(people: Site) -> None:
    text = people.as_().get(f"/opportunities/{made.OWN.guid}/similar?lang=en").text
    assert (
        "A comparison takes 30 opportunities won and 30 lost whose last 90 days were read. There are 0 and 1." in text
    )


def test_thirty_won_and_thirty_lost_are_compared(small_site: Site) -> None:
    closed = [Deal(f"{status} {n}", status=status, closed_ago=20 + n) for status in ("won", "lost") for n in range(30)]
    dear = Deal("Chère", value=10_000_000.0)
    small_site.fill([made.OWN, dear, *closed])
    client = small_site.as_()
    assert "Medians of 30 won and 30 lost." in client.get(f"/opportunities/{made.OWN.guid}/similar?lang=en").text
    assert client.get(f"/opportunities/{made.OWN.guid}/similar?lang=fr").text.count("25\u202f000\u00a0€") == 1
    found = client.get(f"/api/v1/opportunities/{made.OWN.guid}/similar").json
    assert (found["won"], found["lost"], found["least"], found["most"]) == (30, 30, 25_000.0, 100_000.0)
    # Nothing of that size was ever closed, so all closed ones stand beside it.
    assert client.get(f"/api/v1/opportunities/{dear.guid}/similar").json["least"] is None
