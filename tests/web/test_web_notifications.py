"""Change notifications as they arrive: hints are kept, forgeries counted, and the answer is the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import web_builder
from flask.testing import FlaskClient
from statements import statements
from web_site import Site, site_over
from werkzeug.test import TestResponse

from relationship.store.database import Store
from relationship.store.sources import subscriptions
from relationship.store.sources.subscriptions import Hinted, SubscriptionRow, hash_of

NOW = datetime.now(UTC)
INES, OMAR = "mailbox/ines", "mailbox/omar"


def subscribe(store: Store, name: str, source_key: str, secret: str) -> None:
    with store.transaction() as conn:
        subscriptions.save(
            conn,
            SubscriptionRow(
                resource=f"users/{name}/messages",
                source_key=source_key,
                subscription_id=name,
                state_hash=hash_of(secret),
                expires_at=NOW + timedelta(days=2),
                renew_at=NOW + timedelta(days=1),
                due="",
                reason="",
            ),
        )


def told(name: str = "ines-mail", state: str = "s-ines", **changes: Any) -> dict[str, Any]:
    item = {
        "subscriptionId": name,
        "changeType": "created",
        "clientState": state,
        "tenantId": web_builder.TENANT,
        "resource": "Users/1/Messages/2",
    }
    return {key: value for key, value in {**item, **changes}.items() if value is not None}


def post(client: FlaskClient, *items: Any) -> TestResponse:
    return client.post("/notifications", json={"value": list(items)})


def lasting(answer: TestResponse) -> dict[str, str]:
    """The headers without those that count requests."""
    return {name: value for name, value in answer.headers if not name.startswith(("X-RateLimit", "Retry-After"))}


def hints(store: Store) -> dict[str, int]:
    with store.reading() as conn:
        return {hint.source_key: hint.notices for hint in subscriptions.hinted_sources(conn)}


def counts(store: Store) -> dict[str, int]:
    with store.reading() as conn:
        return subscriptions.notice_counts(conn, since_day=0)


def subscribed(store: Store) -> dict[str, SubscriptionRow]:
    with store.reading() as conn:
        return {row.resource: row for row in subscriptions.all_subscriptions(conn)}


@pytest.fixture
def listening(site: Site) -> Site:
    subscribe(site.store, "ines-mail", INES, "s-ines")
    subscribe(site.store, "omar-mail", OMAR, "s-omar")
    return site


def test_a_notification_becomes_a_hint_and_is_accepted(listening: Site):
    answer = post(listening.anonymous(), told())
    assert (answer.status_code, answer.data) == (202, b"")
    assert "Set-Cookie" not in answer.headers
    assert hints(listening.store) == {INES: 1}


def test_f49_three_times_and_out_of_order_is_one_source_to_look_at(listening: Site):
    client = listening.anonymous()
    for change in ("updated", "created", "created", "deleted"):
        assert post(client, told(changeType=change)).status_code == 202
    with listening.store.reading() as conn:
        (hint,) = subscriptions.hinted_sources(conn)
    with listening.store.transaction() as conn:
        subscriptions.forget_hints(conn, [hint])
    assert hints(listening.store) == {}


def test_a_hint_repeated_while_its_source_is_read_stays(listening: Site):
    post(listening.anonymous(), told())
    with listening.store.reading() as conn:
        taken = subscriptions.hinted_sources(conn)
    post(listening.anonymous(), told())
    with listening.store.transaction() as conn:
        subscriptions.forget_hints(conn, taken)
    assert taken == [Hinted(INES, 1)]
    assert hints(listening.store) == {INES: 2}


def test_f50_lifecycle_events_in_one_batch_are_each_handled(listening: Site):
    answer = post(
        listening.anonymous(),
        told(changeType=None, lifecycleEvent="missed"),
        told("omar-mail", "s-omar", changeType=None, lifecycleEvent="subscriptionRemoved"),
        told(changeType=None, lifecycleEvent="reauthorizationRequired"),
    )
    assert answer.status_code == 202
    assert hints(listening.store) == {INES: 1, OMAR: 1}
    rows = subscribed(listening.store)
    mine, his = rows["users/ines-mail/messages"], rows["users/omar-mail/messages"]
    assert (mine.due, mine.subscription_id) == ("reauthorize", "ines-mail")
    assert his.subscription_id is None
    assert max(mine.renew_at, his.renew_at) <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("forged", "outcome"),
    [
        ({"clientState": "not-the-secret"}, "wrong_secret"),
        ({"clientState": None}, "wrong_secret"),
        ({"clientState": "s-omar"}, "wrong_secret"),
        ({"subscriptionId": "elsewhere"}, "unknown_subscription"),
        ({"tenantId": "00000000-0000-4000-8000-00000000000f"}, "foreign_tenant"),
        ({"tenantId": None}, "foreign_tenant"),
        ({"clientState": ["s-ines"]}, "unreadable"),
        ({"subscriptionId": None}, "unreadable"),
    ],
)
def test_f51_and_a20_forged_ones_among_good_ones_are_counted_and_answered_alike(
    listening: Site, forged: dict[str, Any], outcome: str
):
    good = post(listening.anonymous(), told("omar-mail", "s-omar"))
    bad = post(listening.anonymous(), told(**forged))
    mixed = post(listening.anonymous(), told(**forged), told("omar-mail", "s-omar"))
    for answer in (bad, mixed):
        assert (answer.status_code, answer.data, lasting(answer)) == (202, b"", lasting(good))
    assert hints(listening.store) == {OMAR: 2}
    assert counts(listening.store) == {"taken": 2, outcome: 2}


@pytest.mark.parametrize("token", ["Validation: abc 123", "<script>alert('à')</script> & +%20 é", "a" * 1000])
def test_f52_the_handshake_gives_the_decoded_text_back_as_plain_text(small_site: Site, token: str):
    answer = small_site.anonymous().post(
        "/notifications", query_string={"validationToken": token}, content_type="text/plain; charset=utf-8"
    )
    assert (answer.status_code, answer.text) == (200, token)
    assert answer.mimetype == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"null", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"value": 7}', "application/json", 400),
        (b"[" * 10_000, "application/json", 400),
        (b'{"value": []}', "text/plain", 415),
        (b'{"value": []}', "application/json", 202),
        (b'{"value": [null, 7, {}]}', "application/json", 202),
        (b'{"value": [' + b"0," * 3_000 + b"0]}", "application/json", 413),
        (b'{"value": "' + b"x" * 1_100_000 + b'"}', "application/json", 413),
    ],
)
def test_what_is_no_notification_is_refused_without_harm(small_site: Site, body: bytes, media_type: str, status: int):
    answer = small_site.anonymous().post("/notifications", data=body, content_type=media_type)
    assert (answer.status_code, answer.data) == (status, b"")


def test_a_large_batch_asks_no_more_of_the_database_than_a_single_one(listening: Site):
    """Microsoft waits for three seconds and no longer."""
    client = listening.anonymous()
    with statements(listening.store, beginning=()) as of_one:
        assert post(client, told()).status_code == 202
    with statements(listening.store, beginning=()) as of_many:
        many = post(client, *(told(resource=f"Users/1/Messages/{number}") for number in range(1_500)))
    assert many.status_code == 202
    assert len(of_many) == len(of_one)
    assert hints(listening.store) == {INES: 1_501}


def test_what_cannot_be_stored_is_an_error_so_that_it_comes_again(small_site: Site):
    subscribe(small_site.store, "ines-mail", INES, "s-ines")
    with small_site.store.engine.begin() as conn:
        conn.exec_driver_sql("DROP TABLE hint")
    assert post(small_site.anonymous(), told()).status_code == 503


def test_only_posts_are_taken_and_not_too_many(small_store: Store):
    client = site_over(small_store).anonymous()
    assert client.get("/notifications").status_code == 405
    statuses = [client.post("/notifications", json={"value": []}).status_code for _ in range(1_201)]
    assert statuses[:1_200] == [202] * 1_200
    assert statuses[1_200] == 429


def test_other_writes_still_need_to_come_from_our_pages(small_site: Site):
    assert small_site.anonymous().post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
