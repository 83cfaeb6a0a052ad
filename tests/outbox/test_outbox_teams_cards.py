"""Cards for Microsoft Teams: what they say, that nothing others wrote is markup in them, and that they arrive."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from outbox_bench import SECRET, Bench, config, receiver

from relationship.desk import enqueue
from relationship.letters.teams_cards import LONGEST_CARD_BYTES, escaped, message
from relationship.store.outbox.outbox import State
from relationship.sync.outward.webhooks import HookPost
from settings.rules.actions import Endpoint
from settings.rules.addresses import masked

BASE = "https://liens.fjord.example"
URL = "https://default7c4b.environment.api.powerplatform.example/powerautomate/workflows/8e1f/run?sp=%2Frun&sig=Geheim"
HOSTILE = "**gras** _i_ [ici](https://evil.example) <at>Tous</at> # a\n- b\n1. c `d` {{DATE(2017-02-14T06:00:00Z)}}"
CHANGE: dict[str, Any] = {
    "change": 7,
    "record": {"kind": "opportunity", "id": "0c6f", "name": "Granit – avenant", "url": f"{BASE}/opportunities/0"},
    "before": "good", "after": "fair", "score_before": 63, "score_after": 57, "cause": "silence", "rule": None,
}  # fmt: skip


def alert(number: int = 4, *, text: str = "Nous sommes furieux.", account: str = "Nordlys") -> dict[str, Any]:
    return {
        "alert": number,
        "rule": {"id": 2, "name": "Émotion forte"},
        "record": {"kind": "account", "id": "a1", "name": account},
        "verbatim": {"id": 9, "day": "2026-06-17", "text": text, "emotion": "anger"},
        "because": [],
        "url": f"{BASE}/alerts/{number}",
    }


def content(event: str, data: Mapping[str, Any], language: str = "fr") -> dict[str, Any]:
    made = message({"type": event, "timestamp": "", "data": data}, language=language, base_url=BASE)
    assert len(made) <= LONGEST_CARD_BYTES
    sent = json.loads(made)
    (attachment,) = sent["attachments"]
    assert (sent["type"], attachment["contentType"], attachment["contentUrl"]) == (
        "message", "application/vnd.microsoft.card.adaptive", None,
    )  # fmt: skip
    card: dict[str, Any] = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    return card


def facts(card: Mapping[str, Any]) -> dict[str, str]:
    return {one["title"]: one["value"] for part in card["body"] for one in part.get("facts", ())}


def runs(card: Mapping[str, Any]) -> list[str]:
    return [run["text"] for part in card["body"] for run in part.get("inlines", ())]


def marked(card: Mapping[str, Any]) -> list[str]:
    """Texts in which clients look for Markdown."""
    return [part["text"] for part in card["body"] if "text" in part] + list(facts(card).values())


def test_a_card_of_an_alert_says_who_said_what_and_leads_to_it() -> None:
    card = content("alert.raised", alert())
    assert card["body"][0]["text"] == "Émotion forte\u00a0: Nordlys"
    assert facts(card) == {
        "Compte": "Nordlys", "Règle": "Émotion forte", "Émotion": "colère", "Dit le": "17 juin 2026",
    }  # fmt: skip
    assert runs(card) == ["«\u00a0Nous sommes furieux.\u00a0»"]
    assert card["actions"] == [
        {"type": "Action.OpenUrl", "title": "Ouvrir l’alerte", "url": "https://liens.fjord.example/alerts/4"}
    ]
    assert facts(content("alert.raised", alert(), "en"))["Emotion"] == "anger"


def test_a_card_of_a_change_says_before_after_and_why() -> None:
    card = content("rating.changed", CHANGE)
    assert "Granit – avenant" in card["body"][0]["text"]
    assert facts(card) == {
        "Fiche": "Granit – avenant", "Relation": "Bonne → Passable", "Score": "63 → 57",
        "Cause": "Les jours passent sans échange qui la soutienne.",
    }  # fmt: skip
    assert card["actions"][0]["url"] == f"{BASE}/opportunities/0"
    trend = content("trend.changed", {**CHANGE, "before": "steady", "after": "declining"}, "en")
    assert facts(trend)["Trend"] == "steady → declining"


def test_health_tests_and_events_of_which_nothing_is_known_have_a_card_too() -> None:
    health = {"account": {"id": "a1", "number": "C-1"}, "before": {"score": 70, "at_risk_for_churn": False},
              "after": {"score": 40, "status": "at_risk", "at_risk_for_churn": True}}  # fmt: skip
    card = content("account.health_changed", health)
    assert facts(card) == {
        "Numéro": "C-1", "Score": "70 → 40", "Statut": "à risque", "Risque de départ": "non → oui",
    }  # fmt: skip
    assert card["actions"][0]["url"] == f"{BASE}/accounts/a1"
    assert content("test", {"message": "x"})["body"][0]["text"] == "Essai"
    assert content("signal.opened", {})["actions"] == []


def test_what_others_wrote_formats_nothing_links_to_nothing_and_mentions_nobody() -> None:
    card = content("alert.raised", alert(text=HOSTILE, account=HOSTILE))
    for text in marked(card):
        assert not re.search(r"(?<!\\)[*_\[\]<>`#]", text)
    assert "{{" not in json.dumps(card)
    assert "msteams" not in card
    assert [part["type"] for part in card["body"]] == ["TextBlock", "FactSet", "RichTextBlock"]
    assert content("alert.raised", alert(text="a\x00b\u202ec\u200bd\r\ne"))["body"][2]["inlines"][0]["text"] == (
        "«\u00a0a b c d e\u00a0»"
    )


@pytest.mark.parametrize(
    ("text", "expected"), [("- a", "\\- a"), ("1. a", "1\\. a"), ("2) a", "2\\) a"), ("3-4", "3-4")]
)
def test_a_line_begins_no_list(text: str, expected: str) -> None:
    assert escaped(text) == expected


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_of_any_text_no_sign_of_markdown_stays_bare(text: str) -> None:
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_\[\]<>`#~{}]", escaped(text))


def test_long_words_are_cut_and_many_alerts_are_one_card_that_counts_what_does_not_fit() -> None:
    (quote,) = runs(content("alert.raised", alert(text="é" * 100_000)))
    assert len(quote) <= 504
    assert quote.endswith("…\u00a0»")
    few = content("alert.raised", {"alerts": [alert(1), alert(2)]})
    assert few["body"][0]["text"] == "Émotion forte\u00a0: 2 alertes"
    assert runs(few) == ["Nordlys · colère — Nous sommes furieux."] * 2
    assert few["actions"][0]["url"] == f"{BASE}/alerts?rule=2"
    many = content("alert.raised", {"alerts": [alert(n, text="😡" * 5_000, account="漢" * 500) for n in range(50)]})
    shown = runs(many)
    assert 5 < len(shown) < 51
    assert shown[-1] == f"… et {51 - len(shown)} de plus"


def test_the_address_is_shown_in_part() -> None:
    one = Endpoint(key="canal", name="Canal", url=URL, format="teams")
    assert one.shown_url == "https://default7c4b.environment.api.powerplatform.example/…"
    assert masked("https://hooks.granit.example/crm?sig=a") == "https://hooks.granit.example/crm?…"
    assert "%2Frun" in one.url
    assert Endpoint.model_validate({"key": "erp", "name": "ERP", "url": "https://hooks.granit.example/"}).format == (
        "standard"
    )


@pytest.fixture
def there(tmp_path: Any) -> Iterator[Any]:
    with receiver(tmp_path) as found:
        yield found


def test_a_card_arrives_over_a_real_line_unsigned_and_the_same_at_every_try(bench: Bench, there: Any) -> None:
    bench.save(endpoints=[{"key": "canal", "name": "Canal", "url": there.url, "format": "teams"}])
    with bench.house.store.transaction() as conn:
        enqueue.webhook(
            conn, bench.house, key="a", endpoint_key="canal", event="rating.changed", data=CHANGE, at=bench.now()
        )
    statuses = iter([429, 202])

    def answered(handler: Any) -> None:
        handler.send_response(next(statuses))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    there.answer = answered
    ways = HookPost(config(ca_file=there.ca_file), resolve=lambda _name, _port: ("127.0.0.1",))
    assert bench.drain(hooks=ways).failed == 1
    bench.wait(hours=1)
    assert bench.drain(hooks=ways).sent == 1
    assert bench.one("a").state is State.SENT
    first, second = there.got
    assert (
        first.body
        == second.body
        == message({"type": "rating.changed", "data": CHANGE}, language="fr", base_url=bench.house.config.base_url)
    )
    assert not {"webhook-signature", "webhook-timestamp"} & set(second.headers)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert SECRET not in str(second.headers)
