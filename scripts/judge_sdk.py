"""Reads the simulated organisation with Microsoft's own client (msgraph-sdk), which shares no line with us.

Argument: the file that tells how to reach the simulation. Ends with 1 when a source reads empty or differs from
what the simulation itself says. Runs in an environment of its own: msgraph-sdk is no dependency of the project.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import CalendarViewRequestBuilder
from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder

BEGIN, END = "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"


class Bearer(AuthenticationProvider):
    """Puts a token that was fetched before on every request, and the wish for large pages."""

    def __init__(self, token: str) -> None:
        self.token = token

    async def authenticate_request(
        self,
        request: RequestInformation,
        additional_authentication_context: dict[str, Any] | None = None,  # noqa: ARG002  # named by the interface
    ) -> None:
        request.headers.try_add("Authorization", f"Bearer {self.token}")
        request.headers.try_add("Prefer", "odata.maxpagesize=500")


def reached(described: dict[str, str]) -> tuple[GraphServiceClient, httpx.Client]:
    """Microsoft's client on the simulation, and a plain one to compare with."""
    plain = httpx.Client(verify=described["ca_file"], trust_env=False, timeout=60)
    form = {
        "grant_type": "client_credentials",
        "client_id": described["client_id"],
        "client_secret": described["client_secret"],
        "scope": "https://graph.microsoft.com/.default",
    }
    url = f"{described['authority_url']}/{described['tenant_id']}/oauth2/v2.0/token"
    token = plain.post(url, data=form).json()["access_token"]
    client = httpx.AsyncClient(verify=described["ca_file"], trust_env=False, timeout=60)
    adapter = GraphRequestAdapter(Bearer(token), client=client)
    adapter.base_url = described["msgraph_url"]
    plain.headers["X-Simulator-Key"] = described["control_key"]
    return GraphServiceClient(request_adapter=adapter), plain


async def whole(builder: Any, first: Any) -> list[Any]:
    """The rows of all pages, by the links the service gives."""
    rows, page = list(first.value), first
    while page.odata_next_link:
        page = await builder.with_url(page.odata_next_link).get()
        rows += page.value
    return rows


async def read(described: dict[str, str]) -> dict[str, tuple[int, int]]:
    """Per source how many rows Microsoft's client read, and how many there should be (0: at least one)."""
    client, plain = reached(described)

    def told(act: str) -> list[dict[str, Any]]:
        return list(plain.post(f"{described['control']}/{act}").json()["result"])

    found: dict[str, tuple[int, int]] = {}
    options = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=["id", "mail"], top=5)
    users = await whole(client.users, await client.users.get(RequestConfiguration(query_parameters=options)))
    found["users"] = (len(users), 0)
    delta = client.users.delta
    found["users by delta"] = (len(await whole(delta, await delta.get())), len(users))

    messages, meetings, tasks = set(), set(), 0
    for user in users:
        of = client.users.by_user_id(user.id)
        for folder in (await of.mail_folders.delta.get()).value:
            builder = of.mail_folders.by_mail_folder_id(folder.id).messages.delta
            rows = await whole(builder, await builder.get())
            messages |= {row.internet_message_id for row in rows if not row.is_draft}
        view = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(
            start_date_time=BEGIN, end_date_time=END, top=100
        )
        configured = RequestConfiguration(query_parameters=view)
        meetings |= {row.i_cal_u_id for row in await whole(of.calendar_view, await of.calendar_view.get(configured))}
        window = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(start_date_time=BEGIN, end_date_time=END)
        changes = of.calendar_view.delta
        await whole(changes, await changes.get(RequestConfiguration(query_parameters=window)))
        for one in (await of.todo.lists.get()).value:
            builder = of.todo.lists.by_todo_task_list_id(one.id).tasks.delta
            tasks += len(await whole(builder, await builder.get()))
        await of.planner.tasks.get()
    found["mails"] = (len(messages), len(told("truth")))
    within = [m for m in told("meetings") if BEGIN[:10] <= m["at"][:10] < END[:10]]
    found["meetings"] = (len(meetings), len({m["uid"] for m in within}))
    found["tasks"] = (tasks, 0)

    records = client.communications.call_records
    rows = await whole(records, await records.get())
    found["call records"] = (len(rows), len(told("calls")))
    one = await records.by_call_record_id(rows[0].id).get()
    sessions = await records.by_call_record_id(rows[0].id).sessions.get()
    found["one call record with its sessions"] = (len(sessions.value) if one.id == rows[0].id else 0, 0)
    found["subscriptions"] = (1 + len((await client.subscriptions.get()).value), 1)
    plain.close()
    return found


def main() -> int:
    described = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = asyncio.run(read(described))
    wrong = [source for source, (count, wanted) in found.items() if not count or (wanted and count != wanted)]
    told = ", ".join(f"{count} {source}" for source, (count, _) in found.items())
    sys.stdout.write(f"msgraph-sdk read {told}.\n")
    for source in wrong:
        sys.stdout.write(f"DIFFERS {source}: read {found[source][0]}, there are {found[source][1] or 'some'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
