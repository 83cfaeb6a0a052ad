"""Actions on change over HTTP: rules, webhooks with secrets and tests, deliveries sent again, one's own choice."""

import re
from pathlib import Path
from typing import Any

import pytest
from lists_site import present, send
from web_builder import oid
from web_site import Site

from relationship.clock import real_clock
from relationship.desk import enqueue
from relationship.letters.digests import Notice
from relationship.store.outbox import hook_secrets, mail_choices, outbox
from relationship.store.outbox.mail_choices import Choice, How
from relationship.store.outbox.outbox import State
from relationship.sync.outward import webhooks
from relationship.sync.outward.webhooks import Hook

PAGE = "/settings/actions"
RULE = {
    "version": "0", "name": "Devient Médiocre", "enabled": "1", "records": ["opportunity", "account"],
    "watch": "rating", "moves": "down", "reaches": ["poor"], "least_value": "50 000", "notify_owner": "1",
    "task": "1", "task_days": "5", "task_subject": "Appeler",
}  # fmt: skip
HOOK = {"version": "0", "name": "ERP", "url": "https://hooks.granit.example/erp", "enabled": "1"}


def house(site: Site) -> Any:
    return site.app.extensions["house"]


def save_hook(site: Site, **changes: str) -> Any:
    version = str(present(site)[0])
    form = {**HOOK, "version": version, **changes}
    return send(site.as_("sales_admin"), PAGE, f"{PAGE}/webhooks/new", form)


def enqueued(site: Site, key: str = "a", *, seller: int = 0) -> None:
    with site.store.transaction() as conn:
        enqueue.mail_colleague(
            conn, house(site), key=key, person_key=oid(seller), notice=Notice("Objet secret"), event="rating.changed"
        )


def state_of(site: Site, key: str) -> outbox.OneDelivery:
    with site.store.reading() as conn:
        found = outbox.by_key(conn, key)
    assert found is not None
    return found


def test_a_rule_is_written_kept_shown_changed_and_taken_back(empty_site: Site) -> None:
    client = empty_site.as_("sales_admin")
    assert "No rule yet" in client.get(PAGE).text
    assert send(client, PAGE, f"{PAGE}/rules/new", RULE).status_code == 303
    (rule,) = present(empty_site)[1].actions.rules
    assert (rule.key, rule.name, rule.records) == ("devient-mediocre", "Devient Médiocre", ("opportunity", "account"))
    assert (rule.reaches, rule.least_value, rule.task_days, rule.task_subject) == (("poor",), 50_000, 5, "Appeler")
    text = client.get(PAGE).text
    assert "Devient Médiocre" in text
    assert "Would have acted 0 times in the last 30 days." in text
    send(client, PAGE, f"{PAGE}/rules/devient-mediocre", {**RULE, "version": "1", "name": "Autre"})
    assert [one.name for one in present(empty_site)[1].actions.rules] == ["Autre"]
    send(client, PAGE, f"{PAGE}/rules/devient-mediocre/remove", {"version": "2"})
    assert present(empty_site)[1].actions.rules == ()
    send(client, PAGE, "/settings/history/3/undo", {"back": "actions"})
    assert [one.name for one in present(empty_site)[1].actions.rules] == ["Autre"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"notify_owner": None, "task": None}, "The rule does nothing yet."),
        ({"name": " "}, "Give it a name."),
        ({"records": None}, "Choose at least one kind of record."),
        ({"task_days": "91"}, "Enter a whole number within the limits."),
        ({"least_value": "beaucoup"}, "Enter a whole number within the limits."),
    ],
)
def test_a_rule_that_cannot_be_is_told_and_what_was_typed_stays(
    empty_site: Site, changes: dict[str, str | None], told: str
) -> None:
    form = {name: value for name, value in {**RULE, **changes}.items() if value is not None}
    answer = send(empty_site.as_("sales_admin"), PAGE, f"{PAGE}/rules/new", form)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="Appeler"' in answer.text
    assert present(empty_site)[1].actions.rules == ()


def test_the_preview_counts_without_saving(empty_site: Site) -> None:
    answer = send(empty_site.as_("sales_admin"), PAGE, f"{PAGE}/preview", RULE)
    assert "<strong>0</strong>" in answer.text
    assert present(empty_site)[0] == 0


def test_a_webhook_is_saved_and_an_address_inside_is_refused_with_a_sentence(empty_site: Site) -> None:
    assert save_hook(empty_site).status_code == 303
    refused = save_hook(empty_site, url="https://169.254.169.254/latest")
    assert refused.status_code == 422
    assert "a number can lead anywhere" in refused.text
    assert [one.key for one in present(empty_site)[1].actions.endpoints] == ["erp"]


def test_a_secret_is_shown_once_and_replaced_while_both_sign(empty_site: Site) -> None:
    save_hook(empty_site)
    client = empty_site.as_("sales_admin")
    assert "There is no secret yet" in client.get(f"{PAGE}/webhooks/erp").text
    first = _secret(send(client, PAGE, f"{PAGE}/webhooks/erp/secret", {}).text)
    assert first not in client.get(f"{PAGE}/webhooks/erp").text
    second = _secret(send(client, PAGE, f"{PAGE}/webhooks/erp/secret", {}).text)
    assert _signing(empty_site) == (second, first)
    send(client, PAGE, f"{PAGE}/webhooks/erp/secret/end", {})
    assert _signing(empty_site) == (second,)
    assert send(client, PAGE, f"{PAGE}/webhooks/gone/secret", {}).status_code == 404


def test_a_test_call_is_sent_at_once_and_its_fate_told(empty_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    save_hook(empty_site)
    client = empty_site.as_("sales_admin")
    send(client, PAGE, f"{PAGE}/webhooks/erp/secret", {})
    monkeypatch.setattr(webhooks, "found_addresses", lambda _name, _port: ("10.0.0.8",))
    send(client, PAGE, f"{PAGE}/webhooks/erp/test", {})
    assert "leads to an address inside a network" in client.get(f"{PAGE}/webhooks/erp").text


def test_a_webhook_for_teams_is_saved_tested_without_a_secret_and_its_address_shown_in_part(
    empty_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://flow.granit.example/workflows/8e1f?sig=Geheim"
    assert save_hook(empty_site, url=url, format="teams", language="en").status_code == 303
    (one,) = present(empty_site)[1].actions.endpoints
    assert (one.url, one.format, one.language) == (url, "teams", "en")
    client = empty_site.as_("sales_admin")
    page = client.get(f"{PAGE}/webhooks/erp").text
    assert '<option value="teams" selected>Microsoft Teams card</option>' in page
    assert "Make a secret" not in page
    for path in (PAGE, f"{PAGE}/rules/new", "/settings/history"):
        text = client.get(path).text
        assert "Geheim" not in text
        assert "8e1f" not in text
    assert "https://flow.granit.example/…" in client.get(PAGE).text
    sent: list[Hook] = []
    monkeypatch.setattr(webhooks.HookPost, "send", lambda _self, hook, **_: sent.append(hook))
    send(client, PAGE, f"{PAGE}/webhooks/erp/test", {})
    assert "The test call arrived." in client.get(f"{PAGE}/webhooks/erp").text
    assert (sent[0].is_signed, sent[0].url) == (False, url)
    assert b"Alerts and changes will arrive in this channel" in sent[0].body
    assert save_hook(empty_site, name="B", format="xml").status_code == 422


def test_a_webhook_that_goes_leaves_every_rule(empty_site: Site) -> None:
    save_hook(empty_site)
    client = empty_site.as_("sales_admin")
    send(client, PAGE, f"{PAGE}/rules/new", {**RULE, "version": "1", "endpoints": "erp"})
    send(client, PAGE, f"{PAGE}/webhooks/erp/remove", {"version": "2"})
    actions = present(empty_site)[1].actions
    assert actions.endpoints == ()
    assert [one.endpoints for one in actions.rules] == [()]


def test_times_of_mails_are_saved_within_their_limits(empty_site: Site) -> None:
    client = empty_site.as_("sales_admin")
    form = {"version": "0", "digest_hour": "9", "quiet_from": "21", "quiet_until": "6", "most_a_day": "3"}
    assert send(client, PAGE, PAGE, {**form, "digest_hour": "24"}).status_code == 422
    assert send(client, PAGE, PAGE, form).status_code == 303
    assert present(empty_site)[1].actions.mails.model_dump() == {
        "digest_hour": 9, "quiet_from": 21, "quiet_until": 6, "most_a_day": 3,
    }  # fmt: skip


def test_deliveries_are_listed_without_what_they_say_and_sent_again_by_a_button(empty_site: Site) -> None:
    client = empty_site.as_("sales_admin")
    assert "Nothing has left yet" in client.get("/settings/deliveries").text
    enqueued(empty_site)
    with empty_site.store.transaction() as conn:
        number = state_of(empty_site, "a").id
        outbox.note_settled(conn, [number], State.GIVEN_UP, at=real_clock(), code="mail_server_unreachable")
    page = client.get("/settings/deliveries?state=given_up&kind=mail").text
    assert "The mail server could not be reached" in page
    assert "Objet secret" not in page
    assert oid(0) not in page
    send(client, PAGE, "/settings/deliveries/again", {"id": str(number)})
    assert (state_of(empty_site, "a").state, state_of(empty_site, "a").attempts) == (State.WAITING, 0)
    assert client.get("/settings/deliveries?state=nonsense").status_code == 422


@pytest.mark.parametrize("role", ["seller", "sales_manager", "privacy_officer"])
@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/rules/new", f"{PAGE}/webhooks/new", "/settings/deliveries"])
def test_nobody_but_a_sales_admin_sees_these_pages(empty_site: Site, role: str, path: str) -> None:
    assert empty_site.as_(role).get(path).status_code == 403


def test_everybody_chooses_how_to_be_told_and_what_waits_follows(empty_site: Site) -> None:
    client = empty_site.as_("seller")
    enqueued(empty_site)
    send(client, "/notices", "/notices", {"how": "daily", "language": "en"})
    assert state_of(empty_site, "a").is_digest
    with empty_site.store.reading() as conn:
        assert mail_choices.choice(conn, oid(0)) == Choice(How.DAILY, "en")
        assert mail_choices.choice(conn, oid(1)) == Choice()
    send(client, "/notices", "/notices", {"how": "off", "language": "fr"})
    assert state_of(empty_site, "a").state is State.DROPPED
    assert send(client, "/notices", "/notices", {"how": "sometimes", "language": "fr"}).status_code == 422


def test_the_api_previews_a_rule_lists_deliveries_and_sends_one_again(empty_site: Site) -> None:
    client = empty_site.as_("sales_admin")
    enqueued(empty_site)
    with empty_site.store.transaction() as conn:
        number = state_of(empty_site, "a").id
        outbox.note_settled(conn, [number], State.GIVEN_UP, at=real_clock(), code="too_old")
    found = client.get("/api/v1/deliveries?state=given_up").json
    (item,) = found["items"]
    assert (item["id"], item["state"], item["last_code"], item["event"]) == (
        number, "given_up", "too_old", "rating.changed",
    )  # fmt: skip
    assert "Objet secret" not in str(found)
    assert empty_site.as_("seller").get("/api/v1/deliveries").status_code == 403


def test_the_documentation_names_every_event() -> None:
    from settings.rules.actions import EVENTS

    page = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    assert all(f"`{event}`" in page for event in EVENTS)


def _secret(text: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]{40,}", text)
    assert found
    return found[0]


def _signing(site: Site) -> tuple[str, ...]:
    with site.store.reading() as conn:
        return hook_secrets.secrets(conn, house(site).vault(), "erp", now=real_clock())
