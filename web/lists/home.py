"""A seller's first page: what changed, what will fall, what to do first, what is planned today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from relationship.access import AppRole
from relationship.activities import RecordKind, RecordRef
from relationship.clock import day_of, number_of
from relationship.desk.rerating import OPEN_WINDOW_BEGAN
from relationship.health.forecast import Lift, smallest_act
from relationship.health.urgency import Standing, urgency
from relationship.store import rules
from relationship.store.activities import contact_days
from relationship.store.lists import seller_home
from relationship.store.lists.record_lists import RecordRow
from relationship.store.lists.seller_home import Candidate
from relationship.store.ratings import bases
from settings.rules import Rules
from settings.rules.precedence import rules_for
from web.crm_link import crm_address
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.ratings import change_words, explaining
from web.ratings.explaining import ActLine

blueprint = Blueprint("home", __name__)

MOST_LINES = 8
MOST_FIRST = 5
MOST_CANDIDATES = 200
FALL_DAYS = 7


class HasGuid(Protocol):
    @property
    def guid(self) -> str: ...


@dataclass(frozen=True, slots=True)
class First:
    """One thing to do: the opportunity, the act that helps it, and where to go for it. sentence: said where no single
    act lifts its rating."""

    row: RecordRow
    act: ActLine | None
    sentence: str
    crm_address: str
    knows_address: str


# Where the work of each role is; the first that somebody has.
BEGINNINGS = (
    (AppRole.SELLER, "home.page"),
    (AppRole.SALES_MANAGER, "pipeline.page"),
    (AppRole.SALES_ADMIN, "opportunities.listing"),
    (AppRole.CUSTOMER_SUCCESS, "customers.page"),
    (AppRole.PRIVACY_OFFICER, "status.page"),
)


def first_page() -> AnyResponse:
    """What `/` is: a seller's home, the pipeline of a manager, the list of an administrator, the accounts to watch of
    customer success, the sources of a privacy officer; for nobody yet the sign-in, which leads back here."""
    roles = member().roles if current_user.is_authenticated else frozenset()
    there = next((place for role, place in BEGINNINGS if role in roles), "opportunities.listing")
    if not current_user.is_authenticated:
        there = "sign_in.page"
    values: dict[str, Any] = request.args.to_dict(flat=False)
    return redirect(url_for(there, **values))


@blueprint.get("/home")
@for_readers
def page() -> Response:
    if rights.figures_wait(RecordKind.OPPORTUNITY):
        return make_response(render_template("home/page.html", waiting=True, name=_first_name()))
    now, since = day_of(today()), _since(day_of(today()))
    scope, oid = member().scope, member().oid
    with house().store.reading() as conn:
        deals = seller_home.mine(conn, scope, oid)
        moved = seller_home.moved(conn, deals, since=number_of(since), limit=MOST_LINES)
        contacts = seller_home.contacts(conn, deals, since=number_of(since), limit=MOST_LINES)
        falling = seller_home.falling(conn, deals, days=(now, now + timedelta(days=FALL_DAYS)), limit=MOST_LINES)
        planned = seller_home.planned(conn, deals, between=_instants(now), limit=MOST_LINES)
        first = _first(conn, deals, now)
    shown: list[HasGuid] = [*moved, *contacts, *planned, *falling, *(one.row for one in first)]
    seen = _seen(shown)
    return make_response(
        render_template(
            "home/page.html",
            waiting=False,
            name=_first_name(),
            count=len(deals),
            since=since,
            today=now,
            moved=change_words.lines([one for one in moved if one.guid in seen]),
            contacts=[one for one in contacts if one.guid in seen],
            falling=[one for one in falling if one.guid in seen],
            planned=[one for one in planned if one.guid in seen],
            first=[one for one in first if one.row.guid in seen],
            fall_days=FALL_DAYS,
        )
    )


def _first(conn: Connection, deals: Sequence[int], now: date) -> list[First]:
    """What to do first: by value times urgency, each with the smallest act that lifts its rating."""
    _version, in_force = rules.current(conn)
    found = seller_home.candidates(conn, deals, limit=MOST_CANDIDATES)
    bands = in_force.rating_rules().bands
    pressing = [(one, urgency(_standing(one, now), bands)) for one in found]
    # Without values, or with equal ones, the more urgent stands first.
    ranked = sorted(pressing, key=lambda pair: (-pair[0].value * pair[1], -pair[1], pair[0].guid))
    chosen = [one for one, pressure in ranked if pressure > 0][:MOST_FIRST]
    rows = seller_home.rows(conn, [one.record_id for one in chosen])
    lifts = _lifts(conn, chosen, in_force)
    return [_told(row, lift, in_force.introductions.enabled) for row, lift in zip(rows, lifts, strict=True)]


def _standing(one: Candidate, now: date) -> Standing:
    return Standing(
        score=one.score,
        days_to_fall=(one.falls_on - now).days if one.falls_on else None,
        trend_points=one.trend_points,
        days_to_close=(one.close_on - now).days if one.close_on else None,
    )


def _lifts(conn: Connection, chosen: Sequence[Candidate], in_force: Rules) -> list[Lift | None]:
    latest = bases.round_of(conn)
    began = latest.window_began if latest else OPEN_WINDOW_BEGAN
    found = []
    for one in chosen:
        own = rules_for(
            in_force.health, kind=RecordKind.OPPORTUNITY.value, guid=one.guid, segment=one.segment, team=one.team_guid
        )
        days = contact_days.load(conn, [one.record_id])
        found.append(
            smallest_act(days, today=today(), created=number_of(one.created_on), window_began=began, rules=own)
        )
    return found


def _told(row: RecordRow, lift: Lift | None, introductions: bool) -> First:
    kind = RecordKind.OPPORTUNITY
    return First(
        row=row,
        act=_act(row, lift) if lift else None,
        sentence=explaining.lift_sentence(lift) if lift and lift.target else "",
        crm_address=crm_address(house().config.dataverse_url, kind, row.guid),
        knows_address=url_for("who_knows_whom.page", kind=kind.value, guid=row.guid) if introductions else "",
    )


def _act(row: RecordRow, lift: Lift) -> ActLine | None:
    """The least act that lifts the rating. Where none does, or none can, the one that raises the score: the least
    one for the highest rating, else the one that raises it most."""
    acts = explaining.act_lines(lift)
    lifting = next((act for act in acts if act.lifts), None)
    raising = [act for act in acts if row.score is not None and act.score > row.score]
    if lifting or not raising:
        return lifting
    return raising[0] if lift.target is None else max(raising, key=lambda act: act.score)


def _seen(shown: Sequence[HasGuid]) -> frozenset[str]:
    """Those that the CRM lets the reader see at this moment."""
    refs = rights.among(RecordRef(RecordKind.OPPORTUNITY, guid) for guid in {one.guid for one in shown})
    return frozenset(ref.guid for ref in refs)


def _since(now: date) -> date:
    """The last working day before today: on a Monday what happened from Friday on is news."""
    return now - timedelta(days=3 if now.weekday() == 0 else 2 if now.weekday() == 6 else 1)


def _instants(now: date) -> tuple[datetime, datetime]:
    zone = house().config.zone
    first, last = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (now, now + timedelta(days=1)))
    return first, last


def _first_name() -> str:
    return (member().name.split() or [""])[0]
