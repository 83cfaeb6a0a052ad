"""The invented company: Orvane Systèmes, software and services for factories, and its people."""

from random import Random

from simulator.demo_world.names import MEN, SURNAMES, WOMEN, ascii_name
from simulator.world import BusinessUnit, Group, Person, Side, SignIn

COMPANY = "Orvane Systèmes"
DOMAIN = "orvane.example"

# Number of people and job title for a man and for a woman; those marked grow with the scale.
_POSTS = (
    ("seller", 14, True, "Ingénieur commercial", "Ingénieure commerciale"),
    ("manager", 3, True, "Directeur régional des ventes", "Directrice régionale des ventes"),
    ("presales", 6, True, "Ingénieur avant-vente", "Ingénieure avant-vente"),
    ("success", 6, True, "Responsable du succès client", "Responsable du succès client"),
    ("support", 3, True, "Technicien support", "Technicienne support"),
    ("marketing", 2, False, "Chargé de marketing", "Chargée de marketing"),
    ("sales_admin", 1, False, "Responsable administration des ventes", "Responsable administration des ventes"),
    ("privacy", 1, False, "Délégué à la protection des données", "Déléguée à la protection des données"),
    ("executive", 1, False, "Directeur général", "Directrice générale"),
    ("executive", 1, False, "Directeur commercial", "Directrice commerciale"),
    ("executive", 1, False, "Directeur produit", "Directrice produit"),
    ("executive", 1, False, "Directeur administratif et financier", "Directrice administrative et financière"),
)  # fmt: skip


# What the regional managers lead, in turn; a larger company numbers its further regions.
_UNITS = ("Ventes France Nord", "Ventes France Sud", "Grands comptes", "Ventes Ouest", "Ventes Est")


class NameGiver:
    """Hands out names of women and men; no full name twice while there are others."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._given: set[tuple[str, str]] = set()

    def name(self) -> tuple[str, str, bool]:
        """First name, surname, whether it is a woman's."""
        for _ in range(50):
            woman = self._rng.random() < 0.5
            name = self._rng.choice(WOMEN if woman else MEN), self._rng.choice(SURNAMES)
            if name not in self._given:
                break
        self._given.add(name)
        return *name, woman


class Company:
    """The colleagues by post; the sellers are spread over the regional managers in turn."""

    def __init__(self, posts: dict[str, tuple[Person, ...]]) -> None:
        self.people = [person for people in posts.values() for person in people]
        self._ids = {post: [person.id for person in people] for post, people in posts.items()}
        managers = self._ids["manager"]
        self._managers = {seller: managers[place % len(managers)] for place, seller in enumerate(self._ids["seller"])}
        self._teams: dict[str, list[str]] = {manager: [] for manager in managers}
        for seller, manager in self._managers.items():
            self._teams[manager].append(seller)

    def ids(self, post: str) -> list[str]:
        return self._ids[post]

    def manager_of(self, seller_id: str) -> str:
        return self._managers[seller_id]

    def team_of(self, manager_id: str) -> list[str]:
        return self._teams[manager_id]

    def business_units(self) -> tuple[BusinessUnit, ...]:
        """Each manager with the sellers of the team, as the CRM divides the company."""
        return tuple(
            BusinessUnit(_UNITS[place] if place < len(_UNITS) else f"Ventes région {place + 1}", (manager, *team))
            for place, (manager, team) in enumerate(self._teams.items())
        )

    def groups(self) -> tuple[Group, ...]:
        """The groups of the directory: by post, and those that a company has beside its posts."""
        executives = self.ids("executive")
        return (
            Group("Équipe commerciale", (*self.ids("seller"), *self.ids("manager"), *self.ids("presales"))),
            Group("Succès client", (*self.ids("success"), *self.ids("support"))),
            Group("Direction", tuple(executives)),
            Group("Ressources humaines", (*self.ids("privacy"), executives[-1])),
            Group("Représentants du personnel (CSE)", (*self.ids("seller")[-1:], *self.ids("support")[-1:])),
            Group("Tous les collaborateurs", tuple(person.id for person in self.people)),
        )

    def sign_in(self) -> tuple[SignIn, ...]:
        """Whom the sign-in page of the demo offers."""
        seller, other = self.ids("seller")[:2]
        return (
            SignIn(seller, ("seller",)),
            SignIn(other, ("seller",)),
            SignIn(self.manager_of(seller), ("sales_manager",)),
            SignIn(self.ids("sales_admin")[0], ("sales_admin",)),
            SignIn(self.ids("success")[0], ("customer_success",)),
            SignIn(self.ids("privacy")[0], ("privacy_officer",)),
        )


def found_company(rng: Random, names: NameGiver, *, scale: float) -> Company:
    posts: dict[str, list[Person]] = {}
    taken: set[str] = set()
    number_given = 0
    for post, number, grows, man, woman in _POSTS:
        for _ in range(max(2, round(number * scale)) if grows else number):
            number_given += 1
            first, last, is_woman = names.name()
            local = free_local_part(f"{ascii_name(first)}.{ascii_name(last)}", taken)
            aliases = _aliases(rng, first, last, taken)
            person = Person(
                f"p{number_given:05}", f"{local}@{DOMAIN}", f"{first} {last}", Side.COLLEAGUE, None,
                woman if is_woman else man, aliases,
            )  # fmt: skip
            posts.setdefault(post, []).append(person)
    return Company({post: tuple(people) for post, people in posts.items()})


def free_local_part(wish: str, taken: set[str]) -> str:
    """The wished part before the @, with a number when somebody has it already."""
    local, number = wish, 1
    while local in taken:
        number += 1
        local = f"{wish}{number}"
    taken.add(local)
    return local


def _aliases(rng: Random, first: str, last: str, taken: set[str]) -> tuple[str, ...]:
    """One colleague in eight has a short second address."""
    short = f"{ascii_name(first)[0]}{ascii_name(last)}"
    return (f"{free_local_part(short, taken)}@{DOMAIN}",) if rng.random() < 1 / 8 else ()
