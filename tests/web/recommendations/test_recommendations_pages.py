"""The pages and the API of recommendations and business reviews."""

import io
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
import recommendation_builder as builder
import sqlalchemy as sa
from flask.testing import FlaskClient
from pptx import Presentation
from recommendation_builder import rows
from settings_rights import take_list_from_sellers
from web_builder import ACCOUNTS, TODAY, guid, oid
from web_site import Site

from relationship.activities import RecordKind, RecordRef
from relationship.desk import keep_health
from relationship.house import House
from relationship.signals.standing import MOST_A_DAY, Deed
from relationship.store.customers import account_health
from relationship.store.customers.account_health import NewValue
from relationship.store.customers.score_tables import ACCOUNT_SCORE
from relationship.store.outbox import outbox
from relationship.store.outbox.outbox_tables import DELIVERY
from relationship.store.signals import recommendation_acts
from relationship.store.signals.recommendation_tables import QBR_DOCUMENT, RECOMMENDATION_ACT
from relationship.store.signals.signal_tables import SIGNAL, SignalRecord
from relationship.store.upsert import insert_new
from web.recommendations import recommendation_forms

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def signals(small_site: Site) -> dict[str, int]:
    return builder.build(small_site)


def test_the_account_of_a_deal_is_not_named_to_whoever_may_not_see_it(
    small_site: Site, signals: dict[str, int]
) -> None:
    assert small_site.crm is not None
    deal = RecordRef(RecordKind.OPPORTUNITY, builder.DEAL.guid)
    small_site.crm.grant(oid(3), [deal])
    seller = small_site.as_("seller", 3)
    (one,) = {item["key"] for item in seller.get("/api/v1/recommendations?who=all").json["items"]}
    address = f"/recommendations/signal-{signals['drags']}/{one}"
    paths = ("/recommendations?who=all", "/api/v1/recommendations?who=all", "/signals")
    for path in (*paths, address, *(f"{address}/{way}" for way in ("task", "meeting", "mail"))):
        answer = seller.get(path)
        assert (answer.status_code, builder.DEAL.name in answer.text) == (200, True), path
        assert re.findall(f"{ACCOUNTS[0]}|{guid('account', 0)}|Hugo", answer.text) == [], path


def token(client: FlaskClient) -> str:
    return client.get("/introductions").text.partition('name="csrf_token" value="')[2].partition('"')[0] or str(
        client.get("/api/v1/session").json["token"]
    )


def post(client: FlaskClient, path: str, **fields: Any) -> Any:
    return client.post(path, data={"csrf_token": token(client), **fields}, headers={**OURS, "HX-Request": "true"})


def call(client: FlaskClient, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1{path}", json=body, headers={**OURS, "X-CSRFToken": token(client)})


def test_the_largest_value_at_stake_comes_first(small_site: Site, signals: dict[str, int]) -> None:
    items = small_site.as_().get("/api/v1/recommendations?who=all").json["items"]
    values = [one["value"] or 0 for one in items]
    assert values == sorted(values, reverse=True)
    assert {"score-1-churn"} < {one["cause"] for one in items} | {f"signal-{number}" for number in signals.values()}


def test_a_seller_sees_what_the_crm_lets_him_and_nothing_tells_the_rest(
    small_site: Site, signals: dict[str, int]
) -> None:
    seller = small_site.as_("seller", 0)
    items = seller.get("/api/v1/recommendations?who=all").json["items"]
    assert f"signal-{signals['foreign']}" not in {one["cause"] for one in items}
    foreign = seller.get(f"/recommendations/signal-{signals['foreign']}/contact-again")
    missing = seller.get("/recommendations/signal-9999/contact-again")
    assert (foreign.status_code, missing.status_code) == (404, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/recommendations/signal-0/qbr",
        "/recommendations/x/qbr",
        "/recommendations/score-1-health/qbr",
        "/recommendations?place=x",
    ],
)
def test_what_is_not_there_is_not_found(small_site: Site, signals: dict[str, int], path: str) -> None:
    assert small_site.as_().get(path).status_code == 404


def test_done_put_off_and_dismissed_are_taken_back(small_site: Site, signals: dict[str, int]) -> None:
    client = small_site.as_()
    here = f"/recommendations/signal-{signals['silence']}/contact-again"

    def where() -> Any:
        cause = f"signal-{signals['silence']}"
        for place in ("open", "snoozed", "done", "dismissed"):
            found = client.get(f"/api/v1/recommendations?who=all&place={place}").json["items"]
            if [one for one in found if one["cause"] == cause and one["key"] == "contact-again"]:
                return place
        return None

    assert where() == "open"
    for judgement, fields, place in (
        ("done", {}, "done"),
        ("snooze", {"until": "2026-06-20"}, "snoozed"),
        ("dismiss", {"reason": "not_true"}, "dismissed"),
    ):
        assert post(client, f"{here}/{judgement}", **fields).status_code == 200
        assert where() == place
        post(client, f"{here}/reopen")
        assert where() == "open"


@pytest.mark.parametrize(
    ("judgement", "fields", "said"),
    [
        ("snooze", {"until": "2026-06-17"}, "Choose a day after today"),
        ("snooze", {"until": "soon"}, "Choose a day after today"),
        ("dismiss", {}, "Choose why you dismiss it"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_kept(
    small_site: Site, signals: dict[str, int], judgement: str, fields: dict[str, str], said: str
) -> None:
    answer = post(small_site.as_(), f"/recommendations/signal-{signals['silence']}/contact-again/{judgement}", **fields)
    assert said in answer.text
    assert rows(small_site.store, RECOMMENDATION_ACT) == []


def test_a_task_asked_for_twice_is_one_task_and_waits_for_a_crm(small_site: Site, signals: dict[str, int]) -> None:
    client, key = small_site.as_(), str(uuid4())
    path = f"/recommendations/signal-{signals['drags']}/decide/task"
    wish = {"request_key": key, "subject": "Décider", "due_on": "2026-06-24"}
    answers = [call(client, path, wish) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [one["state"] for one in answers[1].json["deeds"]] == ["waiting"]
    (delivery,) = rows(small_site.store, DELIVERY)
    with small_site.store.reading() as conn:
        kept = outbox.by_key(conn, delivery["key"])
    assert kept is not None
    assert (kept.payload["task"]["regarding"], kept.payload["as_user"]) == (
        f"opportunity:{builder.DEAL.guid}",
        rows(small_site.store, RECOMMENDATION_ACT)[0]["by"],
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"due_on": "2026-06-16"}, "due_range"),
        ({"subject": "a\r\nBcc: x"}, "subject_line_break"),
        ({"subject": "<b>x</b>"}, "subject_markup"),
    ],
)
def test_a_task_that_cannot_be_is_refused_with_its_reason(
    small_site: Site, signals: dict[str, int], change: dict[str, str], code: str
) -> None:
    wish = {"request_key": str(uuid4()), "subject": "Décider", "due_on": "2026-06-24", **change}
    answer = call(small_site.as_(), f"/recommendations/signal-{signals['drags']}/decide/task", wish)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert rows(small_site.store, DELIVERY) == []


def test_what_was_typed_stays_when_a_mail_cannot_leave(small_site: Site, signals: dict[str, int]) -> None:
    client = small_site.as_()
    here = f"/recommendations/signal-{signals['silence']}/contact-again/mail"
    contact = builder.web_builder.guid("contact", 0)
    answer = post(client, here, subject="Bonjour", text="Mon texte à moi", contact=contact, via="send")
    assert "Mon texte à moi" in answer.text
    assert "E-mails cannot be sent from here" in answer.text
    draft = post(
        client, here, subject="Bonjour", text="Mon texte à moi", contact=contact, via="draft", key=str(uuid4())
    )
    assert f"mailto:{builder.TO}" in draft.text


def test_the_service_writes_to_contacts_of_the_account_alone(small_site: Site, signals: dict[str, int]) -> None:
    here = f"/recommendations/signal-{signals['silence']}/contact-again/mail"
    for contact in (builder.web_builder.guid("contact", 2), "boss@elsewhere.example", ""):
        answer = post(small_site.as_(), here, subject="S", text="T", contact=contact, via="draft", key=str(uuid4()))
        assert "mailto:" not in answer.text
        assert 'role="alert"' in answer.text
    assert rows(small_site.store, RECOMMENDATION_ACT) == []


def test_what_followed_counts_signals_that_ended_in_time(small_site: Site, signals: dict[str, int]) -> None:
    client = small_site.as_()
    post(client, f"/recommendations/signal-{signals['silence']}/contact-again/done")
    post(client, f"/recommendations/signal-{signals['usage']}/training/done")
    now = datetime(2026, 6, 17, 8, 30, tzinfo=UTC)
    with small_site.store.transaction() as conn:
        earlier = {"at": now - timedelta(days=40)}
        conn.execute(sa.update(RECOMMENDATION_ACT).values(**earlier))
        ended = {"ended_at": now - timedelta(days=20), "ended_why": "over"}
        conn.execute(sa.update(SIGNAL).where(SIGNAL.c.id == signals["silence"]).values(**ended))
        found = {one.recommendation: one.ended for one in recommendation_acts.outcomes(conn, now=now, zone=UTC)}
    assert found == {"contact-again": True, "training": False}
    page = client.get("/recommendations").text
    assert "too few to say" in page


def test_a_day_has_an_end(small_site: Site, signals: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MOST_A_DAY, Deed.TASK, 1)
    client = small_site.as_()
    path = f"/recommendations/signal-{signals['drags']}/decide/task"
    statuses = [
        call(client, path, {"request_key": str(uuid4()), "subject": "D", "due_on": "2026-06-24"}).status_code
        for _ in range(2)
    ]
    assert statuses == [201, 429]


def test_a_review_is_edited_and_taken_as_pdf_and_slides(small_site: Site, signals: dict[str, int]) -> None:
    client = small_site.as_()
    here = f"/accounts/{builder.account_guid()}/qbr"
    typed = {
        "version": "0", "summary": "Été chargé, cœur de métier : 12 000 €", "use": "", "outlook": "",
        "goal_what": ["Former <l’équipe>"], "goal_measure": ["80 %"], "goal_who": ["Inès"], "goal_due": ["2026-07-01"],
    }  # fmt: skip
    saved = client.post(f"{here}?lang=fr", data={"csrf_token": token(client), **typed}, headers=OURS)
    assert saved.status_code == 303
    pdf = client.get(f"{here}.pdf?lang=fr")
    assert pdf.data.startswith(b"%PDF-")
    deck = Presentation(io.BytesIO(client.get(f"{here}.pptx?lang=fr").data))
    shapes = [shape for slide in deck.slides for shape in slide.shapes]
    texts = " ".join(shape.text_frame.text for shape in shapes if shape.has_text_frame)
    assert "Été chargé, cœur de métier : 12 000 €" in texts
    assert any(shape.has_chart for shape in shapes)
    tables = [shape.table for shape in shapes if shape.has_table]
    assert tables[0].cell(1, 0).text == "Former <l’équipe>"


def test_a_review_does_not_say_what_was_done_about_a_withheld_deal(small_site: Site, signals: dict[str, int]) -> None:
    assert small_site.crm is not None
    account = RecordRef(RecordKind.ACCOUNT, builder.account_guid())
    with small_site.store.transaction() as conn:
        drags = sa.select(SIGNAL.c.account_id, SIGNAL.c.record_id).where(SIGNAL.c.id == signals["drags"])
        account_id, deal_id = conn.execute(drags).one()
        at = datetime.combine(TODAY, time(8), UTC)
        act = {"key": "k", "cause": "signal-3", "account_id": account_id, "record_id": deal_id, "trigger": "H-P1",
               "recommendation": "close_plan", "act": "task", "state": "made", "at": at, "by": oid(0)}  # fmt: skip
        conn.execute(sa.insert(RECOMMENDATION_ACT), [act])
    small_site.crm.grant(oid(3), [account])
    here = f"/accounts/{account.guid}/qbr"
    assert "Task created in the CRM" in small_site.as_().get(here).text
    assert "Task created in the CRM" not in small_site.as_("seller", 3).get(here).text


def test_who_saves_a_review_over_anothers_is_told_and_loses_nothing(small_site: Site, signals: dict[str, int]) -> None:
    client = small_site.as_()
    here = f"/accounts/{builder.account_guid()}/qbr"
    for text, status in (("Le premier", 303), ("Le second", 409)):
        fields = {"csrf_token": token(client), "version": "0", "summary": text}
        answer = client.post(here, data=fields, headers=OURS)
        assert answer.status_code == status
    assert "Le second" in answer.text
    (kept,) = rows(small_site.store, QBR_DOCUMENT)
    assert "Le premier" in kept["body"]


def test_the_catalogue_is_changed_with_a_look_before_and_taken_back(small_site: Site, signals: dict[str, int]) -> None:
    admin = small_site.as_("sales_admin")
    page = admin.get("/settings/recommendations/training").text
    version = page.partition('name="version" value="')[2].partition('"')[0]
    words = {f"{code}_{name}": "Former" for code in ("fr", "en") for name in ("title", "subject")}
    fields = {"csrf_token": token(admin), "version": version, "enabled": "yes", "way": "task", "days": "5",
              "triggers": ["H-R4"], **words}  # fmt: skip
    looked = admin.post("/settings/recommendations/training", data={**fields, "preview": "yes"}, headers=OURS)
    assert "it would be proposed about 2 open signals" in looked.text
    assert admin.post("/settings/recommendations/training", data=fields, headers=OURS).status_code == 303
    titles = [one["title"] for one in admin.get("/api/v1/recommendations?who=all").json["items"]]
    assert "Former" in titles
    undone = admin.post("/settings/history/1/undo", data={"csrf_token": token(admin), "version": "1"}, headers=OURS)
    assert undone.status_code == 303
    titles = [one["title"] for one in admin.get("/api/v1/recommendations?who=all").json["items"]]
    assert "Former" not in titles


def test_one_recommendation_stands_once_per_record_and_one_deed_answers_all_that_calls_for_it(
    small_site: Site, signals: dict[str, int]
) -> None:
    """Silence and fewer replies both say "contact again"; another signal that comes tomorrow says it anew."""
    client = small_site.as_()
    silence = next(one for one in rows(small_site.store, SIGNAL) if one["id"] == signals["silence"])
    account = silence["account_id"]

    def noted(detector: str, first_seen: int) -> None:
        with small_site.store.transaction() as conn:
            row = {**builder.signal(detector, "risk", account, None, account), "first_seen": first_seen}
            insert_new(conn, SignalRecord, [row], key=["detector", "subject_id", "key"])

    def contact_again(place: str) -> list[list[str]]:
        found = client.get(f"/api/v1/recommendations?who=all&place={place}").json["items"]
        here = builder.account_guid()
        return [one["triggers"] for one in found if (one["key"], one["about_guid"]) == ("contact-again", here)]

    noted("H-X2.rarer", silence["first_seen"])
    assert [sorted(one) for one in contact_again("open")] == [["H-R4", "H-X2.rarer"]]
    post(client, f"/recommendations/signal-{signals['silence']}/contact-again/done")
    assert (contact_again("open"), len(contact_again("done"))) == ([], 1)
    noted("H-X2.slower", builder.TODAY + 1)
    assert [one[0] for one in contact_again("open")] == ["H-X2.slower"]


def test_what_is_put_off_until_a_day_is_told_with_that_day(small_site: Site, signals: dict[str, int]) -> None:
    client = small_site.as_()
    here = f"/recommendations/signal-{signals['silence']}/contact-again/snooze"
    assert "until 1 Jul 2026" in post(client, f"{here}?lang=en", until="2026-07-01").text
    assert "until 24 Jun 2026" in post(client, f"{here}?lang=en", days="7").text


def test_whoever_owns_nothing_begins_with_all_that_they_see(small_site: Site, signals: dict[str, int]) -> None:
    page = small_site.as_("customer_success", 2).get("/recommendations?lang=en").text
    assert "Contact again" in page
    assert "about your records right now" in small_site.as_("customer_success", 2).get("/recommendations?who=me").text


def test_the_customers_version_of_a_review_tells_nothing_that_is_ours_alone(
    small_site: Site, signals: dict[str, int]
) -> None:
    client = small_site.as_()
    here = f"/accounts/{builder.account_guid()}/qbr?lang=en"
    customers, internal = client.get(here).text, client.get(f"{here}&for=internal").text
    for secret in ("Churn risk", "Relationship score", "Opportunity that drags on"):
        assert (secret in customers, secret in internal) == (False, True), secret
    assert "At least one conversation a month until then" in customers
    assert client.get(f"{here}&for=nobody").status_code == 404


def test_a_review_tells_one_health_and_nothing_to_whoever_may_not_list_it(
    small_site: Site, signals: dict[str, int]
) -> None:
    house: House = small_site.app.extensions["house"]
    with small_site.store.transaction() as conn:
        conn.exec_driver_sql("UPDATE account_score SET value = 21 WHERE score = 'health'")
        account = conn.scalar(sa.select(ACCOUNT_SCORE.c.account_id).limit(1))
        for value, source in (("21", "computed"), ("62", "typed")):
            account_health.save(conn, [NewValue(account, "score", value)], source=source, at=house.clock())
        keep_health.keep(conn, house, [account])
    here = f"/accounts/{builder.account_guid()}/qbr?lang=en"
    manager, seller = small_site.as_(), small_site.as_("seller", 0)
    customers = manager.get(here).text
    assert "<dd>62</dd>" in customers
    # Neither a curve of another health nor a goal below what the document says is reached.
    assert "Customer health: " not in customers
    assert "Customer health at 40 or more" not in customers
    internal = manager.get(f"{here}&for=internal").text
    assert "62 (typed in)" in internal
    assert 'aria-label="Computed customer health: ' in internal
    take_list_from_sellers(small_site)
    for audience in ("customer", "internal"):
        page = seller.get(f"{here}&for={audience}").text
        assert "62" not in re.findall(r"<dd>([^<]*)</dd>", page)
        assert "(typed in)" not in page
        assert 'aria-label="Customer health: ' in page
    assert "Customer health at 40 or more (now 21)" in seller.get(here).text


def test_another_time_that_nobody_typed_leaves_the_first_free_one_chosen() -> None:
    untyped = recommendation_forms.read({"start": ["other"]}, "meeting")
    assert recommendation_forms.without_empty_time(untyped).start == ""
    typed = recommendation_forms.read({"start": ["other"], "other_day": ["2026-07-01"]}, "meeting")
    assert recommendation_forms.without_empty_time(typed).start == "other"


def test_every_recommendation_can_be_reached_by_pages_and_narrowed_to_one_or_one_owner(
    small_site: Site, signals: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = small_site.as_()
    everything = {f"rec-{one['cause']}-{one['key']}" for one in listed(client)}
    monkeypatch.setattr("web.recommendations.recommendations.PAGE_SIZE", 2)
    seen: list[str] = []
    for number in range(1, len(everything)):
        page = client.get(f"/recommendations?who=all&lang=en&page={number}").text
        seen += re.findall(r'<div class="rec" id="(rec-[^"]+)"', page)
        if "Next page" not in page:
            break
    assert (set(seen), len(seen)) == (everything, len(everything))
    monkeypatch.undo()
    page = client.get("/recommendations?who=all&advice=contact-again&lang=en").text
    assert {one.removeprefix("rec-").split("-", 2)[2] for one in re.findall(r'class="rec" id="([^"]+)"', page)} == {
        "contact-again"
    }
    owner = client.get(f"/recommendations?who=all&owner={guid('systemuser', 0)}&lang=en").text
    assert f"rec-signal-{signals['silence']}-contact-again" in owner
    assert f"rec-signal-{signals['foreign']}-contact-again" not in owner
    assert "Nothing here fits these filters." in client.get("/recommendations?who=all&advice=none&lang=en").text
    assert client.get("/recommendations?page=x").status_code == 404
    assert client.get("/api/v1/recommendations?who=all&page=2").json == {"items": [], "more": 0}


def listed(client: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/recommendations?who=all").json["items"]
    return found
