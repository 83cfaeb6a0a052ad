"""The answer when somebody else saved first: what differs, and both ways on. Nothing typed is lost."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request, url_for

from relationship.store import rules as stored
from settings.history import differences
from settings.pages import difference_words, naming
from settings.rules import Rules
from web.house import house

Field = tuple[str, str]


def page(
    base: Rules, mine: Rules, *, view: str, back: str, shown: Mapping[str, str], **address: Any
) -> tuple[str, int]:
    """409 with the three versions of every value that one of both changed.

    view   the endpoint that the form was sent to, with `address`
    back   the endpoint of the page to which whoever keeps theirs goes
    shown  fields as they stood on the form that was overtaken: what is unchanged there is not sent again, so that
           it keeps the value that is in force now
    """
    with house().store.reading() as conn:
        [latest] = stored.versions(conn, limit=1)
        changes = (*differences(base, latest.rules), *differences(base, mine))
        names = naming.names(conn, changes)
    answer = render_template(
        "settings/overtaken.html",
        current_page=back,
        latest=latest,
        rows=three_ways(base, latest.rules, mine, names),
        fields=_changed_fields(shown),
        action=url_for(view, **address),
        back=url_for(back),
    )
    return answer, 409


def three_ways(base: Rules, theirs: Rules, mine: Rules, names: Mapping[str, str]) -> list[dict[str, object]]:
    """Every value that one of two admins changed: at first, as the other one has it, as this one wants it."""
    other = {one.path: one for one in differences(base, theirs)}
    own = {one.path: one for one in differences(base, mine)}
    rows: list[dict[str, object]] = []
    for path, one in {**own, **other}.items():
        wanted = own[path].after if path in own else one.before
        rows.append(
            {
                "place": difference_words.place(path, names),
                "before": difference_words.value(path, one.before),
                "theirs": difference_words.value(path, other[path].after if path in other else one.before),
                "mine": difference_words.value(path, wanted),
                "both": path in other and path in own and other[path].after != wanted,
                "changed": path in own,
                "theirs_changed": path in other,
            }
        )
    return rows


def _changed_fields(shown: Mapping[str, str]) -> Sequence[Field]:
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", "version", "confirmed") and shown.get(name) != value
    ]
