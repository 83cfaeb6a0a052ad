"""The words for introductions: states, steps, ways of sending, and every refusal with what to do next."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from relationship.introductions import DAILY_LIMIT, LAPSE_AFTER_DAYS, WRITE_AFTER_DAYS, State, Step, Via

STATES = {
    State.SENDING: _l("Being sent"),
    State.UNSENT: _l("Not sent"),
    State.ASKED: _l("Asked"),
    State.ACCEPTED: _l("Accepted"),
    State.INTRODUCED: _l("Introduced"),
    State.DECLINED: _l("Declined"),
    State.PASSED_ON: _l("Passed on"),
    State.LAPSED: _l("Lapsed"),
    State.WITHDRAWN: _l("Withdrawn"),
}
TONES = {
    State.SENDING: "fair",
    State.UNSENT: "fair",
    State.ASKED: "wait",
    State.ACCEPTED: "wait",
    State.INTRODUCED: "good",
    State.DECLINED: "none",
    State.PASSED_ON: "none",
    State.LAPSED: "none",
    State.WITHDRAWN: "none",
}
ICONS = {
    State.SENDING: "hourglass",
    State.UNSENT: "warning",
    State.ASKED: "hourglass",
    State.ACCEPTED: "checkmark_circle",
    State.INTRODUCED: "handshake",
    State.DECLINED: "dismiss",
    State.PASSED_ON: "person_swap",
    State.LAPSED: "calendar_clock",
    State.WITHDRAWN: "dismiss",
}
# What the seller does next, and what the colleague does; %(colleague)s, %(seller)s, %(contact)s and %(day)s are known.
NEXT_FOR_SELLER = {
    State.SENDING: _l("The mail is on its way."),
    State.UNSENT: _l("The mail did not leave; nobody got it. Ask again, perhaps by another way of sending."),
    State.ASKED: _l("Waiting for %(colleague)s. Without an answer the request lapses on %(day)s."),
    State.ACCEPTED: _l("%(colleague)s will write to %(contact)s and you. Thank them when the mail is there."),
    State.INTRODUCED: _l("A mail joins you and %(contact)s. Answer it today."),
    State.DECLINED: _l("Not this time. See who else knows %(contact)s."),
    State.PASSED_ON: _l("%(colleague)s thinks that somebody else is better placed."),
    State.LAPSED: _l("There was no answer in time. See who else knows %(contact)s, or ask again."),
    State.WITHDRAWN: _l("You took the request back."),
}
NEXT_FOR_COLLEAGUE = {
    State.SENDING: _l("The mail is on its way."),
    State.UNSENT: _l("The mail did not leave."),
    State.ASKED: _l("%(seller)s waits for your answer until %(day)s."),
    State.ACCEPTED: _l(
        "Write a mail to %(contact)s with %(seller)s in copy; it is recognised by itself. Time until %(day)s."
    ),
    State.INTRODUCED: _l("Your mail joined the two. Nothing more to do."),
    State.DECLINED: _l("You declined. Nothing more to do."),
    State.PASSED_ON: _l("You named somebody better placed. Nothing more to do."),
    State.LAPSED: _l("The time to answer is over. Nothing more to do."),
    State.WITHDRAWN: _l("%(seller)s took the request back. Nothing more to do."),
}
STEPS = {
    Step.LEFT: _l("The request left"),
    Step.REFUSED: _l("The request could not be sent"),
    Step.ACCEPT: _l("Accepted"),
    Step.DECLINE: _l("Declined"),
    Step.NOT_WELL: _l("Declined: does not know them well enough"),
    Step.PASS_ON: _l("Passed on"),
    Step.WITHDRAW: _l("Withdrawn"),
    Step.REMIND: _l("The one reminder left"),
    Step.LAPSE: _l("Lapsed without an answer"),
    Step.INTRODUCE: _l("A mail joined the two"),
}
WAYS = {
    Via.GRAPH: (_l("As me, now"), _l("From your own mailbox; the mail stays among your sent items.")),
    Via.DRAFT: (
        _l("In my mail program"),
        _l("Outlook, or your own program, opens with the finished letter. You press Send."),
    ),
    Via.CRM: (_l("From the CRM"), _l("As an e-mail of Dynamics 365 in your name, tracked there.")),
}
LANGUAGES = {"fr": _lp("language", "French"), "en": _lp("language", "English")}
# What a form says about itself in the address after a change.
SAID = {
    "sent": _l("The request has left. The answer appears here, and in your mail if you asked for it."),
    "in_doubt": _l(
        "The request was handed over, but no confirmation came. Look into your sent items and say below whether it "
        "left."
    ),
    "repeat": _l("This request had been sent already; nothing was sent a second time."),
    "answered": _l("Your answer has been noted. Only the person who asked sees it."),
    "withdrawn": _l("The request is taken back. The links in the mail do nothing any more."),
    "settled": _l("Noted."),
    "saved": _l("Saved. It holds at once."),
}
# By code, for pages and API alike.
REFUSALS: Mapping[str, object] = {
    "introductions_off": _l("Who knows whom is switched off. A sales administrator can switch it on in the settings."),
    "introduction_not_possible": _l(
        "This introduction cannot be asked for. Go back to the list and choose another colleague."
    ),
    "colleague_not_now": _l("This colleague cannot be asked at the moment. Choose another, or try again next week."),
    "template_unknown": _l("This text is not there any more. Choose another."),
    "way_not_open": _l("This way of sending is not open to you. Choose another."),
    "introduction_open": _l(
        "You have asked this colleague for this introduction already. Wait for the answer, or take the request back."
    ),
    "request_key_reused": _l("This request was sent already with another content. Start a new one."),
    "too_many_introductions": _l("You have asked for %(most)s introductions within a day. Ask again tomorrow."),
    "introduction_moved_on": _l(
        "This request has moved on in the meantime, so nothing was changed. Look at its present state."
    ),
    "proposal_not_possible": _l("This colleague cannot be proposed. Name another colleague, or nobody."),
    "subject_line_break": _l("The subject is one line of plain text. Remove line breaks and codes."),
    "subject_blank": _l("The subject is empty. Write one."),
    "subject_too_long": _l("The subject is too long. Shorten it."),
    "subject_markup": _l("The subject is plain text. Remove the angle brackets."),
    "subject_control": _l("The subject holds an invisible control character. Remove it."),
    "body_blank": _l("The letter is empty. Write something that a colleague can answer."),
    "body_too_long": _l("The letter is too long. Shorten it."),
    "body_markup": _l("The letter is plain text. Remove the angle brackets."),
    "body_control": _l("The letter holds an invisible control character. Remove it."),
    "body_too_long_to_compose": _l(
        "The letter is too long to be handed to your mail program. Shorten it, or choose another way of sending."
    ),
    "mail_consent_missing": _l(
        "The service may not send mail in your name. Allow it, or choose another way of sending."
    ),
    "crm_user_missing": _l("One of the two is no user of the CRM. Choose another way of sending."),
    "mail_not_sent": _l("The mail could not be sent, and nobody got it. Try again, or choose another way of sending."),
}
FIGURES = {"most": DAILY_LIMIT, "lapse": LAPSE_AFTER_DAYS, "write": WRITE_AFTER_DAYS}


def refusal(code: str) -> str:
    """The sentence of a refusal; one that nobody foresaw reads like a mail that did not leave."""
    return str(REFUSALS.get(code, REFUSALS["mail_not_sent"])) % FIGURES
