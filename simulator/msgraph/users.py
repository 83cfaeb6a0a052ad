"""Users, domains and the organisation itself."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from simulator.changelog import Change, What
from simulator.directory import User
from simulator.msgraph.call import Answer, Call, GraphError, Json, bad_request, checked_select, selected
from simulator.msgraph.links import Place
from simulator.msgraph.rounds import Stream, page
from simulator.organisation import Organisation

_DEFAULT_PAGE, _MOST_PER_PAGE = 100, 999

FIELDS_OF_USERS: Mapping[str, Callable[[User], object]] = {
    "businessPhones": lambda _: [],
    "displayName": lambda user: user.display_name,
    "givenName": lambda user: user.display_name.partition(" ")[0],
    "jobTitle": lambda user: user.job_title or None,
    "mail": lambda user: user.mail,
    "mobilePhone": lambda _: None,
    "officeLocation": lambda _: None,
    "preferredLanguage": lambda _: None,
    "surname": lambda user: user.display_name.partition(" ")[2],
    "userPrincipalName": lambda user: user.user_principal_name,
    "id": lambda user: user.id,
    "accountEnabled": lambda user: user.enabled,
    "department": lambda _: None,
    "companyName": lambda _: None,
    "mailNickname": lambda user: user.mail.partition("@")[0],
    "otherMails": lambda _: [],
    "proxyAddresses": lambda user: [f"SMTP:{user.mail}", *(f"smtp:{alias}" for alias in user.aliases)],
    "userType": lambda _: "Member",
}
_DEFAULT_FIELDS = tuple(FIELDS_OF_USERS)[:11]
_NOT_ON_DELTA = ("$top", "$expand", "$orderby", "$search")


def row_of_user(user: User, fields: tuple[str, ...]) -> Json:
    row: Json = {name: FIELDS_OF_USERS[name](user) for name in fields or _DEFAULT_FIELDS}
    row["id"] = user.id
    return row


def _context(call: Call) -> str:
    select = call.query.get("$select")
    return f"users({select})" if select else "users"


def user_or_refusal(organisation: Organisation, key: str) -> User:
    user = organisation.directory.find(key)
    if user is None:
        raise GraphError(404, "Request_ResourceNotFound", "Resource does not exist or a reference is missing.")
    return user


def one_user(organisation: Organisation, call: Call) -> Answer:
    fields = selected(call, FIELDS_OF_USERS, "user")
    user = user_or_refusal(organisation, call.segments[1])
    context = f"{call.origin}/$metadata#{_context(call)}/$entity"
    return Answer(body={"@odata.context": context, **row_of_user(user, fields)})


def list_users(organisation: Organisation, call: Call) -> Answer:
    _refuse(call, ("$search", "$filter", "$expand", "$deltatoken"))
    fields = selected(call, FIELDS_OF_USERS, "user")
    size = call.number("$top", _DEFAULT_PAGE, most=_MOST_PER_PAGE) or _DEFAULT_PAGE
    start = call.number("$skiptoken", 0, most=10**9)
    users = list(organisation.directory)
    body: Json = {"@odata.context": f"{call.origin}/$metadata#{_context(call)}"}
    if start + size < len(users):
        options = {**call.query, "$skiptoken": str(start + size)}
        body["@odata.nextLink"] = f"{call.origin}/users?" + "&".join(f"{k}={v}" for k, v in options.items())
    body["value"] = [row_of_user(user, fields) for user in users[start : start + size]]
    return Answer(body=body)


def users_delta(organisation: Organisation, call: Call, secret: bytes) -> Answer:
    _refuse(call, _NOT_ON_DELTA)
    selected(call, FIELDS_OF_USERS, "user")
    directory = organisation.directory
    wanted = _wanted_ids(call)

    def row(change: Change[User], fields: tuple[str, ...]) -> Json | None:
        user = change.item
        if wanted and user.id not in wanted:
            return None
        if change.what is What.GONE:
            return {"id": user.id, "@removed": {"reason": "changed"}}
        return row_of_user(user, fields)

    stream = Stream(
        scope="users",
        address=f"{call.origin}/users/delta",
        context=_context(call),
        log=directory.log,
        version=directory.version,
        epoch=organisation.token_epoch,
        page_size=call.page_size(_DEFAULT_PAGE),
        key=lambda change: change.item.id,
        fields=lambda select: checked_select(select, FIELDS_OF_USERS, "user"),
        row=row,
        partial=lambda change: {"id": change.item.id, "accountEnabled": change.item.enabled},
    )
    first = Place("users", stream.epoch, 0, stream.version, select=call.query.get("$select", ""))
    answer = page(call, stream, first, secret=secret, expiry=organisation.expiry)
    return replace(answer, headers={})


def _wanted_ids(call: Call) -> frozenset[str]:
    """The ids of `$filter=id eq '…' or id eq '…'`, the only filter that delta takes."""
    clauses = [clause.strip() for clause in call.query.get("$filter", "").split(" or ") if clause.strip()]
    if any(not clause.startswith("id eq '") for clause in clauses) or len(clauses) > 50:
        raise bad_request("Unsupported Query.", code="Request_UnsupportedQuery")
    return frozenset(clause.removeprefix("id eq ").strip("'").lower() for clause in clauses)


def _refuse(call: Call, options: tuple[str, ...]) -> None:
    for option in options:
        if option in call.query:
            name = "DeltaToken" if option == "$deltatoken" else option
            raise bad_request(f"Parameter '{name}' not supported for this request.")


def domains(organisation: Organisation, call: Call) -> Answer:
    names = organisation.world.domains
    value = [
        {
            "id": name,
            "authenticationType": "Managed",
            "isAdminManaged": True,
            "isDefault": name == names[0],
            "isInitial": False,
            "isRoot": True,
            "isVerified": True,
            "supportedServices": ["Email"],
        }
        for name in names
    ]
    return Answer(body={"@odata.context": f"{call.origin}/$metadata#domains", "value": value})


def organization(organisation: Organisation, call: Call) -> Answer:
    names = organisation.world.domains
    verified = [
        {"capabilities": "Email", "isDefault": name == names[0], "isInitial": False, "name": name, "type": "Managed"}
        for name in names
    ]
    row = {
        "id": organisation.tenant_id,
        "displayName": organisation.world.name,
        "tenantType": "AAD",
        "verifiedDomains": verified,
    }
    return Answer(body={"@odata.context": f"{call.origin}/$metadata#organization", "value": [row]})
