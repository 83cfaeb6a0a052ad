"""Numbers, money, days and instants as the reader writes them; Babel knows how."""

from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent
from flask import Flask
from flask_babel import get_locale

from relationship.clock import day_of
from web import words
from web.house import house
from web.texts import _

NOTHING = "–"
# A list writes the same days again and again, and writing one takes longer than reading the row.
KEPT = 8_192


@lru_cache(KEPT)
def _written_day(value: date, form: str, locale: Locale) -> str:
    return str(format_date(value, form, locale=locale))


@lru_cache(KEPT)
def _written_distance(days: int, locale: Locale) -> str:
    far = format_timedelta(days * 86_400, granularity="day", threshold=1.6, add_direction=True, locale=locale)
    return str(far)


@lru_cache(KEPT)
def _written_money(value: float, currency: str, locale: Locale) -> str:
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", "0")
    return str(format_currency(value, currency, pattern, locale=locale, currency_digits=False))


def number(value: float, digits: int = 0) -> str:
    return format_decimal(round(value, digits), locale=get_locale())


def signed(value: float, digits: int = 0) -> str:
    """With a plus or a true minus sign; nought stays bare."""
    rounded = round(value, digits)
    text = number(abs(rounded), digits)
    return f"+{text}" if rounded > 0 else f"−{text}" if rounded < 0 else text


def plus(value: int) -> str:
    """A term of a sum: always with its sign, and a space after it."""
    return f"{'+' if value >= 0 else '−'} {number(abs(value))}"


def percent(share: float) -> str:
    return format_percent(share, locale=get_locale())


def money(value: float | None, currency: str) -> str:
    """Whole units of a currency; a dash without a value, a bare number without a currency."""
    if value is None:
        return NOTHING
    if not currency:
        return number(value)
    return _written_money(value, currency, get_locale())


def short_money(value: float, currency: str) -> str:
    """In thousands or millions, for places where the exact figure is beside the point."""
    short = format_compact_decimal(value, locale=get_locale(), fraction_digits=1 if value < 10**7 else 0)
    sign = format_currency(0, currency, "¤", locale=get_locale()) if currency else ""
    language = get_locale().language
    if language != "fr":
        return f"{sign}{short}"
    return f"{short}{sign}" if short[-1:].isalpha() and sign == "€" else f"{short} {sign}".strip()


def day(value: date | int | None, form: str = "medium") -> str:
    """A date, or a day number, as a date."""
    if value is None:
        return NOTHING
    return _written_day(day_of(value) if isinstance(value, int) else value, form, get_locale())


def iso_day(value: int) -> str:
    """A day number as it stands in an address."""
    return day_of(value).isoformat()


def local_day(value: datetime | None) -> str:
    """The day of an instant in the organisation's time zone."""
    return day(value.astimezone(house().config.zone).date()) if value else NOTHING


def away(value: datetime | date | None) -> str:
    """How far a day lies from today, in words: "in 3 days", "2 weeks ago"."""
    if value is None:
        return NOTHING
    zone = house().config.zone
    now = house().clock().astimezone(zone).date()
    then = value.astimezone(zone).date() if isinstance(value, datetime) else value
    return days_away((then - now).days)


def lag(value: datetime | None) -> str:
    """How long ago an instant was, in the largest unit: "3 minutes ago"; a dash for never."""
    if value is None:
        return NOTHING
    seconds = min(round((value - house().clock()).total_seconds()), -1)
    return str(format_timedelta(seconds, granularity="minute", add_direction=True, locale=get_locale()))


def moment(value: datetime | None) -> str:
    """Day, hour and minute in the organisation's time zone."""
    return NOTHING if value is None else f"{local_day(value)}, {hour(value)}"


def in_file(value: datetime) -> str:
    """Day, hour and minute in the organisation's time zone, as files hold them: they sort as texts.

    Spreadsheets read "2026-06-17 09:00" as a moment.
    """
    return value.astimezone(house().config.zone).strftime("%Y-%m-%d %H:%M")


def appointment(value: datetime) -> str:
    """Weekday, day, hour and minute in the organisation's time zone, as one tells a time to meet."""
    local = value.astimezone(house().config.zone)
    return f"{format_skeleton('EEEEdMMMM', local.date(), locale=get_locale())}, {hour(value)}"


def hour(value: datetime) -> str:
    """The time of day in the organisation's time zone."""
    return str(format_time(value.astimezone(house().config.zone).time(), "short", locale=get_locale()))


def month(value: date) -> str:
    """A month as the axis of a drawing names it."""
    return str(format_date(value, "MMM yyyy", locale=get_locale()))


def short_month(value: date) -> str:
    """A month without its year, for a drawing of one year."""
    return str(format_date(value, "LLL", locale=get_locale()))


def day_and_month(value: date) -> str:
    """A day as the axis of a drawing names it."""
    return str(format_skeleton("dMMM", value, locale=get_locale()))


def days_away(days: int) -> str:
    """The same for a number of days; 0 is today."""
    if days == 0:
        return _("today")
    return _written_distance(days, get_locale())


def stage(name: str) -> str:
    """The stage of the sales process in the reader's language, where it is one of the usual ones.

    >>> stage("3-Angebot")
    '3-Angebot'
    """
    word = words.STAGES.get(name.lower())
    return name if word is None else str(word)


def initials(name: str) -> str:
    """The first letters of the first and the last name.

    >>> initials("Inès de La Tour"), initials("Zoé"), initials("")
    ('IT', 'Z', '?')
    """
    parts = name.split()
    letters = parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "") if parts else "?"
    return letters.upper()


def install(app: Flask) -> None:
    for write in (
        number,
        signed,
        plus,
        percent,
        money,
        short_money,
        day,
        iso_day,
        local_day,
        away,
        days_away,
        lag,
        moment,
        appointment,
        hour,
        month,
        stage,
        initials,
    ):
        app.jinja_env.filters[write.__name__] = write
