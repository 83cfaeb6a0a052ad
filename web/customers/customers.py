"""The list of accounts to watch or to celebrate, the largest value at stake first."""

from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request

from relationship.access import HealthRight
from relationship.activities import RecordKind, RecordRef
from relationship.clock import number_of
from relationship.signals.scores import Movement, Score, movement
from relationship.store import rules
from relationship.store.customers import account_scores
from relationship.store.customers.customer_list import CustomerRow, Wanted, customers
from web.customers import score_words
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.texts import _

blueprint = Blueprint("customers", __name__)

PAGE_SIZE, LAST_PAGE = 50, 200
MOVED_DAYS = 30


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """row: the account; moved: its health since 30 days, None when it was not scored then."""

    row: CustomerRow
    moved: Movement | None
    days_to_renewal: int | None


@blueprint.get("/customers")
@for_readers
def page() -> str:
    wanted = request.args.get("show", Wanted.WATCH.value)
    number = request.args.get("page", "1")
    if wanted not in set(Wanted) or not (number.isascii() and number.isdigit() and 0 < int(number[:4]) <= LAST_PAGE):
        abort(400)
    scope = member().scope
    waits = rights.figures_wait(RecordKind.ACCOUNT)
    with house().store.reading() as conn:
        _version, present = rules.current(conn)
        section = present.customer_health
        found = customers(
            conn,
            Wanted(wanted),
            watch_below=section.watch_below,
            celebrate_from=section.celebrate_from,
            scope=scope,
            place=(int(number) - 1) * PAGE_SIZE,
            size=PAGE_SIZE,
        )
        seen = rights.among(RecordRef(RecordKind.ACCOUNT, one.guid) for one in found.rows)
        rows = [one for one in found.rows if RecordRef(RecordKind.ACCOUNT, one.guid) in seen]
        ids = [one.account_id for one in rows]
        now = account_scores.latest(conn, account_ids=ids)
        then = account_scores.before(conn, day=today() - MOVED_DAYS, account_ids=ids)
    lines = [_line(row, now.get(row.account_id, {}), then.get(row.account_id, {})) for row in rows]
    return render_template(
        "customers/page.html",
        wanted=wanted,
        tabs=[
            (Wanted.WATCH.value, _("To watch")),
            (Wanted.CELEBRATE.value, _("To celebrate")),
            (Wanted.ALL.value, _("All")),
        ],
        lines=lines,
        total=found.total - len(found.rows) + len(rows),
        number=int(number),
        has_more=found.total > int(number) * PAGE_SIZE,
        section=section,
        sees_fields=member().may(HealthRight.LIST),
        waits=waits,
        score_words=score_words,
    )


def _line(row: CustomerRow, now: account_scores.ByScore, then: account_scores.ByScore) -> CustomerLine:
    both = Score.HEALTH in now and Score.HEALTH in then
    moved = movement(then[Score.HEALTH].reasons, now[Score.HEALTH].reasons) if both else None
    return CustomerLine(row, moved, number_of(row.renewal_on) - today() if row.renewal_on else None)
