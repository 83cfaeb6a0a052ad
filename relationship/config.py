"""Environment variables in, one frozen configuration out. Bad values are refused with the variable named.

Every variable starts with RELATIONSHIP_; `docs/settings.md` lists them. What admins decide in the
product (weights, frequency, bands …) is not here but in the database (`settings/rules/`).
"""

import os
import re
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from relationship.addresses import normalise
from relationship.clock import Clock, frozen_clock, real_clock
from relationship.errors import FixSettings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_PREFIX = "RELATIONSHIP_"
ENV_FILE = Path(".env")
# Where tokens may go in production: Microsoft's own clouds and nothing else (invariant I14).
MSGRAPH_HOSTS = {
    "graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn",
    "graph.svc.sovcloud.fr", "graph.svc.sovcloud.de", "graph.svc.sovcloud.sg",
}  # fmt: skip
AUTHORITY_HOSTS = {
    "login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn", "login.sovcloud-identity.fr", "login.sovcloud-identity.de",
}  # fmt: skip
DATAVERSE_SUFFIXES = (".dynamics.com", ".dynamics.cn", ".microsoftdynamics.us", ".appsplatform.us")

# A choice or text column as Dataverse's addresses write it; a lookup (_name_value) is none.
SEGMENT_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,99}")

# What may be read from columns that an organisation added to its CRM; a lookup is named like _new_rival_value.
CRM_COLUMNS = (
    "renewal", "arr", "competitor", "health_score", "health_status", "churn",
    "headcount", "revenue", "budget", "strategy", "need", "funding", "lost",
)  # fmt: skip
OWN_COLUMN = re.compile(r"_?[a-z][a-z0-9_]{0,99}")

# What a publisher's columns begin with in Dynamics 365 (2 to 8 signs, never Microsoft's own).
CRM_PREFIX = re.compile(r"(?!mscrm)[a-z][a-z0-9]{1,7}")

# Of the servers to which files go.
HOST_KEY_TYPES = (
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa",
)  # fmt: skip

# Where activities come from; crm: those filed in Dynamics 365. Users, domains and CRM records are always read.
SOURCES = ("mail", "calendar", "tasks", "calls", "crm")


# One origin as a browser writes it: no path, no wildcard, no user, the standard port left out.
ORIGIN = re.compile(
    r"https?://(?P<host>[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*)(:[1-9][0-9]{0,4})?"
)


def _https(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must be an https address without user, query or fragment")
    return url.rstrip("/")


def _is_public_key(line: str) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    try:
        load_ssh_public_key(line.encode())
    except (ValueError, UnsupportedAlgorithm):
        return False
    return line.split()[0] in HOST_KEY_TYPES


HttpsUrl = Annotated[str, AfterValidator(_https)]


class Config(BaseSettings):
    """The configuration of one deployment (= one organisation)."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_file=ENV_FILE, frozen=True, extra="ignore")

    mode: Literal["production", "demo", "test"] = "production"
    database_url: str = "sqlite:///var/relationship.db"
    time_zone: str = "Europe/Paris"
    tenant_id: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    certificate: Path | None = None  # PEM with private key and certificate; used instead of the secret
    feedback_client_id: str = ""  # a second application, which alone reads what stands in feedback mailboxes
    feedback_client_secret: SecretStr = SecretStr("")
    feedback_certificate: Path | None = None
    authority_url: HttpsUrl = "https://login.microsoftonline.com"
    msgraph_url: HttpsUrl = "https://graph.microsoft.com/v1.0"
    dataverse_url: str = ""  # https://<org>.<region>.dynamics.com
    segment_column: str = "industrycode"  # column of accounts and leads that names their segment; "" = none
    crm_columns: str = ""  # own columns of the CRM, like renewal=…, arr=…, competitor=…, budget=… (docs/settings.md)
    crm_write: bool = False  # whether ratings are written to columns in Dynamics 365
    crm_prefix: str = "rel"  # the publisher's prefix of these columns
    crm_origins: str = ""  # whose pages may show the panel in a frame: https://<org>.<region>.dynamics.com, …
    ca_file: Path | None = None  # only for a private certificate authority
    proxy_url: SecretStr = SecretStr("")  # http://[user:password@]host:port that leads to Microsoft
    secret_key: SecretStr = SecretStr("")  # signs the session cookie
    encryption_keys: SecretStr = SecretStr("")  # Fernet keys, newest first, comma separated
    base_url: str = "http://localhost:8080"  # where browsers reach this service
    smtp_url: SecretStr = SecretStr("")  # smtp[s]://[user:password@]host[:port][?starttls]: the service's own mails
    mail_from: str = ""  # whom they come from: address, or Name <address>
    outlook_url: HttpsUrl = "https://outlook.office.com/mail/deeplink/compose"  # opens a letter to be sent by hand
    alert_folder: Path | None = None  # where alert rules put files; None: nowhere
    alert_sftp: str = ""  # sftp://user@host[:port]/folder: they go there instead
    alert_sftp_key: Path | None = None  # our private key, without a passphrase
    alert_sftp_host_key: str = ""  # the server's public key; no other one is accepted
    read_window_days: int | Literal["all"] = 400
    sources: str = ",".join(SOURCES)  # which activities are read
    retain_days: int | None = None  # activities older than this go with `relationship retain`; None keeps them
    retain_days_aggregates: int | None = None  # contact days may be kept longer; None: as long as activities
    sync_threads: Annotated[int, Field(ge=1, le=64)] = 8
    now: datetime | None = None  # freezes the clock; demo and test only
    fail_at: str = ""  # "name:n" or "any:n": the process kills itself there; test only

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is not a time zone like Europe/Paris") from error
        return value

    @field_validator("database_url")
    @classmethod
    def _named_driver(cls, value: str) -> str:
        for plain in ("postgres://", "postgresql://"):
            if value.startswith(plain):
                value = "postgresql+psycopg://" + value.removeprefix(plain)
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("starts with sqlite:/// or postgresql://")
        return value

    @field_validator("now")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("needs a time zone, like 2026-06-17T09:00:00Z")
        return value

    @field_validator("proxy_url")
    @classmethod
    def _plain_proxy(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if parts.geturl() and (parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or parts.query):
            raise ValueError("is an address like http://proxy.example:3128, perhaps with user:password@")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        plain = not parts.path.strip("/") and not parts.fragment and parts.query in ("", "starttls")
        if parts.geturl() and (parts.scheme not in ("smtp", "smtps") or not parts.hostname or not plain):
            raise ValueError(
                "is an address like smtps://user:password@mail.example or smtp://mail.example:587?starttls"
            )
        return value

    @field_validator("mail_from")
    @classmethod
    def _one_sender(cls, value: str) -> str:
        name, address = parseaddr(value)
        if value and (
            not value.isprintable() or not normalise(address) or value not in (address, f"{name} <{address}>")
        ):
            raise ValueError("is one mail address, perhaps as Name <address>")
        return value

    @field_validator("alert_sftp")
    @classmethod
    def _sftp_folder(cls, value: str) -> str:
        parts = urlsplit(value)
        whole = parts.scheme == "sftp" and parts.hostname and parts.username and parts.path.strip("/")
        if value and (not whole or parts.password is not None or parts.query or parts.fragment or parts.port == 0):
            raise ValueError("is an address like sftp://user@files.example:22/alerts, without a password")
        return value

    @field_validator("alert_sftp_host_key")
    @classmethod
    def _public_key(cls, value: str) -> str:
        if value and not _is_public_key(value):
            raise ValueError("is a public key like ssh-ed25519 AAAA…, as ssh-keyscan prints it after the host")
        return value

    @field_validator("sources")
    @classmethod
    def _known_sources(cls, value: str) -> str:
        if not set(filter(None, value.replace(" ", "").split(","))) <= set(SOURCES):
            raise ValueError(f"is a list, with commas, of some of {', '.join(SOURCES)}")
        return value

    @field_validator("segment_column")
    @classmethod
    def _column_name(cls, value: str) -> str:
        if value and not SEGMENT_COLUMN.fullmatch(value):
            raise ValueError("is the logical name of a choice or text column, like industrycode, or left empty")
        return value

    @field_validator("crm_columns")
    @classmethod
    def _named_columns(cls, value: str) -> str:
        parts = [part.partition("=") for part in value.replace(" ", "").split(",") if part]
        known = all(what in CRM_COLUMNS and OWN_COLUMN.fullmatch(column) for what, _sign, column in parts)
        if not known or len({what for what, _sign, _column in parts}) < len(parts):
            raise ValueError(f"is a list like renewal=new_renewalon, each once, of {', '.join(CRM_COLUMNS)}")
        return value

    @field_validator("crm_prefix")
    @classmethod
    def _publisher_prefix(cls, value: str) -> str:
        if not CRM_PREFIX.fullmatch(value):
            raise ValueError("is 2 to 8 small letters and digits, begins with a letter and not with mscrm")
        return value

    @field_validator("crm_origins")
    @classmethod
    def _exact_origins(cls, value: str) -> str:
        origins = [one.strip() for one in value.split(",") if one.strip()]
        if not all(ORIGIN.fullmatch(one) and not one.endswith((":443", ":80")) for one in origins):
            raise ValueError(
                "is a list, with commas, of exact origins like https://contoso.crm4.dynamics.com: small letters, no "
                "path, no wildcard"
            )
        return ",".join(dict.fromkeys(origins))

    @field_validator("retain_days", "retain_days_aggregates", mode="before")
    @classmethod
    def _empty_keeps(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("retain_days", "retain_days_aggregates")
    @classmethod
    def _retainable(cls, value: int | None) -> int | None:
        if value is not None and not 1 <= value <= 36_500:
            raise ValueError("is a number of days from 1 to 36500, or left empty")
        return value

    @model_validator(mode="after")
    def _aggregates_last_longer(self) -> "Config":
        longer = self.retain_days_aggregates
        if longer is not None and (self.retain_days is None or longer < self.retain_days):
            raise ValueError("retain_days_aggregates needs retain_days and is not below it")
        return self

    @model_validator(mode="after")
    def _known_server(self) -> "Config":
        if self.alert_sftp and not (self.alert_sftp_key and self.alert_sftp_host_key):
            raise ValueError("alert_sftp needs alert_sftp_key and alert_sftp_host_key")
        return self

    @field_validator("read_window_days")
    @classmethod
    def _positive(cls, value: int | str) -> int | str:
        if isinstance(value, int) and not 1 <= value <= 36_500:
            raise ValueError("is a number of days from 1 to 36500, or all")
        return value

    @model_validator(mode="after")
    def _two_applications(self) -> "Config":
        if self.feedback_client_id and self.feedback_client_id.lower() == self.client_id.lower():
            raise ValueError("feedback_client_id names a second application, not the one in client_id")
        return self

    @model_validator(mode="after")
    def _closed_in_production(self) -> "Config":
        if self.mode != "production":
            return self
        if self.now is not None or self.fail_at:
            raise ValueError("now and fail_at belong to demo and test, not to production")
        if urlsplit(self.msgraph_url).hostname not in MSGRAPH_HOSTS:
            raise ValueError("msgraph_url must be a Microsoft Graph host in production")
        if urlsplit(self.authority_url).hostname not in AUTHORITY_HOSTS:
            raise ValueError("authority_url must be a Microsoft sign-in host in production")
        host = urlsplit(self.dataverse_url).hostname or ""
        if self.dataverse_url and not host.endswith(DATAVERSE_SUFFIXES):
            raise ValueError("dataverse_url must be a Dynamics 365 host in production")
        if any(not one.startswith("https://") for one in self.framed_by):
            raise ValueError("crm_origins must start with https:// in production")
        if self.framed_by and not self.base_url.startswith("https://"):
            raise ValueError(
                "crm_origins needs a base_url that starts with https://: no cookie lasts in a frame without"
            )
        mail = urlsplit(self.smtp_url.get_secret_value())
        if mail.username and mail.scheme == "smtp" and mail.query != "starttls":
            raise ValueError("smtp_url must not send its password in the clear: use smtps:// or ?starttls")
        return self

    @property
    def for_feedback(self) -> "Config":
        """The same with the second application in place of the first; only its way to Microsoft uses this."""
        second = {
            "client_id": self.feedback_client_id,
            "client_secret": self.feedback_client_secret,
            "certificate": self.feedback_certificate,
        }
        return self.model_copy(update=second)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def proxy(self) -> str:
        """The proxy that every request takes, '' for none; may hold a password."""
        return self.proxy_url.get_secret_value()

    @property
    def takes_files(self) -> bool:
        """Whether alert rules can put files somewhere."""
        return bool(self.alert_sftp) or self.alert_folder is not None

    @property
    def framed_by(self) -> tuple[str, ...]:
        """The origins whose pages may show the panel in a frame."""
        return tuple(one for one in self.crm_origins.split(",") if one)

    def reads(self, source: str) -> bool:
        """Whether this one of `SOURCES` is to be read."""
        return source in self.sources.replace(" ", "").split(",")

    @property
    def clock(self) -> Clock:
        return frozen_clock(self.now) if self.now else real_clock


def _sentence(fault: "ErrorDetails") -> str:
    reason = fault["msg"].removeprefix("Value error, ")
    return f"RELATIONSHIP_{str(fault['loc'][0]).upper()}: {reason}" if fault["loc"] else reason


def given_names() -> set[str]:
    """The names of all variables that the environment and the `.env` file give."""
    lines = ENV_FILE.read_text("utf-8").splitlines() if ENV_FILE.is_file() else []
    return {*os.environ, *(line.removeprefix("export ").partition("=")[0].strip() for line in lines)}


def misspelt(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names of variables that are no setting but nearly one, each with the setting that was meant.

    >>> misspelt(["RELATIONSHIP_SMPT_URL", "RELATIONSHIP_SMTP_URL", "HOME"])
    [('RELATIONSHIP_SMPT_URL', 'RELATIONSHIP_SMTP_URL')]
    """
    known = [name.upper() for name in Config.model_fields]
    given = {name.upper().removeprefix(_PREFIX) for name in names if name.upper().startswith(_PREFIX)}
    near = ((name, get_close_matches(name, known, n=1, cutoff=0.7)) for name in sorted(given.difference(known)))
    return [(_PREFIX + name, _PREFIX + found[0]) for name, found in near if found]


def load_config(**overrides: object) -> Config:
    """The configuration from the environment (and `.env`); FixSettings names every bad variable."""
    try:
        return Config(**overrides)  # type: ignore[arg-type]  # values are validated by pydantic itself
    except ValidationError as error:
        faults = "; ".join(_sentence(fault) for fault in error.errors(include_input=False))
        raise FixSettings(
            f"The configuration is not usable: {faults}.",
            next_step="Correct these environment variables (docs/settings.md lists them) and start again.",
            code="bad_configuration",
        ) from error
