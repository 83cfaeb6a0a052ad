"""The two languages: complete, in the words of the glossary, chosen by address, cookie and browser."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from web_builder import Deal, weekly
from web_site import Site

WEB = Path(__file__).parents[2] / "web"
FRENCH = WEB / "translations" / "fr" / "LC_MESSAGES"


def catalogue() -> dict[tuple[str | None, object], object]:
    with (FRENCH / "messages.po").open("rb") as file:
        return {(message.context, message.id): message for message in read_po(file, locale="fr") if message.id}


def test_every_text_has_a_french_translation_that_nobody_doubts() -> None:
    for (_context, text), message in catalogue().items():
        parts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(parts), text
        assert not message.fuzzy, text


def test_the_catalogue_holds_exactly_the_texts_of_the_pages(tmp_path: Path) -> None:
    template = tmp_path / "messages.pot"
    keywords = [word for name in ("_l", "_n:1,2", "_lp:1c,2") for word in ("-k", name)]
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "translations/extract.cfg"]
    where = ["-o", str(template), ".", "../settings/pages"]
    subprocess.run([*command, *keywords, *where], cwd=WEB, check=True, capture_output=True)
    with template.open("rb") as file:
        used = {(message.context, message.id) for message in read_po(file) if message.id}
    assert used == set(catalogue())


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with (FRENCH / "messages.mo").open("rb") as file:
        compiled = {(_fixed(m.context), _fixed(m.id)): _fixed(m.string) for m in read_mo(file) if m.id}
    assert compiled == {key: message.string for key, message in catalogue().items()}


def _fixed(text: object) -> object:
    """What Babel reads from a compiled catalogue comes as lists and, for contexts, as bytes."""
    return text.decode() if isinstance(text, bytes) else tuple(text) if isinstance(text, list) else text


def test_french_punctuation_never_begins_a_line() -> None:
    for (_context, text), message in catalogue().items():
        for french in message.string if isinstance(message.string, tuple) else (message.string,):
            assert not re.search(r"\S (?:[:;!?»]|%%?)(?=[\s.,)]|$)|« ", french), text


def test_figures_in_a_translation_are_those_of_the_text() -> None:
    for (_context, text), message in catalogue().items():
        source = text if isinstance(text, str) else text[1]
        target = message.string if isinstance(message.string, str) else message.string[1]
        assert set(re.findall(r"%\(\w+\)s", source)) == set(re.findall(r"%\(\w+\)s", target)), text


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("Good", "Bonne"),
        ("Fair", "Passable"),
        ("Poor", "Médiocre"),
        ("Improving", "En amélioration"),
        ("Steady", "Stable"),
        ("Declining", "En baisse"),
        ("Health score", "Score d’intégrité"),
        ("Trend", "Tendance"),
        ("recent", "récent"),
    ],
)
def test_the_words_are_those_of_the_glossary(english: str, french: str) -> None:
    assert catalogue()[(None, english)].string == french


@pytest.mark.parametrize(
    ("address", "cookie", "browser", "language"),
    [
        ("", "", "", "fr"),
        ("", "", "de", "fr"),
        ("", "", "en-GB,en;q=0.8", "en"),
        ("", "", "fr-CA", "fr"),
        ("", "en", "fr", "en"),
        ("?lang=fr", "en", "en", "fr"),
        ("?lang=xx", "", "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for(
    small_site: Site, address: str, cookie: str, browser: str, language: str
) -> None:
    client = small_site.anonymous()
    if cookie:
        client.set_cookie("lang", cookie)
    answer = client.get(f"/sign-in{address}", headers={"Accept-Language": browser} if browser else {})
    assert f'<html lang="{language}"' in answer.text
    assert answer.headers["Content-Language"] == language


def test_choices_are_remembered(small_site: Site) -> None:
    client = small_site.anonymous()
    client.get("/sign-in?lang=en&theme=dark")
    text = client.get("/sign-in").text
    assert '<html lang="en" data-theme="dark">' in text


def test_numbers_money_and_dates_are_french_for_french_readers(small_site: Site) -> None:
    small_site.fill([Deal("Grande affaire", value=1_234_567.0, close_in=30, contacts=weekly())])
    french = small_site.as_().get("/opportunities?lang=fr").text
    assert "1\u202f234\u202f567\u00a0€" in french
    assert "17 juil. 2026" in french
    english = small_site.as_().get("/opportunities?lang=en").text
    assert "€1,234,567" in english
    assert "17 Jul 2026" in english
