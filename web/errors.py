"""Error pages in the design of the product: what happened, and what to do about it."""

from dataclasses import dataclass
from http import HTTPStatus

import structlog
from flask import Flask, Response, g, render_template
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from relationship.access import RightsUnknown
from relationship.errors import RelationshipError, StorageTrouble, TryLater
from relationship.logs import place_of
from web.api import problems
from web.panel import place

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sorry:
    title: object
    advice: object


NOT_FOUND = Sorry(
    _l("We cannot find that"),
    _l("It does not exist, or you do not have access to it. Go to the first page and look for it from there."),
)
PAGES = {
    400: Sorry(_l("We cannot read that request"), _l("Go back, reload the page and try again.")),
    403: Sorry(
        _l("You may not do that"),
        _l("Your account lacks the right. Ask your sales administrator if you need it."),
    ),
    404: NOT_FOUND,
    405: Sorry(_l("That cannot be done here"), _l("Go back to your opportunities.")),
    413: Sorry(_l("That is too much at once"), _l("Send less data and try again.")),
    422: Sorry(
        _l("This address holds a filter that we do not know"),
        _l("Go back to the list and choose your filters again."),
    ),
    429: Sorry(_l("Too many attempts"), _l("Wait a minute, then try again.")),
    500: Sorry(
        _l("Something went wrong on our side"),
        _l("Nothing of yours was lost. Try again; if it stays, tell your administrator the time it happened."),
    ),
    503: Sorry(
        _l("The service is catching its breath"),
        _l("The data cannot be read at the moment. Try again in a minute."),
    ),
}
# While nobody can say what somebody may read, nothing is shown. By the code of `access.RightsUnknown`.
RIGHTS = {
    "rights_unknown": Sorry(
        _l("Dynamics 365 cannot be asked at the moment"),
        _l("What you may read is decided there, so nothing is shown until it answers. Try again in a minute."),
    ),
    "rights_being_read": Sorry(
        _l("Your figures are being prepared"),
        _l("What you may read in Dynamics 365 is being read. Try again in a moment."),
    ),
    "impersonation_refused": Sorry(
        _l("This service may not ask Dynamics 365 in your name"),
        _l(
            "Nothing can be shown until it may. Tell your administrator to give the application user the role "
            "Delegate, and to run “relationship doctor”."
        ),
    ),
}


def install(app: Flask) -> None:
    """Show these pages for every failure, and problems to programs; what is unforeseen is logged with its class and
    place, nothing else."""

    @app.errorhandler(problems.Refused)
    def not_done(refused: problems.Refused) -> Response:
        return problems.answer(refused)

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> tuple[str, int]:
        return sorry(400)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response | tuple[str, int]:
        if problems.wanted():
            return problems.answer(problems.of_status(error))
        return sorry(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)

    @app.errorhandler(RelationshipError)
    def told(error: RelationshipError) -> Response | tuple[str, int]:
        log.warning("request_failed", code=error.code)
        if problems.wanted():
            return problems.answer(problems.of_trouble(error))
        if isinstance(error, RightsUnknown):
            return _apologise(RIGHTS[error.code], HTTPStatus.SERVICE_UNAVAILABLE)
        return sorry(503 if isinstance(error, TryLater | StorageTrouble) else 500)

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response | tuple[str, int]:
        log.error("request_crashed", kind=type(error).__name__, place=place_of(error))
        if problems.wanted():
            return problems.answer(problems.Refused(500, problems.Fault("internal")))
        return sorry(500)


def sorry(status: int) -> tuple[str, int]:
    """The error page for a status; unknown ones look like 400 or 500."""
    known = status if status in PAGES else (400 if status < 500 else 500)
    return _apologise(PAGES[known], status)


def _apologise(told: Sorry, status: int) -> tuple[str, int]:
    g.error_page = True
    template = "panel/error.html" if place.is_here() else "error.html"
    return render_template(template, status=status, sorry=told), status
