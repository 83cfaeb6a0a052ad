"""Mail that a person sends through the simulated Microsoft Graph with the rights he gave."""

from dataclasses import replace
from typing import Any

import pytest
from simulated import DirectGraph, world

from simulator.msgraph.call import Answer
from simulator.organisation import Organisation


@pytest.fixture
def graph() -> DirectGraph:
    return DirectGraph(Organisation(world()))


def as_ines(graph: DirectGraph, *rights: str) -> None:
    ines = graph.organisation.user("ines").id
    graph.claims = {"aud": "https://graph.microsoft.com", "oid": ines, "scp": " ".join(rights)}


def message(**changes: Any) -> dict[str, Any]:
    usual = {
        "subject": "Présentation",
        "body": {"contentType": "Text", "content": "Bonjour"},
        "toRecipients": [{"emailAddress": {"address": "omar@fjord.example"}}],
    }
    return {**usual, **changes}


def send(graph: DirectGraph, **changes: Any) -> Answer:
    return graph.answer("/me/sendMail", method="POST", body={"message": message(**changes), "saveToSentItems": True})


def test_a_mail_lies_in_the_senders_sent_items_and_the_recipients_inbox(graph: DirectGraph) -> None:
    as_ines(graph, "Mail.Send")
    answer = send(graph)
    assert (answer.status, answer.raw) == (202, b"")
    truth = graph.organisation.truth()
    assert [(mail.from_id, mail.to_ids, mail.subject) for mail in truth] == [("ines", ("omar",), "Présentation")]
    omar = graph.organisation.mailbox("omar")
    assert [copy.folder.well_known for copy in omar.copies_of(truth[0].id)] == ["inbox"]


def test_an_application_has_no_me(graph: DirectGraph) -> None:
    assert send(graph).status == 400


@pytest.mark.parametrize("rights", [("User.Read",), ("Mail.ReadWrite",), ("Mail.Read", "Mail.ReadBasic")])
def test_sending_needs_its_own_right(graph: DirectGraph, rights: tuple[str, ...]) -> None:
    as_ines(graph, *rights)
    assert send(graph).status == 403
    assert graph.organisation.handed == []


def test_a_draft_needs_the_right_to_read_and_write_everything(graph: DirectGraph) -> None:
    as_ines(graph, "Mail.Send")
    assert graph.answer("/me/messages", method="POST", body=message()).status == 403
    as_ines(graph, "Mail.ReadWrite")
    answer = graph.answer("/me/messages", method="POST", body=message())
    assert answer.status == 201
    assert answer.body is not None
    assert answer.body["isDraft"] is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"toRecipients": []},
        {"toRecipients": [{"emailAddress": {"address": "nobody"}}]},
        {"toRecipients": [{"emailAddress": {"address": "a@b.example, c@d.example"}}]},
        {"subject": "a\r\nBcc: x@y.example"},
        {"subject": None},
        {"body": {"contentType": "Markdown", "content": "x"}},
        {"internetMessageHeaders": [{"name": "Bcc", "value": "x@y.example"}]},
        {"internetMessageHeaders": [{"name": "x-a", "value": "1\r\nBcc: x@y.example"}]},
        {"internetMessageHeaders": [{"name": f"x-{number}", "value": "1"} for number in range(6)]},
    ],
)
def test_what_the_real_service_refuses_is_refused(graph: DirectGraph, wrong: dict[str, Any]) -> None:
    as_ines(graph, "Mail.Send")
    assert send(graph, **wrong).status == 400
    assert graph.organisation.handed == []


def test_what_was_handed_over_is_kept_to_the_letter(graph: DirectGraph) -> None:
    as_ines(graph, "Mail.Send")
    send(graph, internetMessageHeaders=[{"name": "x-relationship-introduction", "value": "1"}])
    (handed,) = graph.organisation.handed
    assert replace(handed, sender="") == type(handed)(
        "msgraph", "", ("omar@fjord.example",), "Présentation", "Bonjour", (("x-relationship-introduction", "1"),)
    )
