"""The health score written down once more from its published formula, plainly, to judge the demo world by."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from math import exp, log
from zoneinfo import ZoneInfo

from relationship.activities import Kind
from simulator.world import Opportunity, World, WorldActivity, WorldStatus

PARIS = ZoneInfo("Europe/Paris")
WEEKLY = 7.0
LARGEST_CIRCLE = 20


class Judge:
    """Scores the deals of a world, expecting a contact once a week, weights 6."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._colleagues = {person.id for person in world.people if person.is_colleague}
        self._primary: dict[str, str] = {}
        for person in sorted(world.people, key=lambda p: p.id, reverse=True):
            self._primary[person.account_id or ""] = person.id
        self._of_person: dict[str, list[WorldActivity]] = defaultdict(list)
        self._filed: dict[str, list[WorldActivity]] = defaultdict(list)
        for activity in world.activities:
            on_it = {activity.from_id, *activity.to_ids, *activity.cc_ids}
            if not self._counts(activity, len(on_it - self._colleagues)):
                continue
            if activity.regarding_id:
                self._filed[activity.regarding_id].append(activity)
            else:
                for person_id in on_it - self._colleagues:
                    self._of_person[person_id].append(activity)

    def score(self, deal: Opportunity, today: date, kinds: Iterable[Kind] = (Kind.EMAIL,)) -> int | None:
        """0 to 100; None when nobody ever met."""
        days = self._contact_days(deal, today, set(kinds))
        if not days:
            return None
        kept = [(0.5 ** ((today - day).days / 60), acted) for (_, day), acted in days.items()]
        volume = sum(worth for worth, _ in kept)
        mutual = min(sum(worth for worth, acted in kept if acted[side]) for side in (0, 1))
        par = self._par(deal, today)
        late = max(0.0, self._silence(max(day for _, day in days), today) - WEEKLY) / WEEKLY
        z = log(1 + min(volume, par + 2 * mutual)) + 0.5 * log(1 + mutual) - log(1 + late)
        x = 1.5 * exp(z - 1.5 * log(1 + par))
        return round(100 * x / (1 + x))

    @staticmethod
    def _counts(activity: WorldActivity, outsiders: int) -> bool:
        automatic = activity.subject.startswith("Réponse automatique")
        return activity.status is WorldStatus.DONE and not automatic and outsiders <= LARGEST_CIRCLE

    def _contact_days(self, deal: Opportunity, today: date, kinds: set[Kind]) -> dict[tuple[Kind, date], list[bool]]:
        """By kind and day whether we and whether they acted."""
        ours = {deal.owner_id, *deal.team_ids}
        theirs = {*deal.contact_ids, self._primary[deal.account_id]}
        met = [
            activity
            for person_id in theirs
            for activity in self._of_person[person_id]
            if ours & {activity.from_id, *activity.to_ids, *activity.cc_ids}
        ]
        days: dict[tuple[Kind, date], list[bool]] = defaultdict(lambda: [False, False])
        for activity in (*met, *self._filed[deal.id]):
            day = activity.at.astimezone(PARIS).date()
            if activity.kind in kinds and day <= today:
                both = activity.kind in (Kind.MEETING, Kind.CALL)
                acted = days[activity.kind, day]
                acted[0] |= both or activity.from_id in ours
                acted[1] |= both or activity.from_id in theirs
        return days

    def _par(self, deal: Opportunity, today: date) -> float:
        window = self._world.now.astimezone(PARIS).date() - timedelta(days=int(self._world.read_window_days or 400))
        age = max(14.0, WEEKLY, (today - max(deal.created_on, window)).days)
        q = 0.5 ** (WEEKLY / 60)
        return q * (1 - q ** (age / WEEKLY)) / (1 - q)

    @staticmethod
    def _silence(last: date, today: date) -> float:
        """Working days since the last contact day, stretched to a week of seven."""
        return 7 / 5 * sum((last + timedelta(days=n)).weekday() < 5 for n in range(1, (today - last).days + 1))


def band(points: int) -> str:
    return "good" if points >= 60 else "fair" if points >= 40 else "poor"
