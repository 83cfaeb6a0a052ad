"""What one person may read in Dynamics 365: asked there as that person (`CallerObjectId`), never worked out here.

Read access by role, business unit, team, sharing and hierarchy is the CRM's business; what a query as that person
brings is what he or she may read. Contract: dataverse.md sections 2 and 16.
What if it runs twice: the same; it only reads. What if Microsoft says no: a person who is no user, and a table without
privilege, give nothing; that *we* may not act for others stops everything with a next step.
Before an answer counts, the CRM says whom it took the caller for: were the header ignored, we would read as ourselves.
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from relationship.activities import RecordKind, RecordRef
from relationship.config import Config
from relationship.errors import FixSettings, TryLater, Unavailable
from relationship.sync.shapes.dataverse import ACCOUNTS, API_PATH, CONTACTS, LEADS, OPPORTUNITIES, TrackedTable
from relationship.sync.wire import batch
from relationship.sync.wire.auth import Credentials
from relationship.sync.wire.batch import Answer, Part
from relationship.sync.wire.faults import PRIVILEGE_MISSING, Service
from relationship.sync.wire.patience import DATAVERSE_RATE, Quiet, Quotas, retry_after_seconds
from relationship.sync.wire.sessions import Sessions
from relationship.sync.wire.transport import Channel

SCOPE = "rights"
PRIVILEGE = "prvActOnBehalfOfAnotherUser"
TABLES: Mapping[RecordKind, TrackedTable] = {
    RecordKind.ACCOUNT: ACCOUNTS,
    RecordKind.CONTACT: CONTACTS,
    RecordKind.LEAD: LEADS,
    RecordKind.OPPORTUNITY: OPPORTUNITIES,
}
PAGE_SIZE = 5_000
# A person waits for the answer of a page; whoever reads sets does not.
PAGE_SECONDS = 8.0
_WHO_AM_I = "/WhoAmI"
# So many keys go into one request of a batch: its address stays below the 32 KB that are allowed.
_MOST_KEYS = 400


class AsPerson:
    """The CRM asked as one person (`access.Crm`)."""

    def __init__(self, quick: Channel, patient: Channel) -> None:
        """quick: for pages, asks once; patient: for whole sets"""
        self._quick, self._patient = quick, patient
        self._ourselves = ""
        self._lock = threading.Lock()

    def readable(self, oid: str, refs: Collection[RecordRef]) -> frozenset[RecordRef]:
        """Which of the records the person may read, by one batch of one request per table."""
        asked = list(_asked(refs))
        parts = [Part("GET", _WHO_AM_I, None, _as(oid))]
        parts += [
            Part("GET", _path(kind, guids), None, {**_as(oid), "Accept": "application/json"}) for kind, guids in asked
        ]
        boundary = f"batch_{uuid4()}"
        try:
            kind, body = self._quick.post_batch(
                batch.written(parts, root=API_PATH, boundary=boundary),
                headers={**batch.headers(boundary), **_as(oid)},
                counts_as=len(parts),
                scope=SCOPE,
            )
        except Unavailable as refused:
            if _is_unknown_person(refused):
                return frozenset()
            raise
        who, *answers = batch.answers(kind, body, count=len(parts))
        self._check_silence((who, *answers))
        if not self._is_somebody(who):
            return frozenset()
        found: set[RecordRef] = set()
        for (of_kind, _), answer in zip(asked, answers, strict=True):
            found |= {RecordRef(of_kind, guid) for guid in _guids(of_kind, answer)}
        return frozenset(found)

    def all_readable(self, oid: str, kind: RecordKind) -> Iterator[Sequence[str]]:
        """The GUIDs of everything of one kind that the person may read, in pages of 5,000."""
        if not self.is_user(oid):
            return
        table = TABLES[kind]
        headers = {**_as(oid), "OData-Version": "4.0", "OData-MaxVersion": "4.0", "If-None-Match": "null"}
        headers["Prefer"] = f"odata.maxpagesize={PAGE_SIZE}"
        link: str | None = f"{self._patient.base_url}/{table.entity_set}?$select={table.key}"
        try:
            while link:
                page = self._patient.fetch(link, scope=SCOPE, headers=headers)
                yield [row[table.key].lower() for row in page["value"]]
                link = page.get("@odata.nextLink")
        except Unavailable as refused:
            if refused.code != "privilege_missing":
                raise

    def is_user(self, oid: str) -> bool:
        """Whether the CRM knows this person; raises FixSettings when we may not act for others."""
        try:
            found = self._patient.fetch_one(_WHO_AM_I, scope=SCOPE, headers=_as(oid))
        except Unavailable as refused:
            if _is_unknown_person(refused):
                return False
            raise
        self._check_identity(str(found.get("UserId", "")))
        return True

    def _is_somebody(self, who: Answer) -> bool:
        if who.status == HTTPStatus.FORBIDDEN:
            if who.code in PRIVILEGE_MISSING:
                raise refusal()
            return False
        if who.status != HTTPStatus.OK:
            raise _unreadable()
        self._check_identity(str(who.body.get("UserId", "")))
        return True

    def _check_identity(self, user: str) -> None:
        """Whoever the CRM took the caller for, it must not be our own application."""
        with self._lock:
            if not self._ourselves:
                found = self._patient.fetch_one(_WHO_AM_I, scope=SCOPE)
                self._ourselves = str(found.get("UserId", "")).lower()
        if not user or user.lower() == self._ourselves:
            raise refusal()

    def _check_silence(self, answers: Sequence[Answer]) -> None:
        late = [one for one in answers if one.status == HTTPStatus.TOO_MANY_REQUESTS or one.status >= 500]
        if not late:
            return
        waits = [retry_after_seconds(one.retry_after, now=datetime.now(UTC)) for one in late]
        seconds = max((wait for wait in waits if wait is not None), default=0.0)
        if seconds:
            self._quick.keep_silent(SCOPE, seconds)
        raise TryLater(
            "Dynamics 365 asked us to wait.",
            next_step="Try again in a moment.",
            code="silence_asked",
            wait_seconds=seconds,
        )


def open_rights(config: Config) -> AsPerson | None:
    """The CRM of a configuration, None without one; nothing is asked yet."""
    if not config.dataverse_url:
        return None
    credentials, sessions = Credentials(config), Sessions(config.ca_file, config.proxy)
    base_url = config.dataverse_url.rstrip("/") + API_PATH
    tokens, quotas = credentials.source(base_url), Quotas(DATAVERSE_RATE)

    def channel(**how: Any) -> Channel:
        return Channel(Service.DATAVERSE, base_url, tokens=tokens, sessions=sessions, quotas=quotas, **how)

    quick = channel(quiet=Quiet(longest_sleep_seconds=0.0), attempts=1, answer_seconds=PAGE_SECONDS)
    return AsPerson(quick, channel())


def refusal() -> FixSettings:
    """We may not act for others, so nobody can be shown anything."""
    return FixSettings(
        f"Dynamics 365 does not let our application user ask in other people's names ({PRIVILEGE}).",
        next_step="Give the application user the role Delegate in the environment (docs/connect.md, step 7).",
        code="impersonation_refused",
    )


def _is_unknown_person(refused: Unavailable) -> bool:
    """Whether a refusal of the question itself is about the person; raises FixSettings when it is about us."""
    if refused.code == "privilege_missing":
        raise refusal() from refused
    return refused.code == "not_permitted"


def _as(oid: str) -> dict[str, str]:
    return {"CallerObjectId": oid}


def _asked(refs: Collection[RecordRef]) -> Iterator[tuple[RecordKind, list[str]]]:
    for kind in TABLES:
        guids = sorted(ref.guid for ref in refs if ref.kind is kind)
        for start in range(0, len(guids), _MOST_KEYS):
            yield kind, guids[start : start + _MOST_KEYS]


def _path(kind: RecordKind, guids: Sequence[str]) -> str:
    table = TABLES[kind]
    wanted = "%20or%20".join(f"{table.key}%20eq%20{guid}" for guid in guids)
    return f"/{table.entity_set}?$select={table.key}&$filter={wanted}"


def _guids(kind: RecordKind, answer: Answer) -> Iterator[str]:
    """The keys in the answer about one table; none where the person has no privilege on it."""
    if answer.status == HTTPStatus.FORBIDDEN:
        return
    rows = answer.body.get("value")
    if answer.status != HTTPStatus.OK or not isinstance(rows, list):
        raise _unreadable()
    for row in rows:
        yield str(row[TABLES[kind].key]).lower()


def _unreadable() -> TryLater:
    return TryLater(
        "Dynamics 365 answered the question who may read what in a form that cannot be read.",
        next_step="Try again in a moment; report it if it stays.",
        code="unreadable_answer",
    )
