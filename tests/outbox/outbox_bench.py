"""A house with people in it, a clock of its own, ways out that remember, and a receiver of webhooks over TLS."""

import http.server
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import trustme
from cryptography.fernet import Fernet
from store_builders import people

from relationship.config import Config
from relationship.desk.deliver import Delivered, Ways, drain
from relationship.errors import RelationshipError
from relationship.house import House
from relationship.letters.digests import Notice
from relationship.store import deployment
from relationship.store import rules as stored
from relationship.store.database import Store
from relationship.store.outbox import hook_secrets, outbox
from relationship.store.outbox.outbox import OneDelivery
from relationship.sync.outward.mail_out import ServiceMail
from relationship.sync.outward.webhooks import Hook
from settings.rules import Actions, Rules

NOON = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)
KEY = Fernet.generate_key().decode()
ENDPOINT = {"key": "erp", "name": "ERP", "url": "https://hooks.granit.example/erp"}
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def config(**changes: Any) -> Config:
    usual: dict[str, Any] = {
        "mode": "test",
        "tenant_id": "7c4b0f4e-0000-4000-8000-000000000001",
        "base_url": "https://liens.fjord.example",
        "secret_key": "a key for tests only, long enough",
        "encryption_keys": KEY,
    }
    return Config(_env_file=None, **{**usual, **changes})


@dataclass
class Post:
    """Takes mails and webhook calls; `fails` refuses them."""

    mails: list[ServiceMail] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    fails: Callable[[Any], RelationshipError | None] = lambda _one: None

    def send(self, one: Any, *, at: datetime | None = None) -> None:
        self.tried.append(getattr(one, "id", "") or one.to)
        error = self.fails(one)
        if error is not None:
            raise error
        (self.hooks if isinstance(one, Hook) else self.mails).append(one)


@dataclass
class Bench:
    house: House
    post: Post
    time: list[datetime]

    def now(self) -> datetime:
        return self.time[0]

    def wait(self, **span: float) -> None:
        self.time[0] += timedelta(**span)

    def drain(self, **ways: Any) -> Delivered:
        usual: dict[str, Any] = {"mail": self.post, "hooks": self.post}
        return drain(self.house, Ways(**{**usual, **ways}), clock=self.now)

    def one(self, key: str) -> OneDelivery:
        with self.house.store.reading() as conn:
            found = outbox.by_key(conn, key)
        assert found is not None
        return found

    def save(self, **actions: Any) -> None:
        with self.house.store.transaction() as conn:
            stored.save(conn, Rules(actions=Actions.model_validate(actions)), at=self.now(), by="test")


def bench_over(store: Store, **changes: Any) -> Bench:
    at = [NOON]
    house = House(config(**changes), store, lambda: at[0])
    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id=house.config.tenant_id, time_zone="Europe/Paris", read_from=None)
        deployment.set_domains(conn, ["fjord.example"])
        people(conn)
        hook_secrets.replace(conn, house.vault(), "erp", SECRET, now=NOON)
    bench = Bench(house, Post(), at)
    bench.save(endpoints=[ENDPOINT])
    return bench


def notice(number: int = 1, **changes: Any) -> Notice:
    return Notice(**{"subject": f"Nouvelle {number}", "paragraphs": (f"Détail {number}.",), **changes})


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An HTTPS server that keeps what it got. answer: what is done with a request, by its handler."""

    url: str
    ca_file: Path
    got: list[Received] = field(default_factory=list)
    answer: Callable[[http.server.BaseHTTPRequestHandler], None] = lambda handler: plain(handler, 204)


def plain(handler: http.server.BaseHTTPRequestHandler, status: int, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
    """One byte of the head every so often, for longer than anybody should wait."""
    for sign in b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 400:
        handler.wfile.write(bytes([sign]))
        handler.wfile.flush()
        time.sleep(0.1)


@contextmanager
def receiver(folder: Path, *, name: str = "hooks.granit.example") -> Iterator[Receiver]:
    """Listens on this machine under the certificate of a name."""
    authority = trustme.CA()
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, "127.0.0.1").configure_cert(context)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append(Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            try:
                found.answer(self)
            except OSError:
                self.close_connection = True

        do_GET = do_POST  # noqa: N815  # the library's name

        def log_message(self, *_: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    found = Receiver(f"https://{name}:{server.server_port}/erp?team=3", ca_file)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
