"""Everything goes through the proxy that is configured, and through none that the environment names."""

import base64
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError
from sync_world import House, config_for

from relationship.errors import TryLater
from relationship.store.database import Store
from relationship.sync.wire.connection import connect
from relationship.sync.wire.faults import Service
from relationship.sync.wire.patience import MAILBOX_RATE, Quotas
from relationship.sync.wire.sessions import Sessions
from relationship.sync.wire.transport import Channel
from simulator.server import Running

USER, PASSWORD = "relationship", "a b"


@dataclass
class Proxy:
    """A forward proxy that knows CONNECT alone. asked: hosts and ports it was asked for; let_in: how often."""

    url: str
    asked: set[tuple[str, int]] = field(default_factory=set)
    let_in: int = 0


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    wanted = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Tunnel(StreamRequestHandler):
        def handle(self) -> None:
            _, target, _ = self.rfile.readline().decode().split()
            head = b"".join(iter(self.rfile.readline, b"\r\n")).decode()
            host, _, port = target.partition(":")
            found.asked.add((host, int(port)))
            if f"Basic {wanted}" not in head:
                self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            found.let_in += 1
            with socket.create_connection((host, int(port))) as other:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=pour, args=(other, self.connection))
                back.start()
                pour(self.connection, other)
                back.join()

    with ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as server:
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = Proxy(f"127.0.0.1:{server.server_address[1]}")
        yield found
        server.shutdown()


def pour(source: socket.socket, target: socket.socket) -> None:
    """Carry bytes one way until one side ends."""
    try:
        while some := source.recv(65_536):
            target.sendall(some)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


def address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 443


def test_a_sync_goes_through_the_proxy_whole(proxy: Proxy, running: Running, store: Store, undisturbed):
    config = config_for(running, proxy_url=f"http://{USER}:a%20b@{proxy.url}")
    with closing(House(config, store, running)) as house:
        assert house.sync().troubles == ()
        assert house.dump() == undisturbed()
    urls = (running.authority_url, running.msgraph_url, running.dataverse_url)
    assert proxy.asked == {address(url) for url in urls}
    assert proxy.let_in >= len(proxy.asked)


def test_a_proxy_that_refuses_us_is_named_with_its_setting(proxy: Proxy, running: Running):
    config = config_for(running, proxy_url=f"http://{USER}:wrong@{proxy.url}")
    with closing(connect(config)) as microsoft, pytest.raises(TryLater, match="sign-in") as caught:
        microsoft.msgraph.fetch_one("/domains", scope="directory")
    assert "RELATIONSHIP_PROXY_URL" in caught.value.next_step
    assert (proxy.let_in, "wrong" in repr(config)) == (0, False)


class FixedToken:
    def token(self) -> str:
        return "t"

    def renewed(self, refused: str) -> str:
        return refused


def test_a_proxy_that_falls_away_later_is_named_with_its_setting(proxy: Proxy, running: Running):
    with closing(Sessions(running.ca_file, f"http://{proxy.url}")) as sessions:
        graph = Channel(
            Service.MSGRAPH, running.msgraph_url, tokens=FixedToken(), sessions=sessions, quotas=Quotas(MAILBOX_RATE)
        )
        with pytest.raises(TryLater, match="proxy") as caught:
            graph.fetch_one("/domains", scope="directory")
    assert (caught.value.code, "RELATIONSHIP_PROXY_URL" in caught.value.next_step) == ("network", True)


def test_a_proxy_that_the_environment_names_is_not_taken(
    proxy: Proxy, running: Running, monkeypatch: pytest.MonkeyPatch
):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{USER}:a%20b@{proxy.url}")
    with closing(connect(config_for(running))) as microsoft:
        assert microsoft.msgraph.fetch_one("/domains", scope="directory")["value"]
    assert proxy.asked == set()


@pytest.mark.parametrize(
    "url", ["proxy.fjord.example:3128", "socks5://proxy.fjord.example", "http://", "http://p/path"]
)
def test_what_is_no_address_of_a_proxy_is_refused(url: str, running: Running):
    with pytest.raises(ValidationError, match=re.escape("http://proxy.example:3128")):
        config_for(running, proxy_url=url)
