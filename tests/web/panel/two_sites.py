"""Two sites over TLS on this machine: our own pages, and forms of a CRM that show the panel in a frame.

Ours is https://sante.localhost, the CRM https://fjord.example, another organisation's CRM https://autre.example; the
browser of the tests finds all three on this machine (see `tests/web/conftest.py`).
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import trustme
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from flask import Flask, Response, request
from free_port import free_port
from web_site import Site, site_over

from relationship.store.database import Store
from simulator.server import Running

OUR_HOST, CRM_HOST, OTHER_HOST = "sante.localhost", "fjord.example", "autre.example"
HOSTS = (OUR_HOST, CRM_HOST, OTHER_HOST)


@dataclass(frozen=True, slots=True)
class Sites:
    """ours, crm, other: origins with their ports."""

    site: Site
    ours: str
    crm: str
    other: str

    def form(self, kind: str, guid: str, *, lcid: int = 1033, width: int = 400, theme: str = "", at: str = "") -> str:
        """The address of a form that shows the panel of a record as Dynamics does, braces included."""
        asked: dict[str, object] = {
            "typename": kind,
            "id": guid and f"{{{guid.upper()}}}",
            "orgname": "fjord",
            "userlcid": lcid,
        }
        if theme:
            asked["data"] = f"theme={theme}"
        frame = f"{self.ours}/panel/{kind}?{urlencode(asked)}"
        return f"{at or self.crm}/form?{urlencode({'frame': frame, 'width': width})}"


@contextmanager
def two_sites(store: Store, entra: Running, **changes: Any) -> Iterator[Sites]:
    """Our pages over this store, signed in to by the simulated Entra, and the form pages."""
    with ExitStack() as stack:
        tls = _certificate(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        crm_port = stack.enter_context(_served(_form_pages(), tls))
        port = free_port()
        ours = f"https://{OUR_HOST}:{port}"
        reach = {
            "client_id": entra.client_id,
            "client_secret": entra.client_secret,
            "authority_url": entra.authority_url,
            "ca_file": entra.ca_file,
        }
        crm = f"https://{CRM_HOST}:{crm_port}"
        usual = {**reach, "tenant_id": entra.tenant_id, "base_url": ours, "crm_origins": crm}
        site = site_over(store, **{**usual, **changes})
        stack.enter_context(_served(_cookieless(site.app), tls, port=port))
        yield Sites(site, ours, crm, f"https://{OTHER_HOST}:{crm_port}")


def _cookieless(app: Flask) -> Callable[..., Any]:
    """The application; for a browser that sends `X-Cookies: none` as if it kept no cookie."""

    def answered(environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get("HTTP_X_COOKIES") == "none":
            environ.pop("HTTP_COOKIE", None)
        return app(environ, start_response)

    return answered


def _form_pages() -> Flask:
    """A page with a heading and one frame, as a form of a CRM is."""
    app = Flask(__name__)

    @app.get("/form")
    def form() -> Response:
        frame, width = escape(request.args["frame"]), int(request.args["width"])
        return Response(
            "<!doctype html><html lang=en><title>Form</title><h1>Form</h1>"
            f'<iframe title="Panel" src="{frame}" width="{width}" height="800"></iframe>',
            mimetype="text/html",
        )

    return app


def _certificate(folder: Path) -> BuiltinSSLAdapter:
    leaf = trustme.CA().issue_cert(*HOSTS)
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    for pem in leaf.cert_chain_pems:
        pem.write_to_path(folder / "chain.pem", append=True)
    return BuiltinSSLAdapter(str(folder / "chain.pem"), str(folder / "key.pem"))


@contextmanager
def _served(app: Callable[..., Any], tls: BuiltinSSLAdapter, *, port: int = 0) -> Iterator[int]:
    server = Server(("127.0.0.1", port), app, numthreads=8)
    server.ssl_adapter = tls
    server.error_log = lambda *_args, **_more: None  # browsers drop handshakes; that is no news
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server.bind_addr[1]
    finally:
        server.stop()
        thread.join(timeout=10)
