"""The multipart form of many requests in one. Contract: dataverse.md section 6."""

import pytest

from relationship.errors import TryLater
from relationship.sync.wire.batch import Answer, Part, answers, written

ROOT = "/api/data/v9.2"


def answered(*parts: str) -> bytes:
    head = "--r1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    return "".join(f"{head}{part}\r\n" for part in parts).encode() + b"--r1--\r\n"


NO_CONTENT = "HTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\n\r\n"
THROTTLED = (
    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 12\r\nContent-Type: application/json\r\n\r\n"
    '{"error":{"code":"0x80072322","message":"slow down"}}'
)
KIND = 'multipart/mixed; boundary="r1"'


def test_requests_are_written_with_crlf_each_for_itself():
    parts = [Part("PATCH", f"/accounts({n})", {"rel_healthscore": n}, {"If-Match": "*"}) for n in (1, 2)]
    text = written(parts, root=ROOT, boundary="b1").decode()
    assert "\n" not in text.replace("\r\n", "")
    assert text.count("--b1\r\n") == 2
    assert text.endswith("--b1--\r\n")
    assert "PATCH /api/data/v9.2/accounts(1) HTTP/1.1\r\n" in text
    assert text.count("If-Match: *\r\n") == 2
    assert '\r\n\r\n{"rel_healthscore":2}\r\n' in text


def test_answers_come_in_the_order_of_the_requests():
    body = answered(NO_CONTENT, THROTTLED, NO_CONTENT)
    assert answers(KIND, body, count=3) == [Answer(204), Answer(429, "0x80072322", "12"), Answer(204)]


@pytest.mark.parametrize(
    ("kind", "body", "count"),
    [
        ("text/html", b"<html>", 1),
        (KIND, b"", 1),
        (KIND, answered(NO_CONTENT), 2),
        (KIND, answered("nonsense"), 1),
    ],
)
def test_an_answer_of_another_form_is_asked_for_again(kind: str, body: bytes, count: int):
    with pytest.raises(TryLater):
        answers(kind, body, count=count)
