"""Every kind of page fits the published schema of Microsoft Graph, in which a misspelt property does not exist."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from simulated import DirectGraph, draft, mail, world

from simulator.faults import HARMLESS, Fault, FaultKind
from simulator.organisation import Organisation

SHARED = Path(os.environ.get("RELATIONSHIP_SHARED", Path(__file__).parents[2].parent / "shared"))
SCHEMA = SHARED / "contracts" / "msgraph-strict.schema.json"
OMAR = "/users/omar@fjord.example"

Validate = Callable[[str, Any], None]


@pytest.fixture(scope="module")
def validate() -> Validate:
    if not SCHEMA.is_file():
        pytest.skip("the schema of Microsoft Graph is not on this machine (RELATIONSHIP_SHARED names its folder)")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    def check(name: str, page: Any) -> None:
        Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"}).validate(page)

    return check


@pytest.fixture
def graph() -> DirectGraph:
    mails = [mail(f"m{n}", "tor", "omar", cc=("ines",)) for n in range(6)]
    organisation = Organisation(world(*mails, mail("sent", "omar", "tor"), draft("d", "omar", "tor")))
    roles = ("Mail.Read", "User.Read.All", "Domain.Read.All", "Organization.Read.All")
    return DirectGraph(organisation, roles=roles)


EVERY_FIELD = (
    "$select=id,createdDateTime,lastModifiedDateTime,changeKey,categories,receivedDateTime,sentDateTime,"
    "hasAttachments,internetMessageId,subject,bodyPreview,importance,parentFolderId,conversationId,"
    "conversationIndex,isDeliveryReceiptRequested,isReadReceiptRequested,isRead,isDraft,webLink,"
    "inferenceClassification,body,sender,from,toRecipients,ccRecipients,bccRecipients,replyTo,flag,"
    "internetMessageHeaders,uniqueBody"
)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("userPage", "/users"),
        ("userPage", "/users?$top=1&$select=mail,department,companyName,otherMails,mailNickname,userType"),
        ("userDeltaPage", "/users/delta"),
        ("userDeltaPage", "/users/delta?$select=mail,proxyAddresses,accountEnabled"),
        ("domainPage", "/domains"),
        ("organizationPage", "/organization"),
        ("mailFolderPage", f"{OMAR}/mailFolders?includeHiddenFolders=true"),
        ("mailFolderPage", f"{OMAR}/mailFolders/inbox/childFolders"),
        ("mailFolderDeltaPage", f"{OMAR}/mailFolders/delta"),
        ("messagePage", f"{OMAR}/messages"),
        ("messagePage", f"{OMAR}/mailFolders/inbox/messages?$top=2"),
        ("messageDeltaPage", f"{OMAR}/mailFolders/inbox/messages/delta"),
        ("messageDeltaPage", f"{OMAR}/mailFolders/inbox/messages/delta?{EVERY_FIELD}"),
        ("messageDeltaPage", f"{OMAR}/mailFolders/sentitems/messages/delta?{EVERY_FIELD}"),
        ("messageDeltaPage", f"{OMAR}/mailFolders/drafts/messages/delta"),
    ],
)
def test_a_page_fits_the_schema(validate: Validate, graph: DirectGraph, name: str, url: str):
    page = graph.json(url)
    assert page["value"]
    validate(f"microsoft.graph.{name}", page)


def test_rows_of_changes_fit_the_schema(validate: Validate, graph: DirectGraph):
    url = f"{OMAR}/mailFolders/inbox/messages/delta"
    link = str(graph.json(url, prefer="odata.maxpagesize=50")["@odata.deltaLink"])
    graph.organisation.mark_read("m1", "omar")
    graph.organisation.delete_mail("m2", "omar")
    graph.organisation.edit("m3", to=["lina"])
    page = graph.json(link)
    assert len(page["value"]) == 3
    validate("microsoft.graph.messageDeltaPage", page)


@pytest.mark.parametrize("kind", [k for k in HARMLESS if k not in (
    FaultKind.UNAVAILABLE, FaultKind.HTML, FaultKind.CUT, FaultKind.RESET)])  # fmt: skip
def test_even_a_page_with_a_fault_fits_the_schema(validate: Validate, graph: DirectGraph, kind: FaultKind):
    graph.plan.add(Fault(kind))
    validate("microsoft.graph.messageDeltaPage", graph.json(f"{OMAR}/mailFolders/inbox/messages/delta"))


@pytest.mark.parametrize(
    "url", ["/users/nobody", "/groups", "/users/delta?$skiptoken=x", f"{OMAR}/mailFolders/inbox/messages?$search=x"]
)
def test_an_error_fits_the_schema(validate: Validate, graph: DirectGraph, url: str):
    answer = graph.answer(url)
    assert answer.status >= 400
    validate("error", answer.body)
