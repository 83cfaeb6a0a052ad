"""Serving the simulated organisation on loopback: HTTPS for machines, plain HTTP for the sign-in page."""

import json
import os
import secrets
import signal
import socket
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import trustme
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Gateway_10, Server

from relationship.errors import FixSettings
from simulator.app import Services, page_app, secure_app
from simulator.faults import FaultPlan
from simulator.organisation import Organisation
from simulator.registration import Registration, register
from simulator.world import World

LOOPBACK = "127.0.0.1"
_ALLOWED_MODES = frozenset({"demo", "test"})
_THREADS = 16
# The pages are for one person.
_PAGE_THREADS = 6
_KEPT_CONNECTIONS = 1024
# How soon an idle server notices that it should stop.
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Running:
    """A running organisation: what a client must be told, and `services` to steer it from Python.

    authority_url: without tenant; msal's authority is f"{authority_url}/{tenant_id}"
    control: address for steering from another process (`control.py`), with control_key
    """

    authority_url: str
    msgraph_url: str
    dataverse_url: str
    sign_in_url: str
    tenant_id: str
    client_id: str
    client_secret: str
    feedback_client_id: str
    feedback_client_secret: str
    ca_file: Path
    control: str
    control_key: str
    services: Services

    @property
    def organisation(self) -> Organisation:
        return self.services.organisation

    def described(self) -> dict[str, str]:
        """The same without the Python handle, as text."""
        names = [name for name in self.__slots__ if name != "services"]
        return {name: str(getattr(self, name)) for name in names}


@contextmanager
def start(
    world: World | Organisation,
    *,
    port: int = 0,
    sign_in_port: int = 0,
    registration: Registration | None = None,
    faults: FaultPlan | None = None,
    panel_url: str = "",
) -> Iterator[Running]:
    """The organisation on loopback in threads of this process, until the block ends.

    port, sign_in_port: 0 chooses free ones; faults: what goes wrong, nothing when None;
    panel_url: where the pages run whose panel the forms of the CRM show, '' for none.
    Raises FixSettings outside demo and test, or when a port is taken.
    """
    _refuse_production()
    organisation = world if isinstance(world, Organisation) else Organisation(world)
    services = Services(
        organisation,
        registration or register(organisation.client_id),
        secrets.token_urlsafe(24),
        faults or FaultPlan(),
        panel_url,
    )
    with ExitStack() as stack:
        stack.callback(services.msgraph.notifier.stop)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simulator-")))
        page_port = stack.enter_context(_served(page_app(services), sign_in_port, threads=_PAGE_THREADS))
        page_origin = f"http://localhost:{page_port}"
        tls = _certificate(folder)
        secure_port = stack.enter_context(_served(secure_app(services, lambda: page_origin), port, tls=tls))
        origin = f"https://localhost:{secure_port}"
        yield Running(
            authority_url=origin,
            msgraph_url=f"{origin}/v1.0",
            dataverse_url=f"https://{LOOPBACK}:{secure_port}",
            sign_in_url=page_origin,
            tenant_id=organisation.tenant_id,
            client_id=services.registration.client_id,
            client_secret=services.registration.client_secret,
            feedback_client_id=services.feedback.client_id,
            feedback_client_secret=services.feedback.client_secret,
            ca_file=folder / "ca.pem",
            control=f"{origin}/_simulator",
            control_key=services.control_key,
            services=services,
        )


def serve(
    world: World | Organisation,
    *,
    port: int = 0,
    sign_in_port: int = 0,
    ready_file: Path | None = None,
    faults: FaultPlan | None = None,
    panel_url: str = "",
) -> None:
    """Serves until SIGTERM or SIGINT; writes how to reach it to `ready_file` as JSON once it answers."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with start(world, port=port, sign_in_port=sign_in_port, faults=faults, panel_url=panel_url) as running:
        if ready_file is not None:
            partial = ready_file.with_suffix(".partial")
            partial.write_text(json.dumps(running.described(), indent=1), encoding="utf-8")
            partial.rename(ready_file)
        ended.wait()


def _refuse_production() -> None:
    if os.environ.get("RELATIONSHIP_MODE") not in _ALLOWED_MODES:
        raise FixSettings(
            "The simulated organisation does not start outside demo and test.",
            next_step="Set RELATIONSHIP_MODE to demo or test, or connect a real organisation.",
            code="simulator_in_production",
        )


@cache
def _issued() -> tuple[trustme.CA, trustme.LeafCert]:
    """An authority of this process, and its certificate for loopback."""
    authority = trustme.CA()
    return authority, authority.issue_cert("localhost", LOOPBACK)


def _certificate(folder: Path) -> BuiltinSSLAdapter:
    """A certificate by an authority of this process; `ca.pem` in the folder is what clients trust."""
    authority, leaf = _issued()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    chain = folder / "chain.pem"
    for pem in leaf.cert_chain_pems:
        pem.write_to_path(chain, append=True)
    return BuiltinSSLAdapter(str(chain), str(folder / "key.pem"))


class _Gateway(Gateway_10):
    """Gives the application one more thing: a way to reset the connection."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]  # cheroot's stub says None
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]  # nor types
        environ["simulator.reset"] = self._reset
        return environ

    def _reset(self) -> None:
        """A socket that lingers for no time sends a reset when its last handle goes; cheroot keeps a blank one."""
        connection = self.req.conn.socket
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with socket.socket() as blank:
            os.dup2(blank.fileno(), connection.fileno())
        self.req.close_connection = True


@contextmanager
def _served(
    app: Callable[..., Any], port: int, *, tls: BuiltinSSLAdapter | None = None, threads: int = _THREADS
) -> Iterator[int]:
    """The application on loopback in a thread; the port it got."""
    server = Server((LOOPBACK, port), app, numthreads=threads, request_queue_size=256, server_name="localhost")
    server.gateway = _Gateway
    server.ssl_adapter = tls
    server.keep_alive_conn_limit = _KEPT_CONNECTIONS
    server.expiration_interval = _POLL_SECONDS
    try:
        server.prepare()
    except OSError as error:
        raise FixSettings(
            f"Port {port} cannot be used for the simulated organisation.",
            next_step="End what uses this port, or choose another one.",
            code="port_taken",
        ) from error
    thread = threading.Thread(target=server.serve, name=f"simulator-{port}", daemon=True)
    thread.start()
    try:
        yield server.bind_addr[1]
    finally:
        server.stop()
        thread.join(timeout=10)
