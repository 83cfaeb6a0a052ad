"""Somebody with a browser, signed in as one of the colleagues."""

from collections.abc import Callable
from typing import Any

from web_site import Site, session_of


class Visitor:
    """troubles: what the console and the network had to complain about; a test ends with none."""

    def __init__(self, new_context: Callable[..., Any], site: Site, address: str) -> None:
        self._new_context, self.site, self._address = new_context, site, address
        self.troubles: list[str] = []

    def __call__(
        self,
        path: str,
        *,
        seller: int = 0,
        role: str = "seller",
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
        values = {"session": signer.dumps(session_of(role, seller)), "lang": lang, "theme": theme}
        context.add_cookies([{"name": name, "value": value, "url": self._address} for name, value in values.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda told: self.troubles.append(told.text) if _is_trouble(told) else None)
        page.on("response", lambda answer: self.troubles.append(answer.url) if _is_broken(answer) else None)
        page.goto(self._address + path)
        return page


def _is_trouble(told: Any) -> bool:
    return told.type in {"error", "warning"} and not told.text.startswith("Failed to load resource")


def _is_broken(answer: Any) -> bool:
    return answer.status >= 400 and answer.request.resource_type != "document"
