"""The page of themes: words tried before they are saved, used by the next text, earlier texts read anew, undone."""

import re
from datetime import date

import pytest
from pydantic import ValidationError
from test_web_verbatims import OURS, _token
from web_builder import ACCOUNTS, Deal
from web_site import Site

from relationship.clock import number_of
from relationship.desk.hear import Said, hear
from relationship.desk.understand_anew import understand_anew
from relationship.store.verbatims import verbatims
from relationship.store.verbatims.verbatims import Source
from relationship.verbatims import UNDERSTANDING_VERSION, analyse
from settings.rules import Themes

DAY = number_of(date(2026, 6, 16))
CANTEEN = "La cantine est bruyante."


@pytest.fixture
def office(small_site: Site) -> Site:
    small_site.fill([Deal("o1")])
    return small_site


def say(office: Site, text: str, line: str = "") -> int:
    house = office.app.extensions["house"]
    return hear(house, [Said(Source.SURVEY, DAY, text, line, ACCOUNTS[0])], by="inga").ids[0]


def themes_of(office: Site, number: int) -> set[str]:
    with office.store.reading() as conn:
        return verbatims.marks(conn, [number]).get(number, {}).get("theme", set())


def test_a_theme_is_added_tried_saved_used_and_undone(office: Site) -> None:
    before = say(office, CANTEEN)
    say(office, CANTEEN, "again")
    assert office.as_("seller").get("/settings/themes").status_code == 403
    admin = office.as_("sales_admin")
    assert "Reachability" in admin.get("/settings/themes").text
    editor = admin.get("/settings/themes/edit?under=service").text
    form = {"csrf_token": _token(editor), "version": "0", "under": "service", "path": "", "list": ""}
    form |= {"name": "Cantine", "name_en": "Canteen", "words_fr": "cantine\nrestaurant|self", "words_en": ""}
    effect = admin.post("/settings/themes/effect", data=form, headers=OURS).text
    assert "Service › Canteen" in effect
    assert "2 texts more" in effect
    assert effect.count(CANTEEN) == len(["service", "service/canteen"])
    faulty = admin.post("/settings/themes/effect", data={**form, "words_fr": "a*"}, headers=OURS)
    assert "needs three letters before its *" in faulty.text
    assert themes_of(office, before) == set()
    refused = admin.post("/settings/themes/edit", data={**form, "words_fr": "a*"}, headers=OURS)
    assert refused.status_code == 422
    assert "needs three letters before its *" in refused.text
    assert admin.post("/settings/themes/edit", data=form, headers=OURS).status_code == 303
    after = say(office, "La cantine ferme trop tôt.")
    assert themes_of(office, after) == {"service", "service/canteen"}
    assert "Canteen" in admin.get(f"/verbatims/{after}").text
    while understand_anew(office.app.extensions["house"]):
        pass
    assert themes_of(office, before) == {"service", "service/canteen"}
    assert "added: Cantine" in admin.get("/settings/history").text
    saved = admin.get("/settings/themes").text
    assert "Service" in saved
    undo = re.search(r'action="(/settings/[^"]*undo[^"]*)"', saved)
    assert undo is not None
    admin.post(undo[1], data={"csrf_token": _token(saved), "back": "themes"}, headers=OURS)
    assert "Canteen" not in admin.get("/settings/themes").text


def test_a_theme_is_removed_with_what_is_below_and_put_back(office: Site) -> None:
    admin = office.as_("sales_admin")
    page = admin.get("/settings/themes").text
    form = {"csrf_token": _token(page), "version": "0", "key": "environment"}
    admin.post("/settings/themes/remove", data=form, headers=OURS)
    gone = admin.get("/settings/themes").text
    assert "Packaging" not in gone
    assert "Themes that are not used" in gone
    assert admin.get("/settings/themes/edit?path=environment/packaging").status_code == 404
    admin.post("/settings/themes/restore", data={**form, "version": "1"}, headers=OURS)
    assert "Packaging" in admin.get("/settings/themes").text
    kept = {**form, "version": "2", "key": "risk/threat"}
    assert admin.post("/settings/themes/remove", data=kept, headers=OURS).status_code == 422


def test_words_of_a_sensitivity_take_the_place_of_those_of_the_product() -> None:
    own = Themes.model_validate({"lists": [{"key": "sensitivity:price", "words_fr": ["onéreux"]}]})
    said = ("Je suis furieux, c’est onéreux.", "Je suis furieux du prix.")
    assert [analyse(text, "fr", own.catalogue()).sensitivities for text in said] == [("price",), ()]
    assert own.words_version() != UNDERSTANDING_VERSION == Themes().words_version()
    assert own.catalogue() is Themes.model_validate(own.model_dump()).catalogue()


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ({"own": [{"key": "nowhere/new", "name": "N", "name_en": "N"}]}, "theme_without_parent"),
        ({"removed": ["risk"]}, "theme_needed"),
        ({"removed": ["nothing"]}, "theme_unknown"),
        ({"removed": ["price", "price"]}, "theme_twice"),
        ({"lists": [{"key": "sensitivity:odd"}]}, "list_unknown"),
        ({"lists": [{"key": "moment:move", "words_fr": ["a|b " * 12]}]}, "word_too_wide"),
        ({"lists": [{"key": "moment:move", "words_fr": ["_ bien"]}]}, "word_says_nothing"),
    ],
)
def test_what_cannot_be_a_catalogue_is_refused_with_its_code(section: dict[str, object], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Themes.model_validate(section)
    assert refused.value.errors()[0]["type"] == code
