"""The history and the rules in words."""

import re
from typing import Any

from settings_site import PAGE, SAME_SITE, form, in_force, post, token
from web_site import Site

from relationship.desk.change_rules import change_rules
from relationship.store import rules
from settings.rules import Exclusions, HealthSection, Rules

HISTORY = "/settings/history"


def change(site: Site, **sections: Any) -> None:
    """Somebody saves other sections."""
    house = site.app.extensions["house"]
    with site.store.reading() as conn:
        version, present = rules.current(conn)
    changed = Rules.model_validate({**present.model_dump(), **{n: s.model_dump() for n, s in sections.items()}})
    change_rules(house, changed, expected_version=version, by="oid-1", by_name="Hugo Lefèvre", note="Demande du CSE")


def undo(client: Any, version: int, shown: int) -> Any:
    data = {"csrf_token": token(client.get(PAGE).text), "version": str(shown)}
    return client.post(f"{HISTORY}/{version}/undo", data=data, headers=SAME_SITE)


def test_nothing_changed_yet_is_said(small_site: Site):
    assert "Nothing has been changed yet" in small_site.as_("sales_admin").get(HISTORY).text


def test_a_change_is_told_in_words_with_who_why_before_and_after(small_site: Site):
    client = small_site.as_("sales_admin")
    post(client, PAGE, {**form(good_min="50", frequency="5", note="Salons"), "segment:Industrie": "2"})
    text = re.sub(r"<[^>]+>|\s+", " ", client.get(HISTORY).text)
    text = re.sub(r" +", " ", text)
    for told in (
        "Camille Roussel",
        "Salons",
        "Minimum of Good 60 50",
        "Expected frequency of communication Once a week Once a month",
        "Frequency of the segment Industrie as everybody else Every few days",
    ):
        assert told in text, told


def test_other_sections_are_told_in_words_too(small_site: Site):
    change(small_site, exclusions=Exclusions(domains=("avocats.example", "medecin.example")))
    text = small_site.as_("sales_admin").get(HISTORY).text
    for told in ("Hugo Lefèvre", "Demande du CSE", "Excluded domains", "added: avocats.example, medecin.example"):
        assert told in text, told


def test_a_change_is_taken_back_by_a_change_of_its_own(site: Site):
    client = site.as_("sales_admin")
    post(client, PAGE, form(good_min="50"))
    post(client, PAGE, form(1, in_force(site)[1], frequency="5"))
    assert undo(client, 1, 2).status_code == 303
    version, section = in_force(site)
    assert (version, section.bands.good, section.frequency) == (3, 60, 5)
    assert "Takes back the change of" in client.get(HISTORY).text


def test_undo_right_after_saving_leads_back_to_the_settings(small_site: Site):
    client = small_site.as_("sales_admin")
    post(client, PAGE, form(weight_email="9"))
    answer = post(client, f"{HISTORY}/1/undo", {"back": "health"})
    assert answer.headers["Location"] == PAGE
    assert "Undone." in client.get(PAGE).text
    assert in_force(small_site)[1] == HealthSection()


def test_undo_over_settings_that_were_not_shown_does_nothing(small_site: Site):
    client = small_site.as_("sales_admin")
    post(client, PAGE, form(weight_email="9"))
    post(client, PAGE, form(1, in_force(small_site)[1], frequency="5"))
    undo(client, 1, 1)
    assert "Somebody saved other settings meanwhile." in client.get(HISTORY).text
    assert in_force(small_site)[0] == 2


def test_undo_that_leaves_no_legal_rules_says_so(small_site: Site):
    client = small_site.as_("sales_admin")
    post(client, PAGE, form(fair_min="10"))
    post(client, PAGE, form(1, in_force(small_site)[1], good_min="20"))
    undo(client, 1, 2)
    assert "cannot be taken back as it stands" in client.get(HISTORY).text
    assert in_force(small_site)[0] == 2


def test_what_was_changed_again_since_is_told_before_undoing(small_site: Site):
    client = small_site.as_("sales_admin")
    post(client, PAGE, form(weight_email="9"))
    post(client, PAGE, form(1, in_force(small_site)[1], weight_email="8"))
    assert "Weight of e-mails has been changed again since" in client.get(HISTORY).text


def test_an_unknown_version_cannot_be_taken_back(small_site: Site):
    client = small_site.as_("sales_admin")
    assert undo(client, 1, 0).status_code == 404
    assert undo(client, 99_999_999_999, 0).status_code == 404


def test_long_histories_are_turned_page_by_page(small_site: Site):
    for number in range(25):
        change(small_site, health=HealthSection(frequency=1 + number % 2))
    client = small_site.as_("sales_admin")
    first = client.get(HISTORY).text
    assert first.count('class="change"') == 20
    assert "?before=6" in first
    second = client.get(f"{HISTORY}?before=6").text
    assert second.count('class="change"') == 5
    assert "Earlier changes" not in second
    assert client.get(f"{HISTORY}?before=0").status_code == 404


def test_sellers_read_in_plain_words_what_counts_and_since_when(small_site: Site):
    seller = small_site.as_("seller")
    assert "These are the rules of the beginning" in seller.get("/settings/rules").text
    post(small_site.as_("sales_admin"), PAGE, form(weight_meeting="9", frequency="4", good_min="55", poor_max="29"))
    change(small_site, exclusions=Exclusions(domains=("avocats.example",)))
    text = seller.get("/settings/rules").text
    for told in (
        "In force since 17 Jun 2026",
        "counts half as much again",
        "once every two weeks",
        "30 to 54",
        "0 to 29",
    ):
        assert told in text, told


def test_the_rules_are_told_in_french(small_site: Site):
    text = small_site.as_("seller").get("/settings/rules?lang=fr").text
    for told in ("Comment naît le score", "une fois par semaine", "de 60 à 100", "compte comme d’ordinaire"):
        assert told in text, told
