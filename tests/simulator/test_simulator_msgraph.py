"""Microsoft Graph of the simulated organisation over its real TLS socket, as the contract describes it."""

import threading
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest
from simulated import DirectGraph, HttpsGraph, mail, world

from simulator.expiry import Expiry
from simulator.mailbox import MailboxState
from simulator.organisation import Organisation

INBOX = "/users/ines@fjord.example/mailFolders/inbox"
SENT = "/users/ines@fjord.example/mailFolders/sentitems"


def error_of(answer: object) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "path",
    [
        f"{INBOX}/messages/delta",
        f"{INBOX}/messages/delta()",
        f"{INBOX}/messages/microsoft.graph.delta",
        f"{INBOX}/messages/microsoft.graph.delta()",
        "/users('ines@fjord.example')/mailFolders('inbox')/messages/delta",
        "/users/INES%40fjord.example/mailFolders/inbox/messages/delta",
        f"{INBOX}/messages/delta?%24select=isRead%2Cfrom",
    ],
)
def test_every_spelling_of_a_path_means_the_same(graph: HttpsGraph, path: str):
    answer = graph.get(path)
    assert answer.status_code == 200
    assert len(answer.json()["value"]) == len(graph.running.organisation.folder("ines", "inbox").copies)


def test_an_answer_carries_the_long_content_type_and_both_request_ids(graph: HttpsGraph):
    asked = "11111111-2222-3333-4444-555555555555"
    url = f"{graph.running.msgraph_url}/users"
    answer = graph.session.get(url, headers={"client-request-id": asked}, timeout=10)
    assert answer.headers["Content-Type"].startswith("application/json;odata.metadata=minimal;odata.streaming=true")
    assert answer.headers["client-request-id"] == asked
    assert answer.headers["request-id"]


def test_pages_follow_the_wish_for_their_size_and_end_with_a_delta_link(graph: HttpsGraph):
    link, sizes = f"{INBOX}/messages/delta?$select=from", []
    while link:
        page = graph.get(link, prefer="odata.maxpagesize=4").json()
        sizes.append(len(page["value"]))
        assert ("@odata.nextLink" in page) != ("@odata.deltaLink" in page)
        link = page.get("@odata.nextLink", "")
        assert not link or link.startswith(graph.running.msgraph_url)
    assert max(sizes) == 4
    assert sum(sizes) == len(graph.running.organisation.folder("ines", "inbox").copies)


def test_without_a_wish_a_page_of_mail_has_ten_rows():
    mails = [mail(f"x{number}", "ines", "tor") for number in range(11)]
    graph = DirectGraph(Organisation(world(*mails)))
    assert len(graph.json(f"{SENT}/messages/delta")["value"]) == 10


def test_select_is_honoured_and_id_and_etag_always_come(graph: HttpsGraph):
    row = graph.get(f"{SENT}/messages/delta?$select=internetMessageId,from").json()["value"][0]
    assert set(row) == {"@odata.type", "@odata.etag", "id", "internetMessageId", "from"}
    assert row["internetMessageId"] == "<answer@fjord.example>"
    assert row["from"]["emailAddress"] == {"name": "Ines", "address": "ines@fjord.example"}


@pytest.mark.parametrize("select", ["", "?$select=body,bodyPreview,uniqueBody,subject"])
def test_content_never_comes_with_basic_rights(graph: HttpsGraph, select: str):
    for row in graph.get(f"{INBOX}/messages/delta{select}").json()["value"]:
        assert not {"body", "bodyPreview", "uniqueBody"} & set(row)
        assert "subject" in row


def test_content_comes_with_full_rights():
    graph = DirectGraph(Organisation(world(mail("m1", "ines", "tor"))), roles=("Mail.Read",))
    [row] = graph.json(f"{SENT}/messages/delta")["value"]
    assert {"body", "bodyPreview"} <= set(row)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{INBOX}/messages/delta?$select=betreff", 400, "BadRequest"),
        (f"{INBOX}/messages/delta?$search=\"offre\"", 400, "BadRequest"),
        (f"{INBOX}/messages/delta?$filter=isRead eq true", 400, "ErrorInvalidUrlQueryFilter"),
        (f"{INBOX}/messages/delta?$orderby=subject", 400, "ErrorInvalidUrlQuery"),
        (f"{INBOX}/messages/delta?changeType=moved", 400, "BadRequest"),
        (f"{INBOX}/messages/delta?$deltatoken=latest", 400, "BadRequest"),
        (f"{INBOX}/messages/delta?$skiptoken=garbage", 400, "BadRequest"),
        (f"{INBOX}/messages?$deltatoken=abc", 400, "BadRequest"),
        (f"{INBOX}/messages?$search=\"offre\"", 403, "ErrorAccessDenied"),
        ("/users/ines@fjord.example/messages/delta", 400, "BadRequest"),
        ("/users/ines@fjord.example/mailFolders/nowhere/messages/delta", 404, "ErrorItemNotFound"),
        ("/users/ines@fjord.example/mailFolders/nowhere", 404, "ErrorItemNotFound"),
        ("/users/ines@fjord.example/messages/AAMkNothing=", 404, "ErrorItemNotFound"),
        ("/users/tor@nordlys.example/mailFolders", 404, "ErrorInvalidUser"),
        ("/users/tor@nordlys.example", 404, "Request_ResourceNotFound"),
        ("/users?$filter=startswith(mail,'a')", 400, "BadRequest"),
        ("/users/delta?$top=5", 400, "BadRequest"),
        ("/users/delta?$filter=mail eq 'a'", 400, "Request_UnsupportedQuery"),
        ("/users/delta?$select=shoeSize", 400, "BadRequest"),
        ("/organization", 403, "Authorization_RequestDenied"),
        ("/me", 400, "BadRequest"),
        ("/teams", 400, "BadRequest"),
    ],
)  # fmt: skip
def test_what_the_service_refuses_is_refused_with_its_code(graph: HttpsGraph, path: str, status: int, code: str):
    answer = graph.get(path)
    assert error_of(answer) == (status, code)
    assert answer.json()["error"]["innerError"]["request-id"]


def test_a_token_of_another_folder_is_refused(graph: HttpsGraph):
    link = graph.get(f"{INBOX}/messages/delta?$select=id").json()
    token = urlsplit(link.get("@odata.deltaLink") or link["@odata.nextLink"]).query
    assert error_of(graph.get(f"{SENT}/messages/delta?{token}")) == (400, "BadRequest")


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic aW5lczo="])
def test_without_a_valid_token_nothing_is_answered(graph: HttpsGraph, header: str):
    graph.session.headers["Authorization"] = header
    answer = graph.get("/users")
    assert error_of(answer) == (401, "InvalidAuthenticationToken")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_for_dataverse_does_not_open_msgraph_nor_the_reverse(graph: HttpsGraph):
    accounts = f"{graph.running.dataverse_url}/api/data/v9.2/accounts"
    assert graph.session.get(accounts, timeout=10).status_code == 401
    graph.session.headers["Authorization"] = f"Bearer {graph.token(graph.running.dataverse_url + '/.default')}"
    assert graph.session.get(accounts, timeout=10).json()["value"][0]["name"] == "Nordlys"
    assert graph.get("/users").status_code == 401


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/users/delta", "User.Read.All"),
        ("/domains", "Domain.Read.All"),
        (f"{INBOX}/messages/delta", "Mail.ReadBasic.All"),
    ],
)
def test_a_right_that_is_missing_is_a_403(path: str, role: str):
    organisation = Organisation(world())
    others = tuple({"User.Read.All", "Domain.Read.All", "Mail.ReadBasic.All"} - {role})
    assert DirectGraph(organisation, roles=others).answer(path).status == 403
    assert DirectGraph(organisation, roles=(role,)).answer(path).status == 200


def test_users_have_their_aliases_and_lists_and_customers_are_no_users(graph: HttpsGraph):
    rows = graph.get("/users?$select=mail,proxyAddresses,accountEnabled,userType").json()["value"]
    assert [row["mail"] for row in rows] == ["ines@fjord.example", "omar@fjord.example", "zoe@fjord.example"]
    assert rows[0]["proxyAddresses"] == ["SMTP:ines@fjord.example", "smtp:i.okafor@fjord.example"]
    assert rows[0]["accountEnabled"] is True


def test_a_list_of_users_comes_in_pages(graph: HttpsGraph):
    page = graph.get("/users?$top=2").json()
    assert len(page["value"]) == 2
    assert "accountEnabled" not in page["value"][0]
    rest = graph.get(page["@odata.nextLink"]).json()
    assert len(rest["value"]) == 1
    assert "@odata.nextLink" not in rest


def test_one_user_is_found_by_id_and_by_name(graph: HttpsGraph):
    found = graph.get("/users/ines@fjord.example?$select=id,displayName").json()
    assert graph.get(f"/users/{found['id']}").json()["displayName"] == "Ines"


def test_the_organisation_owns_its_domains(graph: HttpsGraph):
    [domain] = graph.get("/domains").json()["value"]
    assert (domain["id"], domain["isVerified"], domain["isDefault"]) == ("fjord.example", True, True)


def test_the_top_level_of_folders_hides_search_folders_until_asked(graph: HttpsGraph):
    base = "/users/ines@fjord.example/mailFolders?$top=50"
    plain = graph.get(base).json()["value"]
    whole = graph.get(f"{base}&includeHiddenFolders=true").json()["value"]
    assert len(plain) == 7
    [search] = [row for row in whole if row not in plain]
    assert (search["@odata.type"], search["isHidden"]) == ("#microsoft.graph.mailSearchFolder", True)


def test_folders_are_found_by_well_known_name_and_have_children(graph: HttpsGraph):
    inbox = graph.get(INBOX).json()
    assert (inbox["displayName"], inbox["childFolderCount"]) == ("Boîte de réception", 1)
    [clients] = graph.get(f"{INBOX}/childFolders").json()["value"]
    assert (clients["displayName"], clients["parentFolderId"]) == ("Clients", inbox["id"])
    by_id = graph.get(f"/users/ines@fjord.example/mailFolders/{quote(clients['id'], safe='')}/childFolders").json()
    assert [row["displayName"] for row in by_id["value"]] == ["À relancer"]


def test_a_plain_list_of_messages_is_newest_first_and_paged(graph: HttpsGraph):
    base = "/users/ines@fjord.example/messages?$select=receivedDateTime"
    page = graph.get(f"{base}&$top=8").json()
    rows = page["value"] + graph.get(page["@odata.nextLink"]).json()["value"]
    assert len(rows) == 13
    times = [row["receivedDateTime"] for row in rows]
    assert times == sorted(times, reverse=True)


def test_one_message_is_found_by_either_of_its_ids(graph: HttpsGraph):
    for prefer in ("", 'IdType="ImmutableId"'):
        [row] = graph.get(f"{SENT}/messages?$select=subject", prefer=prefer).json()["value"]
        found = graph.get(f"/users/ines@fjord.example/messages/{quote(row['id'], safe='')}", prefer=prefer)
        assert found.json()["id"] == row["id"]


def test_the_same_mail_has_one_message_id_but_a_conversation_per_mailbox(graph: HttpsGraph):
    fields = "internetMessageId,conversationId,conversationIndex"
    rows = {}
    for key in ("ines", "omar"):
        found = graph.get(f"/users/{key}@fjord.example/messages?$top=50&$select={fields}").json()["value"]
        rows[key] = {row["internetMessageId"]: row for row in found}
    ours, his = rows["ines"]["<m4@nordlys.example>"], rows["omar"]["<m4@nordlys.example>"]
    assert ours["id"] != his["id"]
    assert ours["conversationId"] != his["conversationId"]
    assert ours["conversationIndex"] == his["conversationIndex"]
    assert (
        rows["ines"]["<m4@nordlys.example>"]["conversationId"] == rows["ines"]["<m5@nordlys.example>"]["conversationId"]
    )


def test_sent_items_have_no_transport_headers(graph: HttpsGraph):
    [sent] = graph.get(f"{SENT}/messages/delta?$select=internetMessageHeaders").json()["value"]
    received = graph.get(f"{INBOX}/messages/delta?$select=internetMessageHeaders").json()["value"][0]
    assert sent["internetMessageHeaders"] == []
    assert {header["name"] for header in received["internetMessageHeaders"]} == {"Date", "Message-ID"}


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        (MailboxState.UNAVAILABLE, 404, "MailboxNotEnabledForRESTAPI"),
        (MailboxState.FORBIDDEN, 403, "ErrorAccessDenied"),
    ],
)
def test_a_mailbox_may_be_switched_off_or_out_of_scope(graph: HttpsGraph, state: MailboxState, status: int, code: str):
    graph.running.organisation.set_mailbox("ines", state)
    assert error_of(graph.get(f"{INBOX}/messages/delta")) == (status, code)
    assert graph.get("/users/omar@fjord.example/mailFolders/inbox/messages/delta").status_code == 200
    graph.running.organisation.set_mailbox("ines", MailboxState.AVAILABLE)
    assert graph.get(f"{INBOX}/messages/delta").status_code == 200


@pytest.mark.parametrize("how", [
    Expiry(), Expiry(400, "syncStateNotFound"), Expiry(410, "resyncRequired"), Expiry(404, "SYNCSTATEINVALID"),
])  # fmt: skip
def test_expired_tokens_are_refused_in_the_form_that_was_ordered(graph: HttpsGraph, how: Expiry):
    link = graph.get(f"{SENT}/messages/delta?$select=from").json()["@odata.deltaLink"]
    users = graph.get("/users/delta").json()["@odata.deltaLink"]
    graph.running.organisation.expire_tokens(how=how)
    for stale in (link, users):
        answer = graph.get(stale)
        assert error_of(answer) == (how.status, how.code)
        assert "Location" not in answer.headers
    assert graph.get(f"{SENT}/messages/delta").status_code == 200


def test_an_expired_token_may_name_a_fresh_start(graph: HttpsGraph):
    link = graph.get(f"{SENT}/messages/delta?$select=from").json()["@odata.deltaLink"]
    graph.running.organisation.expire_tokens("ines", how=Expiry(with_location=True))
    answer = graph.get(link)
    assert answer.status_code == 410
    fresh = graph.get(answer.headers["Location"]).json()
    assert [row["from"]["emailAddress"]["name"] for row in fresh["value"]] == ["Ines"]


def test_a_token_survives_a_restart_of_the_service_but_not_a_state_it_has_not_seen():
    started = world(mail("m1", "ines", "tor"))
    first = DirectGraph(Organisation(started))
    link = str(first.json(f"{SENT}/messages/delta")["@odata.deltaLink"])
    assert DirectGraph(Organisation(started)).json(link)["value"] == []
    first.organisation.deliver("ines", ["tor"])
    later = str(first.json(link)["@odata.deltaLink"])
    assert DirectGraph(Organisation(started)).answer(later).status == 410


def test_the_token_of_a_deleted_folder_says_so(graph: HttpsGraph):
    organisation = graph.running.organisation
    folder = organisation.new_folder("ines", "Salons")
    link = graph.get(f"/users/ines@fjord.example/mailFolders/{folder.id}/messages/delta").json()["@odata.deltaLink"]
    organisation.delete_folder("ines", folder.id)
    assert error_of(graph.get(link)) == (410, "ErrorSyncFolderNotFound")


def batch(graph: HttpsGraph, *requests: dict[str, object]) -> dict[str, dict[str, object]]:
    url = f"{graph.running.msgraph_url}/$batch"
    answer = graph.session.post(url, json={"requests": list(requests)}, timeout=10)
    assert answer.status_code == 200, answer.text
    return {response["id"]: response for response in answer.json()["responses"]}


def test_a_batch_answers_each_member_by_its_id_with_its_own_status(graph: HttpsGraph):
    found = batch(
        graph,
        {"id": "a", "method": "GET", "url": "/users/ines@fjord.example"},
        {"id": "b", "method": "GET", "url": "/users/nobody@fjord.example"},
        {"id": "c", "method": "GET", "url": "/users/omar@fjord.example", "dependsOn": ["b"]},
        {
            "id": "d",
            "method": "GET",
            "url": f"{SENT}/messages/delta?$select=id",
            "headers": {"Prefer": 'IdType="ImmutableId"'},
        },
    )
    assert list(found) == ["d", "c", "b", "a"]
    assert {name: response["status"] for name, response in found.items()} == {"a": 200, "b": 404, "c": 424, "d": 200}
    [row] = found["d"]["body"]["value"]
    assert row["id"].startswith("AAkA")


def test_a_batch_with_more_than_four_members_for_one_mailbox_throttles_itself(graph: HttpsGraph):
    members = [{"id": str(n), "method": "GET", "url": f"{SENT}/messages/delta"} for n in range(6)]
    found = batch(graph, *members)
    assert [found[str(n)]["status"] for n in range(6)] == [200, 200, 200, 200, 429, 429]
    assert found["5"]["headers"]["Retry-After"]
    assert graph.running.services.traffic.most_at_once[graph.running.organisation.user("ines").id] == 6


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [{"id": str(n), "method": "GET", "url": "/users"} for n in range(21)],
        [{"id": "1", "method": "GET", "url": "/users"}, {"id": "1", "method": "GET", "url": "/users"}],
        [{"id": "1", "method": "GET", "url": "https://elsewhere.example/users"}],
        [{"id": "1", "method": "GET"}],
    ],
)
def test_a_malformed_batch_is_refused(graph: HttpsGraph, requests: list[dict[str, str]]):
    url = f"{graph.running.msgraph_url}/$batch"
    assert graph.session.post(url, json={"requests": requests}, timeout=10).status_code == 400


def test_more_than_four_requests_at_once_for_a_mailbox_are_throttled(graph: HttpsGraph):
    graph.running.services.msgraph.latency_seconds = 0.5
    statuses: list[int] = []

    def ask() -> None:
        client = HttpsGraph.__new__(HttpsGraph)
        client.running, client.session = graph.running, graph.session
        statuses.append(client.get(f"{SENT}/messages/delta").status_code)

    threads = [threading.Thread(target=ask) for _ in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 4 + [429] * 3


def test_mail_with_a_changed_world_is_told_without_a_restart(graph: HttpsGraph):
    link = graph.get(f"{INBOX}/messages/delta?$select=subject", prefer="odata.maxpagesize=100").json()[
        "@odata.deltaLink"
    ]
    graph.running.organisation.deliver("tor", ["ines"], subject="Nouveau")
    [row] = graph.get(link).json()["value"]
    assert row["subject"] == "Nouveau"


def test_only_reading_is_allowed(graph: HttpsGraph):
    url = f"{graph.running.msgraph_url}/users/ines@fjord.example/sendMail"
    assert graph.session.post(url, json={}, timeout=10).status_code == 405


def test_domains_of_a_world_all_count():
    made = replace(world(), domains=("fjord.example", "fjord-labs.example"))
    rows = DirectGraph(Organisation(made)).json("/domains")["value"]
    assert [(row["id"], row["isDefault"]) for row in rows] == [("fjord.example", True), ("fjord-labs.example", False)]
