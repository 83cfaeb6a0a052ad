"""The answer when somebody else saved first: what differs, and both ways on. Nothing typed is lost."""

from collections.abc import Callable, Iterable, Mapping

from flask import render_template, request, url_for

from relationship.store import rules as stored
from settings.history import differences
from settings.pages import difference_words, naming
from settings.rules import Rules
from web.house import house

Field = tuple[str, str]


def page(
    base: Rules, mine: Rules, *, action: str, back: str, fields: Callable[[Rules], Iterable[Field]]
) -> tuple[str, int]:
    """409 with the three versions of every value that one of both changed.

    action  where the form is sent again, for the version now in force, with the `fields` made for its rules
    back    the endpoint of the page to which whoever keeps theirs goes
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
        fields=list(fields(latest.rules)),
        action=action,
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


def sent_again(shown: Mapping[str, str]) -> list[Field]:
    """What was typed, without what still is as the form showed it: that keeps the value in force now."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", "version", "confirmed") and shown.get(name) != value
    ]
