"""Changes of the rules in words: which setting, its value before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from relationship.verbatims.catalogue import default_catalogue
from settings.history import Difference
from settings.pages import wording, wording_signals
from web import formats
from web.languages import language
from web.texts import _, _n
from web.verbatims import verbatim_words

Path = tuple[str, ...]

PLACES: Mapping[Path, object] = {
    ("health", "enabled"): _l("Rating of relationships"),
    ("health", "weights", "email"): _l("Weight of e-mails"),
    ("health", "weights", "meeting"): _l("Weight of meetings"),
    ("health", "weights", "call"): _l("Weight of calls"),
    ("health", "weights", "task"): _l("Weight of tasks"),
    ("health", "frequency"): _l("Expected frequency of communication"),
    ("health", "bands", "good"): _l("Minimum of Good"),
    ("health", "bands", "fair"): _l("Minimum of Fair"),
    ("introductions", "enabled"): _l("Who knows whom"),
    ("introductions", "templates"): _l("Texts asking for an introduction"),
    ("introductions", "weekly_limit"): _l("Requests that a colleague receives in a week at most"),
    ("exclusions", "colleagues"): _l("Excluded colleagues"),
    ("exclusions", "groups"): _l("Excluded groups"),
    ("exclusions", "contacts"): _l("Excluded contacts"),
    ("exclusions", "accounts"): _l("Excluded accounts"),
    ("exclusions", "domains"): _l("Excluded domains"),
    ("sources", "everyone"): _l("Read every mailbox"),
    ("sources", "groups"): _l("Groups whose mailboxes are read"),
    ("sources", "consulted_on"): _l("Date of the works council's consultation"),
    ("sources", "read_window_days"): _l("Days read back"),
    ("sources", "retain_days"): _l("Days that activities are kept"),
    ("sources", "retain_days_aggregates"): _l("Days that contact days are kept"),
    ("sources", "feedback", "mailboxes"): _l("Feedback mailboxes"),
    ("sources", "feedback", "keep_when_withdrawn"): _l("Keep the texts of withdrawn feedback mailboxes"),
    ("recommendations", "catalogue"): _l("Recommendations"),
    ("recommendations", "limits", "health_below"): _l("Recommend below this customer health"),
    ("recommendations", "limits", "churn_from"): _l("Recommend from this churn risk"),
    ("recommendations", "limits", "upsell_from"): _l("Recommend from this upsell score"),
    ("actions", "rules"): _l("Actions on change"),
    ("actions", "endpoints"): _l("Webhooks"),
    ("actions", "mails", "digest_hour"): _l("Hour of the daily digest"),
    ("actions", "mails", "quiet_from"): _l("Quiet hours from"),
    ("actions", "mails", "quiet_until"): _l("Quiet hours until"),
    ("actions", "mails", "most_a_day"): _l("Single mails to one person a day at most"),
    ("customer_health", "healthy_from"): _l("Healthy from"),
    ("customer_health", "at_risk_from"): _l("At risk from"),
    ("customer_health", "churn_below"): _l("At risk for churn below"),
    ("customer_health", "precedence"): _l("Order of the sources of health fields"),
    ("customer_health", "watch_below"): _l("To watch below"),
    ("customer_health", "celebrate_from"): _l("To celebrate from"),
    ("customer_health", "churn_model"): _l("Learnt model of the risk of churn"),
    ("themes", "own"): _l("Themes of verbatims"),
    ("themes", "removed"): _l("Themes that are not used"),
    ("themes", "lists"): _l("Words of sensitivities and moments of life"),
    ("health_rights", "may_list"): _l("Who sees the health fields of accounts"),
    ("health_rights", "may_add"): _l("Who fills in health fields of accounts"),
    ("health_rights", "may_edit"): _l("Who changes health fields of accounts"),
}
# What a change of a list names before it only counts.
MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Told:
    """One change in words; detail: for lists, what came and what went."""

    place: str
    before: str
    after: str
    detail: str = ""


def told(change: Difference, names: Mapping[str, str]) -> Told:
    """names: of teams by 'team:guid', of records by 'kind:guid' and of other keys by themselves."""
    return Told(
        place(change.path, names),
        value(change.path, change.before),
        value(change.path, change.after),
        _detail(change, names),
    )


def keys_named(changes: Iterable[Difference]) -> set[str]:
    """The records, as 'kind:guid', whose names the changes need."""
    return {one.path[3] for one in changes if one.path[:3] == ("health", "overrides", "records")}


def place(path: Path, names: Mapping[str, str]) -> str:
    """The name of a setting; what has none is called as in the document."""
    if path[:2] == ("health", "overrides") and len(path) == 4:
        return _override(path[2], path[3], names)
    if path[0] == "signals":
        return _("Signals: %(name)s", name=_("switched off") if path[1] == "off" else wording_signals.title(path[1]))
    return str(PLACES.get(path, " › ".join(path)))


def value(path: Path, found: Any) -> str:
    """A value as its setting is read."""
    if path[:2] == ("health", "overrides"):
        return wording.frequency(found) if found else _("as everybody else")
    if found is None:
        return _("as at first")
    if isinstance(found, bool):
        return _("on") if found else _("off")
    if path == ("health", "frequency"):
        return wording.frequency(found)
    if path[:2] == ("health", "weights"):
        return f"{found} ({wording.WEIGHTS[found]})"
    if path == ("sources", "consulted_on"):
        return formats.day(date.fromisoformat(found), "long")
    if isinstance(found, list):
        return _n("%(num)s entry", "%(num)s entries", len(found))
    return formats.number(found) if isinstance(found, int) else str(found)


def _override(name: str, key: str, names: Mapping[str, str]) -> str:
    if name == "teams":
        return _("Frequency of the team %(name)s", name=names.get(f"team:{key}", key))
    if name == "segments":
        return _("Frequency of the segment %(name)s", name=key)
    kind = wording.RECORD_KINDS[key.partition(":")[0]]
    return _("Frequency of the record %(name)s", name=f"{names.get(key) or _('Without a name')} ({kind})")


def _detail(change: Difference, names: Mapping[str, str]) -> str:
    if not isinstance(change.before, list) and not isinstance(change.after, list):
        return ""
    before, after = (
        {str(one["key"]) if isinstance(one, dict) else str(one): one for one in entries or []}
        for entries in (change.before, change.after)
    )
    if change.path == ("themes", "removed"):
        names = {one.path: one.names[language()] for one in default_catalogue().themes}
    parts = []
    if came := [_entry(one, names) for key, one in after.items() if key not in before]:
        parts.append(_("added: %(names)s", names=_list(came)))
    if went := [_entry(one, names) for key, one in before.items() if key not in after]:
        parts.append(_("removed: %(names)s", names=_list(went)))
    if edited := [_entry(one, names) for key, one in after.items() if key in before and before[key] != one]:
        parts.append(_("changed: %(names)s", names=_list(edited)))
    return "; ".join(parts)


def _entry(one: Any, names: Mapping[str, str]) -> str:
    if isinstance(one, dict):
        return str(one["name"]) if "name" in one else _named(str(one["key"]))
    return names.get(str(one), str(one))


def _named(key: str) -> str:
    """A sensitivity or moment by its key, like 'sensitivity:price'."""
    sort, _colon, word = key.partition(":")
    return verbatim_words.named(sort, word)


def _list(texts: list[str]) -> str:
    named = ", ".join(texts[:MOST_NAMED])
    rest = len(texts) - MOST_NAMED
    return named if rest <= 0 else _n("%(named)s and %(num)s more", "%(named)s and %(num)s more", rest, named=named)
