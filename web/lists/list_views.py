"""Views of lists that people keep: save, rename, open the list with one, remove and take back."""

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from relationship.desk import keep_view
from web.house import house
from web.identity.members import for_readers, member
from web.lists.listing import BadAddress, list_query
from web.nouns import BY_ADDRESS

blueprint = Blueprint("list_views", __name__)
_LISTS = "<any(opportunities, contacts, leads, accounts):several>"


@blueprint.post(f"/{_LISTS}/views")
@for_readers
def save(several: str) -> AnyResponse:
    """Keep the list of the form's arguments under its name."""
    arguments = _checked(several, request.form.get("arguments", ""))
    if keep_view.keep(house(), member().oid, several, request.form.get("name", ""), arguments) is None:
        abort(422)
    return _to(several, arguments)


@blueprint.post(f"/{_LISTS}/views/<int:number>")
@for_readers
def change(several: str, number: int) -> AnyResponse:
    """Rename, begin with, or remove a view: `act` says which."""
    oid, arguments = member().oid, _checked(several, request.form.get("arguments", ""))
    match request.form.get("act"):
        case "rename":
            done = keep_view.rename(house(), oid, several, number, request.form.get("name", ""))
        case "start":
            done = keep_view.start_with(house(), oid, several, number)
        case "no_start":
            done = keep_view.start_with(house(), oid, several, None)
        case "take_back":
            done = keep_view.take_back(house(), oid, number)
        case "remove":
            if not keep_view.remove(house(), oid, number):
                abort(422)
            return redirect(url_for(f"{several}.listing", view="all", removed=number))
        case _:
            done = False
    if not done:
        abort(422)
    return _to(several, arguments)


def _checked(several: str, text: str) -> str:
    """The arguments as the list itself writes them; 422 for such as it does not know."""
    noun = BY_ADDRESS[several]
    try:
        query = list_query(MultiDict(_pairs(text)), noun.shape)
    except BadAddress:
        abort(422)
    return urlencode(query.but().arguments(), doseq=True)


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text[:2_000], keep_blank_values=True)


def _to(several: str, arguments: str) -> AnyResponse:
    return redirect(f"{url_for(f'{several}.listing')}?{arguments or 'view=all'}")
