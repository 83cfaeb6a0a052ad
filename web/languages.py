"""Language and theme of an answer: asked for in the address, remembered in a cookie, else the browser's wish."""

from urllib.parse import urlencode

from flask import Flask, Response, g, request
from flask_babel import Babel

from web.panel import hints, place

LANGUAGES = ("fr", "en")
# British dates and numbers for English readers; the texts themselves are the message keys.
LOCALES = {"fr": "fr", "en": "en_GB"}
THEMES = ("system", "light", "dark")
A_YEAR = 31_536_000


def language() -> str:
    """'fr' or 'en': `?lang=`, then the cookie, then what the browser prefers; French when nothing fits.

    In the panel the language of the user in the CRM comes first.
    """
    if place.is_here() and (told := hints.language(request.args)):
        return told
    for wish in (request.args.get("lang"), request.cookies.get("lang")):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def theme() -> str:
    """'system', 'light' or 'dark': `?theme=`, then the cookie; in the panel what the form says comes first."""
    if place.is_here() and (told := hints.theme(request.args)):
        return told
    for wish in (request.args.get("theme"), request.cookies.get("theme")):
        if wish in THEMES:
            return wish
    return THEMES[0]


def with_argument(name: str, value: str) -> str:
    """A link to the page being shown with one argument set; holds no path, so it is the same on every page."""
    arguments = {} if g.get("error_page") else request.args.to_dict(flat=False)
    arguments[name] = [value]
    return "?" + urlencode(arguments, doseq=True)


def install(app: Flask, *, zone: str) -> None:
    """Set up translations and remember the reader's choices."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=lambda: LOCALES[language()], timezone_selector=lambda: zone)
    app.jinja_env.globals.update(language=language, theme=theme, with_argument=with_argument)

    @app.before_request
    def note_choices() -> None:
        g.chosen = {
            name: request.args[name]
            for name, allowed in (("lang", LANGUAGES), ("theme", THEMES))
            if request.args.get(name) in allowed
        }

    @app.after_request
    def remember(response: Response) -> Response:
        for name, value in g.get("chosen", {}).items():
            response.set_cookie(
                name,
                value,
                max_age=A_YEAR,
                samesite="Lax",
                httponly=True,
                secure=bool(app.config["SESSION_COOKIE_SECURE"]),
            )
        response.vary.add("Accept-Language")
        if response.mimetype == "text/html":
            response.headers["Content-Language"] = language()
        return response
