"""What the OpenAPI 3.1 document says of every view, and the document itself (spectree).

`documented` records; it validates nothing, since `asked` does, more strictly than spectree can.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from pydantic import BaseModel, Field
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree
from spectree.models import InType, SecureType, SecuritySchemeData

from web.api import asked, repeats
from web.api.asked import BESIDE
from web.api.problems import MIMETYPE, ProblemBody

P = ParamSpec("P")
R = TypeVar("R")

VERSION = "1"
# Whatever a caller does: signed out, foreign, unreadable, too often, broken.
ALWAYS = (400, 401, 403, 405, 422, 429, 500, 503)
OF_A_BODY = (413, 415)
OF_A_VERSION = (412, 428)
_COOKIE, _TOKEN, _BEARER = "session", "token", "application"
# Names of the models that must be sent whole.
_WHOLE: set[str] = set()


class IfMatch(BaseModel):
    """The header of a change."""

    version: str = Field(alias="If-Match", description="The ETag of the version that was changed.", examples=['"7"'])


_DOCUMENT = SpecTree(
    "flask",
    mode="strict",
    title="Relationship health",
    description=(
        "Strict JSON; every refusal is a problem (RFC 9457) with a stable code. The session cookie of the pages signs "
        "in; a write also needs the token of GET /api/v1/session as X-CSRFToken, and Origin or Sec-Fetch-Site of "
        "this site. Other systems send an access token of Microsoft Entra for this service as Authorization: Bearer."
    ),
    version=VERSION,
    path="api/v1/openapi",
    naming_strategy=lambda model: str(model.__name__),
    nested_naming_strategy=lambda _parent, child: child,
    validation_error_model=ProblemBody,
    annotations=False,
    page_templates={},
    security_schemes=[
        SecurityScheme(
            name=_COOKIE, data=SecuritySchemeData(type=SecureType.API_KEY, name="session", field_in=InType.COOKIE)
        ),
        SecurityScheme(name=_BEARER, data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer")),
        SecurityScheme(
            name=_TOKEN,
            data=SecuritySchemeData(type=SecureType.API_KEY, name=asked.TOKEN_HEADER, field_in=InType.HEADER),
        ),
    ],
)


def documented(
    answers: Mapping[int, type[BaseModel] | None],
    *,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    whole: bool = False,
    versioned: bool = False,
    problems: tuple[int, ...] = (),
    tag: str,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Describe a view: what it takes, what it answers. The docstring is its summary and description.

    whole: the body is read with `asked.body(…, whole=True)`; versioned: a change that needs If-Match;
    problems: statuses beyond those that every view of its kind has
    """
    refusals = {*ALWAYS, *problems, *(OF_A_BODY if body else ()), *(OF_A_VERSION if versioned else ())}
    models: dict[str, Any] = {f"HTTP_{status}": model for status, model in answers.items()}
    models |= {f"HTTP_{status}": ProblemBody for status in sorted(refusals)}

    if whole and body is not None:
        _WHOLE.add(body.__name__)

    def describe(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def strict_view(*args: P.args, **kwargs: P.kwargs) -> R:
            if query is None:
                asked.no_arguments()
            return view(*args, **kwargs)

        described = _DOCUMENT.validate(
            json=body,
            query=query,
            headers=IfMatch if versioned else None,
            resp=Answers(**models),
            tags=(tag,),
            skip_validation=True,
        )(strict_view)
        return cast(Callable[P, R], described)

    return describe


def openapi() -> dict[str, Any]:
    """The document of the running application; the caller may change it."""
    document: dict[str, Any] = deepcopy(_DOCUMENT.spec)
    schemas = document["components"]["schemas"]
    for path in document["paths"].values():
        for method, operation in path.items():
            if method != "get":
                _may_be_repeated(operation)
            by_session: dict[str, list[str]] = {_COOKIE: []} if method == "get" else {_COOKIE: [], _TOKEN: []}
            operation["security"] = [by_session, {_BEARER: []}]
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    answer["content"] = {MIMETYPE: answer["content"]["application/json"]}
    for name in _WHOLE:
        _require_all(schemas, name, seen=set())
    for schema in schemas.values():
        for one in schema.get("properties", {}).values():
            if "patternProperties" in one:
                one["additionalProperties"] = False  # Pydantic leaves out that it takes no other keys.
    return document


def _may_be_repeated(operation: dict[str, Any]) -> None:
    """Every write takes a key under which it is done once, and may clash with another request under that key."""
    key = {"type": "string", "pattern": repeats.PATTERN, "maxLength": repeats.LONGEST_KEY}
    told = "Sent again with the same key and body within a day, the request is answered alike and not done again."
    operation.setdefault("parameters", []).append(
        {"name": repeats.HEADER, "in": "header", "required": False, "description": told, "schema": key}
    )
    operation["responses"].setdefault("409", deepcopy(operation["responses"]["429"]) | {"description": "Conflict"})


def _require_all(schemas: dict[str, Any], name: str, *, seen: set[str]) -> None:
    """A body that must be whole: what has a default in our own code is required of a caller, on every level."""
    if name in seen:
        return
    seen.add(name)
    schema = schemas[name]
    properties = schema.get("properties", {})
    beside = {field for field, one in properties.items() if one.get(BESIDE)}
    if required := [field for field in properties if field not in beside]:
        schema["required"] = required
    for one in properties.values():
        one.pop("default", None)
        if (reference := one.get("$ref")) is not None:
            _require_all(schemas, reference.rsplit("/", 1)[1], seen=seen)
