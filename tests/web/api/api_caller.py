"""A program with a session: reads the token once, sends JSON and the version it changed."""

from typing import Any

from web_site import Site
from werkzeug.test import TestResponse

OURS = {"Sec-Fetch-Site": "same-origin"}


class Caller:
    """Calls of one person; `send` takes raw bytes, `put` and `post` JSON."""

    def __init__(self, site: Site, role: str = "sales_admin", lang: str = "en") -> None:
        self.client = site.as_(role)
        self.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = lang
        self.headers = {**OURS, "X-CSRFToken": self.get("/session").json["token"]}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=headers)

    def put(self, path: str, body: Any, *, version: object = None, **headers: str) -> Any:
        return self._write("PUT", path, body, version, headers)

    def post(self, path: str, body: Any, *, version: object = None, **headers: str) -> Any:
        return self._write("POST", path, body, version, headers)

    def send(
        self, method: str, path: str, data: bytes | None = None, *, media: str = "application/json"
    ) -> TestResponse:
        headers = {**self.headers, "If-Match": '"0"'}
        return self.client.open(f"/api/v1{path}", method=method, data=data, content_type=media, headers=headers)

    def _write(self, method: str, path: str, body: Any, version: object, headers: dict[str, str]) -> Any:
        named = {} if version is None else {"If-Match": f'"{version}"'}
        return self.client.open(
            f"/api/v1{path}", method=method, json=body, headers={**self.headers, **named, **headers}
        )


def told(answer: TestResponse) -> tuple[int, str, str | None]:
    """Status, code and field of a problem, which it must be."""
    assert answer.mimetype == "application/problem+json", answer.text
    problem = answer.json
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"].strip()
    assert problem["type"] == f"/api/v1/docs#{problem['code']}"
    return answer.status_code, problem["code"], problem.get("field")
