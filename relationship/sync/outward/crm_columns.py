"""Making our columns in Dynamics 365 by its Web API, taking them away, and looking whether they are there.

What if it runs twice: it looks before it makes, so the second time makes nothing. What if it dies half-way: the
next run goes on with what is missing. What if Microsoft says no: the error says which role is needed.
The application user needs the role System Customizer for both, not for writing values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from relationship import failpoints
from relationship.errors import BadItem, FixSettings, RelationshipError, Unavailable
from relationship.sync.checks.findings import Finding, Mark
from relationship.sync.shapes.crm_definitions import (
    ENGLISH,
    EVERY_COLUMN,
    FRENCH,
    SOLUTION,
    TABLES,
    Column,
    Table,
    definition,
    publication,
    publisher,
    solution,
)
from relationship.sync.wire.faults import NOT_FOUND
from relationship.sync.wire.transport import Channel, Json

SCOPE = "dataverse"
# A column just made is found past the cache.
_STRONG = {"Consistency": "Strong"}
_ATTRIBUTE = 2  # component type of a column among the dependencies
_COMPONENTS = {
    2: "column", 24: "form", 26: "view", 29: "process", 59: "chart", 60: "form", 61: "web resource", 66: "control",
    70: "column security profile", 80: "app", 300: "canvas app",
}  # fmt: skip
_CREATE_ROLE = "Give our application user the role System Customizer while this command runs (docs/add-in.md)."


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at. what: like opportunity.rel_healthscore; made: it was not there, or was taken
    away; False: nothing was to be done."""

    what: str
    made: bool


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something in the CRM that uses a column of ours."""

    column: str
    kind: str
    id: str


class InUseError(RelationshipError):
    """The customizer acts: views, charts or flows use the columns; nothing was taken away."""

    def __init__(self, dependencies: list[Dependency]) -> None:
        super().__init__(
            f"{len(dependencies)} components of Dynamics 365 use these columns; nothing was taken away.",
            next_step="Take the columns out of the views, charts, forms and processes listed, publish, and try again.",
            code="columns_in_use",
        )
        self.dependencies = dependencies


def provision(channel: Channel, prefix: str) -> Iterator[Step]:
    """Publisher, solution and columns; then publish what was made. Yields each step as it is done."""
    publisher_id, made = _publisher(channel, prefix)
    yield Step(f"publisher {prefix}", made)
    yield Step(f"solution {SOLUTION}", _solution(channel, publisher_id))
    spoken = _languages(channel)
    for table, column in EVERY_COLUMN:
        yield Step(_name(table, column, prefix), _make(channel, table, column, prefix, spoken))
        failpoints.passage("crm_columns.made")
    # Also when nothing was made: a run that died before may have left columns unpublished.
    _ask(channel, "POST", "/PublishXml", publication())
    yield Step("publication", True)


def remove(channel: Channel, prefix: str) -> Iterator[Step]:
    """Take the columns and the solution away, with the values in them.

    raises  InUseError, before anything is taken away, when something uses a column
    """
    there = [(t, c, found) for t, c in EVERY_COLUMN if (found := column_id(channel, t, c, prefix))]
    used = [
        one for table, column, found in there for one in _dependencies(channel, _name(table, column, prefix), found)
    ]
    if used:
        raise InUseError(used)
    present = {_name(table, column, prefix) for table, column, _ in there}
    for table, column in EVERY_COLUMN:
        name = _name(table, column, prefix)
        yield Step(name, name in present and _delete(channel, _column_path(table, column, prefix)))
        failpoints.passage("crm_columns.removed")
    yield Step(f"solution {SOLUTION}", _delete_row(channel, "solutions", "solutionid", f"uniquename eq '{SOLUTION}'"))
    name = publisher(prefix)["uniquename"]
    yield Step(f"publisher {prefix}", _delete_publisher(channel, name))
    _ask(channel, "POST", "/PublishXml", publication())
    yield Step("publication", True)


def column_id(channel: Channel, table: Table, column: Column, prefix: str) -> str | None:
    """The id of the definition of a column of ours, None when the table has no such column."""
    try:
        path = f"{_column_path(table, column, prefix)}?$select=MetadataId"
        return str(channel.fetch_one(path, scope=SCOPE, headers=_STRONG).get("MetadataId", ""))
    except (Unavailable, BadItem) as error:
        if error.code in ("not_offered", NOT_FOUND):
            return None
        raise


def missing(channel: Channel, prefix: str) -> list[str]:
    """The columns of ours that are not there."""
    return [_name(t, c, prefix) for t, c in EVERY_COLUMN if column_id(channel, t, c, prefix) is None]


def examine(channel: Channel, prefix: str) -> Iterator[Finding]:
    """Whether the columns are there and may be written; changes nothing."""
    try:
        absent = missing(channel, prefix)
    except RelationshipError as error:
        yield Finding("columns", Mark.BAD, error.message, error.next_step)
        return
    if absent:
        told = f"{len(absent)} of {len(EVERY_COLUMN)} columns are missing: {', '.join(absent)}."
        yield Finding("columns", Mark.BAD, told, "Run `relationship crm provision` (docs/add-in.md).")
    else:
        yield Finding("columns", Mark.GOOD, "Opportunities, contacts, leads and accounts have our columns.")
    yield _rights(channel)


def _rights(channel: Channel) -> Finding:
    step = "Give our application user organisation-level Write on opportunity, contact, lead and account."
    try:
        user = channel.fetch_one("/WhoAmI", scope=SCOPE).get("UserId")
        path = f"/systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges"
        rows = channel.fetch_one(path, scope=SCOPE).get("RolePrivileges")
    except RelationshipError as error:
        told = f"Whether the columns may be written cannot be asked ({error.code})."
        return Finding("writing the columns", Mark.WARNING, told, step)
    held = {
        str(row.get("PrivilegeName", "")).lower(): row.get("Depth")
        for row in rows if isinstance(row, dict)
    } if isinstance(rows, list) else {}  # fmt: skip
    lacking = [one.write_privilege for one in TABLES if held.get(one.write_privilege.lower()) not in ("Global", 3)]
    if lacking:
        told = f"Missing at organisation level: {', '.join(lacking)}."
        return Finding("writing the columns", Mark.BAD, told, step)
    return Finding("writing the columns", Mark.GOOD, "They may be written.")


def _name(table: Table, column: Column, prefix: str) -> str:
    return f"{table.logical_name}.{column.logical_name(prefix)}"


def _column_path(table: Table, column: Column, prefix: str) -> str:
    where = f"/EntityDefinitions(LogicalName='{table.logical_name}')"
    return f"{where}/Attributes(LogicalName='{column.logical_name(prefix)}')"


def _make(channel: Channel, table: Table, column: Column, prefix: str, languages: frozenset[int]) -> bool:
    if column_id(channel, table, column, prefix) is not None:
        return False
    path = f"/EntityDefinitions(LogicalName='{table.logical_name}')/Attributes"
    body = definition(column, prefix=prefix, languages=languages)
    try:
        _ask(channel, "POST", path, body, headers={"MSCRM.SolutionUniqueName": SOLUTION})
    except BadItem:
        # Its answer may have been lost, or somebody else made it at the same time.
        if column_id(channel, table, column, prefix) is None:
            raise
    return True


def _publisher(channel: Channel, prefix: str) -> tuple[str, bool]:
    """The id of the publisher with this prefix, ours or another; whether it was made."""
    where = f"customizationprefix eq '{prefix}'"
    found = _row_id(channel, "publishers", "publisherid", where)
    if found:
        return found, False
    _create(channel, "publishers", publisher(prefix), "publisherid", where)
    made = _row_id(channel, "publishers", "publisherid", where)
    if not made:
        raise _unfinished("publisher")
    return made, True


def _solution(channel: Channel, publisher_id: str) -> bool:
    where = f"uniquename eq '{SOLUTION}'"
    if _row_id(channel, "solutions", "solutionid", where):
        return False
    _create(channel, "solutions", solution(publisher_id), "solutionid", where)
    return True


def _create(channel: Channel, entity_set: str, body: Json, key: str, where: str) -> None:
    try:
        _ask(channel, "POST", f"/{entity_set}", body)
    except BadItem:
        if not _row_id(channel, entity_set, key, where):
            raise


def _row_id(channel: Channel, entity_set: str, key: str, where: str) -> str:
    """The id of the one row that a filter finds, '' for none."""
    link = f"{channel.base_url}/{entity_set}?$select={key}&$filter={quote(where)}"
    rows = channel.fetch(link, scope=SCOPE)["value"]
    return str(rows[0].get(key, "")) if rows and isinstance(rows[0], dict) else ""


def _languages(channel: Channel) -> frozenset[int]:
    """French and English where they are installed, and the base language always."""
    rows = channel.fetch(f"{channel.base_url}/organizations?$select=languagecode", scope=SCOPE)["value"]
    base = next((row.get("languagecode") for row in rows if isinstance(row, dict)), None)
    if not isinstance(base, int):
        raise _unfinished("language")
    try:
        told = channel.fetch_one("/RetrieveProvisionedLanguages", scope=SCOPE).get("RetrieveProvisionedLanguages")
    except RelationshipError:
        told = []  # then only the language that cannot be missing
    installed = {code for code in told if isinstance(code, int)} if isinstance(told, list) else set()
    return frozenset({base, *({ENGLISH, FRENCH} & installed)})


def _dependencies(channel: Channel, column: str, metadata_id: str) -> list[Dependency]:
    path = f"/RetrieveDependenciesForDelete(ObjectId={metadata_id},ComponentType={_ATTRIBUTE})"
    rows = channel.fetch(f"{channel.base_url}{path}", scope=SCOPE)["value"]
    return [
        Dependency(
            column,
            _COMPONENTS.get(row.get("dependentcomponenttype", 0), f"component {row.get('dependentcomponenttype')}"),
            str(row.get("dependentcomponentobjectid", "")),
        )
        for row in rows
        if isinstance(row, dict)
    ]


def _delete_publisher(channel: Channel, name: str) -> bool:
    """Whether it went; it stays while another solution of the customer's is published by it."""
    try:
        return _delete_row(channel, "publishers", "publisherid", f"uniquename eq '{name}'")
    except BadItem:
        return False


def _delete_row(channel: Channel, entity_set: str, key: str, where: str) -> bool:
    found = _row_id(channel, entity_set, key, where)
    return bool(found) and _delete(channel, f"/{entity_set}({found})")


def _delete(channel: Channel, path: str) -> bool:
    """Whether it was there: an answer that was lost, or somebody else, may have taken it away."""
    try:
        _ask(channel, "DELETE", path)
    except (Unavailable, BadItem) as error:
        if error.code not in ("not_offered", NOT_FOUND):
            raise
        return False
    return True


def _ask(
    channel: Channel, method: str, path: str, body: Json | None = None, *, headers: dict[str, str] | None = None
) -> None:
    try:
        channel.change(method, path, body, scope=SCOPE, headers=headers)
    except Unavailable as error:
        if error.code not in ("privilege_missing", "not_permitted"):
            raise
        raise FixSettings(
            "Our application user may not change tables of Dynamics 365.", next_step=_CREATE_ROLE, code=error.code
        ) from error


def _unfinished(what: str) -> RelationshipError:
    return Unavailable(
        f"Dynamics 365 does not tell the {what} that is needed for the columns.",
        next_step="Run the command again; report it if it stays.",
        code="not_offered",
    )
