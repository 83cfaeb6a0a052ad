"""A list of rows page by page, or what changed since a delta token: the logic behind one GET."""

from dataclasses import dataclass

from simulator.dataverse.answers import Json, columns_json, deletion_json, row_json
from simulator.dataverse.crm import Crm
from simulator.dataverse.errors import NO_SUCH_ROW, PRIVILEGE_MISSING, DataverseError, bad_query
from simulator.dataverse.paging import Cookie, delta_token, read_cookie, read_delta_token, token_expired
from simulator.dataverse.query import LARGEST_PAGE, Preferences, RowQuery
from simulator.dataverse.schema import Ref, Row, Table, Value, party_table

COUNT_CEILING = 5000


@dataclass(frozen=True, slots=True)
class Reader:
    """Answers the queries on one table. service: the address up to and including /api/data/v9.2; person: whose
    rights cut what is read, None: all is."""

    crm: Crm
    table: Table
    service: str
    preferences: Preferences
    person: str | None = None

    def single(self, guid: str, query: RowQuery) -> Json:
        try:
            row = self.crm.row(self.table.logical_name, guid)
        except KeyError as error:
            raise DataverseError(
                404, NO_SUCH_ROW, f"{self.table.logical_name} With Id = {guid} Does Not Exist"
            ) from error
        if not self._may_read(row):
            raise DataverseError(403, PRIVILEGE_MISSING, "SecLib::AccessCheckEx failed. Returned hr = -2147187962")
        return {"@odata.context": f"{self._context(query)}/$entity", **self._json(row, query)}

    def collection(self, query: RowQuery) -> Json:
        if query.deltatoken is not None:
            return self._delta(query)
        if query.filter or query.order or query.top is not None:
            return self._searched(query)
        return self._all(query)

    def _all(self, query: RowQuery) -> Json:
        """Every row in order of creation; with track-changes the last page carries a delta link."""
        cookie = self._cookie(query, "a") or Cookie(1, 0, "a", self.crm.version, self.preferences.track_changes)
        rows, place = self.crm.page(self.table.logical_name, cookie.place, self._page_size)
        answer: Json = {"@odata.context": self._context(query)}
        if query.count:
            self._add_count(answer, self.crm.count(self.table.logical_name))
        answer["value"] = [self._json(row, query) for row in rows if self._may_read(row)]
        if place is not None:
            following = Cookie(cookie.number + 1, place, "a", cookie.until, cookie.tracking)
            answer["@odata.nextLink"] = self._link(query, f"$skiptoken={following}")
        elif cookie.tracking and self.preferences.track_changes:
            answer["@odata.deltaLink"] = self._delta_link(query, cookie.until)
        return answer

    def _delta(self, query: RowQuery) -> Json:
        """Changed rows, then deletions; the new delta link stands for the moment the round began."""
        name = self.table.logical_name
        since = self._since(query)
        cookie = self._cookie(query, "cd") or Cookie(1, since, "c", self.crm.version, True)
        changes = self.crm.changes(name, since, cookie.until)
        if cookie.part == "c":
            left = [c for c in changes if c.row is None or c.version > cookie.place]
        else:
            left = [c for c in changes if c.row is None and c.version > cookie.place]
        page, context = left[: self._page_size], f"{self.service}/$metadata#{self.table.entity_set}"
        answer: Json = {"@odata.context": f"{context}/$delta"}
        answer["value"] = [
            deletion_json(context, c) if c.row is None else self._changed_json(c.guid, c.row, c.version, query)
            for c in page
        ]
        if len(left) > len(page):
            last = page[-1]
            following = Cookie(cookie.number + 1, last.version, "d" if last.row is None else "c", cookie.until, True)
            token = f"$deltatoken={delta_token(since, self.crm.now)}&$skiptoken={following}"
            answer["@odata.nextLink"] = self._link(query, token)
        else:
            answer["@odata.deltaLink"] = self._delta_link(query, cookie.until)
        return answer

    def delta_count(self, query: RowQuery) -> int:
        """How many rows there are, or how many changed since the delta token."""
        name = self.table.logical_name
        if query.deltatoken is None:
            return min(self.crm.count(name), COUNT_CEILING)
        return len(self.crm.changes(name, self._since(query), self.crm.version))

    def _searched(self, query: RowQuery) -> Json:
        """A filtered or ordered list, searched afresh for every page."""
        cookie = self._cookie(query, "a")
        start = cookie.place if cookie else 0
        found = self._matches(query)
        if query.order:
            column, descending = query.order
            found.sort(key=lambda row: _sort_key(row.get(column)), reverse=descending)
        size = self._page_size if query.top is None else min(query.top, LARGEST_PAGE)
        answer: Json = {"@odata.context": self._context(query)}
        if query.count:
            self._add_count(answer, len(found))
        answer["value"] = [self._json(row, query) for row in found[start : start + size]]
        if query.top is None and len(found) > start + size:
            following = Cookie(cookie.number + 1 if cookie else 2, start + size, "a", self.crm.version, False)
            answer["@odata.nextLink"] = self._link(query, f"$skiptoken={following}")
        return answer

    def _matches(self, query: RowQuery) -> list[Row]:
        name = self.table.logical_name
        keys = query.filter.keys(self.table.key) if query.filter else None
        if keys is not None:
            rows = [self.crm.row(name, guid) for guid in keys if self.crm.has(name, guid)]
        else:
            rows, _ = self.crm.page(name, 0, self.crm.count(name))
        return [row for row in rows if (query.filter is None or query.filter.holds(row)) and self._may_read(row)]

    def _may_read(self, row: Row) -> bool:
        return self.person is None or self.crm.rights.may_read(self.person, self.table.logical_name, row)

    def _since(self, query: RowQuery) -> int:
        since = read_delta_token(query.deltatoken or "")
        if self.crm.token_is_dead(self.table.logical_name, since):
            raise token_expired()
        if since > self.crm.version:
            raise bad_query("The $deltatoken is not as it was given out.")
        return since

    def _cookie(self, query: RowQuery, parts: str) -> Cookie | None:
        if query.skiptoken is None:
            return None
        cookie = read_cookie(query.skiptoken)
        if cookie.part not in parts:
            raise bad_query("The $skiptoken belongs to another query.")
        return cookie

    @property
    def _page_size(self) -> int:
        return self.preferences.page_size or LARGEST_PAGE

    def _context(self, query: RowQuery) -> str:
        names = list(query.select)
        if query.expand:
            names.append(f"{query.expand.name}({','.join(query.expand.select)})")
        columns = f"({','.join(names)})" if names else ""
        return f"{self.service}/$metadata#{self.table.entity_set}{columns}"

    def _link(self, query: RowQuery, token: str) -> str:
        return f"{self.service}/{self.table.entity_set}?{'&'.join((*query.raw, token))}"

    def _delta_link(self, query: RowQuery, version: int) -> str:
        return self._link(query, f"$deltatoken={delta_token(version, self.crm.now)}")

    def _json(self, row: Row, query: RowQuery) -> Json:
        told = row_json(self.crm, self.table, row, query.columns(self.table), self.preferences)
        if query.expand:
            table = party_table()
            columns = query.expand.select or table.columns
            told[query.expand.name] = [
                columns_json(self.crm, table, party, columns, self.preferences)
                for party in self.crm.party_rows(str(row[self.table.key]))
            ]
        return told

    def _changed_json(self, guid: str, row: Row, version: int, query: RowQuery) -> Json:
        row.setdefault("modifiedon", row.get("createdon"))
        return self._json({**row, self.table.key: guid, "versionnumber": version}, query)

    def _add_count(self, answer: Json, count: int) -> None:
        answer["@odata.count"] = min(count, COUNT_CEILING)
        if self.preferences.wants("Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"):
            answer["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] = count > COUNT_CEILING


def _sort_key(value: Value) -> tuple[int, float, str]:
    """Nulls first, as in Dataverse."""
    if value is None:
        return 0, 0.0, ""
    if isinstance(value, (bool, int, float)):
        return 1, float(value), ""
    return 1, 0.0, (value.guid if isinstance(value, Ref) else value).casefold()
