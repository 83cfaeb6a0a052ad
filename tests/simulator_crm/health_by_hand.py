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


def contact_days(
    world: World, deal: Opportunity, today: date, kinds: Iterable[Kind]
) -> dict[Kind, dict[date, list[bool]]]:
    """Per kind and day whether we and whether they acted; the activities must be those that count."""
    ours = {deal.owner_id, *deal.team_ids}
    theirs = set(deal.contact_ids)
    theirs |= {min(p.id for p in world.people if p.account_id == deal.account_id)}
    colleagues = {person.id for person in world.people if person.is_colleague}
    days: dict[Kind, dict[date, list[bool]]] = {kind: defaultdict(lambda: [False, False]) for kind in kinds}
    for activity in world.activities:
        on_it = {activity.from_id, *activity.to_ids, *activity.cc_ids}
        filed_here = activity.regarding_id == deal.id
        if activity.kind not in days or not counts(activity, len(on_it - colleagues)):
            continue
        if not filed_here and (activity.regarding_id or not on_it & ours or not on_it & theirs):
            continue
        day = activity.at.astimezone(PARIS).date()
        if day > today:
            continue
        both = activity.kind in (Kind.MEETING, Kind.CALL)
        acted = days[activity.kind][day]
        acted[0] |= both or activity.from_id in ours
        acted[1] |= both or activity.from_id in theirs
    return days


def counts(activity: WorldActivity, outsiders: int) -> bool:
    automatic = activity.subject.startswith("Réponse automatique")
    return activity.status is WorldStatus.DONE and not automatic and outsiders <= 20


def score(
    world: World, deal: Opportunity, today: date, kinds: Iterable[Kind] = (Kind.EMAIL,), *, expected: float = WEEKLY
) -> int | None:
    """0 to 100; None when nobody ever met."""
    by_kind = contact_days(world, deal, today, kinds)
    days = [(day, acted) for acted_on in by_kind.values() for day, acted in acted_on.items()]
    if not days:
        return None
    kept = [(0.5 ** ((today - day).days / 60), acted) for day, acted in days]
    volume = sum(worth for worth, _ in kept)
    mutual = min(sum(worth for worth, acted in kept if acted[side]) for side in (0, 1))
    window = world.now.astimezone(PARIS).date() - timedelta(days=int(world.read_window_days or 400))
    age = max(14.0, expected, (today - max(deal.created_on, window)).days)
    q = 0.5 ** (expected / 60)
    par = q * (1 - q ** (age / expected)) / (1 - q)
    last = max(day for day, _ in days)
    working = sum((last + timedelta(days=n)).weekday() < 5 for n in range(1, (today - last).days + 1))
    late = max(0.0, 7 / 5 * working - expected) / expected
    z = log(1 + min(volume, par + 2 * mutual)) + 0.5 * log(1 + mutual) - log(1 + late)
    x = 1.5 * exp(z - 1.5 * log(1 + par))
    return round(100 * x / (1 + x))


def band(points: int) -> str:
    return "good" if points >= 60 else "fair" if points >= 40 else "poor"
