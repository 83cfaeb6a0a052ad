"""The best verbatims, of which a person publishes some; what is published, for everybody who signs in."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from relationship.activities import RecordKind
from relationship.clock import day_of
from relationship.desk import publish_verbatim
from relationship.store.privacy.audit import Action
from relationship.store.verbatims import best_verbatims as store
from relationship.store.verbatims import verbatim_lists
from relationship.store.verbatims.best_verbatims import Published
from relationship.store.verbatims.verbatim_lists import Wish
from web import audit
from web.export import written
from web.house import house, today
from web.identity import rights
from web.identity.members import for_importers, for_readers, member
from web.languages import language
from web.lists.list_fields import FileColumn
from web.lists.list_files import sent
from web.texts import _
from web.verbatims import verbatim_words
from web.verbatims.verbatims import permitted

blueprint = Blueprint("best_verbatims", __name__, url_prefix="/verbatims")

SHOWN = 30
MOST_PAGES = 100
FIRST_DAYS = "90"
MOST_PUBLISHED = 500
FILES = {"fr": "verbatims-publies", "en": "published-verbatims"}


@blueprint.get("/best")
@for_readers
def best() -> str:
    """The most favourable texts of a period and theme; whoever may publishes some."""
    days = request.args.get("days", FIRST_DAYS)
    days = days if days in verbatim_words.PERIODS else FIRST_DAYS
    about = request.args.get("about", "")
    about = about if any(path == about for _name, path in verbatim_words.themes()) else ""
    place = min(request.args.get("page", 0, type=int) or 0, MOST_PAGES)
    wish = Wish(since=today() - int(days) if days else None, theme=about)
    with house().store.reading() as conn:
        rows = store.best(conn, wish, scope=member().scope, skip=max(0, place) * SHOWN, limit=SHOWN + 1)
        publications = store.publications(conn, [row.verbatim.id for row in rows])
    return render_template(
        "verbatims/best.html",
        rows=permitted(rows[:SHOWN]),
        publications=publications,
        digest=store.digest,
        chosen={"days": days, "about": about},
        page=max(0, place),
        more=len(rows) > SHOWN,
        waits=rights.figures_wait(RecordKind.ACCOUNT),
    )


@blueprint.post("/<int:number>/publish")
@for_importers
def publish(number: int) -> AnyResponse:
    """Show it to everybody who signs in, with or without the customer's name."""
    _may_read(number)
    done = publish_verbatim.publish(
        house(),
        number,
        words=request.form.get("words", ""),
        shows_customer=request.form.get("customer") == "shown",
        by=member().oid,
        by_name=member().name,
    )
    flash("published" if done else "replaced", "publication")
    return redirect(_back(), 303)


@blueprint.post("/<int:number>/withdraw")
@for_importers
def withdraw(number: int) -> AnyResponse:
    """Show it no more."""
    publish_verbatim.withdraw(house(), number, by=member().oid)
    flash("withdrawn", "publication")
    return redirect(_back(), 303)


@blueprint.get("/published")
@for_readers
def published() -> str:
    """What is published, for everybody: customers are named only where whoever published it chose so."""
    with house().store.reading() as conn:
        rows = store.published(conn, limit=MOST_PUBLISHED)
    return render_template("verbatims/published.html", rows=rows)


@blueprint.get("/published.<any(csv, xlsx):form>")
@for_readers
def published_file(form: str) -> Response:
    with house().store.reading() as conn:
        rows = store.published(conn, limit=MOST_PUBLISHED)
    audit.note(Action.EXPORT, "published_verbatims", actor=member().oid, result=f"{len(rows)} rows")
    columns = (
        FileColumn(_("Verbatim"), lambda one: one.listed.verbatim.text),
        FileColumn(_("Customer"), _customer),
        FileColumn(_("Date"), lambda one: day_of(one.listed.verbatim.day)),
        FileColumn(_("Emotion"), lambda one: str(verbatim_words.EMOTIONS[one.listed.verbatim.emotion])),
    )
    file = written(rows, columns, form=form, title=_("Published verbatims"), language=language())
    return sent(file, FILES.get(language(), "published-verbatims"), form)


def _customer(one: Published) -> str:
    return one.listed.account if one.publication.shows_customer else ""


def _may_read(number: int) -> None:
    """404 for a text that is not there or whose account the CRM withholds."""
    with house().store.reading() as conn:
        found = verbatim_lists.one(conn, number) if number < 2**31 else None
    if found is None or not permitted([found]):
        abort(404)


def _back() -> str:
    if request.form.get("back") == "published":
        return url_for("best_verbatims.published")
    days, about, page = (request.form.get(name, "")[:200] or None for name in ("days", "about", "page"))
    return url_for("best_verbatims.best", days=days, about=about, page=page)
