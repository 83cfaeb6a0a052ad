"""Who is signed in: the person of the visit whose number is in the signed cookie (`web.identity.visits`), or at the API
the application whose token came along (`web.identity.applications`)."""

from collections.abc import Callable
from functools import cached_property, wraps
from typing import ParamSpec, TypeVar

from flask import Flask, Request, Response, abort, make_response, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response as AnyResponse

from relationship.access import (
    AppRole,
    HealthRight,
    Reader,
    health_rights,
    known_roles,
    may_import,
    may_see_sources,
    reads_records,
)
from relationship.store import rules as stored
from relationship.store.privacy.audit import Action
from relationship.store.reading.reading_scope import Scope
from web import audit
from web.house import house
from web.identity import applications, visits

SESSION_SECONDS = int(visits.LONGEST.total_seconds())
# Where the number of the visit stands in the cookie.
VISIT = "visit"

P = ParamSpec("P")
R = TypeVar("R")


class Member(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """The person in the session: object id, name, roles. No token, no address.

    by_token  an application, whose token came with this request alone: there is no session behind it
    """

    def __init__(self, oid: str, name: str, roles: frozenset[AppRole], *, by_token: bool = False) -> None:
        self.oid = oid
        self.name = name
        self.roles = roles
        self.by_token = by_token

    def get_id(self) -> str:
        return self.oid

    @property
    def reader(self) -> Reader:
        return Reader(self.oid, self.roles)

    @property
    def reads_records(self) -> bool:
        """Whether pages of records open at all; which records, the CRM says."""
        return reads_records(self.reader)

    @cached_property
    def scope(self) -> Scope:
        """For queries over many records: what the CRM lets this person read, as its sets stand at this request."""
        return house().door.scope(self.reader)

    def prepare(self) -> None:
        """Have the scope before a connection reads: what is read into the sets meanwhile it would not see."""
        _ = self.scope

    @property
    def sees_sources(self) -> bool:
        return may_see_sources(self.reader)

    @property
    def imports(self) -> bool:
        """Whether files and rows about customers are theirs to bring in."""
        return may_import(self.reader)

    @cached_property
    def health_rights(self) -> frozenset[HealthRight]:
        """The rights to the health fields of accounts, by the rules in force at this request."""
        with house().store.reading() as conn:
            return health_rights(self.reader, stored.current(conn)[1].health_rights)

    def may(self, right: HealthRight) -> bool:
        return right in self.health_rights

    @property
    def changes_rules(self) -> bool:
        """Whether the organisation's rules are theirs to change; everybody else reads them."""
        return AppRole.SALES_ADMIN in self.roles


def sign_in(oid: str, name: str, roles: frozenset[AppRole]) -> None:
    """Start a new session for this person; whatever was in the old one is dropped."""
    session.clear()
    session.permanent = True
    session[VISIT] = visits.begin(oid, name, roles)
    login_user(Member(oid, name, roles))


def sign_out() -> None:
    """End the visit, here and on the server: its cookie opens nothing any more, wherever it was copied to."""
    if current_user.is_authenticated and isinstance(number := session.get(VISIT), str):
        visits.end(number, member().oid)
    logout_user()
    session.clear()


def member() -> Member:
    """The person who is signed in; only inside views behind `for_readers`,
    `for_keepers` or `for_admins`."""
    found: Member = current_user
    return found


def for_readers(view: Callable[P, R]) -> Callable[P, R | AnyResponse]:
    """A page for people who are signed in and whose roles let them read opportunities."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | AnyResponse:
        if not current_user.is_authenticated:
            return _to_sign_in()
        if not member().reads_records:
            return make_response(render_template("no_role.html"), 403)
        member().prepare()
        return view(*args, **kwargs)

    return guarded


def for_keepers(view: Callable[P, R]) -> Callable[P, R | AnyResponse]:
    """A page for those who look after the sources; for everybody else it does not exist."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | AnyResponse:
        if not current_user.is_authenticated:
            return _to_sign_in()
        if not member().sees_sources:
            _note_refusal()
            abort(404)
        return view(*args, **kwargs)

    return guarded


def for_admins(view: Callable[P, R]) -> Callable[P, R | AnyResponse]:
    """A page on which the organisation's rules are changed: 403 for whoever may only read them."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | AnyResponse:
        if not current_user.is_authenticated:
            return _to_sign_in()
        if not member().changes_rules:
            _note_refusal()
            abort(403)
        return view(*args, **kwargs)

    return guarded


def for_importers(view: Callable[P, R]) -> Callable[P, R | AnyResponse]:
    """A page on which data about customers comes in: 403 for whoever may not bring any."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | AnyResponse:
        if not current_user.is_authenticated:
            return _to_sign_in()
        if not member().imports:
            _note_refusal()
            abort(403)
        return view(*args, **kwargs)

    return guarded


def install(app: Flask) -> None:
    manager = LoginManager(app)

    @manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
    def load(oid: str) -> Member | None:
        if applications.token_of(request) is not None:
            return None  # whoever shows a token is judged by it, whatever cookie comes along
        number = session.get(VISIT)
        found = visits.current(number) if isinstance(number, str) else None
        if found is None or found.oid != oid:
            return None
        return Member(oid, found.name, known_roles(found.roles))

    @manager.request_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
    def load_application(asked: Request) -> Member | None:
        token = applications.token_of(asked)
        if token is None:
            return None
        try:
            oid, name, roles = applications.proved(token)
        except applications.NotAccepted:
            return None
        return Member(oid, name, roles, by_token=True)


def _note_refusal() -> None:
    audit.note(Action.ACCESS, str(request.endpoint), actor=member().oid, result="refused")


def _to_sign_in() -> AnyResponse:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    address = url_for("sign_in.page", next=wanted)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": url_for("sign_in.page")})
    return redirect(address)
