"""Files of surveys and reviews: any columns, each with the role that somebody gives it.

In: the bytes of a CSV or XLSX file and a role per column. Out: one answer per line, and what is wrong with the lines
that are not taken. A column without a role is not read at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from relationship.importing import csv_lines, values, xlsx_lines
from relationship.importing.csv_lines import Line
from relationship.importing.faults import Bad, Fault, FileRefused
from relationship.importing.header import MOST_COLUMNS
from relationship.importing.opening import Source, is_workbook
from relationship.importing.options import Options
from relationship.importing.words import plain

MOST_LINES = 100_000
MOST_FAULTS = 1_000
LONGEST_VALUE = 500
SHOWN_LINES = 3


class Role(StrEnum):
    """What a column is for."""

    DATE = "date"
    TEXT = "text"
    SATISFACTION = "satisfaction"
    RECOMMENDATION = "recommendation"
    FILTER = "filter"
    INFORMATION = "information"
    BLANK = "blank"
    LANGUAGE = "language"
    LINE_ID = "line_id"
    CUSTOMER_ID = "customer_id"
    ACCOUNT = "account"
    ADDRESS = "address"


# Of the others a file may have one column at most.
SEVERAL = frozenset({Role.TEXT, Role.FILTER, Role.INFORMATION, Role.BLANK})
# How satisfaction is told: lowest and highest score.
SCALES: Mapping[str, tuple[int, int]] = {
    "0-10": (0, 10), "1-5": (1, 5), "1-10": (1, 10), "1-7": (1, 7), "1-4": (1, 4), "0-100": (0, 100),
}  # fmt: skip

_GUESSES: Mapping[Role, str] = {
    Role.DATE: "date|day|jour|date de reponse|response date|submitted at|date of response|repondu le|date de l avis",
    Role.TEXT: "text|texte|comment|comments|commentaire|commentaires|verbatim|verbatims|review|avis|message|remarque|"
    "remarques|reponse libre|opinion|feedback",
    Role.SATISFACTION: "satisfaction|csat|note|note de satisfaction|satisfaction score|score|stars|etoiles|rating",
    Role.RECOMMENDATION: "recommendation|recommandation|nps|recommendation score|note de recommandation|"
    "net promoter score",
    Role.LANGUAGE: "language|langue|lang|locale",
    Role.LINE_ID: "id|line id|lineid|numero|n|reference|response id|identifiant|id reponse|numero de ligne",
    Role.CUSTOMER_ID: "customer id|customer|customer number|client|numero client|code client|id client|user id|userid",
    Role.ACCOUNT: "account|compte|company|societe|entreprise|raison sociale|account number",
    Role.ADDRESS: "email|e mail|mail|address|adresse mail|adresse e mail|courriel|contact",
}
_ROLES = {spelling: role for role, several in _GUESSES.items() for spelling in several.split("|")}
_LANGUAGES = {"fr": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en"}


@dataclass(frozen=True, slots=True)
class Seen:
    """The beginning of a file. shape: what files with these titles share;  examples: first lines."""

    titles: tuple[str, ...]
    shape: str
    examples: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """roles: by place of the column;  scale: a key of SCALES."""

    roles: tuple[Role, ...]
    scale: str = "0-10"


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of a file; what it does not tell is empty. satisfaction: 0 to 100."""

    line: int
    day: int
    text: str
    language: str = ""
    line_id: str = ""
    customer_id: str = ""
    account: str = ""
    address: str = ""
    satisfaction: float | None = None
    recommendation: float | None = None
    filters: dict[str, str] = field(default_factory=dict)
    information: dict[str, str] = field(default_factory=dict)


def see(source: Source, options: Options) -> Seen:
    """Titles and first lines; FileRefused for what is no table."""
    lines = _lines(source, options)
    first = next(lines, None)
    if first is None:
        raise FileRefused("empty_file")
    titles = tuple(cell.strip() for cell in first[1])
    if len(titles) > MOST_COLUMNS:
        raise FileRefused("too_many_columns", line=1, detail=MOST_COLUMNS)
    examples = tuple(tuple(cells) for _line, cells in _few(lines))
    return Seen(titles, sha256("\x1f".join(map(plain, titles)).encode()).hexdigest(), examples)


def guessed(titles: Sequence[str]) -> tuple[Role, ...]:
    """The role that each title suggests; blank where it suggests none, so that nothing is kept unasked."""
    found: list[Role] = []
    for title in titles:
        role = _ROLES.get(plain(title), Role.BLANK)
        found.append(Role.BLANK if role in found and role not in SEVERAL else role)
    return tuple(found)


def wrong(roles: Sequence[Role]) -> str:
    """Why these roles cannot be read, a code: 'no_date', 'no_text', 'role_twice'; '' when all is well."""
    if Role.DATE not in roles:
        return "no_date"
    if Role.TEXT not in roles:
        return "no_text"
    single = [role for role in roles if role not in SEVERAL]
    return "role_twice" if len(single) != len(set(single)) else ""


def read(source: Source, options: Options, mapping: ColumnRoles) -> tuple[list[Answer], list[Fault], int]:
    """Answers, what is wrong with lines that are not taken, and how many lines there are.

    Lines without a text are counted and left out: most people who answer write none.
    raises  FileRefused for the file as a whole
    """
    lines = _lines(source, options)
    first = next(lines, None)
    if first is None:
        raise FileRefused("empty_file")
    titles = [cell.strip() for cell in first[1]]
    answers: list[Answer] = []
    faults: list[Fault] = []
    count = 0
    for line, cells in lines:
        count += 1
        if count > MOST_LINES:
            raise FileRefused("too_many_rows", line=line, detail=MOST_LINES)
        try:
            if len(cells) != len(titles):
                raise Bad("ragged_row", len(cells))
            answer = _answer(line, titles, cells, mapping, options)
        except Bad as bad:
            faults.append(Fault(line, "", bad.code, bad.detail, tuple(cell[:200] for cell in cells[:MOST_COLUMNS])))
            if len(faults) > MOST_FAULTS:
                raise FileRefused("too_many_faults", detail=MOST_FAULTS) from None
            continue
        if answer is not None:
            answers.append(answer)
    return answers, faults, count


def _answer(line: int, titles: list[str], cells: list[str], mapping: ColumnRoles, options: Options) -> Answer | None:
    by_role: dict[Role, list[tuple[str, str]]] = {}
    for title, cell, role in zip(titles, cells, mapping.roles, strict=True):
        if role is not Role.BLANK and cell.strip():
            by_role.setdefault(role, []).append((title, cell.strip()))
    if Role.TEXT not in by_role:
        return None
    if Role.DATE not in by_role:
        raise Bad("date_missing")
    satisfaction = by_role.get(Role.SATISFACTION)
    recommendation = by_role.get(Role.RECOMMENDATION)
    return Answer(
        line,
        _day(by_role[Role.DATE][0][1], options),
        "\n".join(text for _, text in by_role[Role.TEXT]),
        _LANGUAGES.get(plain(_one(by_role, Role.LANGUAGE)), ""),
        _one(by_role, Role.LINE_ID)[:LONGEST_VALUE],
        _one(by_role, Role.CUSTOMER_ID)[:LONGEST_VALUE],
        _one(by_role, Role.ACCOUNT)[:LONGEST_VALUE],
        _one(by_role, Role.ADDRESS)[:LONGEST_VALUE],
        _share(_number(satisfaction[0][1], options), SCALES[mapping.scale]) if satisfaction else None,
        _within(_number(recommendation[0][1], options), (0, 10)) if recommendation else None,
        {title: text[:LONGEST_VALUE] for title, text in by_role.get(Role.FILTER, ())},
        {title: text[:LONGEST_VALUE] for title, text in by_role.get(Role.INFORMATION, ())},
    )


def _one(by_role: Mapping[Role, list[tuple[str, str]]], role: Role) -> str:
    return by_role[role][0][1] if role in by_role else ""


def _day(text: str, options: Options) -> int:
    """Tools for surveys write the time beside the day; the day counts."""
    found = values.day(options.dates)(text.replace("T", " ").split(" ")[0])
    return int(str(found))


def _number(text: str, options: Options) -> float:
    return float(str(values.amount(options.decimal)(text)))


def _within(score: float, scale: tuple[int, int]) -> float:
    low, high = scale
    if not low <= score <= high:
        raise Bad("score_out_of_range", f"{low}–{high}")
    return score


def _share(score: float, scale: tuple[int, int]) -> float:
    low, high = scale
    return round(100 * (_within(score, scale) - low) / (high - low), 2)


def _lines(source: Source, options: Options) -> Iterator[Line]:
    if is_workbook(source, encoding=options.encoding):
        return xlsx_lines.lines(source, options)
    return csv_lines.lines(source, options)


def _few(lines: Iterator[Line]) -> list[Line]:
    return [line for line, _ in zip(lines, range(SHOWN_LINES), strict=False)]
