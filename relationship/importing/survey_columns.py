"""What the columns of a survey seem to be: roles by titles and cells, how days are written, the scale of a score.

Nothing is decided here: what is found is proposed, and somebody who sees the file says what holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from relationship.importing import values
from relationship.importing.faults import Bad, FileRefused
from relationship.importing.opening import Source
from relationship.importing.options import Dates, Options
from relationship.importing.survey import MOST_LINES, day_part, opened
from relationship.importing.survey_roles import SCALES, SEVERAL, Role
from relationship.importing.words import plain

# Longer cells are no days and no scores.
LONGEST_FIGURE = 32
# A column in which the first cells hold none holds none.
PATIENCE = 50
# So many texts of a column that it is taken for one of comments.
LONG_TEXT = 25
# A file with more of its scores outside of a scale is on another one.
MOST_OUTSIDE = 0.05
# From so many scores on, one that lies outside is a slip of the keyboard and no other scale.
A_FEW = 6
SHOWN = 3

_TITLES: Mapping[Role, str] = {
    Role.DATE: "date|day|jour|date de reponse|response date|submitted at|date of response|repondu le|date de l avis|"
    "date d envoi|date envoi|date de l enquete|date de saisie|date de creation|created at|sent at|horodateur|"
    "horodatage|timestamp|date du commentaire|date de soumission|submission date",
    Role.TEXT: "text|texte|comment|comments|commentaire|commentaires|verbatim|verbatims|review|avis|message|remarque|"
    "remarques|reponse libre|opinion|feedback|suggestion|suggestions",
    Role.SATISFACTION: "satisfaction|csat|note|note de satisfaction|satisfaction score|score|stars|etoiles|rating|"
    "note globale|note sur 5|note sur 10",
    Role.RECOMMENDATION: "recommendation|recommandation|nps|recommendation score|note de recommandation|"
    "net promoter score|note nps",
    Role.LANGUAGE: "language|langue|lang|locale",
    Role.LINE_ID: "id|line id|lineid|numero|n|reference|response id|identifiant|id reponse|numero de ligne|"
    "id de reponse|numero de reponse",
    Role.CUSTOMER_ID: "customer id|customer|customer number|client|numero client|numero de client|code client|"
    "id client|user id|userid",
    Role.ACCOUNT: "account|compte|company|societe|entreprise|raison sociale|account number|nom du client|nom client|"
    "client name|customer name|company name|nom de l entreprise|nom de la societe|nom du compte|account name",
    Role.ADDRESS: "email|e mail|mail|address|adresse mail|adresse e mail|courriel|contact|email address|"
    "adresse electronique|mail du repondant",
    Role.FILTER: "agence|branch|site|magasin|store|location|point de vente|boutique|direction|direction regionale|"
    "centre|centre de responsabilite|centre de responsabilites|responsibility centre|responsibility center|"
    "responsabilite|service|department|departement|business unit|bu|unite|unite d affaires|division|region|country|"
    "pays|segment|secteur|secteur d activite|sector|canal|channel|produit|product|equipe|team|type de client|"
    "categorie|category|enquete|survey",
}  # fmt: skip
_ROLES = {spelling: role for role, several in _TITLES.items() for spelling in several.split("|")}
# Where no whole title fits: a word of it, and whether the cells must be days or scores.
_WORDS: Sequence[tuple[str, Role]] = (
    ("date", Role.DATE),
    ("recommand", Role.RECOMMENDATION),
    ("recommend", Role.RECOMMENDATION),
    ("satisf", Role.SATISFACTION),
    ("comment", Role.TEXT),
    ("verbatim", Role.TEXT),
    ("remarque", Role.TEXT),
    ("courriel", Role.ADDRESS),
    ("email", Role.ADDRESS),
    ("mail", Role.ADDRESS),
    ("agence", Role.FILTER),
    ("direction", Role.FILTER),
    ("site", Role.FILTER),
    ("centre", Role.FILTER),
    ("region", Role.FILTER),
)


@dataclass(slots=True)
class ColumnSeen:
    """The cells of one column, counted.

    filled    cells that are not empty;  signs: of them all together;  examples: the first few different ones
    days      by way of writing days: how many cells cannot be read so
    figures   cells that are numbers;  lowest, highest: of them;  outside: by scale, how many lie outside of it
    """

    filled: int = 0
    signs: int = 0
    examples: list[str] = field(default_factory=list)
    days: dict[Dates, int] = field(default_factory=lambda: dict.fromkeys(Dates, 0))
    figures: int = 0
    lowest: float = 0.0
    highest: float = 0.0
    outside: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SCALES, 0))

    @property
    def is_days(self) -> bool:
        return self.filled > 0 and min(self.days.values()) <= self.filled * 0.5

    @property
    def is_scores(self) -> bool:
        return self.filled > 0 and self.figures >= self.filled * 0.5

    def forms(self) -> tuple[Dates, ...]:
        """The ways of writing days that read most cells; several where the column does not decide."""
        least = min(self.days.values(), default=0)
        return tuple(form for form in Dates if self.days[form] == least)

    def fits(self, scale: str) -> bool:
        return self.outside[scale] <= self.figures * MOST_OUTSIDE

    def may_lie_on(self, scale: str) -> bool:
        """Whether the scale holds the scores but for a slip: a short column may have one, whose line is rejected."""
        return self.fits(scale) or (self.figures >= A_FEW and self.outside[scale] == 1)


@dataclass(frozen=True, slots=True)
class Seen:
    """A whole file at a glance. shape: what files with these titles share."""

    titles: tuple[str, ...]
    shape: str
    columns: tuple[ColumnSeen, ...]


def see(source: Source, options: Options) -> Seen:
    """Look at all lines of a file; FileRefused for what is no table."""
    titles, lines = opened(source, options)
    columns = tuple(ColumnSeen() for _ in titles)
    known: dict[str, tuple[Dates, ...]] = {}
    for number, (line, cells) in enumerate(lines, start=1):
        if number > MOST_LINES:
            raise FileRefused("too_many_rows", line=line, detail=MOST_LINES)
        count(columns, cells, known)
    return Seen(titles, shape_of(titles), columns)


def shape_of(titles: Sequence[str]) -> str:
    return sha256("\x1f".join(map(plain, titles)).encode()).hexdigest()


def count(columns: Sequence[ColumnSeen], cells: Sequence[str], known: dict[str, tuple[Dates, ...]]) -> None:
    """Count one line. known: days that were read before, by text."""
    for column, cell in zip(columns, cells, strict=False):
        bare = cell.strip()
        if not bare:
            continue
        column.filled += 1
        column.signs += len(bare)
        if len(column.examples) < SHOWN and bare not in column.examples:
            column.examples.append(bare)
        _count_days(column, bare, known)
        _count_scores(column, bare)


def _count_days(column: ColumnSeen, text: str, known: dict[str, tuple[Dates, ...]]) -> None:
    hopeless = column.filled > PATIENCE and min(column.days.values()) >= PATIENCE
    read: tuple[Dates, ...] = ()
    if len(text) <= LONGEST_FIGURE and not hopeless:
        cut = day_part(text)
        found = known.get(cut)
        if found is None:
            found = known[cut] = tuple(form for form in Dates if _is_day(cut, form))
        read = found
    for form in Dates:
        column.days[form] += form not in read


def _count_scores(column: ColumnSeen, text: str) -> None:
    if len(text) > LONGEST_FIGURE or (column.filled > PATIENCE and not column.figures):
        return
    try:
        found = float(str(values.amount("")(text)))
    except Bad:
        return
    column.lowest = min(column.lowest, found) if column.figures else found
    column.highest = max(column.highest, found) if column.figures else found
    column.figures += 1
    for scale, (low, high) in SCALES.items():
        column.outside[scale] += not low <= found <= high


def _is_day(text: str, form: Dates) -> bool:
    try:
        values.day(form)(text)
    except Bad:
        return False
    return True


def guessed(titles: Sequence[str], columns: Sequence[ColumnSeen]) -> tuple[Role, ...]:
    """The role that each title suggests and its cells do not deny; blank where none is suggested, so that nothing is
    kept unasked. Where no title tells of a text, the column that reads like one is it."""
    found: list[Role] = []
    for title, column in zip(titles, columns, strict=True):
        role = _role(plain(title), column)
        found.append(Role.BLANK if role in found and role not in SEVERAL else role)
    if Role.TEXT not in found:
        lengths = [
            column.signs / column.filled if column.filled and role is Role.BLANK else 0.0
            for role, column in zip(found, columns, strict=True)
        ]
        if max(lengths, default=0.0) >= LONG_TEXT:
            found[lengths.index(max(lengths))] = Role.TEXT
    return tuple(found)


def _role(title: str, column: ColumnSeen) -> Role:
    role = _ROLES.get(title)
    if role is None:
        role = next((one for word, one in _WORDS if word in title.split() or title.startswith(word)), None)
    if role is None:
        role = next((one for word, one in _WORDS if len(word) > 4 and word in title), Role.BLANK)
    if role in (Role.SATISFACTION, Role.RECOMMENDATION) and column.filled and not column.is_scores:
        return Role.TEXT if column.signs >= LONG_TEXT * column.filled else Role.BLANK
    if role is Role.DATE and column.filled and not column.is_days:
        return Role.BLANK
    return role


def scale_of(column: ColumnSeen) -> str:
    """The usual scale on which the scores of a column lie: the narrowest that holds them and is in common use."""
    if not column.figures:
        return "0-10"
    starts_at_one = column.lowest >= 1
    order = ("1-5", "1-7", "0-10", "0-100") if starts_at_one else ("0-10", "0-100")
    return next((scale for scale in order if column.fits(scale)), "0-100")
