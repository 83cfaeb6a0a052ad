"""What a request asks for: its body, its arguments, the version it was made from. All raise `problems.Refused`."""

import re
from typing import TypeVar
from urllib.parse import unquote_to_bytes

from flask import request
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from relationship.store.privacy.audit import Action
from web import audit
from web.api import problems, strict
from web.api.problems import Fault, Refused
from web.identity import applications
from web.identity.members import Member, member
from web.security import SAFE_METHODS

M = TypeVar("M", bound=BaseModel)

LONGEST_BODY_BYTES = 256 * 1024
# Marks a field (`json_schema_extra`) that accompanies a whole document and may stay away, such as a note.
BESIDE = "x-beside"
TOKEN_HEADER = "X-CSRFToken"  # noqa: S105  # its name, not a token
_CHALLENGE = 'Bearer realm="relationship", error="invalid_token"'
_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
# Chosen on every page and by every caller: language and theme of the answer.
_OF_EVERY_ADDRESS = frozenset({"lang", "theme"})
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ETAG = re.compile(r'^(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"$')


def guard() -> None:
    """Before every view of the API: a readable address, somebody signed in, and a write that comes from our pages or
    with the token of an application."""
    if any(name in request.headers for name in _OVERRIDES):
        raise Refused(405, Fault("method_override"))
    _readable_address()
    if not current_user.is_authenticated and applications.token_of(request) is not None:
        raise Refused(401, Fault("bad_token"), headers={"WWW-Authenticate": _CHALLENGE})
    if not current_user.is_authenticated:
        address = f"{request.root_path}/sign-in"
        raise Refused(
            401,
            Fault("signed_out", figures={"sign_in": address}),
            headers={"WWW-Authenticate": 'Cookie realm="relationship"'},
        )
    if request.method not in SAFE_METHODS and not member().by_token:
        _own_token()


def rules_admin() -> Member:
    """The caller, who may change the organisation's rules; 403 for everybody else."""
    caller = member()
    if not caller.changes_rules:
        raise _wrong_role(caller)
    return caller


def reader() -> Member:
    """The caller, who may read records; 403 for somebody without a role that does."""
    caller = member()
    if not caller.reads_records:
        raise _wrong_role(caller)
    caller.prepare()
    return caller


def body(model: type[M], *, most_bytes: int = LONGEST_BODY_BYTES, whole: bool = False) -> M:
    """The JSON body as a model. whole: what has a default must be sent too, on every level; a document that
    replaces another never falls back to defaults silently."""
    if request.mimetype != "application/json" or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise Refused(415, Fault("media_type"))
    try:
        given = strict.parse(_bytes(most_bytes))
    except strict.Odd as odd:
        raise problems.of_odd_json(odd) from None
    try:
        found = model.model_validate(given)
    except ValidationError as error:
        raise problems.of_validation(error) from None
    if whole and (missing := _missing(found)):
        raise Refused(422, *(Fault("missing_field", problems.dotted(path)) for path in missing[: problems.MOST_FAULTS]))
    return found


def query(model: type[M]) -> M:
    """The arguments of the address as a model. An unknown one is refused without its name in the answer."""
    arguments = {name: values for name, values in request.args.lists() if name not in _OF_EVERY_ADDRESS}
    known = set(model.model_fields)
    if set(arguments) - known:
        raise Refused(422, Fault("unknown_argument"))
    for name, values in arguments.items():
        if len(values) > 1:
            raise Refused(422, Fault("repeated_argument", name))
        if code := strict.odd_text(values[0]):
            raise Refused(422, Fault(code, name))
    try:
        return model.model_validate({name: values[0] for name, values in arguments.items()})
    except ValidationError as error:
        raise problems.of_validation(error) from None


def no_arguments() -> None:
    """422 for an address with arguments, where the view takes none."""
    if set(request.args) - _OF_EVERY_ADDRESS:
        raise Refused(422, Fault("unknown_argument"))


def expected_version(present: int) -> int:
    """The version that the caller changed, which is `present`: 428 without If-Match, 412 for another one.

    Strong comparison: a weak tag never matches. `*` names no version, so it is refused like a missing one.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given or given == "*":
        raise Refused(428, Fault("version_missing", "If-Match"))
    tags = [tag.strip() for tag in given.split(",")]
    if not all(_ETAG.match(tag) for tag in tags):
        raise Refused(400, Fault("malformed_request", "If-Match"))
    if etag(present) not in tags:
        raise stale(present)
    return present


def stale(present: int) -> Refused:
    """Another version is in force than the one that was changed."""
    fault = Fault("stale_version", "If-Match", {"version": present})
    return Refused(412, fault, headers={"ETag": etag(present)}, version=present)


def etag(version: int) -> str:
    """The strong entity tag of a version."""
    return f'"{version}"'


def _wrong_role(caller: Member) -> Refused:
    """The refusal, which is written down like that of a page."""
    audit.note(Action.ACCESS, str(request.endpoint), actor=caller.oid, result="refused")
    return Refused(403, Fault("wrong_role"))


def _bytes(most: int) -> bytes:
    """The body, of which never more than one byte too many is read.

    Werkzeug cuts a body without Content-Length at the limit in silence: the byte beyond tells that there is more.
    """
    request.max_content_length = most + 1
    try:
        found = request.get_data(cache=False)
    except RequestEntityTooLarge:
        found = None
    if found is None or len(found) > most:
        raise Refused(413, Fault("too_large"))
    return found


def _readable_address() -> None:
    """400 for a percent code or a byte that is no text, in the path or the arguments."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    arguments = request.query_string.decode("latin-1")
    for part in (raw, arguments):
        if _BROKEN_PERCENT.search(part) or not _is_text(unquote_to_bytes(part)):
            raise Refused(400, Fault("malformed_address"))
    if not _is_text(request.environ.get("PATH_INFO", "").encode("latin-1")):
        raise Refused(400, Fault("malformed_address"))


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _own_token() -> None:
    try:
        validate_csrf(request.headers.get(TOKEN_HEADER))
    except ValueError:  # WTForms' ValidationError is one
        fault = Fault("csrf_token", TOKEN_HEADER, {"session": "/api/v1/session"})
        raise Refused(403, fault) from None


def _missing(model: BaseModel, under: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The fields that were not sent although they belong to the whole."""
    found: list[tuple[str | int, ...]] = []
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        extra = field.json_schema_extra
        beside = isinstance(extra, dict) and BESIDE in extra
        if name not in model.model_fields_set and not beside:
            found.append((*under, name))
        elif isinstance(value, BaseModel):
            found.extend(_missing(value, (*under, name)))
    return found
