"""What is said of a proposal, and what the browser gets to fill in."""

import json
import re

import pytest
from settings_site import PAGE, form, in_force, post
from web_site import Site

from relationship.health.rules import Frequency, Weights
from relationship.health.search import Setting
from relationship.health.suggestion import LookedAt, Reason, Status, Suggestion
from settings.pages import suggestion

PRESENT = Setting(Weights(), Frequency.WEEKLY)
BETTER = Setting(Weights(email=5, meeting=9), Frequency.FORTNIGHTLY)
LOOKED_AT = LookedAt(400, 10, 12, 90, (), (), 500)


def found(status: Status, *reasons: Reason, suggested: Setting | None = None, measured: bool = True) -> Suggestion:
    figures = (0.612, 0.684, 0.072, 0.021, 0.118) if measured else (None,) * 5
    return Suggestion(status, reasons, 180, 198, PRESENT, suggested, *figures, (), LOOKED_AT)


def asked(site: Site, monkeypatch: pytest.MonkeyPatch, answer: Suggestion, lang: str = "en") -> str:
    monkeypatch.setattr(suggestion, "suggest_from_history", lambda _house: answer)
    return str(post(site.as_("sales_admin"), f"{PAGE}/suggest?lang={lang}", form()).text)


def test_a_gain_is_told_with_its_interval_and_fills_the_controls(small_site: Site, monkeypatch: pytest.MonkeyPatch):
    text = asked(small_site, monkeypatch, found(Status.GAIN, Reason.ABOVE_NOISE, suggested=BETTER))
    assert "61.2 in the right order, the best found 68.4: +7.2, with 95% confidence between +2.1 and +11.8" in text
    assert "180 won, 198 lost" in text
    island = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text)[0]
    weights = {"email": 5, "meeting": 9, "call": 6, "task": 6}
    assert json.loads(island) == {"weights": weights, "frequency": 4}
    assert in_force(small_site)[0] == 0


@pytest.mark.parametrize(
    "reason", [Reason.WITHIN_NOISE, Reason.TOO_LITTLE, Reason.PRESENT_IS_BEST, Reason.NO_SEPARATION]
)
def test_no_gain_is_said_plainly_and_fills_nothing(small_site: Site, monkeypatch: pytest.MonkeyPatch, reason: Reason):
    text = asked(small_site, monkeypatch, found(Status.NO_GAIN, reason))
    assert "No gain: keep your settings." in text
    assert "application/json" not in text


def test_a_small_history_is_told_with_what_is_missing(small_site: Site, monkeypatch: pytest.MonkeyPatch):
    reasons = (Reason.FEW_WON, Reason.FEW_ACCOUNTS)
    text = asked(small_site, monkeypatch, found(Status.TOO_SMALL, *reasons, measured=False), lang="fr")
    assert "180 opportunités gagnées sont exploitables\u202f; il en faut au moins 30." in text
    assert "90 comptes" in text
    assert "paires" not in text


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(small_site: Site, reason: Reason):
    with small_site.app.test_request_context("/?lang=fr"):
        assert suggestion.reason(reason, found(Status.NO_GAIN, reason)).endswith(".")
