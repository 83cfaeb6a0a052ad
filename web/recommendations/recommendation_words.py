"""Recommendations in words: what triggers them, how one acts, where they stand, and what went wrong."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from relationship.signals.recommendations import Way
from relationship.signals.standing import Deed, Place, Reason, State
from web.signals import signal_words

SCORES: Mapping[str, object] = {
    "score.health": _l("Low customer health"),
    "score.churn": _l("High churn risk"),
    "score.upsell": _l("High upsell score"),
}
TRIGGERS: Mapping[str, object] = {**signal_words.TITLES, **SCORES}
WAYS: Mapping[str, tuple[object, str]] = {
    Way.TASK.value: (_l("Create a task"), "clipboard_task"),
    Way.MEETING.value: (_l("Plan a meeting"), "calendar_clock"),
    Way.MAIL.value: (_l("Send an e-mail"), "mail"),
    Way.INTRODUCTION.value: (_l("Find who can introduce you"), "people_search"),
}
PLACES: Mapping[str, object] = {
    Place.OPEN.value: _lp("recommendations", "Open"),
    Place.SNOOZED.value: _lp("recommendations", "Put off"),
    Place.DONE.value: _lp("recommendations", "Done"),
    Place.DISMISSED.value: _lp("recommendations", "Dismissed"),
}
# Where a single one stands.
STANDS: Mapping[str, object] = {
    Place.SNOOZED.value: _lp("recommendation", "Put off"),
    Place.DONE.value: _lp("recommendation", "Done"),
    Place.DISMISSED.value: _lp("recommendation", "Dismissed"),
}
REASONS: Mapping[str, object] = {
    Reason.NOT_TRUE.value: _l("The signal is not true"),
    Reason.HANDLED.value: _l("Somebody takes care of it already"),
    Reason.NOT_NOW.value: _l("Not the right moment"),
    Reason.OTHER_WAY.value: _l("We do something else"),
    Reason.TOO_SMALL.value: _l("Not worth it"),
}
# What was done, by deed and what became of it.
DEEDS: Mapping[tuple[Deed, State], object] = {
    (Deed.TASK, State.MADE): _l("Task created in the CRM"),
    (Deed.TASK, State.WAITING): _l("Task on its way to the CRM"),
    (Deed.TASK, State.SENDING): _l("Task on its way to the CRM"),
    (Deed.TASK, State.REFUSED): _l("The CRM refused the task"),
    (Deed.MEETING, State.MADE): _l("Meeting planned, invitations sent"),
    (Deed.MEETING, State.SENDING): _l("Meeting not confirmed by the calendar yet"),
    (Deed.MEETING, State.REFUSED): _l("The meeting was not made"),
    (Deed.MAIL, State.MADE): _l("E-mail sent"),
    (Deed.MAIL, State.SENDING): _l("Nobody knows whether the e-mail left: look into your sent mail"),
    (Deed.MAIL, State.IN_DOUBT): _l("Nobody knows whether the e-mail left: look into your sent mail"),
    (Deed.MAIL, State.REFUSED): _l("The e-mail did not leave"),
    (Deed.MAIL, State.DRAFT): _l("E-mail opened as a draft"),
    (Deed.DONE, State.MADE): _l("Marked as done"),
    (Deed.SNOOZED, State.MADE): _lp("recommendation", "Put off"),
    (Deed.DISMISSED, State.MADE): _lp("recommendation", "Dismissed"),
    (Deed.REOPENED, State.MADE): _l("Opened again"),
}
REFUSALS: Mapping[str, object] = {
    "subject_line_break": _l("The subject is one line of plain text."),
    "subject_blank": _l("A subject is missing."),
    "body_blank": _l("A text is missing."),
    "subject_too_long": _l("The subject is longer than 200 characters."),
    "body_too_long": _l("The text is longer than 4,000 characters."),
    "subject_markup": _l("The subject is plain text, without markup."),
    "body_markup": _l("The text is plain text, without markup."),
    "subject_control": _l("The subject holds characters that are not allowed."),
    "body_control": _l("The text holds characters that are not allowed."),
    "body_too_long_to_compose": _l("This text is too long for your mail program: shorten it, or send it from here."),
    "due_range": _l("Choose a day between today and a year from now."),
    "start_range": _l("Choose a time in the future, within a year."),
    "minutes_range": _l("A meeting lasts from 15 minutes to 8 hours."),
    "until_range": _l("Choose a day after today, within a year."),
    "reason_missing": _l("Choose why you dismiss it."),
    "contact_unknown": _l("Choose a contact of this account who has an e-mail address."),
    "attendee_unknown": _l("Somebody chosen has no e-mail address that we know."),
    "attendee_missing": _l("Choose from 1 to 20 people."),
    "too_many_acts": _l("That is enough for one day: go on tomorrow."),
    "request_key_reused": _l("This form was sent already. Open it again."),
    "recommendation_gone": _l("The account is not there any more."),
    "mail_consent_missing": _l("Allow sending in your name first, or open the e-mail in your own mail program."),
    "calendar_consent_missing": _l("Allow the use of your calendar first; nothing was planned."),
    "calendar_silent": _l("The calendar gave no answer. Try again: the meeting is made once."),
    "task_not_permitted": _l("Your rights in the CRM do not let you create this task. Ask your CRM administrator."),
    "task_record_gone": _l("The record is not in the CRM any more."),
    "way_not_open": _l("E-mails cannot be sent from here. Open the e-mail in your own mail program."),
}
UNKNOWN_REFUSAL = _l("It did not work. Try again in a few minutes; if it stays, tell your administrator.")


def refusal(code: str) -> object:
    return REFUSALS.get(code, UNKNOWN_REFUSAL)


def deed(one: Deed, state: State) -> object:
    return DEEDS.get((one, state), DEEDS[one, State.MADE])


def trigger(name: str) -> object:
    return TRIGGERS.get(name, name)
