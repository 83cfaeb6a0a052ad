"""Webhooks over a real line: signed, bounded in time and size, led nowhere else; secrets change without a gap."""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from outbox_bench import SECRET, Bench, Receiver, config, drip, plain, receiver

from relationship.desk import enqueue
from relationship.errors import FixSettings, RelationshipError, TryLater
from relationship.store.outbox import hook_secrets
from relationship.sync.outward import webhooks
from relationship.sync.outward.webhooks import Hook, HookPost, is_allowed, new_secret

AT = datetime(2026, 6, 17, 10, tzinfo=UTC)
HERE = ("127.0.0.1",)


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with receiver(tmp_path_factory.mktemp("receiver")) as found:
        yield found


@pytest.fixture
def there(listening: Receiver) -> Receiver:
    listening.got.clear()
    listening.answer = lambda handler: plain(handler, 204)
    return listening


def post(there: Receiver, addresses: tuple[str, ...] = HERE, **changes: Any) -> HookPost:
    return HookPost(config(ca_file=there.ca_file, **changes), resolve=lambda _name, _port: addresses)


def hook(there: Receiver, **changes: Any) -> Hook:
    usual: dict[str, Any] = {"id": "msg_1", "url": there.url, "body": b'{"type":"test"}', "secrets": (SECRET,)}
    return Hook(**{**usual, **changes})


def test_a_call_arrives_at_the_named_host_and_its_signature_holds(there: Receiver) -> None:
    assert post(there).send(hook(there), at=AT) == 204
    (got,) = there.got
    assert (got.path, got.body) == ("/erp?team=3", b'{"type":"test"}')
    assert got.headers["host"].startswith("hooks.granit.example:")
    assert got.headers["webhook-timestamp"] == str(int(AT.timestamp()))
    signed = b"msg_1." + got.headers["webhook-timestamp"].encode() + b"." + got.body
    mac = hmac.new(base64.b64decode(SECRET.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert got.headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()


def test_the_example_in_the_documentation_verifies_a_call_and_refuses_a_changed_or_an_old_one(there: Receiver) -> None:
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    known: dict[str, Any] = {}
    exec(re.search(r"```python\n(.*?)```", page, re.S)[1], known)  # noqa: S102  # our own documentation
    verify = known["verify"]
    now = datetime.now(UTC)
    post(there).send(hook(there, secrets=(new_secret(), SECRET)), at=now)
    post(there).send(hook(there), at=now - timedelta(minutes=10))
    first, old = there.got
    assert verify(SECRET, first.headers, first.body)
    assert not verify(SECRET, first.headers, first.body + b" ")
    assert not verify(new_secret(), first.headers, first.body)
    assert not verify(SECRET, old.headers, old.body)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (500, "http_500", TryLater),
        (429, "http_429", TryLater),
        (404, "http_404", TryLater),
        (302, "webhook_redirected", FixSettings),
    ],
)
def test_whatever_is_no_success_is_a_failure_and_no_redirect_is_followed(
    there: Receiver, status: int, code: str, error: type[RelationshipError]
) -> None:
    there.answer = lambda handler: plain(handler, status, Location=there.url, Retry_After="120")
    with pytest.raises(error) as refused:
        post(there).send(hook(there), at=AT)
    assert refused.value.code == code
    assert len(there.got) == 1
    if status == 429:
        assert isinstance(refused.value, TryLater)
        assert refused.value.wait_seconds == 120


def test_b49_an_answer_that_drips_ends_after_the_deadline(there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "TOTAL_SECONDS", webhooks.NAME_SECONDS + 0.6)
    there.answer = drip
    began = time.monotonic()
    with pytest.raises(TryLater):
        post(there).send(hook(there), at=AT)
    assert time.monotonic() - began < 20  # the whole answer takes more than forty


def test_of_a_long_answer_only_the_beginning_is_read(there: Receiver) -> None:
    sent = []

    def without_end(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**9))
        handler.end_headers()
        for _ in range(10_000):
            handler.wfile.write(b"a" * 8_192)
            sent.append(8_192)

    there.answer = without_end
    assert post(there).send(hook(there), at=AT) == 200
    assert sum(sent) < 50_000_000


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::7", "fd12:3456::1", "::ffff:10.0.0.8", "::ffff:127.0.0.1",
        "64:ff9b::a00:8", "2002:a00:8::1", "ff02::1", "fe80::1%eth0",
    ],
)  # fmt: skip
def test_b49_in_production_nothing_is_sent_to_an_address_inside(there: Receiver, address: str) -> None:
    assert not is_allowed(address, loopback=False)
    production = HookPost(
        config(mode="production", ca_file=there.ca_file), resolve=lambda _name, _port: ("93.184.215.14", address)
    )
    with pytest.raises(FixSettings) as refused:
        production.send(hook(there), at=AT)
    assert refused.value.code == "webhook_address_inside"
    assert there.got == []


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_addresses_outside_are_open(address: str) -> None:
    assert is_allowed(address, loopback=False)


def test_b49_the_address_that_was_looked_at_is_the_one_that_is_connected_to(there: Receiver) -> None:
    asked: list[str] = []

    def changing(name: str, _port: int) -> tuple[str, ...]:
        asked.append(name)
        return HERE if len(asked) == 1 else ("10.0.0.8",)

    HookPost(config(ca_file=there.ca_file), resolve=changing).send(hook(there), at=AT)
    assert asked == ["hooks.granit.example"]
    assert len(there.got) == 1


def test_a_certificate_of_another_name_is_refused(there: Receiver) -> None:
    other = there.url.replace("hooks.granit.example", "hooks.nordlys.example")
    with pytest.raises(FixSettings) as refused:
        post(there).send(hook(there, url=other), at=AT)
    assert refused.value.code == "untrusted_certificate"
    assert there.got == []


def test_a_name_that_leads_nowhere_and_an_endpoint_that_is_down_are_tried_later(there: Receiver) -> None:
    with pytest.raises(TryLater) as unknown:
        post(there, ()).send(hook(there), at=AT)
    with pytest.raises(TryLater) as down:
        post(there).send(hook(there, url="https://hooks.granit.example:9/"), at=AT)
    assert (unknown.value.code, down.value.code) == ("webhook_name_unknown", "webhook_unreachable")


def test_without_a_secret_nothing_is_sent(there: Receiver) -> None:
    with pytest.raises(FixSettings, match="secret"):
        post(there).send(hook(there, secrets=()), at=AT)
    assert there.got == []


def test_while_a_secret_is_replaced_both_sign_for_a_week_and_it_is_kept_encrypted(bench: Bench) -> None:
    vault, now, fresh = bench.house.vault(), bench.now(), new_secret()
    with bench.house.store.transaction() as conn:
        hook_secrets.replace(conn, vault, "erp", fresh, now=now)
        assert hook_secrets.secrets(conn, vault, "erp", now=now) == (fresh, SECRET)
        assert hook_secrets.secrets(conn, vault, "erp", now=now + timedelta(days=8)) == (fresh,)
        hook_secrets.end_rotation(conn, vault, "erp", now=now)
        assert hook_secrets.secrets(conn, vault, "erp", now=now) == (fresh,)
        kept = b"".join(bytes(body) for body in conn.exec_driver_sql("SELECT body FROM token_cache").scalars())
        assert fresh.encode() not in kept


def test_the_body_of_a_call_is_json_with_type_time_and_data(bench: Bench) -> None:
    with bench.house.store.transaction() as conn:
        enqueue.webhook(
            conn, bench.house, key="a", endpoint_key="erp", event="rating.changed", data={"n": 1}, at=bench.now()
        )  # fmt: skip
    bench.drain()
    (sent,) = bench.post.hooks
    assert json.loads(sent.body) == {
        "type": "rating.changed", "timestamp": "2026-06-17T10:00:00+00:00", "data": {"n": 1},
    }  # fmt: skip
