"""Figures beside the score: the last contact and how many days of contact each side had lately."""

from dataclasses import dataclass

from relationship.health.contact_days import ContactDays

RECENT_DAYS = 90


@dataclass(frozen=True, slots=True)
class Kpis:
    """last_day     last contact day (day number), None without one
    from_us      different days in the last 90 (today included) with an activity from us
    from_them    the same from them; a day with both counts on both sides
    """

    last_day: int | None
    from_us: int
    from_them: int


def kpis(days: ContactDays, *, today: int) -> Kpis:
    """The figures of a single record on `today`.

    >>> kpis(ContactDays.of_record([("email", 20600, 2, 0), ("call", 20600, 1, 1)]), today=20621)
    Kpis(last_day=20600, from_us=1, from_them=1)
    """
    known = days.known_on(today)
    lately = known.take(known.day > today - RECENT_DAYS)
    return Kpis(
        last_day=int(known.day.max()) if len(known) else None,
        from_us=len(set(lately.day[lately.ours > 0].tolist())),
        from_them=len(set(lately.day[lately.theirs > 0].tolist())),
    )
