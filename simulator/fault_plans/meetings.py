"""F39 to F44 and F57: meetings that move, vanish or lie at an odd hour, calls that are told late."""

from datetime import UTC, date, datetime, time, timedelta

from simulator.fault_plans.orders import Order
from simulator.fault_plans.stage import Family, Stage
from simulator.faults import Fault, FaultKind
from simulator.meetings import Meeting, on_clock

_PARIS = "Europe/Paris"
_FAR = timedelta(days=3650)
_HOURS_LATE = 24
_TENTATIVE, _DECLINED = "tentativelyAccepted", "declined"


def _vanished(stage: Stage, order: Order) -> None:
    """An occurrence is deleted without a trace; where there is no series, one is arranged first."""

    def act() -> None:
        organisation, user = stage.organisation, stage.user(order)
        calendar = organisation.calendars.of(user.id)
        held = [m for m in map(organisation.calendars.meeting, calendar.entries) if m.series_id and not m.is_exception]
        if held:
            last = max(held, key=lambda meeting: (meeting.at, meeting.id))
            organisation.calendars.delete(last.id, leaves_trace=False)
            return
        at = organisation.now - timedelta(days=20)
        organisation.calendars.arrange_series(user.person_id, [stage.outsider()], at=at, count=3)
        stage.later(act, after=20)

    stage.happen(order, act)


def _not_held(stage: Stage, order: Order) -> None:
    """A past meeting that was cancelled, declined by the customer, or only tentatively accepted by the user."""
    what = order.text("what", "cancelled")

    def act() -> None:
        calendars, user, outsider = stage.organisation.calendars, stage.user(order), stage.outsider()
        at = stage.organisation.now - timedelta(days=2)
        if what == "tentative":
            meeting = calendars.arrange(outsider, [user.person_id], at=at)
            calendars.respond(meeting.id, user.person_id, _TENTATIVE)
            return
        meeting = calendars.arrange(user.person_id, [outsider, *stage.others(user, 1)], at=at)
        if what == "declined":
            calendars.respond(meeting.id, outsider, _DECLINED)
        else:
            calendars.cancel(meeting.id)

    stage.happen(order, act)


def _false_removal(stage: Stage, order: Order) -> None:
    """A removal of an event outside every window, or of one that is still there."""

    def act() -> None:
        calendars, user = stage.organisation.calendars, stage.user(order)
        calendars.arrange(user.person_id, [stage.outsider()], at=stage.organisation.now - 2 * _FAR)

    if order.text("what", "outside") == "alive":
        stage.strike(order, Fault(FaultKind.FALSE_REMOVED), path="calendarView/delta$")
    else:
        stage.happen(order, act)


def _out_and_back(stage: Stage, order: Order) -> None:
    """A meeting moves far away and, some requests later, back to where it was."""

    def act() -> None:
        calendars = stage.organisation.calendars
        meeting = _some_meeting(stage, order)
        calendars.reschedule(meeting.id, at=meeting.at + _FAR)
        stage.later(lambda: calendars.reschedule(meeting.id, at=meeting.at), after=order.number("back_after", 20))

    stage.happen(order, act)


def _some_meeting(stage: Stage, order: Order) -> Meeting:
    """The latest single meeting of the user that is over; a new one where there is none."""
    organisation, user = stage.organisation, stage.user(order)
    known = [entry.meeting for entry in organisation.calendars.of(user.id).entries.values()]
    single = [m for m in known if m.pattern is None and m.series_id is None and m.at < organisation.now]
    if single:
        return max(single, key=lambda meeting: (meeting.at, meeting.id))
    at = organisation.now - timedelta(days=3)
    return organisation.calendars.arrange(user.person_id, [stage.outsider()], at=at)


def _summer_time(stage: Stage, order: Order) -> None:
    """Nine o'clock in Paris each week over the change of time, or 02:30 on the very night."""

    def act() -> None:
        calendars, user, outsider = stage.organisation.calendars, stage.user(order), stage.outsider()
        change = _last_change_before(stage.organisation.now)
        if order.text("what", "series") == "night":
            calendars.arrange(user.person_id, [outsider], at=on_clock(change, time(2, 30), _PARIS), zone=_PARIS)
        else:
            first = on_clock(change - timedelta(days=11), time(9), _PARIS)
            calendars.arrange_series(user.person_id, [outsider], at=first, count=4, zone=_PARIS)

    stage.happen(order, act)


def _last_change_before(now: datetime) -> date:
    """The last Sunday of March or October before a moment, when clocks in Europe change."""
    day = now.astimezone(UTC).date() - timedelta(days=15)
    while not (day.month in (3, 10) and day.weekday() == 6 and day.day > 24):
        day -= timedelta(days=1)
    return day


def _odd_zone(stage: Stage, order: Order) -> None:
    fault = Fault(FaultKind.ODD_ZONE, code=order.text("zone", "tzone://Microsoft/Custom"))
    stage.strike(order, fault, path="calendarView/delta$")


def _calls(stage: Stage, order: Order) -> None:
    """Records come late, in a newer version, or with a party nobody can name."""
    calls, what = stage.organisation.calls, order.text("what", "late")

    def newer() -> None:
        known = calls.truth()
        if known:
            calls.revise(known[-1].id, minutes=known[-1].seconds / 60 + 10)

    def anonymous() -> None:
        at = stage.organisation.now - timedelta(hours=3)
        calls.record_call(stage.user(order).person_id, [stage.outsider()], at=at, network="teams", anonymous=1)

    if what == "late":
        now = stage.organisation.now
        since, last = now - timedelta(hours=order.number("hours", _HOURS_LATE)), order.number("last", 3)
        if not calls.hold_back(last=last, since=since):
            calls.record_call(stage.user(order).person_id, [stage.outsider()], at=now - timedelta(hours=3))
            calls.hold_back(last=last, since=since)
        stage.happen(order, calls.release)
    else:
        stage.happen(order, newer if what == "newer" else anonymous)


FAMILY: Family = {
    "F39": _vanished,
    "F40": _not_held,
    "F41": _false_removal,
    "F42": _out_and_back,
    "F43": _summer_time,
    "F44": _odd_zone,
    "F57": _calls,
}
