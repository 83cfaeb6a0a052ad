"""The version of the rules that a form was shown for."""

from flask import abort, request
from sqlalchemy import Connection

from relationship.store import rules as stored
from settings.rules import Rules


def shown_version(conn: Connection) -> tuple[int, Rules]:
    """Its number and its rules, from the hidden field of the form; 400 for one that never was."""
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(400)
    if text == "0":
        return 0, Rules()
    found = stored.versions(conn, limit=1, before=int(text) + 1)
    if not found or found[0].number != int(text):
        abort(400)
    return found[0].number, found[0].rules
