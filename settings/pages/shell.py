"""What all pages under /settings share: their list, their navigation, and where /settings leads."""

from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from relationship.house import House
from web.identity.members import for_readers, member

blueprint = Blueprint("settings", __name__, url_prefix="/settings", template_folder="templates")


@dataclass(frozen=True, slots=True)
class Page:
    """One entry of the navigation. view: the name of its view; icon: one of `vendor/icons.svg`."""

    view: str
    title: object
    icon: str


# What sales admins choose from, in this order.
PAGES: tuple[Page, ...] = (
    Page("settings.health", _l("Relationship health"), "heart_pulse"),
    Page("settings.introductions", _l("Who knows whom"), "people_community"),
    Page("settings.exclusions", _l("Exclusions"), "filter"),
    Page("settings.customer_health", _l("Customer health"), "heart_pulse"),
    Page("settings.health_rights", _l("Rights to health fields"), "people_team"),
    Page("settings.sources", _l("Sources and privacy"), "lock_closed"),
    Page("settings.signals", _l("Signals"), "sparkle"),
    Page("settings.themes", _l("Themes of verbatims"), "column_triple"),
    Page("settings.actions", _l("Actions on change"), "flow"),
    Page("settings.recommendations", _l("Recommendations"), "lightbulb"),
    Page("settings.deliveries", _l("Deliveries"), "send"),
    Page("settings.history", _l("History"), "calendar_clock"),
)
# What everybody may read.
READABLE = (Page("settings.rules", _l("Rules in words"), "info"),)


@blueprint.app_context_processor
def navigation() -> dict[str, object]:
    """The entries that the reader's role opens."""
    return {"settings_pages": lambda: (*PAGES, *READABLE) if member().changes_rules else READABLE}


@blueprint.get("")
@for_readers
def home() -> Response:
    """Admins arrive at the settings, everybody else at the rules in words."""
    return redirect(url_for(PAGES[0].view if member().changes_rules else READABLE[0].view))


def whole_house() -> House:
    """The house as the acts that write want it."""
    found: House = current_app.extensions["house"]
    return found
