"""The one way out for mail: as a seller by Microsoft Graph or by the CRM, and the service's own by SMTP.

What if it runs twice: `BySmtp` and `ByMsgraph` send twice, so callers write down first that they send;
`ByCrm` sends once, because its e-mail activity has an id of ours.
What if it dies half-way: the caller finds its note, and asks a person instead of sending again.
What if Microsoft says no: `faults.fault` names who acts; an answer that is lost is `Delivery.UNKNOWN`, never a retry.
Addresses and texts reach no log and no message of an error.
"""

import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import orjson
import requests
import structlog

from relationship.addresses import normalise
from relationship.config import Config
from relationship.errors import BadItem, FixSettings, Reconnect, RelationshipError, TryLater
from relationship.sync.shapes.dataverse import API_PATH
from relationship.sync.wire.faults import Service, fault
from relationship.sync.wire.patience import retry_after_seconds
from relationship.sync.wire.sessions import deadline, is_untrusted, open_session
from relationship.sync.wire.transport import Tokens

log = structlog.get_logger()

SMTP_SECONDS = 30.0
ANSWER_SECONDS = 60.0
LONGEST_ANSWER_BYTES = 64 * 1024
# States of an e-mail activity in Dynamics 365 whose mail has left, or is about to by itself.
_CRM_LEAVING = frozenset({3, 6, 7})
_REFUSED_FOR_GOOD = 500
_DUPLICATE_KEY = frozenset({"0x80040237", "0x80060892"})


class Delivery(StrEnum):
    """LEFT: taken over for certain; UNKNOWN: perhaps taken over, perhaps not."""

    LEFT = "left"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SellerMail:
    """A plain mail of a seller to one colleague.

    key       GUID of what it is about; the CRM's e-mail activity has it, so that it exists once
    seller_guid, colleague_guid   their systemusers, '' outside the CRM
    """

    key: str
    seller_key: str
    seller_guid: str
    to: str
    colleague_guid: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class ServiceMail:
    """A mail of the service itself to one person, or of a colleague whom the service lets it leave for.

    about   an opaque word for its own header, '' for none
    html    the same text as HTML, '' for a plain mail
    key     an id of ours that its Message-ID is made of, so that one that is sent twice can be told; '' for a new one
    stop    address of the page where the reader switches such mails off, '' for none
    reply_to, sender   address and name of the person whose mail it is, '' for the service: such a mail is answered by
            people, and not marked as made by a machine
    """

    to: str
    subject: str
    text: str
    language: str
    about: str = ""
    html: str = ""
    key: str = ""
    stop: str = ""
    reply_to: str = ""
    sender: str = ""


class SellerPost(Protocol):
    """A way to send as the seller. Raises a RelationshipError when the mail has not left for certain."""

    def send(self, mail: SellerMail) -> Delivery: ...


class ServicePost(Protocol):
    """A way to send as the service. Raises a RelationshipError when the mail has not left."""

    def send(self, mail: ServiceMail) -> None: ...


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str:
        try:
            code = self.body["error"]["code"]
        except (KeyError, TypeError):
            return ""
        return code if isinstance(code, str) else ""


class LostError(Exception):
    """The request went out, and no answer came."""


class Line:
    """Single requests to one service: no retry but one new token after a 401, which did nothing."""

    def __init__(self, config: Config, service: Service, base_url: str, tokens: Tokens) -> None:
        self._config, self._service, self._base_url, self._tokens = config, service, base_url, tokens

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> _Reply:
        """The answer, whatever it says; LostError when the request may have arrived and no answer came."""
        token = self._tokens.token()
        reply = self._once(method, path, body, headers or {}, token)
        if reply.status == 401:
            reply = self._once(method, path, body, headers or {}, self._tokens.renewed(token))
        return reply

    def told(self, reply: _Reply) -> RelationshipError:
        """Who acts after a refusal."""
        wait = retry_after_seconds(reply.headers.get("Retry-After"), now=datetime.now(UTC))
        log.info("mail_refused", service=self._service.value, status=reply.status, code=reply.code[:64])
        return fault(reply.status, reply.code, service=self._service, wait_seconds=wait)

    def _once(self, method: str, path: str, body: object, headers: Mapping[str, str], token: str) -> _Reply:
        all_headers = {
            "Accept": "application/json",
            **headers,
            "Authorization": f"Bearer {token}",
            "client-request-id": str(uuid4()),
        }
        with open_session(self._config.ca_file, self._config.proxy) as session:
            try:
                with deadline(ANSWER_SECONDS):
                    answer = session.request(
                        method, self._base_url + path, json=body, headers=all_headers, allow_redirects=False
                    )
            except (requests.RequestException, OSError) as error:
                raise _not_connected(error) from None  # the error's own text names addresses
        return _Reply(answer.status_code, answer.headers, _parsed(answer.content))


class ByMsgraph:
    """As the seller, with the right to send that he gave himself (delegated Mail.Send)."""

    def __init__(self, config: Config, tokens_of: Callable[[str], Tokens]) -> None:
        """tokens_of: the tokens of a seller by key; Reconnect when he gave no right, or took it back."""
        self._config, self._tokens_of = config, tokens_of

    def send(self, mail: SellerMail) -> Delivery:
        tokens = self._tokens_of(mail.seller_key)
        line = Line(self._config, Service.MSGRAPH, self._config.msgraph_url, tokens)
        message = {
            "subject": mail.subject,
            "body": {"contentType": "Text", "content": mail.text},
            "toRecipients": [{"emailAddress": {"address": mail.to}}],
            # Whoever looks at the received copy can tell which request it belongs to.
            "internetMessageHeaders": [{"name": "x-relationship-introduction", "value": mail.key}],
        }
        try:
            reply = line.ask("POST", "/me/sendMail", {"message": message, "saveToSentItems": True})
        except LostError:
            return Delivery.UNKNOWN
        if reply.status == 202:
            return Delivery.LEFT
        if reply.status in (401, 403):
            raise consent_missing()
        if reply.status >= 500 or reply.status // 100 in (1, 2, 3):
            log.warning("mail_in_doubt", service=Service.MSGRAPH.value, status=reply.status)
            return Delivery.UNKNOWN
        raise line.told(reply)


class ByCrm:
    """As the seller, by an e-mail activity in Dynamics 365 that belongs to him (CallerObjectId)."""

    def __init__(self, config: Config, tokens: Tokens) -> None:
        self._config, self._tokens = config, tokens

    def send(self, mail: SellerMail) -> Delivery:
        if not (mail.seller_guid and mail.colleague_guid and self._config.dataverse_url):
            raise FixSettings(
                "One of the two is no user of Dynamics 365.",
                next_step="Send it by Outlook, or open it in your mail program.",
                code="crm_user_missing",
            )
        line = Line(self._config, Service.DATAVERSE, self._config.dataverse_url.rstrip("/") + API_PATH, self._tokens)
        as_seller = {"CallerObjectId": mail.seller_key}
        try:
            created = line.ask("POST", "/emails", _email(mail), as_seller)
            if created.status // 100 != 2 and created.code not in _DUPLICATE_KEY:
                if created.status >= 500:
                    return self._look(line, mail, as_seller)
                raise line.told(created)
            if self._has_left(line, mail, as_seller):
                return Delivery.LEFT
            act = f"/emails({mail.key})/Microsoft.Dynamics.CRM.SendEmail"
            sent = line.ask("POST", act, {"IssueSend": True, "TrackingToken": ""}, as_seller)
        except LostError:
            return self._look(line, mail, as_seller)
        if sent.status // 100 == 2:
            return Delivery.LEFT
        if sent.status >= 500:
            return self._look(line, mail, as_seller)
        raise line.told(sent)

    def _look(self, line: Line, mail: SellerMail, headers: Mapping[str, str]) -> Delivery:
        """After a lost answer: ask whether the mail left. Not knowing is no reason to send again."""
        try:
            return Delivery.LEFT if self._has_left(line, mail, headers) else Delivery.UNKNOWN
        except (LostError, RelationshipError):
            return Delivery.UNKNOWN

    def _has_left(self, line: Line, mail: SellerMail, headers: Mapping[str, str]) -> bool:
        reply = line.ask("GET", f"/emails({mail.key})?$select=statecode,statuscode", headers=headers)
        if reply.status != 200:
            return False
        return reply.body.get("statuscode") in _CRM_LEAVING


class BySmtp:
    """The service's own mails, through the mail server of the organisation."""

    def __init__(self, config: Config) -> None:
        """FixSettings when no mail server is configured."""
        self._url = config.smtp_url.get_secret_value()
        self._from = config.mail_from
        self._ca_file = config.ca_file
        if not (self._url and self._from):
            raise FixSettings(
                "No mail server is configured, so the service sends no mail of its own.",
                next_step="Set RELATIONSHIP_SMTP_URL and RELATIONSHIP_MAIL_FROM.",
                code="no_mail_server",
            )

    def send(self, mail: ServiceMail) -> None:
        """To one person; ValueError for what is no single mail address."""
        if normalise(mail.to) is None or mail.to != mail.to.strip():
            raise ValueError("one mail address is wanted")
        message = self._message(mail)
        try:
            with self._connected() as server:
                server.send_message(message, from_addr=parseaddr(self._from)[1], to_addrs=[mail.to])
        except smtplib.SMTPAuthenticationError:
            raise Reconnect(
                "The mail server refuses the user and password.",
                next_step="Check RELATIONSHIP_SMTP_URL.",
                code="mail_server_refuses",
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise _smtp_trouble(error) from None  # the error's own text names addresses

    def _message(self, mail: ServiceMail) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = _named(mail.sender, parseaddr(self._from)[1]) if mail.sender else self._from
        message["To"] = mail.to
        if mail.reply_to:
            message["Reply-To"] = _named(mail.sender, mail.reply_to)
        # An encoded word that somebody wrote himself must not be decoded into line breaks.
        message["Subject"] = " ".join(mail.subject.replace("=?", "= ?").split())
        message["Date"] = format_datetime(datetime.now(UTC))
        domain = parseaddr(self._from)[1].rpartition("@")[2]
        message["Message-ID"] = f"<{mail.key}@{domain}>" if mail.key else make_msgid(domain=domain)
        if not mail.reply_to:
            message["Auto-Submitted"] = "auto-generated"
            message["X-Auto-Response-Suppress"] = "All"
        message["Content-Language"] = mail.language
        if mail.about:
            message["X-Relationship"] = mail.about
        if mail.stop:
            message["List-Unsubscribe"] = f"<{mail.stop}>"
        message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
        if mail.html:
            message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="quoted-printable")
        return message

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self._url)
        context = ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)
        host = parts.hostname or ""
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SMTP_SECONDS, context=context)
        else:
            has_tls = parts.query == "starttls"
            server = smtplib.SMTP(host, parts.port or (587 if has_tls else 25), timeout=SMTP_SECONDS)
            if has_tls:
                server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


def _named(name: str, address: str) -> Address:
    """A name of anybody's making beside an address; no sign of it can end the name."""
    user, _, domain = address.rpartition("@")
    return Address("".join(one for one in name if one.isprintable())[:100].strip(), user, domain)


def consent_missing() -> Reconnect:
    """The seller has not let the service send in his name, or not any more."""
    return Reconnect(
        "The service may not send mail in your name.",
        next_step="Allow it on the page of the request, or open the letter in your own mail program.",
        code="mail_consent_missing",
    )


def _email(mail: SellerMail) -> dict[str, object]:
    def party(guid: str, mask: int) -> dict[str, object]:
        return {"partyid_systemuser@odata.bind": f"/systemusers({guid})", "participationtypemask": mask}

    return {
        "activityid": mail.key,
        "subject": mail.subject,
        "description": mail.text,
        "directioncode": True,
        "email_activity_parties": [party(mail.seller_guid, 1), party(mail.colleague_guid, 2)],
    }


def _parsed(content: bytes) -> Any:
    try:
        return orjson.loads(content[:LONGEST_ANSWER_BYTES])
    except orjson.JSONDecodeError:
        return None


def _not_connected(error: Exception) -> Exception:
    """What a broken line means: before it stood nothing can have arrived; afterwards nobody knows."""
    if is_untrusted(error):
        return FixSettings(
            "The certificate of the other side is not trusted.",
            next_step="Check the clock of this machine; for a private authority set RELATIONSHIP_CA_FILE.",
            code="untrusted_certificate",
        )
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return TryLater("Microsoft could not be reached.", next_step="Try again in a few minutes.", code="network")
    inner = getattr(error.args[0], "reason", None) if error.args else None
    if type(inner).__name__ in ("NewConnectionError", "NameResolutionError"):
        return TryLater("Microsoft could not be reached.", next_step="Try again in a few minutes.", code="network")
    return LostError()


def _smtp_trouble(error: Exception) -> RelationshipError:
    if isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        status >= _REFUSED_FOR_GOOD for status, _text in error.recipients.values()
    ):
        return BadItem(
            "The mail server knows no such address.", next_step="Nothing to do.", code="mail_address_refused"
        )
    if is_untrusted(error):
        return FixSettings(
            "The certificate of the mail server is not trusted.",
            next_step="For a private authority set RELATIONSHIP_CA_FILE.",
            code="untrusted_certificate",
        )
    if isinstance(error, socket.gaierror):
        return FixSettings(
            "The mail server's name is not known.", next_step="Check RELATIONSHIP_SMTP_URL.", code="mail_server_unknown"
        )
    return TryLater(
        "The mail server could not be reached, or did not take the mail.",
        next_step="Check RELATIONSHIP_SMTP_URL and the mail server's log if this stays.",
        code="mail_server_unreachable",
    )
