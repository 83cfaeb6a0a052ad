"""A real mail server that keeps what it got, and the way to it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from outbox.outbox_bench import config

from relationship.sync.outward.mail_out import BySmtp


class Sink:
    """A mail server that takes everything."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append((list(envelope.rcpt_tos), bytes(envelope.content)))
        return "250 OK"

    def mails(self) -> list[tuple[list[str], EmailMessage]]:
        return [(to, message_from_bytes(raw, policy=default)) for to, raw in self.got]  # type: ignore[misc]  # stubs know not the policy's class


@contextmanager
def listening() -> Iterator[tuple[Sink, BySmtp]]:
    sink = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port, data_size_limit=32 * 1024 * 1024)
    controller.start()
    try:
        yield sink, BySmtp(config(smtp_url=f"smtp://127.0.0.1:{port}", mail_from="Liens <liens@fjord.example>"))
    finally:
        controller.stop()
