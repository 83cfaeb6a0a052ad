"""The first line of a file: which of our columns each cell is."""

from collections.abc import Sequence

from relationship.importing.faults import FileRefused
from relationship.importing.kinds import KindSpec
from relationship.importing.options import Options
from relationship.importing.words import plain

MOST_COLUMNS = 60
# What a file of ours tells beside its values: the name of the record, and of rejected lines where they stood and why.
_INFORMATION = frozenset({"name", "nom", "account name", "nom du compte", "line", "ligne", "what to do", "que faire"})


def columns(cells: Sequence[str], spec: KindSpec, options: Options) -> dict[str, int]:
    """Place of each known column in the line; FileRefused where one is missing, unknown or there twice.

    Case, accents, blanks and underscores do not count.
    """
    if len(cells) > MOST_COLUMNS:
        raise FileRefused("too_many_columns", line=1, detail=MOST_COLUMNS)
    known = _spellings(spec)
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        title = plain(cell)
        name = known.get(title)
        if name is None:
            if title in _INFORMATION:
                continue
            raise FileRefused("unknown_column", line=1, detail=cell.strip()[:60])
        if name in found:
            raise FileRefused("double_column", line=1, detail=cell.strip()[:60])
        found[name] = place
    for column in spec.columns:
        if column.required and column.name not in found and not (column.name == "day" and options.as_of):
            raise FileRefused("missing_column", line=1, detail=column.titles["en"])
    if "day" in found and options.as_of:
        raise FileRefused("day_twice", line=1)
    if not any(name in found for name in spec.figures):
        raise FileRefused("only_account", line=1)
    return found


def _spellings(spec: KindSpec) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in spec.columns:
        for title in (column.name, *column.titles.values(), *column.aliases):
            found.setdefault(plain(title), column.name)
    return found
