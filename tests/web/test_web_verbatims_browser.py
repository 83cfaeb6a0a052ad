"""The way of a survey in a real browser: file, columns, preview, taken over, found in the list, read, corrected."""

from pathlib import Path
from typing import Any

import pytest
from browsing import findings
from looks import LOOKS
from web_builder import ACCOUNTS

pytestmark = pytest.mark.browser

THREAT = "Si rien ne change d'ici la fin du mois, nous résilierons le contrat."


def survey(place: str) -> str:
    """Eight lines from one place; one is old and of nobody known, one has no date."""
    glad = "".join(f"1{day}/06/2026;{ACCOUNTS[0]};Une équipe formidable, merci !;9;5;{place} B\r\n" for day in range(5))
    return (
        "Date d'envoi;Nom du client;Commentaire;NPS;Note;Agence\r\n"
        f"12/06/2026;{ACCOUNTS[0]};{THREAT} {place};1;1;{place} A\r\n{glad}"
        f"05/01/2026;;Accueil agréable, {place}.;8;4;{place} B\r\n31/06/2026;{ACCOUNTS[0]};Bien;8;4;{place} B\r\n"
    ).replace("merci !", f"merci, {place} !")


@pytest.mark.parametrize(("lang", "theme", "width"), LOOKS)
def test_a_survey_comes_in_and_one_of_its_texts_is_corrected(
    visit: Any, tmp_path: Path, lang: str, theme: str, width: int
) -> None:
    path = tmp_path / "enquete.csv"
    path.write_text(survey(theme), encoding="utf-8")
    page = visit("/verbatims/import", role="customer_success", lang=lang, theme=theme, width=width)

    def looks_well() -> None:
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.set_input_files("#file", path)
    page.locator(".import-form .primary").click()
    page.locator("select[name=role-5]").wait_for()
    assert [page.locator(f"select[name=role-{place}]").input_value() for place in (0, 1, 5)] == [
        "date",
        "account",
        "filter",
    ]
    looks_well()
    page.locator(".import-form .primary").click()
    page.locator("#old-texts").wait_for()
    assert page.locator(".import-count").all_inner_texts() == ["8", "7", "0", "0", "1", "0", "1"]
    looks_well()
    page.locator("#take button").click()
    page.locator(".import-counts").wait_for()
    page.locator(".banner .button").click()
    page.locator(".vb-more summary").click()
    page.locator("#f-filter-1").select_option(label=f"{theme} A")
    page.locator("main form .primary").first.click()
    page.wait_for_url("**filter=Agence%3D**")
    assert page.locator(".vb-list > li").count() == 1
    page.goto(page.url.split("?")[0])
    page.locator("#development summary").click()
    page.locator(".vb-more summary").click()
    looks_well()
    page.locator(".vb-text a", has_text=f"résilierons le contrat. {theme}").click()
    page.locator("mark.said-threat").first.wait_for()
    page.locator(".vb-correct summary").click()
    looks_well()
    page.locator("#c-threat").select_option("none")
    page.locator(".vb-form .primary").click()
    page.locator(".vb-corrected").wait_for()
