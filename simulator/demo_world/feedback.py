"""What customers write to the feedback mailbox of the invented company: whole mails, with what stands around the words.

Each customer speaks in the tone of its story (`facts.py`); quoted mail, signatures and a few mails of machines and
colleagues are there to be left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from relationship.activities import Kind
from simulator.demo_world.company import DOMAIN
from simulator.demo_world.customers import Customer
from simulator.demo_world.days import nearest_working_day
from simulator.demo_world.diary import Diary
from simulator.demo_world.facts import story_of
from simulator.demo_world.mail import office_hour
from simulator.world import Person, Side, WorldActivity

ADDRESS = f"avis@{DOMAIN}"
SHARE = 0.5
OLDEST_DAYS = 110


@dataclass(frozen=True, slots=True)
class Wording:
    """How people of one language write: {words} stands for what the customer says, {name} for who signs."""

    subject: str
    quoted: str
    plain: str
    html: str


FRENCH = Wording(
    "Re: Votre avis nous intéresse",
    "Le {day}, Orvane Systèmes <avis@orvane.example> a écrit :\n> Bonjour,\n> Votre avis nous intéresse : êtes-vous"
    " satisfait de nos services ?\n> Bien cordialement,\n> L'équipe Orvane",
    "Bonjour,\n\n{words}\n\nCordialement,\n\n{name}\nTél. : 01 99 00 00 00\n\n{quoted}\n",
    "<html><head><style>p {{ margin: 0 }}</style></head><body><p>Bonjour,</p><p>{words}</p><p>Cordialement,<br>"
    "{name}</p></body></html>",
)
ENGLISH = Wording(
    "Re: How are we doing?",
    "On {day}, Orvane Systèmes <avis@orvane.example> wrote:\n> Hello,\n> How are we doing?\n> The Orvane team",
    "Hello,\n\n{words}\n\nBest regards,\n{name}\n\n{quoted}\n",
    "<html><body><p>Hello,</p><p>{words}</p><p>Best regards,<br>{name}</p></body></html>",
)

SAID: dict[str, tuple[tuple[Wording, str], ...]] = {
    "steady": (
        (FRENCH, "Tout fonctionne. Il manque seulement un export vers notre comptabilité."),
        (FRENCH, "La nouvelle version est plus lisible que l'ancienne, merci."),
        (ENGLISH, "The update went smoothly, thank you for the clear instructions."),
    ),
    "growth": (
        (FRENCH, "Un grand merci à votre équipe, la formation de mardi était excellente. Nous sommes ravis !"),
        (FRENCH, "Nous ouvrons une nouvelle usine en septembre et aimerions l'équiper de la même façon."),
        (ENGLISH, "Great work from your support team, our planners are delighted."),
    ),
    "decline": (
        (FRENCH, "Nous sommes très déçus : la facture a encore augmenté et personne ne nous a prévenus."),
        (FRENCH, "Le logiciel est devenu trop lent, mes équipes sont exaspérées."),
        (ENGLISH, "Honestly, we are disappointed. The new pricing is unacceptable for a company of our size."),
    ),
    "silent": (
        (FRENCH, "Je suis furieux. Trois demandes sans réponse, c'est inadmissible."),
        (FRENCH, "Sans réponse de votre part cette semaine, nous résilierons le contrat."),
    ),
    "champion gone": (
        (FRENCH, "Encore un nouvel interlocuteur ! C'est le quatrième, il faut tout recommencer."),
        (FRENCH, "Nous regrettons beaucoup le départ de votre consultante, elle connaissait nos ateliers."),
    ),
    "urgent": (
        (FRENCH, "Nous sommes inquiets : l'audit est dans trois semaines et le rapport n'est pas prêt."),
        (FRENCH, "Merci pour votre réactivité, nous voilà rassurés avant l'audit."),
    ),
}


def feedback_mailbox(number: int) -> Person:
    """The mailbox itself: it is in the directory and never writes."""
    return Person(f"p{number:05}", ADDRESS, "Avis clients", Side.COLLEAGUE, None, "mailbox", ())


def write_feedback(
    rng: Random, diary: Diary, mailbox: Person, customers: Sequence[Customer], senders: dict[str, str], today: date
) -> dict[str, str]:
    """Write the mails down; the words by conversation, of which each mail has its own.

    senders  ids by sort: 'colleague', 'newsletter', 'machine'
    """
    words: dict[str, str] = {}

    def write(day: date, sender: str, subject: str, body: str) -> None:
        conversation = diary.new_conversation()
        if diary.write(
            Kind.EMAIL, office_hour(rng, day), sender, [mailbox.id], conversation=conversation, subject=subject
        ):
            words[conversation] = body

    for customer in customers:
        if customer.account.renewal_on is not None and rng.random() < SHARE:
            for day, wording, said in _said(rng, customer, today):
                speaker = rng.choice(customer.contacts)
                write(day, speaker.id, wording.subject, _mail(rng, wording, said, speaker.name, day))
    yesterday = nearest_working_day(today - timedelta(days=2))
    away = customers[0].contacts[0].id
    write(yesterday, away, "Réponse automatique : Votre avis nous intéresse", "Je suis absent jusqu'au 30 juin.")
    write(yesterday, senders["colleague"], "TR: avis d'un client", "Pour information, un client mécontent à rappeler.")
    write(yesterday, senders["newsletter"], "La lettre de juin", "<html><body><p>Nos offres du mois</p></body></html>")
    write(yesterday, senders["machine"], "Votre facture est disponible", "Votre facture est disponible en ligne.")
    return words


def bodies(activities: Sequence[WorldActivity], words: dict[str, str]) -> dict[str, str]:
    """The words by the id that each mail got."""
    return {one.id: words[one.conversation_id] for one in activities if one.conversation_id in words}


def _said(rng: Random, customer: Customer, today: date) -> Iterator[tuple[date, Wording, str]]:
    several = SAID[story_of(customer.account).name]
    age = rng.randint(1, 20)
    for wording, said in rng.sample(several, k=min(2, len(several))):
        if age <= OLDEST_DAYS:
            yield nearest_working_day(today - timedelta(days=age)), wording, said
        age += rng.randint(10, 60)


def _mail(rng: Random, wording: Wording, said: str, name: str, day: date) -> str:
    if rng.random() < 0.25:
        return wording.html.format(words=said, name=name)
    quoted = wording.quoted.format(day=f"{day - timedelta(days=3):%d/%m/%Y}") if rng.random() < 0.6 else ""
    return wording.plain.format(words=said, name=name, quoted=quoted)
