"""One request at a time: where tokens go, how long is waited, what counts as an answer."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses
import stamina
import trustme
from pyrate_limiter import Duration, Rate

from relationship.errors import BadItem, CursorExpired, FixSettings, Reconnect, TryLater
from relationship.sync.wire.faults import Service
from relationship.sync.wire.patience import MAILBOX_RATE, Circuit, Quiet, Quotas
from relationship.sync.wire.sessions import Sessions
from relationship.sync.wire.transport import ATTEMPTS, Channel

BASE = "https://graph.example/v1.0"
LINK = f"{BASE}/users/delta?$select=id"


@dataclass
class FakeTokens:
    """Tokens t1, t2 …: a refused one is followed by the next."""

    number: int = 1
    renewals: int = 0

    def token(self) -> str:
        return f"t{self.number}"

    def renewed(self, refused: str) -> str:
        self.renewals += 1
        self.number += 1
        return self.token()


@dataclass
class FakeTime:
    now: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def channel(
    base_url: str = BASE, *, clock: FakeTime | None = None, ca_file: Path | None = None, **options: Any
) -> Channel:
    clock = clock or FakeTime()
    return Channel(
        Service.MSGRAPH,
        base_url,
        **{
            "tokens": FakeTokens(),
            "sessions": Sessions(ca_file),
            "quotas": Quotas(MAILBOX_RATE),
            "quiet": Quiet(monotonic=lambda: clock.now, sleep=clock.sleep),
            **options,
        },
    )


def page(*rows: object, **links: str) -> dict[str, object]:
    return {"value": list(rows), **links}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


# Where tokens go (I14)


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/users/delta",
        "http://graph.example/v1.0/users/delta",
        "https://graph.example:8443/v1.0/users/delta",
        "https://graph.example@evil.example/v1.0/users/delta",
        "https://someone@graph.example/v1.0/users/delta",
        "https://graph.example.evil.example/v1.0/users/delta",
        "//graph.example/v1.0/users/delta",
        "",
    ],
)
def test_a_link_to_another_origin_is_never_asked(link, wire):
    with pytest.raises(TryLater) as caught:
        channel().fetch(link, scope="m")
    assert caught.value.code == "foreign_link"
    assert len(wire.calls) == 0


def test_a_page_whose_next_link_leads_elsewhere_is_refused_before_it_is_kept(wire):
    wire.get(LINK, json=page(**{"@odata.nextLink": "https://evil.example/v1.0/users/delta?$skiptoken=x"}))
    with pytest.raises(TryLater) as caught:
        channel().fetch(LINK, scope="m")
    assert caught.value.code == "foreign_link"
    assert {call.request.url for call in wire.calls} == {LINK}


def test_a_redirect_is_not_followed(wire):
    wire.get(LINK, status=302, headers={"Location": "https://evil.example/"})
    with pytest.raises(TryLater):
        channel().fetch(LINK, scope="m")
    assert {call.request.url for call in wire.calls} == {LINK}


def test_a_link_is_sent_to_the_letter(wire):
    link = f"{BASE}/emails?$deltatoken=919042%2108%2f22%2F2026%2008%3a10&$skiptoken=%3Ccookie%20a=%22%253d%22/%3E"
    wire.add(responses.GET, re.compile(r".*"), json=page())
    channel().fetch(link, scope="m")
    assert wire.calls[0].request.url == link


def test_every_request_carries_token_and_a_fresh_request_id(wire):
    wire.get(LINK, json=page())
    made = channel()
    made.fetch(LINK, scope="m", headers={"Prefer": "odata.maxpagesize=5"})
    made.fetch(LINK, scope="m")
    first, second = (call.request.headers for call in wire.calls)
    assert (first["Authorization"], first["Prefer"]) == ("Bearer t1", "odata.maxpagesize=5")
    assert first["client-request-id"] != second["client-request-id"]


# Refusals


def test_a_refused_token_is_renewed_once_and_the_same_link_asked_again(wire):
    wire.get(LINK, status=401, json={"error": {"code": "InvalidAuthenticationToken"}})
    wire.get(LINK, json=page(1))
    tokens = FakeTokens()
    assert channel(tokens=tokens).fetch(LINK, scope="m")["value"] == [1]
    assert tokens.renewals == 1
    assert [call.request.headers["Authorization"] for call in wire.calls] == ["Bearer t1", "Bearer t2"]


def test_a_token_refused_twice_is_for_the_administrator(wire):
    wire.get(LINK, status=401, json={"error": {"code": "InvalidAuthenticationToken"}})
    with pytest.raises(Reconnect):
        channel().fetch(LINK, scope="m")
    assert len(wire.calls) == 2


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (503, b"", {}),
        (502, b"<html>bad gateway</html>", {"Content-Type": "text/html"}),
        (200, b"<html>sign in</html>", {"Content-Type": "text/html"}),
        (200, b'{"value": [1, 2', {"Content-Type": "application/json"}),
        (200, b'{"@odata.context": "x"}', {"Content-Type": "application/json"}),
        (200, b"[]", {"Content-Type": "application/json"}),
        (429, b'{"error": {"code": "TooManyRequests"}}', {}),
        (418, b"", {}),
    ],
)
def test_what_is_no_answer_is_asked_again_a_few_times(status, body, headers, wire):
    wire.get(LINK, status=status, body=body, headers=headers)
    with pytest.raises(TryLater):
        channel().fetch(LINK, scope="m")
    assert len(wire.calls) == ATTEMPTS


def test_a_passing_trouble_is_overcome(wire):
    wire.get(LINK, status=503, body=b"")
    wire.get(LINK, body=b"{", headers={"Content-Type": "application/json"})
    wire.get(LINK, body=ConnectionError("reset"))
    wire.get(LINK, json=page(7), content_type="application/json;odata.metadata=minimal;charset=utf-8")
    assert channel().fetch(LINK, scope="m")["value"] == [7]


def test_an_item_that_microsoft_cannot_read_is_tried_a_few_times_then_put_aside(wire):
    wire.get(LINK, status=500, json={"error": {"code": "ErrorCorruptData"}})
    with pytest.raises(BadItem):
        channel().fetch(LINK, scope="m")
    assert len(wire.calls) == ATTEMPTS


def test_a_lost_place_is_not_asked_again(wire):
    wire.get(LINK, status=410, json={"error": {"code": "syncStateNotFound"}})
    with pytest.raises(CursorExpired):
        channel().fetch(LINK, scope="m", at_saved_link=True)
    assert len(wire.calls) == 1


def test_lone_surrogates_and_zero_characters_do_not_spoil_a_page(wire):
    body = rb'{"value": [{"id": "1", "displayName": "A\ud800B\u0000"}]}'
    wire.get(LINK, body=body, headers={"Content-Type": "application/json"})
    assert channel().fetch(LINK, scope="m")["value"][0]["id"] == "1"


def test_no_message_repeats_what_the_service_wrote(wire):
    secret = "ines@fjord.example"
    wire.get(LINK, status=403, json={"error": {"code": f"Err or<{secret}>", "message": secret}})
    with pytest.raises(Exception, match="not allowed") as caught:
        channel().fetch(LINK, scope="m")
    assert secret not in str(caught.value)
    assert "@" not in str(caught.value)


# Waiting


def test_nothing_is_sent_within_a_retry_after(wire):
    clock, sent = FakeTime(), []

    def answer(_request: object) -> tuple[int, dict[str, str], str]:
        sent.append(clock.now)
        if len(sent) == 1:
            return 429, {"Retry-After": "12.5"}, "{}"
        return 200, {"Content-Type": "application/json"}, '{"value": []}'

    wire.add_callback(responses.GET, LINK, callback=answer)
    channel(clock=clock).fetch(LINK, scope="m")
    assert sent[1] - sent[0] >= 12.5


def test_a_long_silence_is_kept_for_that_mailbox_only(wire):
    clock = FakeTime()
    wire.get(LINK, status=429, headers={"Retry-After": "600"}, json={})
    wire.get(LINK, json=page())
    made = channel(clock=clock)
    with pytest.raises(TryLater) as caught:
        made.fetch(LINK, scope="one")
    assert caught.value.wait_seconds == 600
    made.fetch(LINK, scope="two")
    clock.now += 300
    with pytest.raises(TryLater) as again:
        made.fetch(LINK, scope="one")
    assert (again.value.code, again.value.wait_seconds) == ("silence_asked", 300)
    assert len(wire.calls) == 2
    clock.now += 301
    made.fetch(LINK, scope="one")
    assert clock.slept == []


def test_the_quota_is_never_overdrawn(wire):
    wire.get(LINK, json=page())
    made = channel(quotas=Quotas(Rate(3, Duration.HOUR)))
    for _ in range(3):
        made.fetch(LINK, scope="one")
    made.fetch(LINK, scope="two")
    with pytest.raises(TryLater) as caught:
        made.fetch(LINK, scope="one")
    assert caught.value.code == "quota_used"
    assert len(wire.calls) == 4


def test_after_many_failures_only_a_probe_is_sent_and_its_success_opens_the_way(wire, monkeypatch):
    later = timedelta(seconds=0)

    class MovedByHand(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + later

    monkeypatch.setattr("relationship.sync.wire.patience.datetime", MovedByHand)
    failing = wire.get(LINK, status=503, body=b"")
    made = channel(circuit=Circuit("test", failures=2, pause_seconds=600))
    for _ in range(5):
        with pytest.raises(TryLater):
            made.fetch(LINK, scope="m")
    assert failing.call_count == 2 * ATTEMPTS
    later = timedelta(seconds=601)
    with pytest.raises(TryLater):
        made.fetch(LINK, scope="m")
    later = timedelta(seconds=0)
    with pytest.raises(TryLater) as caught:
        made.fetch(LINK, scope="m")
    assert caught.value.code == "circuit_open"
    assert failing.call_count == 3 * ATTEMPTS
    wire.replace(responses.GET, LINK, json=page(1))
    later = timedelta(seconds=601)
    assert made.fetch(LINK, scope="m")["value"] == [1]
    assert made.fetch(LINK, scope="m")["value"] == [1]


def test_refusals_do_not_open_the_circuit(wire):
    wire.get(LINK, status=403, json={"error": {"code": "ErrorAccessDenied"}})
    made = channel(circuit=Circuit("test", failures=2))
    for _ in range(6):
        with pytest.raises(Exception, match="not allowed"):
            made.fetch(LINK, scope="m")
    assert len(wire.calls) == 6


# A real socket


@contextmanager
def tls_server(
    folder: Path, talk: Callable[[ssl.SSLSocket], None], *, name: str = "localhost"
) -> Iterator[tuple[str, Path]]:
    """A server that says whatever `talk` writes; its address and the authority that clients trust."""
    authority = trustme.CA()
    leaf = authority.issue_cert(name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with plain:
                try:
                    with context.wrap_socket(plain, server_side=True) as secure:
                        secure.recv(65536)
                        talk(secure)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"https://localhost:{listener.getsockname()[1]}/v1.0", folder / "ca.pem"
    finally:
        listener.close()


def _drip(text: bytes) -> Callable[[ssl.SSLSocket], None]:
    def talk(secure: ssl.SSLSocket) -> None:
        for place in range(len(text)):
            secure.sendall(text[place : place + 1])
            time.sleep(0.05)

    return talk


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Filler: " + b"a" * 400, id="in the headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + b"{" * 400, id="in the body"),
    ],
)
def test_f21_an_answer_that_drips_is_given_up_at_the_deadline(text, tmp_path):
    stamina.set_testing(True, attempts=1)
    with tls_server(tmp_path, _drip(text)) as (base_url, ca_file):
        began = time.monotonic()
        with pytest.raises(TryLater) as caught:
            channel(base_url, ca_file=ca_file, answer_seconds=0.6).fetch(f"{base_url}/users/delta", scope="m")
    assert caught.value.code == "network"
    assert time.monotonic() - began < 15  # all of it takes more than twenty


def test_an_answer_without_end_is_cut_off(tmp_path, monkeypatch):
    stamina.set_testing(True, attempts=1)
    monkeypatch.setattr("relationship.sync.wire.transport.LONGEST_ANSWER_BYTES", 1_000_000)

    def talk(secure: ssl.SSLSocket) -> None:
        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        for _ in range(100):
            secure.sendall(b" " * 100_000)

    with tls_server(tmp_path, talk) as (base_url, ca_file), pytest.raises(TryLater):
        channel(base_url, ca_file=ca_file).fetch(f"{base_url}/users/delta", scope="m")


def test_an_untrusted_certificate_is_a_matter_of_settings(tmp_path):
    with tls_server(tmp_path, _drip(b"")) as (base_url, _), pytest.raises(FixSettings) as caught:
        channel(base_url).fetch(f"{base_url}/users/delta", scope="m")
    assert caught.value.code == "untrusted_certificate"
    assert "RELATIONSHIP_CA_FILE" in caught.value.next_step


def test_a_certificate_of_another_host_is_not_accepted(tmp_path):
    with (
        tls_server(tmp_path, _drip(b""), name="other.example") as (base_url, ca_file),
        pytest.raises(FixSettings),
    ):
        channel(base_url, ca_file=ca_file).fetch(f"{base_url}/users/delta", scope="m")
