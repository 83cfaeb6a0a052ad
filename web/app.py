"""The app factory: one Flask application over one house."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

import settings.pages
import settings.pages.api
import settings.pages.api_actions
import settings.pages.api_consequences
import settings.pages.api_customer_health
import settings.pages.api_health_rights
import settings.pages.api_introductions
import settings.pages.api_preview
import settings.pages.api_signals
import settings.pages.api_themes
from relationship.errors import FixSettings
from web import audit, errors, formats, languages, security, static_files, words
from web.addresses import RowNumber
from web.alerts import alert_export, alert_lists, alert_rules, alerts
from web.api import account_facts as api_account_facts
from web.api import account_health as api_account_health
from web.api import alerts as api_alerts
from web.api import imports as api_imports
from web.api import introductions as api_introductions
from web.api import kpis as api_kpis
from web.api import moods as api_moods
from web.api import ratings as api_ratings
from web.api import recommendations as api_recommendations
from web.api import reference, rooms
from web.api import reports as api_reports
from web.api import session as api_session
from web.api import signals as api_signals
from web.api import verbatim_reading as api_verbatim_reading
from web.api import verbatims as api_verbatims
from web.api import who_knows_whom as api_who_knows_whom
from web.customers import (
    account_contacts_page,
    account_health_page,
    account_scores_page,
    customer_events,
    customer_words,
    customers,
)
from web.house import House
from web.identity import applications, members, sending, sign_in
from web.identity.entra import Entra
from web.importing import imports
from web.knows import answer, introductions, who_knows_whom
from web.lists import home, list_files, list_views, opportunity_list, pipeline, pipeline_weeks, record_list
from web.nouns import ACCOUNTS, CONTACTS, LEADS
from web.operations import notices, notifications, status
from web.panel import card, cookie, window
from web.panel import sign_in as panel_sign_in
from web.recommendations import recommendations
from web.records import account_page, contact_page, lead_page, opportunity_page
from web.reports import reports
from web.reviews import qbr
from web.signals import signals
from web.verbatims import attrition, best_verbatims, correcting, sensitivities, temperature, verbatim_files, verbatims

SIGN_IN_RATE = "30 per minute"
# Microsoft repeats what is refused for four hours, so nothing is lost by a limit.
NOTIFICATION_RATE = "1200 per minute"
# A frame asks every second and a half while somebody signs in; several people share one address.
PANEL_RATE = "1200 per minute"
# People answer once; whoever tries links out is slowed down.
ANSWER_RATE = "60 per minute"
# Files are for people who look at them; a script that takes everything out is slowed down.
FILE_RATE = "20 per minute; 200 per hour"
# Besides those of `list_files`.
FILES = (
    "pipeline.file",
    "reports.file",
    "signals.file",
    "customers.file",
    "verbatims.file",
    "best_verbatims.published_file",
    "sensitivities.file",
    "alert_lists.file",
    "alert_export.file",
    "account_health.history_file",
    "qbr.file",
    "imports.rejected",
)
# A request holds a form or a filter, never a file.
LONGEST_REQUEST_BYTES = 64 * 1024
# Each has a blueprint: the pages, and the parts of the API.
ROOMS = (
    sign_in,
    home,
    pipeline,
    list_files,
    list_views,
    opportunity_list,
    opportunity_page,
    contact_page,
    lead_page,
    account_page,
    account_scores_page,
    account_contacts_page,
    account_health_page,
    customers,
    status,
    notifications,
    answer,
    who_knows_whom,
    imports,
    reports,
    introductions,
    alert_rules,
    alert_lists,
    alerts,
    alert_export,
    notices,
    signals,
    customer_events,
    recommendations,
    qbr,
    verbatim_files,
    correcting,
    attrition,
    best_verbatims,
    sensitivities,
    verbatims,
    card,
    panel_sign_in,
    window,
)
API = (
    api_session,
    settings.pages.api,
    settings.pages.api_actions,
    settings.pages.api_consequences,
    settings.pages.api_customer_health,
    settings.pages.api_health_rights,
    settings.pages.api_introductions,
    settings.pages.api_preview,
    settings.pages.api_signals,
    settings.pages.api_themes,
    api_signals,
    api_moods,
    api_who_knows_whom,
    api_account_facts,
    api_account_health,
    api_imports,
    api_introductions,
    api_alerts,
    api_kpis,
    api_ratings,
    api_reports,
    api_verbatims,
    api_verbatim_reading,
    api_recommendations,
)


def create_app(house: House) -> Flask:
    """The pages over `house` (configuration, store, clock); connects to nothing until the first request.

    FixSettings when the secret key is missing in production.
    """
    app = Flask("web")
    app.url_map.converters["int"] = RowNumber
    https = house.config.base_url.startswith("https://")
    _configure(app, house, https=https)
    app.session_interface = cookie.Sessions()
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.extensions["house"] = house
    app.extensions["entra"] = Entra(house.config)
    audit.install(app, house)
    sending.install(app, house)
    pipeline_weeks.install(app)
    security.install(app, https=https, crm_origins=house.config.framed_by)
    imports.install(app)  # before the check of forms, which reads them
    verbatim_files.install(app)
    temperature.install(app)
    csrf = CSRFProtect(app)
    csrf.exempt(notifications.blueprint)
    csrf.exempt(answer.blueprint)  # the link itself is the proof, and there is no session
    csrf.exempt(sign_in.start_panel)  # the cookie of a frame does not come along into its window
    languages.install(app, zone=house.config.time_zone)
    applications.install(app, house.config)
    members.install(app)
    formats.install(app)
    static_files.install(app)
    app.jinja_env.globals["words"] = words
    app.jinja_env.globals["customer_words"] = customer_words
    errors.install(app)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
    for noun in (CONTACTS, LEADS, ACCOUNTS):
        app.register_blueprint(record_list.room(noun))
    app.register_blueprint(settings.pages.blueprint)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=True)
    _slow_down(app, limiter)
    app.register_blueprint(reference.blueprint)
    for part in API:
        rooms.register(app, limiter, csrf, part.blueprint)
    app.add_url_rule("/", view_func=home.first_page, endpoint="_home")
    app.add_url_rule("/healthz", view_func=_healthz)
    return app


def _configure(app: Flask, house: House, *, https: bool) -> None:
    app.config.update(
        SECRET_KEY=_secret_key(house),
        SESSION_COOKIE_NAME="__Host-session" if https else "session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=members.SESSION_SECONDS),
        MAX_CONTENT_LENGTH=LONGEST_REQUEST_BYTES,
        # Our own check of Sec-Fetch-Site and Origin stands in for the Referer, which the pages never send.
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=None,
        TEMPLATES_AUTO_RELOAD=False,
    )


def _slow_down(app: Flask, limiter: Limiter) -> None:
    """Rates of everything but the API, which has its own."""
    limiter.limit(SIGN_IN_RATE)(sign_in.blueprint)
    limiter.limit(NOTIFICATION_RATE)(notifications.blueprint)
    limiter.limit(ANSWER_RATE)(answer.blueprint)
    limiter.limit(FILE_RATE, key_func=list_files.reader_or_address)(list_files.blueprint)
    for endpoint in FILES:
        view: Callable[..., Any] = app.view_functions[endpoint]
        # What was registered is put in place again: the limit is in the wrapper, not in the view.
        limited: Any = limiter.limit(FILE_RATE, key_func=list_files.reader_or_address)(view)
        app.view_functions[endpoint] = limited
    limiter.limit(PANEL_RATE)(panel_sign_in.blueprint)
    limiter.limit(PANEL_RATE)(window.blueprint)


def _secret_key(house: House) -> str:
    key = house.config.secret_key.get_secret_value()
    if key:
        return key
    if house.config.mode == "production":
        raise FixSettings(
            "The key that signs the session cookie is missing.",
            next_step="Put a long random text into RELATIONSHIP_SECRET_KEY and start again.",
            code="missing_secret_key",
        )
    return secrets.token_urlsafe(32)


def _healthz() -> Response:
    return Response("ok\n", mimetype="text/plain")
