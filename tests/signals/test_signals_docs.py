"""docs/signals.md is held against the code: every detector, its source and its rule with the defaults."""

from dataclasses import asdict
from pathlib import Path

from flask import Flask
from flask_babel import Babel

from relationship.signals.catalogue import DETECTORS
from relationship.signals.signal import WHAT, Fact
from relationship.signals.thresholds import Thresholds
from settings.pages.wording_signals import GROUPS
from settings.rules import Signals
from web.signals import signal_words
from web.signals.signal_facts_words import OVER, SENTENCES, sentence
from web.signals.signal_rules import RULES

DOC = Path(__file__).parents[2] / "docs" / "signals.md"


def test_the_table_tells_every_detector_with_its_family_source_and_default_rule() -> None:
    app = Flask("words")
    Babel(app)
    rows = [line.strip("| ").split(" | ") for line in DOC.read_text().splitlines() if line.startswith("| H-")]
    assert [row[0] for row in rows] == list(DETECTORS)
    with app.test_request_context():
        for number, family, title, sources, rule, evidence in rows:
            one = DETECTORS[number]
            assert (family, sources) == (one.family.value, ", ".join(one.sources))
            assert title == signal_words.title(number)
            assert rule == signal_words.rule(number, Thresholds())
            assert evidence


def test_the_settings_start_with_the_documented_thresholds_and_the_page_offers_all() -> None:
    assert Signals().thresholds() == Thresholds()
    offered = {name for _title, words in GROUPS.values() for name in words}
    assert offered == asdict(Thresholds()).keys() - {"off"}


def test_every_threshold_that_decides_a_detector_exists_and_every_one_is_used() -> None:
    used = {name for one in DETECTORS.values() for name in one.limits}
    assert used | {"usage_stale_days", "calm_percent", "off"} == asdict(Thresholds()).keys()


def test_every_detector_has_words_and_every_fact_a_sentence() -> None:
    assert signal_words.TITLES.keys() == RULES.keys() == DETECTORS.keys()
    assert SENTENCES.keys() == WHAT.keys()


def test_a_signal_that_is_over_does_not_say_how_long_ago_its_facts_are() -> None:
    app = Flask("words")
    Babel(app)
    assert OVER.keys() <= SENTENCES.keys()
    with app.test_request_context():
        fact = Fact("last_contact", 20_621, 17.0)
        assert sentence(fact) == "last contact on Jun 17, 2026, 17 days ago"
        assert sentence(fact, over=True) == "last contact on Jun 17, 2026"
        assert sentence(Fact("idle", 20_621, 17.0), over=True) == "no activity since Jun 17, 2026, 17 days"


def test_an_amount_is_told_in_its_currency() -> None:
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        fact = Fact("value", 20_621, 324_500.0, 259_600.0, ref=1)
        assert sentence(fact, name="Rollout", currency="EUR") == (
            "Rollout: amount €324,500, €259,600 before (Jun 17, 2026)"
        )
