"""Temperatures of moods in °C or °F: asked for in the address, remembered in a cookie, else as the browser's country
measures."""

from flask import Flask, Response, g, request

from web.formats import number
from web.languages import A_YEAR

UNITS = ("c", "f")
NAMES = {"c": "°C", "f": "°F"}
# Countries that measure in °F.
_FAHRENHEIT = ("en-us", "en-bs", "en-bz", "en-ky", "en-lr", "en-pw", "en-fm", "en-mh")


def unit() -> str:
    for wish in (request.args.get("unit"), request.cookies.get("unit")):
        if wish in UNITS:
            return wish
    first = next(iter(request.accept_languages.values()), "")
    return "f" if first.lower() in _FAHRENHEIT else "c"


def degrees(celsius: float) -> str:
    """As the reader reads it, with a true minus sign and a space that does not break."""
    value = round(celsius * 1.8 + 32 if unit() == "f" else celsius)
    return f"{'−' if value < 0 else ''}{number(abs(value))}\u00a0{NAMES[unit()]}"


def difference(celsius: float) -> str:
    """Of two temperatures, always with its sign."""
    value = round(celsius * 1.8 if unit() == "f" else celsius, 1)
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{number(abs(value), 1)}\u00a0{NAMES[unit()]}"


def install(app: Flask) -> None:
    """The filters of the pages, and the memory for the choice."""
    app.jinja_env.filters["degrees"] = degrees
    app.jinja_env.filters["degrees_apart"] = difference
    app.jinja_env.globals["temperature_unit"] = unit

    @app.after_request
    def remember(response: Response) -> Response:
        wish = request.args.get("unit")
        if wish in UNITS and not g.get("error_page"):
            secure = bool(app.config["SESSION_COOKIE_SECURE"])
            response.set_cookie("unit", wish, max_age=A_YEAR, samesite="Lax", httponly=True, secure=secure)
        return response
