"""Every refusal of the API: RFC 9457, a stable code, the field it is about, and a sentence that ends in the next step.

Pydantic's own types of error are translated here, once; rules with codes of their own (`settings/rules`) only need
a sentence in `SENTENCES`.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request, url_for
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, Field, ValidationError
from werkzeug.exceptions import HTTPException

from relationship.errors import RelationshipError, StorageTrouble, TryLater
from settings.rules.templates import KNOWN
from web.alerts import alert_words
from web.api.strict import DEEPEST, Odd
from web.importing import import_words
from web.knows import introduction_words
from web.languages import language
from web.operations import action_words
from web.recommendations import recommendation_words
from web.verbatims import verbatim_words

MIMETYPE = "application/problem+json"
# More faults than this in one answer help nobody.
MOST_FAULTS = 20
LONGEST_FIELD = 200
SECONDS_TO_WAIT = 30

TITLES: Mapping[int, object] = {
    400: _l("We cannot read that request"),
    401: _l("You are not signed in"),
    403: _l("You may not do that"),
    404: _l("We cannot find that"),
    405: _l("That cannot be done here"),
    409: _l("That clashes with what is there"),
    412: _l("Somebody else saved first"),
    413: _l("That is too much at once"),
    415: _l("We do not read this kind of data"),
    422: _l("Something in it is not allowed"),
    428: _l("The version is missing"),
    429: _l("Too many attempts"),
    500: _l("Something went wrong on our side"),
    503: _l("The service is catching its breath"),
}

# By code; %(…)s are figures of the fault.
SENTENCES: Mapping[str, object] = {
    "malformed_request": _l("The request cannot be read. Check its address and headers and send it again."),
    "malformed_json": _l("The body is not valid JSON. Correct it at line %(line)s, column %(column)s."),
    "malformed_text": _l("The body is not text in UTF-8. Send it in UTF-8."),
    "malformed_address": _l("The address holds a broken percent code or no valid UTF-8. Encode it as UTF-8."),
    "empty_body": _l("The body is empty. Send a JSON object."),
    "duplicate_key": _l("A key occurs twice in one object. Send every key once."),
    "not_a_number": _l("NaN, Infinity and numbers without end are no JSON numbers. Send a finite number."),
    "too_deep": _l("The body is nested too deeply. Send at most %(deepest)s levels."),
    "span_too_long": _l("Ask for a span of at most %(detail)s days, from a day to a later one."),
    "bad_cursor": _l("This cursor is not one of ours, or belongs to another list. Start again without a cursor."),
    "signed_out": _l("Nobody is signed in. Sign in at %(sign_in)s, then send the request with the session cookie."),
    "bad_token": _l(
        "This token is not valid here. Have Microsoft Entra make a new one for this service, as an application that "
        "has a role."
    ),
    "foreign_site": _l("The request does not come from this site. Send Origin with the address of this service."),
    "csrf_token": _l("The token is missing or old. Read it at %(session)s and send it as X-CSRFToken."),
    "wrong_role": _l("Your role does not allow this. Ask your sales administrator."),
    "not_found": _l("It does not exist, or you do not have access to it. Check the address."),
    "wrong_method": _l("This address does not know that method. Use one of the header Allow."),
    "method_override": _l("A method cannot be given in a header. Send the request with the method itself."),
    "stale_version": _l(
        "Version %(version)s is in force by now. Read it, put your change on top of it, and save again with its ETag."
    ),
    "version_missing": _l("Say which version you changed: send its ETag in the header If-Match."),
    "version_differs": _l("The body names another version than If-Match. Read the rules again and change those."),
    "cannot_be_undone": _l(
        "With what was changed since, taking this back leaves no valid rules. Change the values by hand."
    ),
    "changed_since": _l(
        "This value was changed again since. Look at the later change; send “anyway” to lose that one too."
    ),
    "repeat_key": _l("A key to repeat by is 1 to %(most)s visible ASCII signs. Send such a one, or none."),
    "repeat_too_large": _l(
        "A key to repeat by goes with bodies up to 256 kB. Leave it out: a file brings in nothing twice."
    ),
    "repeat_differs": _l("Another request came under this key before. Send this one under a key of its own."),
    "repeat_under_way": _l("The first request under this key is still being done. Ask again in a few seconds."),
    "too_large": _l("The body is too large. Send less data."),
    "media_type": _l("Send the body as application/json in UTF-8."),
    "too_often": _l("Too many requests. Wait a minute, then try again."),
    "number_too_large": _l("The number has too many digits. Send a smaller one."),
    "control_sign": _l("The text holds an invisible control character. Remove it."),
    "zero_sign": _l("The text holds the sign U+0000. Remove it."),
    "lone_surrogate": _l("The text holds half of a character (a lone surrogate). Send the whole character."),
    "unknown_argument": _l("The address holds an argument that is not known here. Remove it."),
    "repeated_argument": _l("An argument occurs twice in the address. Send every argument once."),
    "unknown_field": _l("This field is not known here. Remove it."),
    "missing_field": _l("This field is missing. Send it; what is not sent is never filled in silently."),
    "wrong_type": _l("This value is of the wrong type. Send the type that the reference names."),
    "too_small": _l("This number is too small. Send %(least)s or more."),
    "too_big": _l("This number is too large. Send %(most)s or less."),
    "above_only": _l("This number is too small. Send one above %(limit)s."),
    "below_only": _l("This number is too large. Send one below %(limit)s."),
    "too_short": _l("This is too short. Send at least %(least)s."),
    "too_long": _l("This is too long. Send at most %(most)s."),
    "wrong_form": _l("This text does not have the form that is expected here. See the pattern in the reference."),
    "not_a_choice": _l("This is none of the choices. Send one of: %(choices)s."),
    "wrong_date": _l("This is not a date. Send it as YYYY-MM-DD."),
    "not_allowed": _l("This value is not allowed here. See the reference for what is."),
    "fair_not_below_good": _l("The minimum of Fair must lie below the minimum of Good. Lower Fair, or raise Good."),
    "domain_wildcard": _l("A domain is named without *. Remove it: everything below the domain is left out anyway."),
    "domain_is_an_address": _l("This is an address. Name the part after the @, or leave out the contact."),
    "domain_malformed": _l("This is not a domain. Write it like granit.example."),
    "domain_too_wide": _l("Everybody may have a domain below this one. Name the domain of one company."),
    "mailbox_malformed": _l("This is not an address. Write it like feedback@granit.example."),
    "mailbox_of_a_person": _l(
        "This is a colleague's own mailbox. Only mailboxes that belong to nobody can be declared."
    ),
    "mailbox_elsewhere": _l("This address is not in one of your organisation's domains."),
    "too_many_mailboxes": _l("No more than 20 feedback mailboxes are read. Withdraw one first."),
    "domain_is_ours": _l("This domain is your own organisation's. Leave out colleagues or groups instead."),
    "too_many_exclusions": _l("These are too many of one kind. Leave out groups, accounts or domains instead."),
    "aggregates_below_retention": _l("Contact days are kept at least as long as activities. Give them as many days."),
    "at_risk_not_below_healthy": _l(
        "“At risk from” must lie below “Healthy from”. Lower the first, or raise the second."
    ),
    "watch_above_celebrate": _l("“To watch below” must not lie above “To celebrate from”. Lower the first."),
    "source_not_once": _l("Every source stands in the order exactly once. Send typed, imported, crm and computed."),
    "recommendation_key_twice": _l("Two recommendations have the same key. Give each its own."),
    "placeholder_unknown": _l("A placeholder is not known. Use {account}, {contact}, {me} and {opportunity} alone."),
    "unknown_column": _l("Reports have no such column. See the reference for those they have."),
    "column_twice": _l("A column is named twice. Name each once."),
    "no_column": _l("The report would show nothing. Name a column, or a group."),
    "group_unfit": _l("Lines cannot be grouped by this column. Take a word, a flag or a day."),
    "sort_unfit": _l("The report does not show what it would be sorted by. Name a shown column or a figure."),
    "figure_unfit": _l("This column has no such figure. Add up counts and money; of scores take the mean."),
    "op_unfit": _l("This column cannot be asked so. See the reference for what fits its kind."),
    "value_unfit": _l("This value does not fit the column. Send a number, a day or a word as the column has it."),
    "writes_unseen": _l("Whoever adds or edits health fields has to see them. Name these roles in may_list too."),
    "removal_not_confirmed": _l(
        "This removes %(activities)s activities, %(contact_days)s contact days, %(texts)s verbatims of withdrawn "
        "mailboxes and %(customer_facts)s texts, answers, events and days of use of customers that are kept now. "
        "If you want that, send “removal_confirmed” with it."
    ),
    "template_syntax": _l(
        "Line %(line)s, column %(column)s: “%(found)s” is not text and no placeholder. "
        "A template takes text and placeholders such as {{ contact.name }}, without tags, filters or other braces."
    ),
    "template_unknown_name": _l(
        "Line %(line)s, column %(column)s: the placeholder “%(found)s” is not known. Try: %(nearest)s."
    ),
    "template_markup": _l(
        "Line %(line)s, column %(column)s: letters are plain text. Write “%(found)s” without the angle bracket."
    ),
    "template_control": _l("Line %(line)s, column %(column)s: an invisible control character. Remove it."),
    "template_line_break": _l("Line %(line)s, column %(column)s: a subject is one line. Remove the line break."),
    "template_blank": _l("This text is empty. Write something that a colleague can answer."),
    "detector_unknown": _l("There is no signal with this id. docs/signals.md lists them all."),
    "detector_twice": _l("Name each signal once."),
    "template_key_twice": _l("Two templates have the same key. Give every template a key of its own."),
    **import_words.OF_A_FILE,
    **introduction_words.REFUSALS,
    **action_words.REFUSALS,
    **{code: told for code, told in alert_words.REFUSALS.items() if code not in action_words.REFUSALS},
    **recommendation_words.REFUSALS,
    **verbatim_words.THEME_REFUSALS,
    "internal": _l("Nothing of yours was lost. Try again; if it stays, tell your administrator the time it happened."),
    "busy": _l("The data cannot be read at the moment. Try again in a minute."),
}

OF_STATUS: Mapping[int, str] = {
    400: "malformed_request",
    401: "signed_out",
    403: "foreign_site",
    404: "not_found",
    405: "wrong_method",
    413: "too_large",
    415: "media_type",
    429: "too_often",
    503: "busy",
}

# Pydantic's types of error that say more than "wrong type", and where their figures are.
_OF_PYDANTIC: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "extra_forbidden": ("unknown_field", {}),
    "missing": ("missing_field", {}),
    "greater_than_equal": ("too_small", {"least": "ge"}),
    "less_than_equal": ("too_big", {"most": "le"}),
    "greater_than": ("above_only", {"limit": "gt"}),
    "less_than": ("below_only", {"limit": "lt"}),
    "int_parsing_size": ("number_too_large", {}),
    "string_too_short": ("too_short", {"least": "min_length"}),
    "string_too_long": ("too_long", {"most": "max_length"}),
    "too_short": ("too_short", {"least": "min_length"}),
    "too_long": ("too_long", {"most": "max_length"}),
    "string_pattern_mismatch": ("wrong_form", {}),
    "literal_error": ("not_a_choice", {"choices": "expected"}),
    "enum": ("not_a_choice", {"choices": "expected"}),
    "value_error": ("not_allowed", {}),
    "assertion_error": ("not_allowed", {}),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. field: dotted path in the body, or the name of a header or argument; '' for none."""

    code: str
    field: str = ""
    figures: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @property
    def detail(self) -> str:
        """What is wrong and what to do, in the caller's language."""
        sentence = str(SENTENCES[self.code])
        figures = dict(self.figures)
        if isinstance(choices := figures.get("choices"), str):
            figures["choices"] = choices.replace(" or ", ", ")  # as pydantic lists them, in English only
        return sentence % _Figures(figures)


class _Figures(dict[str, object]):
    """Figures of a sentence; one that a fault does not have reads as a dash."""

    def __missing__(self, name: str) -> str:
        return "–"


class Refused(Exception):
    """A request that is not done. headers: for the answer; version: the one in force, where that is the question."""

    def __init__(
        self, status: int, *faults: Fault, headers: Mapping[str, str] | None = None, version: int | None = None
    ) -> None:
        super().__init__(status, [fault.code for fault in faults])
        self.status = status
        self.faults = faults
        self.headers = headers or {}
        self.version = version


class FaultBody(BaseModel):
    code: str
    detail: str
    field: str | None = None


class ProblemBody(BaseModel):
    """RFC 9457. `code`, `field` and `detail` are those of the first of `errors`."""

    type: str = Field(description="Where the reference explains the code.")
    title: str
    status: int
    detail: str = Field(description="What is wrong and what to do next, in the caller's language.")
    code: str = Field(description="Stable; decide by this, never by the sentences.")
    field: str | None = Field(default=None, description="Dotted path in the body, or a header or argument.")
    errors: list[FaultBody] | None = Field(default=None, max_length=MOST_FAULTS)
    version: int | None = Field(default=None, description="The version in force, when another one was named.")


def wanted() -> bool:
    """Whether the request is one of a program, which gets problems instead of pages."""
    return request.path.startswith("/api/")


def answer(refused: Refused) -> Response:
    """The problem that tells of a refusal."""
    first = refused.faults[0]
    several = [FaultBody(code=one.code, detail=one.detail, field=one.field or None) for one in refused.faults]
    body = ProblemBody(
        type=f"{url_for('api_reference.page')}#{first.code}",
        title=str(TITLES[refused.status]),
        status=refused.status,
        detail=first.detail,
        code=first.code,
        field=first.field or None,
        errors=several[:MOST_FAULTS] if len(several) > 1 else None,
        version=refused.version,
    )
    response = Response(body.model_dump_json(exclude_none=True), status=refused.status, mimetype=MIMETYPE)
    response.headers.update(refused.headers)
    response.headers["Content-Language"] = language()
    return response


def of_status(error: HTTPException) -> Refused:
    """What Flask, or a limit, refused by itself."""
    status = error.code or 500
    known = status if status in OF_STATUS else (400 if status < 500 else 500)
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return Refused(known, Fault(OF_STATUS.get(known, "internal")), headers=kept)


def of_trouble(error: RelationshipError) -> Refused:
    """What the engine could not do."""
    if isinstance(error, TryLater | StorageTrouble):
        return Refused(503, Fault("busy"), headers={"Retry-After": str(SECONDS_TO_WAIT)})
    return Refused(500, Fault("internal"))


def of_odd_json(odd: Odd) -> Refused:
    figures = {"line": odd.line, "column": odd.column, "deepest": DEEPEST}
    return Refused(400 if odd.malformed else 422, Fault(odd.code, dotted(odd.path), figures))


def of_validation(error: ValidationError, *, under: Sequence[str | int] = ()) -> Refused:
    """Everything that pydantic found, in the order of the document; `under`: where in the body that model stands."""
    found = error.errors(include_url=False, include_input=False)
    return Refused(422, *(_fault(one, under) for one in found[:MOST_FAULTS]))


def dotted(path: Sequence[str | int]) -> str:
    """A path as 'health.weights.email', as valid text and not longer than a line.

    >>> dotted(("introductions", "templates", 0, "body"))
    'introductions.templates.0.body'
    """
    # Pydantic's mark for "the key itself" says nothing to a caller: the key ends the path already.
    text = ".".join(str(part) for part in path if part != "[key]")
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")[:LONGEST_FIELD]


def _fault(one: Mapping[str, Any], under: Sequence[str | int]) -> Fault:
    code, figures = _code(one)
    return Fault(code, dotted((*under, *one["loc"])), figures)


def _code(one: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    kind, given = one["type"], one.get("ctx", {})
    if kind in _OF_PYDANTIC:
        code, places = _OF_PYDANTIC[kind]
        return code, {name: given[place] for name, place in places.items() if place in given}
    if kind in SENTENCES:
        return kind, {**given, "nearest": given.get("nearest") or ", ".join(KNOWN)}
    return ("wrong_date" if kind.startswith("date") else "wrong_type"), {}
