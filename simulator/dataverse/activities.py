"""What can happen to the activities of the simulated CRM while it runs.

People are named by address; who is known to the CRM is a record, others stay unresolved. A wrong value
raises `ValueError`, an activity or record that does not exist `KeyError`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from relationship.activities import Kind
from simulator import identity
from simulator.dataverse.activity_rows import (
    EXCEPTION,
    INSTANCE,
    KINDS,
    SERIES,
    TABLES,
    Filed,
    activity_row,
    outcome,
    participants,
    schedule,
)
from simulator.dataverse.crm import Crm
from simulator.dataverse.parties import Mask, Party
from simulator.dataverse.schema import Ref, Row, Value
from simulator.world import WorldStatus

_GIVEN_BY_THE_SERVICE = ("activityid", "versionnumber")


class Activities:
    """Every change is made in the CRM at once and shows in its next delta."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    # --- coming and going ----------------------------------------------------------------------

    def track(self, activity_id: str, *, regarding: Ref | None = None) -> str:
        """File an activity of the world that is in Exchange only, under a record or under none; its GUID."""
        filed = self._crm.of_world(activity_id)
        has_master = filed.series is not None and self._crm.has(SERIES, filed.series)
        return self._file(
            identity.activity(activity_id),
            replace(filed, regarding=regarding or filed.regarding, series=filed.series if has_master else None),
        )

    def track_mail(
        self,
        message_id: str,
        *,
        sender: str,
        to: Sequence[str],
        cc: Sequence[str] = (),
        at: datetime | None = None,
        subject: str = "",
        regarding: Ref | None = None,
    ) -> str:
        """File a mail under its internet message id (`identity.message_id` makes that of a simulated mail)."""
        return self.create(
            Kind.EMAIL, sender=sender, to=to, cc=cc, at=at, subject=subject, regarding=regarding, message_id=message_id
        )

    def create(
        self,
        kind: Kind,
        *,
        sender: str,
        to: Sequence[str] = (),
        cc: Sequence[str] = (),
        at: datetime | None = None,
        minutes: int | None = None,
        subject: str = "",
        regarding: Ref | None = None,
        status: WorldStatus = WorldStatus.DONE,
        message_id: str = "",
        calendar_uid: str = "",
        guid: str | None = None,
    ) -> str:
        """A new activity; its GUID. at: now when None; its owner is the first colleague on it."""
        with self._crm.lock:
            people = [self._crm.someone(address) for address in (sender, *to, *cc)]
            owner = next((someone.ref for someone in people if someone.ref and someone.is_ours), None)
            if owner is None:
                raise ValueError("an activity needs a colleague that the CRM knows")
            filed = Filed(
                kind=kind,
                at=(at or self._crm.now).astimezone(UTC),
                minutes=minutes,
                sender=people[0],
                to=tuple(people[1 : len(to) + 1]),
                cc=tuple(people[len(to) + 1 :]),
                owner=owner,
                regarding=regarding,
                status=status,
                subject=subject,
                created=self._crm.now,
                message_id=message_id,
                calendar_uid=calendar_uid,
            )
            return self._file(guid, filed)

    def delete(self, guid: str) -> None:
        """Delete an activity; a mail that was tracked is untracked by this."""
        self._crm.delete(self._crm.activity_table(guid), guid)

    # --- what becomes of it --------------------------------------------------------------------

    def complete(
        self, guid: str, *, at: datetime | None = None, minutes: int | None = None, missed: bool = False
    ) -> None:
        """Held, made, sent or done: at the planned time, or now when there is none. missed: a call nobody took."""
        self._settle(guid, WorldStatus.DECLINED if missed else WorldStatus.DONE, at, minutes)

    def cancel(self, guid: str) -> None:
        self._settle(guid, WorldStatus.CANCELLED, None, None)

    def reopen(self, guid: str) -> None:
        """Planned again, or a draft again if it is a mail."""
        is_mail = self._crm.activity_table(guid) == TABLES[Kind.EMAIL]
        self._settle(guid, WorldStatus.DRAFT if is_mail else WorldStatus.PLANNED, None, None)

    def reschedule(self, guid: str, at: datetime, *, minutes: int | None = None) -> None:
        """Another time for a call, a meeting or a task; an occurrence of a series becomes an exception."""
        with self._crm.lock:
            table = self._crm.activity_table(guid)
            row = self._crm.row(table, guid)
            kept = row.get("scheduleddurationminutes")
            length = minutes if minutes is not None else kept if isinstance(kept, int) else None
            columns = schedule(self._kind(guid), at.astimezone(UTC), length)
            if row.get("instancetypecode") == INSTANCE:
                columns["instancetypecode"] = EXCEPTION
            self._crm.update(table, guid, columns)

    # --- whom and what it is about -------------------------------------------------------------

    def move(self, guid: str, regarding: Ref | None) -> None:
        """File it under another record, or under none."""
        with self._crm.lock:
            self._check(regarding)
            self._crm.update(self._crm.activity_table(guid), guid, {"_regardingobjectid_value": regarding})

    def change_parties(self, guid: str, addresses: Mapping[int, Sequence[str]], *, touch: bool = True) -> None:
        """Replace all participants, by participationtypemask.

        touch: whether the activity itself gets a new row version. In Dataverse a change of parties alone
        does not always give it one; then no delta tells it.
        """
        own = {Mask.REGARDING, Mask.OWNER}
        parties = [
            Party(Mask(mask), self._crm.someone(address)) for mask, named in addresses.items() for address in named
        ]
        if any(party.mask in own for party in parties):
            raise ValueError("regarding and owner are columns of the activity, not participants")
        self._crm.set_participants(guid, parties, touch=touch)

    # --- inside --------------------------------------------------------------------------------

    def _file(self, guid: str | None, filed: Filed) -> str:
        with self._crm.lock:
            self._check(filed.regarding)
            row = activity_row(guid or "", filed)
            columns = {name: value for name, value in row.items() if name not in _GIVEN_BY_THE_SERVICE}
            made = self._crm.create(TABLES[filed.kind], columns, guid=guid)
            self._crm.set_participants(made, participants(filed), touch=False)
            return made

    def _settle(self, guid: str, status: WorldStatus, at: datetime | None, minutes: int | None) -> None:
        with self._crm.lock:
            kind, table = self._kind(guid), self._crm.activity_table(guid)
            row = self._crm.row(table, guid)
            when = at.astimezone(UTC) if at else self._planned(kind, row)
            kept = row.get("scheduleddurationminutes") or row.get("actualdurationminutes")
            length = minutes if minutes is not None else kept if isinstance(kept, int) else None
            outgoing = row.get("directioncode") is True
            columns: dict[str, Value] = {**outcome(kind, status, outgoing=outgoing, at=when, minutes=length)}
            self._crm.update(table, guid, columns)

    def _planned(self, kind: Kind, row: Row) -> datetime:
        """When it is to be by its own columns, now when they do not say or lie ahead."""
        said = row.get("scheduledend" if kind is Kind.TASK else "scheduledstart")
        planned = datetime.fromisoformat(said) if isinstance(said, str) else self._crm.now
        return min(planned, self._crm.now)

    def _kind(self, guid: str) -> Kind:
        table = self._crm.activity_table(guid)
        if table not in KINDS:
            raise ValueError("the master of a series is no activity of its own: change its occurrences")
        return KINDS[table]

    def _check(self, regarding: Ref | None) -> None:
        if regarding is not None:
            self._crm.row(regarding.table, regarding.guid)
