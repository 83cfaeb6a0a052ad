"""What the customers of the invented company say: a file of a survey with a few dozen comments, in French and English.

Each customer speaks in the tone of its story (`facts.py`), so that texts, scores and use tell the same.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from simulator.demo_world.facts import FOLDER, story_of
from simulator.world import Account, Person, Side, World

FILE = "verbatims.csv"
HEADER = ("Date", "N°", "Client", "E-mail", "Commentaire", "Satisfaction", "NPS", "Agence", "Enquêteur")
MOST = 60
AGENCIES = ("Lille", "Lyon", "Nantes", "Paris")

SAID: dict[str, tuple[str, ...]] = {
    "steady": (
        "Rien à signaler, tout fonctionne comme prévu.",
        "L'outil fait ce qu'on attend de lui. Les tarifs sont un peu élevés, une remise serait la bienvenue.",
        "Service sérieux, nous avançons tranquillement.",
        "Everything works as expected, no complaints.",
        "Bonne prise en main, mais l'interface est parfois compliquée pour les nouveaux.",
    ),
    "growth": (
        "Une équipe formidable, toujours à l'écoute, un grand merci à votre support !",
        "Nous ouvrons un deuxième site à Douai à l'automne et recrutons : il nous faudra 30 licences de plus.",
        "Quelle bonne surprise, le déploiement a pris deux jours au lieu de dix. Bravo !",
        "Fantastic support, they answered within the hour. I highly recommend you.",
        "Ravis de l'accompagnement, nous vous recommandons chaudement autour de nous.",
    ),
    "decline": (
        "Je suis déçu, la qualité a baissé depuis un an et les prix augmentent.",
        "On s'en sert de moins en moins. Avec le budget de cette année, nous regardons ce qui se fait ailleurs.",
        "La hausse de tarif est inacceptable, à ce prix nous étudions d'autres solutions.",
        "We are disappointed: it is slow and too expensive for what we use. We are looking for alternatives.",
    ),
    "silent": (
        "C'est inadmissible, personne ne nous a rappelés depuis trois semaines malgré nos relances.",
        "Si rien ne change d'ici la fin du mois, nous résilierons le contrat et partirons à la concurrence.",
        "Votre support est injoignable, nous sommes furieux. Nous ne renouvellerons pas.",
    ),
    "champion gone": (
        "Nous sommes attristés par le départ de notre interlocutrice, il faut tout réexpliquer à chaque fois.",
        "On a changé trois fois d'interlocuteur cette année, c'est fatigant.",
        "Notre responsable informatique part à la retraite, nous cherchons qui reprend le dossier.",
    ),
    "urgent": (
        "Nous sommes inquiets pour la date de mise en conformité, nous avons besoin d'aide rapidement.",
        "Le module premium nous fait gagner une journée par mois, c'est très pratique.",
        "Je craignais la migration, mais tout s'est bien passé, merci !",
    ),
}  # fmt: skip
_SCORES = {
    "steady": (7, 8), "growth": (9, 10), "decline": (3, 6), "silent": (0, 3), "champion gone": (4, 7), "urgent": (6, 9),
}  # fmt: skip


def write_voices(world: World, folder: Path) -> None:
    """Write `folder`/imports/verbatims.csv; one that is there is replaced."""
    path = folder / FOLDER / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        writer.writerows(_lines(world))


def _lines(world: World) -> Iterator[tuple[object, ...]]:
    people: dict[str, Person] = {}
    for person in world.people:
        if person.side is Side.CONTACT and person.account_id:
            people.setdefault(person.account_id, person)
    customers = [account for account in world.accounts if account.renewal_on is not None]
    number = 0
    for account in customers:
        for day, text, score, dice in _said(account, world.now.date()):
            if number >= MOST:
                return
            number += 1
            speaker = people.get(account.id)
            address = speaker.email if speaker else ""
            agency = dice.choice(AGENCIES)
            yield day, f"E-{number:04}", account.id, address, text, score * 10, score, agency, "Cabinet Dervaux"


def _said(account: Account, today: date) -> Iterator[tuple[date, str, int, Random]]:
    dice, name = Random(f"voices:{account.id}"), story_of(account).name
    several = dice.sample(SAID[name], k=min(3, len(SAID[name])))
    age = dice.randint(2, 15)
    for text in several:
        yield today - timedelta(days=age), text, dice.randint(*_SCORES[name]), dice
        age += dice.randint(8, 45)
