"""How a deal of a world went from stage to stage, by fixed rules without chance: worlds tell only where it stands."""

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha1

from simulator.world import Opportunity, OpportunityStatus

STAGES = ("Qualify", "Develop", "Propose", "Close")
_USUAL = (20, 40, 60, 80)
_RIVALS = ("Boréalis Logiciels", "Cartésia Industrie", "Helvia Systems")


@dataclass(frozen=True, slots=True)
class Step:
    """From this day on a deal stood there. value: in the currency of the organisation."""

    day: date
    stage: str
    probability: int | None
    value: float | None
    close_on: date | None


def steps(deal: Opportunity, today: date) -> list[Step]:
    """From its creation to where it stands today, oldest first; one step for a stage that is none of the usual ones.

    The stages share the time evenly. Every third deal was worth less at first, and every third was put off once.
    """
    last = deal.close_on if deal.status is not OpportunityStatus.OPEN and deal.close_on else today
    reached = STAGES.index(deal.stage) if deal.stage in STAGES else 0
    days = max(0, (last - deal.created_on).days)
    lot = _lot(deal.id)
    found = []
    for place in range(reached + 1):
        is_last = place == reached
        share = 1.0 if is_last or lot % 3 else 0.8
        found.append(
            Step(
                deal.created_on + timedelta(days=days * place // (reached + 1)),
                deal.stage if is_last else STAGES[place],
                deal.probability if is_last else _USUAL[place],
                round(deal.estimated_value * share, -2) if deal.estimated_value is not None else None,
                deal.close_on if is_last or lot % 3 != 1 or not deal.close_on else deal.close_on - timedelta(days=60),
            )
        )
    if found and deal.estimated_value is not None:
        found[-1] = Step(found[-1].day, found[-1].stage, found[-1].probability, deal.estimated_value, deal.close_on)
    return found


def competitor(deal: Opportunity) -> str | None:
    """Two deals in five have a rival, one of three invented ones."""
    lot = _lot(deal.id)
    return _RIVALS[lot % len(_RIVALS)] if lot % 5 < 2 else None


def _lot(text: str) -> int:
    return int.from_bytes(sha1(text.encode(), usedforsecurity=False).digest()[:4], "big")
