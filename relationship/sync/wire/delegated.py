"""Rights in a seller's name (to send, to use the calendar): given one by one by the seller on Microsoft's page, kept
encrypted, each used for nothing else.

One cache of msal per seller and right, under a key that names the seller and is part of what is encrypted, so that a
stored cache cannot be moved to somebody else. What if Microsoft says no: the right is gone, and so is the cache.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from relationship.clock import real_clock
from relationship.config import AUTHORITY_HOSTS, Config
from relationship.errors import Reconnect, TryLater
from relationship.store.database import Store
from relationship.store.sources import tokens
from relationship.store.sources.tokens import TokenVault
from relationship.sync.outward.mail_out import consent_missing
from relationship.sync.wire.auth import client_credential
from relationship.sync.wire.sessions import open_session


@dataclass(frozen=True, slots=True)
class Right:
    """name: of the permission; caches: where those who gave it stand in the vault."""

    name: str
    caches: str

    def missing(self) -> Reconnect:
        """The seller has not given it, or not any more."""
        return consent_missing() if self is MAIL else _calendar_missing()


MAIL = Right("Mail.Send", "mail/")
CALENDAR = Right("Calendars.ReadWrite", "calendar/")


def scope(config: Config, right: Right = MAIL) -> str:
    """The one delegated right that is asked for."""
    parts = urlsplit(config.msgraph_url)
    return f"{parts.scheme}://{parts.netloc}/{right.name}"


def application(config: Config, cache: Any, session: requests.Session) -> Any:
    """The registered application over one seller's cache."""
    import msal  # slow to import, and the command line must stay quick

    return msal.ConfidentialClientApplication(
        config.client_id,
        client_credential=client_credential(config),
        authority=f"{config.authority_url}/{config.tenant_id}",
        instance_discovery=urlsplit(config.authority_url).hostname in AUTHORITY_HOSTS,
        token_cache=cache,
        http_client=session,
    )


class Consents:
    """Who has given a right."""

    def __init__(self, config: Config, store: Store, vault: TokenVault, *, right: Right = MAIL) -> None:
        self._config, self._store, self._vault, self._right = config, store, vault, right

    def has(self, seller_key: str) -> bool:
        """Whether this seller gave the right; Microsoft is not asked."""
        return self._load(seller_key) is not None

    def keep(self, seller_key: str, cache: str, *, at: datetime) -> None:
        with self._store.transaction() as conn:
            self._vault.save(conn, self._right.caches + seller_key, cache, at=at)

    def forget(self, seller_key: str) -> None:
        """The seller takes the right back, as far as this service goes."""
        with self._store.transaction() as conn:
            tokens.forget(conn, self._right.caches + seller_key)

    def tokens_of(self, seller_key: str) -> "SellerTokens":
        """Raises Reconnect (`mail_consent_missing`, `calendar_consent_missing`) when the seller gave no right."""
        if not self.has(seller_key):
            raise self._right.missing()
        return SellerTokens(self, seller_key)

    def token(self, seller_key: str, *, anew: bool) -> str:
        """An access token for this right; Reconnect when the right is gone, TryLater when Entra cannot be asked."""
        kept = self._load(seller_key)
        if kept is None:
            raise self._right.missing()
        import msal  # see `application`

        cache = msal.SerializableTokenCache()
        cache.deserialize(kept)
        answer = self._asked(cache, anew=anew)
        if cache.has_state_changed:
            self.keep(seller_key, cache.serialize(), at=real_clock())
        token = answer.get("access_token")
        if isinstance(token, str):
            return token
        if answer.get("error") in ("temporarily_unavailable", "server_error"):
            raise _unreachable()
        self.forget(seller_key)
        raise self._right.missing()

    def _asked(self, cache: Any, *, anew: bool) -> Mapping[str, Any]:
        with open_session(self._config.ca_file, self._config.proxy) as session:
            try:
                app = application(self._config, cache, session)
                accounts = app.get_accounts()
                if not accounts:
                    return {}
                found = app.acquire_token_silent_with_error(
                    [scope(self._config, self._right)], account=accounts[0], force_refresh=anew
                )
            except (requests.RequestException, OSError):
                raise _unreachable() from None
            except ValueError:  # msal's way of saying that the discovery page of the tenant is missing
                raise Reconnect(
                    "Microsoft knows no organisation with this tenant id.",
                    next_step="Compare RELATIONSHIP_TENANT_ID with the Directory (tenant) ID of the registration.",
                    code="tenant_unknown",
                ) from None
        return found or {}

    def _load(self, seller_key: str) -> str | None:
        with self._store.reading() as conn:
            return self._vault.load(conn, self._right.caches + seller_key)


@dataclass(frozen=True, slots=True)
class SellerTokens:
    """The tokens of one seller, as `mail_out` asks for them."""

    consents: Consents
    seller_key: str

    def token(self) -> str:
        return self.consents.token(self.seller_key, anew=False)

    def renewed(self, refused: str) -> str:  # noqa: ARG002  # whichever was refused, a new one is asked for
        return self.consents.token(self.seller_key, anew=True)


def _calendar_missing() -> Reconnect:
    return Reconnect(
        "The service may not use your calendar.",
        next_step="Allow it when you plan a meeting, or make the appointment in your own calendar.",
        code="calendar_consent_missing",
    )


def _unreachable() -> TryLater:
    return TryLater(
        "Microsoft's sign-in service could not be reached.",
        next_step="Try again in a few minutes; nothing was sent.",
        code="sign_in_unreachable",
    )
