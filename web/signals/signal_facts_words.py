"""Each fact behind a signal as a sentence."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from relationship.clock import day_of
from relationship.signals.signal import WHAT, Fact
from web import formats
from web.customers import event_words
from web.texts import _, _n

# By the sort of fact. now, before: its figures; day: its day; days: the figure as days; who: the record behind it.
SENTENCES: Mapping[str, object] = {
    "logins": _l("%(month)s: %(now)s log-ins a day, %(before)s before"),
    "features_used": _l("%(month)s: %(now)s features in use, %(before)s before"),
    "active_users": _l("%(month)s: %(now)s active users a day, %(before)s before"),
    "premium_features": _l("%(month)s: %(now)s premium features, %(before)s at most before"),
    "seats": _l("%(month)s: %(now)s licences, %(before)s before"),
    "seats_used": _l("%(month)s: %(now)s of %(before)s licences in use"),
    "last_login": _l("last log-in on %(day)s, %(days)s ago"),
    "last_contact": _l("last contact on %(day)s, %(days)s ago"),
    "rhythm": _l("nine of ten gaps so far: %(now)s days at most; limit %(before)s days"),
    "cancelled_meeting": _l("meeting of %(day)s cancelled"),
    "participants": _l("%(now)s of their people on average since %(day)s, %(before)s before"),
    "meetings_kept": _l("%(now)s of %(before)s meetings cancelled since %(day)s"),
    "angry_text": _l("angry text of %(day)s"),
    "problem_text": _l("text of %(day)s about the same problem"),
    "threat_text": _l("text of %(day)s that threatens to leave"),
    "price_text": _l("text of %(day)s about the price"),
    "rival_text": _l("text of %(day)s about the competition"),
    "reply_share": _l("replies to %(now)s %% of our mail days since %(day)s, %(before)s %% before"),
    "reply_days": _l("median wait of %(now)s days since %(day)s, %(before)s before"),
    "champion_left": _l("%(who)s left; last contact on %(day)s"),
    "champion_silent": _l("%(who)s: last contact on %(day)s, after answers on %(now)s days"),
    "contact_left": _l("%(who)s left (seen on %(day)s)"),
    "contact_moved": _l("%(who)s belongs to another account (seen on %(day)s)"),
    "contact_replaced": _l("%(who)s is no longer the primary contact (seen on %(day)s)"),
    "new_decider": _l("%(who)s, in the CRM since %(day)s"),
    "event": _l("%(event)s, reported for %(day)s"),
    "value": _l("%(who)s: amount %(now)s, %(before)s before (%(day)s)"),
    "set_back": _l("%(who)s was put off or became less likely (%(day)s)"),
    "new_opportunity": _l("%(who)s, new since %(day)s"),
    "competitor": _l("%(who)s: a competitor is named in the CRM"),
    "stage": _l("same stage since %(day)s, %(days)s"),
    "age": _l("open since %(day)s, %(days)s"),
    "pushed": _l("closing date put off %(now)s times in half a year"),
    "overdue": _l("closing date passed on %(day)s, %(days)s ago"),
    "idle": _l("no activity since %(day)s, %(days)s"),
    "probability": _l("%(now)s%% in the CRM, %(before)s%% holds"),
    "rating_poor": _l("the relationship is rated poor"),
    "stage_qualify": _l("stage Qualify: %(before)s %% at most"),
    "stage_develop": _l("stage Develop: %(before)s %% at most"),
    "champion_weak": _l("stage Develop without a contact who answers: %(before)s %% at most"),
    "stage_propose": _l("stage Propose: %(before)s %% at most"),
    "stage_close": _l("stage Close: %(before)s %% at most"),
    "champion": _l("%(who)s: contact on %(now)s days since %(day)s"),
    "brought_forward": _l("closing date brought forward to %(until)s from %(from)s (seen on %(day)s)"),
    "pace": _l("they came back on %(now)s days since %(day)s, %(before)s in as many days before"),
    "close_on": _l("closing on %(day)s, in %(days)s"),
    "renewal": _l("renewal on %(day)s, in %(days)s"),
}  # fmt: skip

# Of a signal that is over: how long ago something was, or how far ahead it lay, was true on its last day only.
OVER: Mapping[str, object] = {
    "last_login": _l("last log-in on %(day)s"),
    "last_contact": _l("last contact on %(day)s"),
    "overdue": _l("closing date passed on %(day)s"),
    "close_on": _l("closing on %(day)s"),
    "renewal": _l("renewal on %(day)s"),
}

_NO_NAME = {
    "contact": _l("somebody you may not open"),
    "opportunity": _l("an opportunity you may not open"),
    "event": _l("an event at a record you may not open"),
    "verbatim": _l("a text of an account you may not open"),
}
# Figures that are days themselves.
_DAYS = frozenset({"brought_forward"})
_AMOUNTS = frozenset({"value"})


def sentence(
    fact: Fact, *, name: str = "", currency: str = "", event: tuple[str, str] | None = None, over: bool = False
) -> str:
    """A fact in the reader's language.

    name   of the record behind it, '' where the reader may not see it or there is none;  currency: of its amounts
    event  kind and direction of the event behind it;  over: its signal has ended
    """
    figures: dict[str, object] = {
        "now": _figure(fact.value),
        "before": _figure(fact.before),
        "day": formats.day(fact.day) if fact.day is not None else "",
        "month": formats.month(day_of(fact.day)) if fact.day is not None else "",
        "days": _n("%(num)s day", "%(num)s days", int(fact.value or 0)),
        "who": name or str(_NO_NAME.get(WHAT.get(fact.what, ""), "")),
        "event": _event(event),
    }
    if fact.what in _AMOUNTS:
        figures |= {"now": formats.money(fact.value, currency), "before": formats.money(fact.before, currency)}
    if fact.what in _DAYS:
        figures |= {"until": _written(fact.value), "from": _written(fact.before)}
    found = OVER.get(fact.what) if over else None
    return str(found or SENTENCES[fact.what]) % figures


def withheld(fact: Fact) -> str:
    """In place of a fact about something that the reader may not see: neither figures nor days."""
    return str(_NO_NAME[WHAT[fact.what]])


def _event(event: tuple[str, str] | None) -> str:
    if event is None:
        return _("An event that is no longer kept")
    return event_words.named(*event)


def _figure(value: float | None) -> str:
    return "" if value is None else formats.number(value, 0 if float(value).is_integer() else 1)


def _written(value: float | None) -> str:
    return "" if value is None else formats.day(int(value))
