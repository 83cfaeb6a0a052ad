"""Reads the simulated organisation through Prism, which holds every request and answer against the contract.

Arguments: the file that tells how to reach the simulation, the address of Prism, the folder of contracts.
Ends with 1 on any violation.
"""

import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from jsonschema import Draft202012Validator

VIEW = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z"
MAIL_FIELDS = (
    "internetMessageId,conversationId,conversationIndex,from,sender,toRecipients,ccRecipients,sentDateTime,"
    "receivedDateTime,isDraft,parentFolderId"
)
RECORDS = "/communications/callRecords"
_MOST_PAGES = 12
_KEY = re.compile(r"\('([^']*)'\)(?=/)")


class Judged:
    """A client whose every request goes through Prism; `complaints` holds what Prism said."""

    def __init__(self, described: dict[str, str], prism: str, schema: dict[str, Any]) -> None:
        self.described = described
        self.prism = prism
        self.schema = schema
        self.complaints: list[str] = []
        self.requests = 0
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Prefer"] = 'odata.maxpagesize=50, IdType="ImmutableId"'
        self.direct = requests.Session()
        self.direct.trust_env = False
        self.direct.verify = described["ca_file"]
        self.session.headers["Authorization"] = f"Bearer {self.token()}"

    def token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.described["client_id"],
            "client_secret": self.described["client_secret"],
            "scope": "https://graph.microsoft.com/.default",
        }
        url = f"{self.described['authority_url']}/{self.described['tenant_id']}/oauth2/v2.0/token"
        return str(self.direct.post(url, data=form, timeout=10).json()["access_token"])

    def act(self, name: str, /, **arguments: object) -> Any:
        """Changes the organisation, past Prism."""
        answer = self.direct.post(
            f"{self.described['control']}/{name}",
            json=arguments,
            headers={"X-Simulator-Key": self.described["control_key"]},
            timeout=10,
        )
        answer.raise_for_status()
        return answer.json()["result"]

    def ask(self, url: str, *, method: str = "GET", body: object = None, expect: int = 200) -> Any:
        """The JSON of an answer; whatever Prism or the status has against it is noted."""
        # Prism knows keys as segments only; the service means the same by either spelling.
        path = _KEY.sub(r"/\1", url.replace(self.described["msgraph_url"], ""))
        answer = self.session.request(method, self.prism + path, json=body, timeout=60)
        self.requests += 1
        if "sl-violations" in answer.headers or answer.status_code != expect:
            told = answer.headers.get("sl-violations") or answer.text
            self.complaints.append(f"{method} {path[:160]} -> {answer.status_code}: {told[:600]}")
            return {}
        return answer.json() if answer.content else {}

    def hold_against(self, path: str, definition: str) -> None:
        """Prism cannot match paths with arguments in brackets: such a page is held against the strict schema."""
        headers = {"Authorization": self.session.headers["Authorization"]}
        page = self.direct.get(self.described["msgraph_url"] + path, headers=headers, timeout=30).json()
        self.requests += 1
        validator = Draft202012Validator({**self.schema, "$ref": f"#/$defs/{definition}"})
        self.complaints += [f"GET {path}: {error.message[:300]}" for error in validator.iter_errors(page)]

    def pages(self, url: str) -> Iterator[dict[str, Any]]:
        """The pages of a list or a round, at most a dozen."""
        for _ in range(_MOST_PAGES):
            page = self.ask(url)
            yield page
            url = page.get("@odata.nextLink", "")
            if not url:
                return

    def rows(self, url: str) -> list[dict[str, Any]]:
        return [row for page in self.pages(url) for row in page.get("value", [])]

    def rounds(self, url: str) -> tuple[list[dict[str, Any]], str]:
        """The rows of a round, and the link of the next."""
        last: dict[str, Any] = {}
        rows = []
        for last in self.pages(url):
            rows += last.get("value", [])
        return rows, str(last.get("@odata.deltaLink", ""))


def read_everything(client: Judged) -> dict[str, int]:
    """Every source once, then the changes; how many rows of each came."""
    found: dict[str, int] = {}
    users = client.rows("/users?$select=id,displayName,mail,userPrincipalName,proxyAddresses,accountEnabled&$top=5")
    found["users"] = len(users)
    _, users_link = client.rounds("/users/delta?$select=id,mail,accountEnabled")
    client.ask("/domains")
    client.ask("/organization", expect=403)
    sellers = [user for user in users if user.get("mail")][:3]
    for user in sellers:
        for source, count in read_user(client, f"/users/{user['id']}").items():
            found[source] = found.get(source, 0) + count
    found["call records"] = read_calls(client)
    read_batch(client, sellers)
    read_subscriptions(client)
    read_changes(client, str(sellers[0]["mail"]), users_link)
    read_errors(client, sellers[0]["id"])
    return found


def read_user(client: Judged, base: str) -> dict[str, int]:
    folders = client.rows(f"{base}/mailFolders?includeHiddenFolders=true")
    client.rounds(f"{base}/mailFolders/delta")
    client.ask(f"{base}/mailFolders/inbox/childFolders")
    messages, _ = client.rounds(f"{base}/mailFolders/inbox/messages/delta?$select={MAIL_FIELDS}")
    client.rounds(f"{base}/mailFolders/sentitems/messages/delta?$select={MAIL_FIELDS},internetMessageHeaders")
    client.ask(f"{base}/messages?$top=5&$select=subject")
    if messages:
        client.ask(f"{base}/messages/{quote(messages[0]['id'], safe='')}")
    events, _ = client.rounds(f"{base}/calendarView/delta?{VIEW}")
    client.rows(f"{base}/calendarView?{VIEW}&$select=iCalUId,start,end,isCancelled&$top=50")
    calendars = client.rows(f"{base}/calendars")
    client.rounds(f"{base}/calendars/{quote(calendars[0]['id'], safe='')}/calendarView/delta?{VIEW}")
    client.ask(f"{base}/events?$top=10")
    for master in [row for row in events if row.get("type") == "seriesMaster"][:2]:
        event = f"{base}/events/{quote(master['id'], safe='')}"
        client.ask(event)
        client.rows(f"{event}/instances?{VIEW}")
    client.ask(f"{base}/mailboxSettings")
    lists = client.rows(f"{base}/todo/lists")
    client.rounds(f"{base}/todo/lists/delta")
    tasks = []
    for one in lists:
        url = f"{base}/todo/lists/{quote(one['id'], safe='')}/tasks"
        tasks += client.rounds(f"{url}/delta")[0]
        client.ask(url)
    client.rows(f"{base}/planner/tasks")
    return {"folders": len(folders), "messages": len(messages), "events": len(events), "tasks": len(tasks)}


def read_calls(client: Judged) -> int:
    records = client.rows(f"{RECORDS}?$filter=startDateTime ge 2026-05-01T00:00:00Z")
    for record in records[:5]:
        client.ask(f"{RECORDS}/{record['id']}?$expand=sessions($expand=segments),participants_v2")
        client.ask(f"{RECORDS}/{record['id']}/participants_v2")
        client.ask(f"{RECORDS}/{record['id']}/sessions")
    span = "fromDateTime=2026-04-01,toDateTime=2026-06-17"
    for name, row in (("getPstnCalls", "pstnCallLogRow"), ("getDirectRoutingCalls", "directRoutingLogRow")):
        client.hold_against(f"{RECORDS}/{name}({span})", f"microsoft.graph.callRecords.{row}Page")
    return len(records)


def read_batch(client: Judged, users: list[dict[str, Any]]) -> None:
    members = [
        {"id": str(number), "method": "GET", "url": f"/users/{user['id']}/mailFolders/inbox"}
        for number, user in enumerate(users)
    ]
    client.ask("/$batch", method="POST", body={"requests": members})


def read_subscriptions(client: Judged) -> None:
    """An address where nobody answers is refused; nothing is there to list."""
    until = (datetime.now(UTC) + timedelta(minutes=50)).strftime("%Y-%m-%dT%H:%M:%SZ")
    wish = {
        "changeType": "created",
        "notificationUrl": "http://127.0.0.1:9/",
        "resource": "communications/callRecords",
        "expirationDateTime": until,
    }
    client.ask("/subscriptions", method="POST", body=wish, expect=400)
    client.ask("/subscriptions")


def read_changes(client: Judged, user: str, users_link: str) -> None:
    """Rounds after something happened: new, moved, flagged and deleted mail, meetings, tasks, calls, users."""
    base = f"/users/{user}"
    inbox, mail_link = client.rounds(f"{base}/mailFolders/inbox/messages/delta?$select={MAIL_FIELDS}")
    _, event_link = client.rounds(f"{base}/calendarView/delta?{VIEW}")
    lists = client.rows(f"{base}/todo/lists")
    _, task_link = client.rounds(f"{base}/todo/lists/{quote(lists[0]['id'], safe='')}/tasks/delta")
    sender = inbox[0]["from"]["emailAddress"]["address"]
    sent = [client.act("deliver", sender=sender, to=[user], subject=f"Suite {n}")["id"] for n in range(3)]
    client.act("mark_read", mail_id=sent[0], key=user)
    client.act("move", mail_id=sent[1], key=user, folder="archive")
    client.act("delete_mail", mail_id=sent[2])
    meeting = client.act("arrange", organiser=user, required=[sender], at="2026-06-20T09:00:00+00:00")
    series = client.act("arrange_series", organiser=user, required=[sender], at="2026-06-20T09:00:00+00:00", count=4)
    client.act("respond", meeting_id=f"{series['id']}-2", key=sender, response="declined")
    client.act("cancel_meeting", meeting_id=meeting["id"])
    made = client.act("add_task", owner=user, title="Rappeler")
    client.act("complete_task", task_id=made)
    client.act("record_call", caller=user, called=[sender], at="2026-06-17T06:00:00+00:00", anonymous=1)
    client.act("new_user", name="Accueil", email="accueil.juge@orvane.example", purpose="shared")
    for link in (mail_link, event_link, task_link, users_link):
        client.rounds(link)
    client.ask(f"{RECORDS}?$filter=startDateTime ge 2026-06-17T00:00:00Z")


def read_errors(client: Judged, user: str) -> None:
    """Refusals have the form of the contract too."""
    client.ask(f"/users/{user}/events/AAMkNothing", expect=404)
    client.ask(f"/users/{user}/mailFolders/nowhere/messages", expect=404)
    client.ask(f"/users/{user}/calendarView/delta", expect=400)
    link = client.rounds(f"/users/{user}/calendarView/delta?{VIEW}")[1]
    client.act("expire_tokens")
    client.ask(link, expect=410)


def main() -> int:
    described = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    schema = json.loads((Path(sys.argv[3]) / "msgraph-strict.schema.json").read_text(encoding="utf-8"))
    client = Judged(described, sys.argv[2], schema)
    found = read_everything(client)
    told = ", ".join(f"{count} {source}" for source, count in found.items())
    sys.stdout.write(f"Prism judged {client.requests} requests: {told}.\n")
    for complaint in client.complaints:
        sys.stdout.write(f"VIOLATION {complaint}\n")
    empty = [source for source, count in found.items() if not count]
    if empty:
        sys.stdout.write(f"Nothing was read of: {', '.join(empty)}.\n")
    return 1 if client.complaints or empty else 0


if __name__ == "__main__":
    sys.exit(main())
