"""What other systems of the invented company know of its customers, as files to import: one CSV file per kind.

In: a world. Out: `usage.csv`, `events.csv`, `satisfaction.csv`, `health.csv` and `stages.csv` in a folder, as
`relationship import` reads them. Every customer (an account with a renewal) lives through one of a few stories,
chosen by its id alone, so the same world gives the same files.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from simulator import identity
from simulator.dataverse.progress import steps
from simulator.world import Account, Person, Side, World

FOLDER = "imports"
USAGE_DAYS = 540
# Of one customer nothing has come for so many days: its export stands still.
STUCK_DAYS = 18
_WEEKEND = 5

Line = Sequence[object]


@dataclass(frozen=True, slots=True)
class Story:
    """level: share of the seats in use so many days ago; scores: NPS answers from the oldest quarter to the newest;
    events: days ago, kind, direction, text; comment: the newest answer's; health: score and status of another tool."""

    name: str
    level: Callable[[int], float]
    scores: tuple[int, ...]
    events: tuple[tuple[int, str, str, str], ...]
    comment: str
    health: tuple[int, str]


def _fallen(age: int) -> float:
    """Steady until 110 days ago, then a third less each month: two whole months far below those before."""
    return 0.62 * float(0.66 ** (max(0, 110 - age) / 30))


STORIES = (
    Story("steady", lambda _age: 0.55, (8, 8, 9, 8), (), "L’outil fait ce qu’on attend de lui.", (78, "healthy")),
    Story(
        "growth",
        lambda age: 0.82 - 0.5 * min(1.0, age / 400),
        (8, 9, 9, 10),
        (
            (58, "new_need", "", "Veut équiper le site de Douai avant l’automne"),
            (40, "funding", "", "Levée de fonds annoncée dans la presse"),
            (12, "expansion", "", "Demande un devis pour 30 licences de plus"),
        ),
        "L’équipe d’assistance répond toujours dans l’heure.",
        (91, "healthy"),
    ),
    Story(
        "decline",
        _fallen,
        (9, 7, 6, 4),
        (
            (70, "headcount", "down", "Plan de départs : 60 postes supprimés"),
            (35, "budget", "down", "Budget logiciel réduit d’un tiers"),
        ),
        "On s’en sert de moins en moins, la moitié de l’équipe est partie.",
        (62, "at_risk"),
    ),
    Story(
        "silent",
        lambda age: 0.5 if age > 34 else 0.0,
        (7, 7, 5, 3),
        ((48, "strategy", "", "Nouvelle direction, regroupement des outils à l’étude"),
         (20, "competitor", "down", "A demandé une démonstration à un concurrent")),
        "Personne ne nous a recontactés depuis la mise à jour.",
        (31, "escalated"),
    ),
    Story(
        "champion gone",
        lambda age: 0.6 if age > 45 else 0.42,
        (9, 9, 8, 6),
        ((47, "reorganisation", "", "Notre interlocuteur principal a quitté l’entreprise"),
         (9, "late_payment", "", "Facture réglée avec 25 jours de retard")),
        "Nous cherchons qui reprend le dossier chez nous.",
        (55, "at_risk"),
    ),
    Story(
        "urgent",
        lambda age: 0.6 + 0.1 * min(1.0, 200 / (age + 100)),
        (7, 8, 8, 9),
        ((15, "urgent_need", "", "Doit être conforme avant la fin du trimestre"),
         (11, "timing", "up", "Comité d’investissement avancé à juillet"),
         (6, "budget", "up", "Enveloppe débloquée pour le projet")),
        "Le module premium nous fait gagner une journée par mois.",
        (84, "healthy"),
    ),
)  # fmt: skip
# How often each story is told among twenty customers.
_SHARES = (7, 4, 3, 2, 2, 2)


def write_facts(world: World, folder: Path) -> None:
    """Write the files into `folder`/imports; those that are there are replaced."""
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    today = world.now.date()
    customers = [account for account in world.accounts if account.renewal_on is not None]
    first: dict[str, Person] = {}
    for person in world.people:
        if person.side is Side.CONTACT and person.account_id:
            first.setdefault(person.account_id, person)
    stuck = next((account for account in customers if story_of(account) is STORIES[0]), None)
    _write(
        target / "usage.csv",
        "account,day,active_users,logins,features_used,premium_features,seats",
        (line for account in customers for line in _usage(account, today, STUCK_DAYS if account is stuck else 0)),
    )
    _write(
        target / "events.csv",
        "account,day,kind,direction,text,source",
        (line for account in customers for line in _events(account, today)),
    )
    _write(
        target / "satisfaction.csv",
        "account,day,kind,score,contact,comment,source",
        (line for account in customers for line in _answers(account, first.get(account.id), today)),
    )
    # Every third customer is followed by finance in a tool of its own.
    _write(
        target / "health.csv",
        "account,score,status",
        ((account.id, *story_of(account).health) for account in customers[::3]),
    )
    _write(target / "stages.csv", "opportunity,day,stage,probability,value,close_on", _stages(world, today))


def story_of(account: Account) -> Story:
    """Which story a customer lives through: by its id alone."""
    return Random(f"facts:{account.id}").choices(STORIES, weights=_SHARES)[0]


def _usage(account: Account, today: date, until: int) -> Iterator[Line]:
    """Its use on every working day up to so many days ago."""
    story, rng = story_of(account), Random(f"usage:{account.id}")
    seats = max(5, min(400, (account.employees or 50) // 12))
    for age in range(USAGE_DAYS, until, -1):
        day = today - timedelta(days=age)
        level = story.level(age)
        if day.weekday() >= _WEEKEND:
            continue
        grown = seats + (seats // 4 if story.name == "growth" and age < 60 else 0)
        users = min(grown, round(grown * level * rng.uniform(0.92, 1.08)))
        least = 2 if story.name == "decline" else 6
        features = min(24, round(least + 16 * level * rng.uniform(0.9, 1.1))) if users else 0
        premium = round(features / 5) if story.name == "urgent" or (story.name == "growth" and age < 50) else 0
        yield account.id, day, users, round(users * rng.uniform(2.2, 3.4)), features, premium, grown


def _events(account: Account, today: date) -> Iterator[Line]:
    for age, kind, direction, text in story_of(account).events:
        yield account.id, today - timedelta(days=age), kind, direction, text, "Veille commerciale"


def _answers(account: Account, contact: Person | None, today: date) -> Iterator[Line]:
    story = story_of(account)
    offset = Random(f"answers:{account.id}").randint(5, 40)
    for place, score in enumerate(reversed(story.scores)):
        day = today - timedelta(days=offset + 91 * place)
        yield account.id, day, "nps", score, contact.email if contact else "", "" if place else story.comment, "Enquête"


def _stages(world: World, today: date) -> Iterator[Line]:
    """The stages before the present one, which the CRM itself tells."""
    for deal in world.opportunities:
        for one in steps(deal, today)[:-1]:
            guid = identity.opportunity(deal.id)
            yield guid, one.day, one.stage.lower(), one.probability, one.value, one.close_on


def _write(path: Path, header: str, lines: Iterator[Line]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(["" if cell is None else cell for cell in line] for line in lines)
