"""The OpenAPI document and a page that shows it, without anything from elsewhere; open, like the code."""

from typing import Any

import orjson
from flask import Blueprint, Response, render_template

from web.api.document import openapi
from web.api.problems import SENTENCES, Fault

blueprint = Blueprint("api_reference", __name__, url_prefix="/api/v1")


@blueprint.get("/openapi.json")
def document() -> Response:
    return Response(orjson.dumps(openapi(), option=orjson.OPT_SORT_KEYS), mimetype="application/json")


@blueprint.get("/docs")
def page() -> str:
    """Every operation, every model and every code, on one page that prints."""
    found = openapi()
    return render_template(
        "api/reference.html",
        about=found["info"]["description"],
        operations=[
            {"method": method.upper(), "path": path, **operation}
            for path, methods in sorted(found["paths"].items())
            for method, operation in sorted(methods.items())
        ],
        models=sorted(found["components"]["schemas"].items()),
        codes={code: Fault(code).detail for code in sorted(SENTENCES)},
        type_of=type_of,
    )


def type_of(schema: dict[str, Any]) -> str:
    """A schema in a few words.

    >>> type_of({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]})
    'integer ≥ 1 | null'
    >>> type_of({"type": "array", "items": {"$ref": "#/components/schemas/Template"}})
    'array of Template'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in schema:
        return " | ".join(type_of(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    words = str(schema.get("type", "any"))
    if "items" in schema:
        words += f" of {type_of(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        words += f" of {type_of(schema['additionalProperties'])}"
    limits = (("≥", "minimum"), (">", "exclusiveMinimum"), ("≤", "maximum"), ("<", "exclusiveMaximum"))
    return words + "".join(f" {sign} {schema[name]}" for sign, name in limits if name in schema)
