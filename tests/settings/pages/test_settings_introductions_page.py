"""Who knows whom over HTTP: switched, limited, its texts written, shown as a letter, refused with their place."""

import re

import pytest
import sqlalchemy as sa
from lists_site import present, put, send
from settings_site import SAME_SITE, token
from web_site import Site

from relationship.store import tables
from relationship.store.crm.record_tables import Record
from settings.rules import Introductions
from settings.rules.introductions import built_in

PAGE = "/settings/introductions"
TEXTS = f"{PAGE}/texts"


def texts(site: Site) -> list[str]:
    return [one.key for one in present(site)[1].introductions.templates]


def written(**changes: str) -> dict[str, str]:
    usual = {"name": "Bref", "language": "fr", "subject": "Bonjour", "body": "Bonjour {{ colleague.first_name }}"}
    return {**usual, **changes}


def test_the_texts_that_everybody_starts_with_are_listed(small_site: Site):
    text = small_site.as_("sales_admin").get(PAGE).text
    for one in built_in():
        assert f"{TEXTS}/{one.key}" in text


def test_it_is_switched_off_and_limited(small_site: Site):
    client = small_site.as_("sales_admin")
    send(client, PAGE, PAGE, {"version": 0, "enabled-shown": "1", "weekly_limit": "5"})
    section = present(small_site)[1].introductions
    assert (section.enabled, section.weekly_limit) == (False, 5)
    send(client, PAGE, PAGE, {"version": 1, "enabled-shown": "1", "enabled": "1", "weekly_limit": "5"})
    assert present(small_site)[1].introductions.enabled


@pytest.mark.parametrize("limit", ["0", "21", "x", "-1", "3.5", ""])
def test_a_limit_that_cannot_be_is_refused(small_site: Site, limit: str):
    answer = send(small_site.as_("sales_admin"), PAGE, PAGE, {"version": 0, "weekly_limit": limit})
    assert answer.status_code == 422
    assert "The limit is a whole number from 1 to 20." in answer.text
    assert present(small_site)[0] == 0


def test_texts_are_moved_removed_and_brought_back(small_site: Site):
    client = small_site.as_("sales_admin")
    send(client, PAGE, f"{PAGE}/move", {"version": 0, "key": "avec-contexte", "step": "up"})
    assert texts(small_site)[:2] == ["avec-contexte", "court"]
    send(client, PAGE, f"{PAGE}/remove", {"version": 1, "key": "court"})
    assert "court" not in texts(small_site)
    assert "Bring them back" in client.get(PAGE).text
    send(client, PAGE, f"{PAGE}/built-in", {"version": 2})
    assert present(small_site)[1].introductions.templates == built_in()
    assert "Bring them back" not in client.get(PAGE).text
    assert send(client, PAGE, f"{PAGE}/move", {"version": 3, "key": "court", "step": "left"}).status_code == 400


def test_a_text_is_edited_and_another_one_written(small_site: Site):
    client = small_site.as_("sales_admin")
    shown = client.get(f"{TEXTS}/court").text
    assert 'value="Présentation auprès de {{ contact.name }}"' in shown
    send(client, PAGE, f"{TEXTS}/court", {"version": 0, **written(subject="Autre objet")})
    assert present(small_site)[1].introductions.templates[0].subject == "Autre objet"
    send(client, PAGE, f"{TEXTS}/new", {"version": 1, **written(name="Tout nouveau !")})
    assert texts(small_site)[-1] == "tout-nouveau"
    assert client.get(f"{TEXTS}/nowhere").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        (
            {"body": "Bonjour,\n{{ contact.nom }}"},
            "body",
            "Line 2, column 1: “contact.nom” is not a placeholder. Did you mean {{ contact.name }}?",
        ),
        ({"body": "{% for a in b %}"}, "body", "Line 1, column 1: “{% for a in b %}” cannot stand here"),
        ({"body": "<b>x</b>"}, "body", "looks like HTML"),
        ({"subject": "{{ reason | upcase }}"}, "subject", "Line 1, column 1:"),
        ({"subject": "a\nBcc: x@y.example"}, "subject", "A subject is one line."),
        ({"name": " "}, "name", "Write something here."),
        ({"body": "x" * 4_001}, "body", "This is too long."),
    ],
)
def test_a_text_that_cannot_be_saved_is_refused_beside_its_field(
    small_site: Site, changes: dict[str, str], field: str, said: str
):
    answer = send(small_site.as_("sales_admin"), PAGE, f"{TEXTS}/court", {"version": 0, **written(**changes)})
    assert answer.status_code == 422
    told = re.search(rf'<div id="faults-{field}"[^>]*>(.*?)</div>', answer.text, re.S)
    assert told
    assert said in told[1]
    assert present(small_site)[0] == 0


def test_nothing_that_was_typed_is_lost(small_site: Site):
    form = {"version": 0, **written(name="Mon texte", body="Une phrase & {{ nobody }}"), "note": "Essai"}
    text = send(small_site.as_("sales_admin"), PAGE, f"{TEXTS}/new", form).text
    for kept in ('value="Mon texte"', "Une phrase &amp; {{ nobody }}", 'value="Essai"'):
        assert kept in text


def test_the_letter_is_shown_for_a_contact_of_the_crm(small_site: Site):
    record = tables.table(Record)
    with small_site.store.reading() as conn:
        guid, name, title = conn.execute(
            sa.select(record.c.guid, record.c.name, record.c.job_title).where(record.c.kind == "contact").limit(1)
        ).one()
    client = small_site.as_("sales_admin")
    form = written(body="{{ contact.name }}, {{ contact.job_title }}. {{ seller.name }}", contact=guid)
    text = send(client, PAGE, f"{PAGE}/preview", form).text
    letter = re.search(r'class="letter-body">(.*?)</div>', text, re.S)
    assert letter
    assert letter[1] == (f"{name}, {title}. Camille Roussel" if title else f"{name}. Camille Roussel")
    assert guid in client.get(f"{PAGE}/contacts", query_string={"find-contact": name}).text


def test_without_a_contact_the_letter_is_for_an_invented_one(small_site: Site):
    text = send(small_site.as_("sales_admin"), PAGE, f"{PAGE}/preview", written(body="{{ contact.name }}")).text
    assert "Élodie Marchal" in text
    assert "For an invented contact" in text


def test_while_a_text_cannot_be_saved_there_is_no_letter(small_site: Site):
    text = send(small_site.as_("sales_admin"), PAGE, f"{PAGE}/preview", written(body="{{ x }}")).text
    assert "letter-body" not in text
    assert "“x” is not a placeholder." in text


def test_a_field_that_is_still_empty_is_no_fault_while_writing(small_site: Site):
    text = send(small_site.as_("sales_admin"), PAGE, f"{PAGE}/preview", written(name="", body="")).text
    assert "Write something here." not in text


def test_the_second_admins_text_is_put_on_top_of_the_firsts(small_site: Site):
    client = small_site.as_("sales_admin")
    put(small_site, introductions=Introductions(weekly_limit=7))
    answer = send(client, PAGE, f"{TEXTS}/court", {"version": 0, **written(body="Le mien")})
    assert answer.status_code == 409
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
    assert f'action="{TEXTS}/court"' in answer.text
    client.post(f"{TEXTS}/court", data={**fields, "csrf_token": token(answer.text)}, headers=SAME_SITE)
    section = present(small_site)[1].introductions
    assert (section.weekly_limit, section.templates[0].body) == (7, "Le mien")


def test_no_more_texts_than_fit_are_kept(small_site: Site):
    one = built_in()[0]
    many = tuple(one.model_copy(update={"key": f"t{number}"}) for number in range(20))
    put(small_site, introductions=Introductions(templates=many))
    client = small_site.as_("sales_admin")
    assert "Write another text" not in client.get(PAGE).text
    assert send(client, PAGE, f"{TEXTS}/new", {"version": 1, **written()}).status_code == 422
