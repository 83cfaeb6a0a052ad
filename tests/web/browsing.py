"""Pages in a real browser: a site on a port of its own, somebody who visits it, what axe finds there."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from web_site import Site, session_of
from werkzeug.serving import make_server


def findings(page: Any) -> list[str]:
    """What axe has to say of a page, with the place."""
    answer = Axe().run(page).response
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in answer["violations"]]


def after(page: Any, milliseconds: int) -> None:
    """By the page's own clock: whatever the page put off for less has begun by then, however busy the machine is."""
    page.evaluate("delay => new Promise(done => setTimeout(done, delay))", milliseconds)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of an application on a real port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


class Visitor:
    """Opens pages of a site as somebody, in a language, theme and width.

    role: as whom unless a visit says otherwise; on_purpose: how messages of the console begin that are no trouble
    troubles: what the console and the network had to complain about; a test ends with none.
    """

    def __init__(
        self,
        new_context: Callable[..., Any],
        site: Site,
        address: str,
        *,
        role: str = "sales_manager",
        on_purpose: tuple[str, ...] = (),
    ) -> None:
        self._new_context, self.site, self.address, self._role = new_context, site, address, role
        self._on_purpose = ("Failed to load resource", *on_purpose)  # missing files are noted by their address
        self.troubles: list[str] = []

    def __call__(
        self,
        path: str,
        *,
        role: str | None = None,
        seller: int = 0,
        lang: str = "fr",
        theme: str = "light",
        width: int = 1280,
        scripts: bool = True,
    ) -> Any:
        locale = "fr-FR" if lang == "fr" else "en-GB"
        context = self._new_context(
            viewport={"width": width, "height": 900}, locale=locale, java_script_enabled=scripts
        )
        signer = self.site.app.session_interface.get_signing_serializer(self.site.app)
        session = signer.dumps(session_of(self._role if role is None else role, seller))
        values = {"session": session, "lang": lang, "theme": theme}
        context.add_cookies([{"name": name, "value": value, "url": self.address} for name, value in values.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self._hear)
        page.on("response", self._see)
        page.goto(self.address + path)
        return page

    def _hear(self, told: Any) -> None:
        """Errors and warnings, such as of the content security policy."""
        if told.type in {"error", "warning"} and not told.text.startswith(self._on_purpose):
            self.troubles.append(told.text)

    def _see(self, answer: Any) -> None:
        if answer.status >= 400 and answer.request.resource_type != "document":
            self.troubles.append(answer.url)
