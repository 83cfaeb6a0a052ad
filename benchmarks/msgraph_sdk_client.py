"""Pulls delta rounds with Microsoft's own client; run by `msgraph_sdk.py` in an environment of its own.

In, on standard input: JSON with `token`, `base_url`, `ca_file`, `prefer` and `links` (the starts of the rounds).
Out: JSON with the number of messages, the seconds of processor time and the version. Rounds are read until messages
came before the time counts, so that what the client imports as it goes is not measured.
"""

import asyncio
import json
import sys
import time
from importlib.metadata import version
from typing import Any

import httpx
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph import GraphRequestAdapter, GraphServiceClient


class Bearer(AuthenticationProvider):
    """Puts a token that was fetched before on every request."""

    def __init__(self, token: str) -> None:
        self.token = token

    async def authenticate_request(
        self,
        request: RequestInformation,
        additional_authentication_context: dict[str, Any] | None = None,  # noqa: ARG002  # its interface
    ) -> None:
        request.headers.try_add("Authorization", f"Bearer {self.token}")


async def pulled(asked: dict[str, Any], links: list[str]) -> tuple[int, int]:
    """How many messages came, and how many of them with a sender and a time, as proof that they were parsed."""
    async with httpx.AsyncClient(verify=asked["ca_file"], trust_env=False, timeout=120) as client:
        adapter = GraphRequestAdapter(Bearer(asked["token"]), client=client)
        adapter.base_url = asked["base_url"]
        graph = GraphServiceClient(request_adapter=adapter)
        delta = graph.users.by_user_id("any").mail_folders.by_mail_folder_id("any").messages.delta
        count = whole = 0
        for link in links:
            following: str | None = link
            while following:
                options = RequestConfiguration[Any]()
                options.headers.add("Prefer", asked["prefer"])
                page = await delta.with_url(following).get(options)
                count += len(page.value)
                whole += sum(bool(row.sent_date_time and row.from_ and row.to_recipients) for row in page.value)
                following = page.odata_next_link
        return count, whole


def main() -> None:
    asked = json.load(sys.stdin)
    next(link for link in asked["links"] if asyncio.run(pulled(asked, [link]))[0])
    began = time.process_time()
    count, whole = asyncio.run(pulled(asked, asked["links"]))
    seconds = time.process_time() - began
    print(json.dumps({"messages": count, "whole": whole, "seconds": seconds, "version": version("msgraph-sdk")}))


if __name__ == "__main__":
    main()
