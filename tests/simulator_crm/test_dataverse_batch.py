"""Many readings in one request. Rules: dataverse contract, section 6."""

import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import pytest
from crm_activities import busy_crm, guid
from crm_world import Client
from werkzeug.test import TestResponse

from simulator.dataverse import Limits, ServiceProtection

GOOD = "emails?$select=subject&$top=1"
BAD = "emails?$select=nothing"
GO_ON = "odata.continue-on-error"


@pytest.fixture
def client():
    return Client(busy_crm())


def part(url: str, *, method: str = "GET", headers: str = "") -> str:
    return (
        "--b1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        f"{method} /api/data/v9.2/{url} HTTP/1.1\r\n{headers}\r\n"
    )


def batch(*urls: str) -> str:
    return "".join(part(url) + "\r\n" for url in urls) + "--b1--\r\n"


def answers(response: TestResponse) -> list[tuple[int, Any]]:
    """Status and JSON of every part, read by Python's own multipart parser."""
    head = f"Content-Type: {response.headers['Content-Type']}\r\n\r\n".encode()
    found = []
    for piece in BytesParser(policy=HTTP).parsebytes(head + response.get_data()).get_payload():
        assert piece.get_content_type() == "application/http"
        status, _, rest = piece.get_payload(decode=True).decode().partition("\r\n")
        version, code, _ = status.split(" ", 2)
        assert version == "HTTP/1.1"
        found.append((int(code), json.loads(rest.partition("\r\n\r\n")[2])))
    return found


def test_every_reading_is_answered_in_its_place(client):
    parties = "email_activity_parties($select=participationtypemask)"
    response = client.batch(batch(GOOD, f"emails({guid('sent')})?$select=subject&$expand={parties}", "WhoAmI"))
    assert response.status_code == 200
    first, second, third = answers(response)
    assert (first[0], second[0], third[0]) == (200, 200, 200)
    assert first[1]["value"][0]["subject"] == "Objet sent"
    assert [p["participationtypemask"] for p in second[1]["email_activity_parties"]] == [1, 2, 2, 3, 8, 9]
    assert "UserId" in third[1]


def test_each_reading_has_preferences_of_its_own(client):
    body = part("emails?$select=subject", headers="Prefer: odata.maxpagesize=2\r\n") + "\r\n--b1--\r\n"
    ((_, page),) = answers(client.batch(body, prefer="odata.maxpagesize=1"))
    assert len(page["value"]) == 2


def test_the_first_failure_stops_the_rest_and_is_the_answer_of_the_whole(client):
    response = client.batch(batch(GOOD, BAD, GOOD))
    assert response.status_code == 400
    assert [status for status, _ in answers(response)] == [200, 400]


def test_with_continue_on_error_all_are_answered(client):
    response = client.batch(batch(GOOD, BAD, f"emails({guid('nobody')})", GOOD), prefer=GO_ON)
    assert response.status_code == 200
    told = answers(response)
    assert [status for status, _ in told] == [200, 400, 404, 200]
    assert told[2][1]["error"]["code"] == "0x80040217"


def test_a_change_set_is_not_answered_yet(client):
    inside = part("accounts", method="POST").replace("--b1", "--c1") + "{}\r\n--c1--\r\n"
    body = f"--b1\r\nContent-Type: multipart/mixed; boundary=c1\r\n\r\n{inside}\r\n--b1--\r\n"
    response = client.batch(body + "", prefer=GO_ON)
    assert [status for status, _ in answers(response)] == [501]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (batch(GOOD).replace("\r\n", "\n"), "multipart/mixed; boundary=b1"),
        (batch(GOOD).replace("--b1--\r\n", ""), "multipart/mixed; boundary=b1"),
        (batch(GOOD), "multipart/mixed; boundary=another"),
        (batch(GOOD), "application/json"),
        (batch(GOOD).replace("application/http", "text/plain"), "multipart/mixed; boundary=b1"),
        (batch(GOOD).replace("Content-Transfer-Encoding: binary\r\n", ""), "multipart/mixed; boundary=b1"),
        (batch(GOOD).replace(" HTTP/1.1", ""), "multipart/mixed; boundary=b1"),
        ("--b1--\r\n", "multipart/mixed; boundary=b1"),
        (batch(*["WhoAmI"] * 1001), "multipart/mixed; boundary=b1"),
    ],
    ids=["bare line feeds", "no end", "wrong boundary", "no multipart", "no http part", "no encoding", "no request",
         "empty", "too many"],
)  # fmt: skip
def test_a_batch_of_another_form_is_refused_whole(client, body, content_type):
    response = client.batch(body, content_type=content_type)
    assert (response.status_code, response.get_json()["error"]["code"]) == (400, "0x80048d19")


def test_each_reading_inside_counts_for_the_limits():
    client = Client(busy_crm(), protection=ServiceProtection(Limits(requests=4)))
    assert client.batch(batch("WhoAmI", "WhoAmI", "WhoAmI")).headers[
        "x-ms-ratelimit-burst-remaining-xrm-requests"
    ] == "1"  # fmt: skip
    response = client.batch(batch("WhoAmI", "WhoAmI"), prefer=GO_ON)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "300")


def test_a_long_address_is_read_inside_a_batch_only(client):
    terms = " or ".join(f"activityid eq {guid(f'n{n}')}" for n in range(700)) + f" or activityid eq {guid('sent')}"
    address = f"emails?$select=subject&$filter={terms.replace(' ', '%20')}"
    assert 32 * 1024 < len(address) < 64 * 1024
    assert client.refusal(address)[0] == 400
    ((status, page),) = answers(client.batch(batch(address)))
    assert (status, [row["subject"] for row in page["value"]]) == (200, ["Objet sent"])
