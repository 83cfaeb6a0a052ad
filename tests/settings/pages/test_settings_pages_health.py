"""Relationship health over HTTP: what is shown, saved, refused, overtaken and taken back."""

import re

import pytest
from settings_site import NORTH, PAGE, SAME_SITE, bands_shown, form, in_force, post, token
from web_site import Site

from settings.pages.health_form import fields
from settings.rules import HealthSection


def test_the_page_shows_the_rules_in_force(small_site: Site):
    text = small_site.as_("sales_admin").get(PAGE).text
    for name, value in (("weight-email", 6), ("good-min", 60), ("fair-max", 59), ("fair-min", 40), ("poor-max", 39)):
        assert re.search(rf'name="{name}"[^>]* value="{value}"', text), name
    assert re.search(r'<option value="3" selected>Once a week', text)
    assert "Ventes Nord" in text


@pytest.mark.parametrize("role", ["seller", "sales_manager", "customer_success"])
def test_who_is_no_admin_reads_the_rules_and_changes_nothing(small_site: Site, role: str):
    client = small_site.as_(role)
    assert client.get("/settings").headers["Location"] == "/settings/rules"
    assert client.get("/settings/rules").status_code == 200
    for path in (PAGE, "/settings/history", "/settings/health/records"):
        assert client.get(path).status_code == 403
    shown = token(client.get("/settings/rules").text)
    for path in (PAGE, f"{PAGE}/effect", f"{PAGE}/suggest", "/settings/history/1/undo"):
        data = {"csrf_token": shown, **form(weight_email="9")}
        assert client.post(path, data=data, headers=SAME_SITE).status_code == 403
    assert in_force(small_site) == (0, HealthSection())


def test_who_has_no_role_or_is_not_signed_in_sees_no_rules(small_site: Site):
    assert small_site.as_("").get("/settings/rules").status_code == 403
    assert small_site.as_("privacy_officer").get("/settings/rules").status_code == 403
    assert small_site.anonymous().get("/settings/rules").headers["Location"].startswith("/sign-in")


def test_saving_needs_the_token_of_our_own_page(small_site: Site):
    client = small_site.as_("sales_admin")
    assert client.post(PAGE, data=form(weight_email="9"), headers=SAME_SITE).status_code == 400
    assert client.post(PAGE, data=form(weight_email="9"), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert in_force(small_site)[0] == 0


def test_saving_puts_the_rules_in_force_and_says_how_many_change(site: Site):
    client = site.as_("sales_admin")
    before = bands_shown(site)
    answer = post(client, PAGE, form(good_min="50", fair_max="49", note="Salons de juin"))
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    version, section = in_force(site)
    assert (version, section.bands.good, section.bands.fair) == (1, 50, 40)
    moved = sum(before[guid] != band for guid, band in bands_shown(site).items())
    assert moved > 0
    assert f"{moved} opportunities change their rating." in client.get(PAGE).text


def test_what_was_saved_is_told_once(small_site: Site):
    client = small_site.as_("sales_admin")
    post(client, PAGE, form(frequency="5"))
    assert "Saved." in client.get(PAGE).text
    assert "Saved." not in client.get(PAGE).text


@pytest.mark.parametrize(
    "changes",
    [{"good_min": "50"}, {"weight_email": "9", "frequency": "4"}, {f"team:{NORTH}": "5"}, {"segment:Industrie": "1"}],
)
def test_the_effect_shown_is_the_one_that_saving_has(site: Site, changes: dict[str, str]):
    client = site.as_("sales_admin")
    before = bands_shown(site)
    shown = post(client, f"{PAGE}/effect", form() | {name.replace("_", "-"): text for name, text in changes.items()})
    post(client, PAGE, form() | {name.replace("_", "-"): text for name, text in changes.items()})
    after = bands_shown(site)
    moved = {guid for guid, band in after.items() if before[guid] != band}
    assert set(re.findall(r"/settings/health/effect/([0-9a-f-]{36})", shown.text)) == moved
    expected = f"{len(moved)} of {len(after)} opportunities" if moved else "No opportunity changes its rating."
    assert expected in shown.text


def test_an_opportunity_that_changes_is_told_with_its_reason(small_site: Site):
    text = post(small_site.as_("sales_admin"), f"{PAGE}/effect", form(good_min="50")).text
    assert "The limit has moved." in text


def test_the_terms_of_an_opportunity_stand_side_by_side(small_site: Site):
    client = small_site.as_("sales_admin")
    shown = post(client, f"{PAGE}/effect", form(weight_email="9")).text
    path = re.findall(r'hx-post="(/settings/health/effect/[0-9a-f-]{36})"', shown)[0]
    text = post(client, path, form(weight_email="9")).text
    assert text.count("Volume of contact") == 2
    assert post(client, f"{PAGE}/effect/{'0' * 8}-0000-0000-0000-{'0' * 12}", form()).status_code == 404
    assert post(client, f"{PAGE}/effect/x", form()).status_code == 404


def test_the_effect_waits_for_a_legal_value(small_site: Site):
    answer = post(small_site.as_("sales_admin"), f"{PAGE}/effect", form(weight_email="12"))
    assert answer.status_code == 200
    assert "A weight is a whole number from 3 to 9." in answer.text


def test_the_effect_of_an_empty_pipeline_is_an_invitation(empty_site: Site):
    assert "No opportunities yet" in post(empty_site.as_("sales_admin"), f"{PAGE}/effect", form()).text


def test_a_value_that_cannot_be_is_refused_and_nothing_typed_is_lost(small_site: Site):
    answer = post(small_site.as_("sales_admin"), PAGE, form(weight_email="12", weight_call="8", note="Essai"))
    assert answer.status_code == 422
    assert "“12”: A weight is a whole number from 3 to 9." in answer.text
    assert re.search(r'name="weight-email"[^>]*value="12"[^>]*aria-invalid="true"', answer.text)
    assert re.search(r'name="weight-call"[^>]*value="8"', answer.text)
    assert 'value="Essai"' in answer.text
    assert in_force(small_site)[0] == 0


@pytest.mark.parametrize("version", ["", "x", "-1", "7", "99999999999999"])
def test_a_form_of_no_version_of_ours_is_refused(small_site: Site, version: str):
    assert post(small_site.as_("sales_admin"), PAGE, {**form(), "version": version}).status_code == 400


def test_saving_what_is_in_force_makes_no_version(small_site: Site):
    client = small_site.as_("sales_admin")
    assert post(client, PAGE, form()).status_code == 302
    assert "nothing to save" in client.get(PAGE).text
    assert in_force(small_site)[0] == 0


def test_the_second_of_two_admins_is_told_and_shown_the_difference(small_site: Site):
    first, second = small_site.as_("sales_admin", 0), small_site.as_("sales_admin", 1)
    post(first, PAGE, form(weight_call="9", weight_task="3", note="Nos appels"))
    answer = post(second, PAGE, form(weight_call="4", frequency="5"))
    assert answer.status_code == 409
    for told in ("Camille Roussel", "Nos appels", "9 (High)", "4 (Fairly low)", "Once a month", "both changed it"):
        assert told in answer.text, told
    assert in_force(small_site)[1].frequency == 3
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
    assert second.post(PAGE, data=hidden, headers=SAME_SITE).status_code == 303
    version, section = in_force(small_site)
    assert (version, section.frequency, section.weights.call, section.weights.task) == (2, 5, 4, 3)


def test_who_is_overtaken_hears_of_it_with_the_effect(small_site: Site):
    first, second = small_site.as_("sales_admin", 0), small_site.as_("sales_admin", 1)
    assert "meanwhile" not in post(second, f"{PAGE}/effect", form(frequency="5")).text
    post(first, PAGE, form(weight_call="9"))
    assert "Somebody saved other settings meanwhile" in post(second, f"{PAGE}/effect", form(frequency="5")).text


def test_relationship_health_is_switched_off_and_on(small_site: Site):
    client = small_site.as_("sales_admin")
    off = form()
    off.pop("enabled")
    post(client, PAGE, off)
    assert not in_force(small_site)[1].enabled
    assert "Relationships are not rated at the moment." in small_site.as_("seller").get("/settings/rules").text


def test_a_record_is_found_by_name_and_becomes_an_exception(site: Site):
    client = site.as_("sales_admin")
    found = client.get(f"{PAGE}/records?find=PILOTE lot").text
    key = re.findall(r'data-add-record="(opportunity:[0-9a-f-]{36})"', found)[0]
    assert "Projet pilote" in found
    asked = client.get(f"{PAGE}?record={key}").text
    assert f'name="record:{key}"' in asked
    post(client, PAGE, {**form(), f"record:{key}": "5"})
    section = in_force(site)[1]
    assert section.overrides.records == {key: 5}
    assert "Projet pilote" in client.get(PAGE).text
    post(client, PAGE, {**form(1, section), f"record:{key}": ""})
    assert in_force(site)[1].overrides.records == {}


def test_a_record_in_the_address_that_is_none_adds_nothing(small_site: Site):
    text = small_site.as_("sales_admin").get(f"{PAGE}?record=invoice:1<script>").text
    assert 'name="record:' not in text


def test_names_that_would_be_markup_stay_text(small_site: Site):
    section = HealthSection.model_validate({"overrides": {"segments": {"<b>&\"'": 4}}})
    post(small_site.as_("sales_admin"), PAGE, {"version": "0", **fields(section, HealthSection())})
    assert in_force(small_site)[1] == section
    assert "<b>&" not in small_site.as_("sales_admin").get(PAGE).text
