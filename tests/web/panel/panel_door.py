"""A frame without a browser: a client that keeps the panel's cookie and the verifier of its own."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from web_builder import Deal, weekly
from web_site import Site

from web.panel.hand_over import challenge_of

OURS = {"Sec-Fetch-Site": "same-origin"}
FRAMED = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
BASE = "https://sante.localhost"
CRM = "https://fjord.example"
DEAL = Deal("Renouvellement", contacts=weekly(weeks=20))
CARD = f"/panel/opportunity?typename=opportunity&id=%7b{DEAL.guid.upper()}%7d&userlcid=1033"


@dataclass
class Frame:
    """One frame in one browser."""

    client: FlaskClient
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def challenge(self) -> str:
        return challenge_of(self.verifier)

    def load(self, path: str = CARD, **headers: str) -> Any:
        return self.client.get(path, base_url=BASE, headers={**FRAMED, **headers})

    def ask(self, step: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
        """What the script of the frame asks, with the token of its page."""
        sent = {**OURS, "X-CSRFToken": self.token} if headers is None else headers
        return self.client.post(f"/panel/sign-in/{step}", base_url=BASE, headers=sent, json=body)

    @property
    def token(self) -> str:
        text = self.load().text
        return str(text.split('data-token="')[1].split('"')[0])

    def finish(self, code: str, verifier: str = "") -> Any:
        return self.ask("finish", verifier=verifier or self.verifier, code=code).get_json()

    @property
    def is_signed_in(self) -> bool:
        with self.client.session_transaction("/panel/", base_url=BASE) as session:
            return "_user_id" in session


def frame_of(site: Site) -> Frame:
    client = site.app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return Frame(client)
