"""Where all activities of the demo world are written down before they are sorted and numbered."""

from collections.abc import Sequence
from datetime import datetime

from relationship.activities import Kind
from simulator.world import Source, WorldActivity, WorldStatus


class Diary:
    """Collects activities; what lies at or after `now` and is no plan is left out, as nobody knows it yet."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._written: list[WorldActivity] = []
        self._conversations = 0
        self._series = 0

    def __len__(self) -> int:
        return len(self._written)

    def new_conversation(self) -> str:
        self._conversations += 1
        return f"c{self._conversations:06}"

    def new_series(self) -> str:
        """The conversation id that all occurrences of a series of meetings share."""
        self._series += 1
        return f"s{self._series:05}"

    def write(
        self,
        kind: Kind,
        at: datetime,
        sender: str,
        to: Sequence[str],
        *,
        cc: Sequence[str] = (),
        minutes: int | None = None,
        regarding: str | None = None,
        source: Source = Source.MSGRAPH,
        status: WorldStatus = WorldStatus.DONE,
        conversation: str = "",
        subject: str = "",
    ) -> bool:
        """Write one down; False when it lies in the future. Nobody is named twice on one activity."""
        if status is not WorldStatus.PLANNED and at >= self.now:
            return False
        at = at.replace(microsecond=0)
        receivers = tuple(dict.fromkeys(person for person in to if person != sender))
        copied = tuple(dict.fromkeys(p for p in cc if p != sender and p not in receivers))
        self._written.append(
            WorldActivity(
                "", kind, at, minutes, sender, receivers, copied, regarding, source, status, conversation, subject
            )
        )
        return True

    def activities(self) -> tuple[WorldActivity, ...]:
        """All, by time, numbered in that order."""
        ordered = sorted(self._written, key=lambda a: a.at)
        width = max(6, len(str(len(ordered))))
        return tuple(_numbered(f"m{number:0{width}}", a) for number, a in enumerate(ordered, 1))


def _numbered(name: str, a: WorldActivity) -> WorldActivity:
    return WorldActivity(
        name, a.kind, a.at, a.minutes, a.from_id, a.to_ids, a.cc_ids, a.regarding_id, a.source, a.status,
        a.conversation_id, a.subject,
    )  # fmt: skip
