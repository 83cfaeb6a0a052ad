"""The page of a business review of an account: choose the period, edit, save, take it as PDF or slides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response as AnyResponse

from relationship.desk import write_review
from relationship.errors import Conflict
from relationship.signals.qbr import (
    LONGEST_LINE,
    LONGEST_TEXT,
    MOST_GOALS,
    Audience,
    Goal,
    Period,
    Span,
    Texts,
    begins,
    recent,
)
from relationship.store.privacy.audit import Action
from relationship.store.signals import qbr_documents
from relationship.store.signals.qbr_documents import Saved
from web import audit
from web.house import house
from web.identity.members import for_readers, member
from web.languages import language
from web.nouns import ACCOUNTS
from web.records import record_page
from web.records.record_page import Relationship
from web.reviews import qbr_goals, qbr_pdf, qbr_review, qbr_slides
from web.reviews.qbr_review import Prepared

blueprint = Blueprint("qbr", __name__)

PERIODS = {Span.QUARTER: 6, Span.HALF: 4, Span.YEAR: 3}
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
TYPES = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A review with the texts in force: those saved, else those drafted."""

    found: Relationship
    period: Period
    audience: Audience
    prepared: Prepared
    saved: Saved | None

    @property
    def texts(self) -> Texts:
        return self.saved.texts if self.saved else self.prepared.drafted


@blueprint.get("/accounts/<guid>/qbr")
@for_readers
def page(guid: str) -> str:
    opened = _opened(guid)
    return _page(opened, opened.texts, opened.saved.version if opened.saved else 0)


@blueprint.post("/accounts/<guid>/qbr")
@for_readers
def save(guid: str) -> str | AnyResponse | tuple[str, int]:
    """Keep what was typed; 409 with everything kept when somebody else saved meanwhile."""
    opened = _opened(guid)
    arguments: dict[str, Any] = _address(opened.period, opened.audience)
    here = url_for("qbr.page", guid=guid, **arguments)
    document = (opened.found.record.id, opened.period, language())
    if request.form.get("again"):
        write_review.start_again(house(), *document, by=member().oid)
        flash("", "qbr_again")
        return redirect(here, 303)
    texts = _typed(request.form.to_dict(flat=False))
    version = request.form.get("version", 0, type=int)
    if not 0 <= version < 2**31:
        abort(422)
    try:
        write_review.save(house(), *document, texts, expected_version=version, by=member().oid)
    except Conflict as conflict:
        return _page(opened, texts, conflict.version, overtaken=True), 409
    flash("", "qbr_saved")
    return redirect(here, 303)


@blueprint.get("/accounts/<guid>/qbr.<any('pdf','pptx'):form>")
@for_readers
def file(guid: str, form: str) -> Response:
    """The document as it is saved, or drafted while nothing is."""
    opened = _opened(guid)
    make = qbr_pdf.pdf if form == "pdf" else qbr_slides.slides
    goals = tuple(replace(goal, due=qbr_goals.told(goal)) for goal in opened.texts.goals)
    body = make(opened.prepared.review, replace(opened.texts, goals=goals))
    name = secure_filename(f"QBR {opened.found.record.name} {opened.prepared.review.period}") or "QBR"
    audit.note(Action.EXPORT, f"qbr/{guid}", actor=member().oid)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "no-store"}
    return Response(body, mimetype=TYPES[form], headers=headers)


def _opened(guid: str) -> Opened:
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        period, audience = _period(), _audience()
        prepared = qbr_review.prepare(conn, found, period, audience)
        saved = qbr_documents.load(conn, found.record.id, period, language())
    return Opened(found, period, audience, prepared, saved)


def _period() -> Period:
    """The one in the address; 404 for none; without one the quarter of today."""
    try:
        span = Span(request.args.get("span", Span.QUARTER.value))
        start = request.args.get("starts", "")
        day = date.fromisoformat(start) if start else _today()
    except ValueError:
        abort(404)
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR or (start and not begins(day, span)):
        abort(404)
    return Period.holding(day, span)


def _audience() -> Audience:
    """Who reads the document; the customer unless the address says otherwise."""
    try:
        return Audience(request.args.get("for", Audience.CUSTOMER.value))
    except ValueError:
        abort(404)


def _today() -> date:
    return house().clock().astimezone(house().config.zone).date()


def _address(period: Period, audience: Audience) -> dict[str, str]:
    return {"span": period.span.value, "starts": period.starts_on.isoformat(), "for": audience.value}


def _page(opened: Opened, texts: Texts, version: int, *, overtaken: bool = False) -> str:
    today = _today()
    choices = [(one, qbr_review.name_of(one)) for span, count in PERIODS.items() for one in recent(today, span, count)]
    blank = max(0, min(MOST_GOALS, len(texts.goals) + 2) - len(texts.goals))
    return render_template(
        "account/qbr.html",
        record=opened.found.record,
        period=opened.period,
        address=_address(opened.period, opened.audience),
        choices=[(_address(one, opened.audience), name, one == opened.period) for one, name in choices],
        audiences=[(one, _address(opened.period, one), one is opened.audience) for one in Audience],
        review=opened.prepared.review,
        texts=texts,
        goals=[*texts.goals, *[Goal()] * blank],
        saved=opened.saved,
        version=version,
        overtaken=overtaken,
        bars=_bars,
    )


def _typed(sent: Mapping[str, Sequence[str]]) -> Texts:
    def text(name: str) -> str:
        return (sent.get(name) or [""])[-1].replace("\r\n", "\n")[:LONGEST_TEXT].strip()

    names = tuple(Goal.__slots__)
    columns = [[one[:LONGEST_LINE].strip() for one in sent.get(f"goal_{name}", ())] for name in names]
    goals = [Goal(*line) for line in zip(*columns, strict=False)][:MOST_GOALS]
    return Texts(text("summary"), text("use"), text("outlook"), tuple(one for one in goals if not one.is_blank))


def _bars(values: Sequence[float | None], most: float | None) -> list[tuple[float, float, float]]:
    """Place, height and value of the bars of a small drawing, in hundredths of its width and height."""
    top = most or max([1.0, *(value for value in values if value is not None)])
    step = 100 / max(1, len(values))
    return [(number * step, 100 * value / top, value) for number, value in enumerate(values) if value is not None]
