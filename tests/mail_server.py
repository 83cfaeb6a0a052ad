"""A real mail server on this machine that takes everything and keeps the bytes."""

import asyncio
import socket
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller

READY_SECONDS = 60.0


class Taken(NamedTuple):
    """A mail as it came in: bytes of the message, addresses of the envelope."""

    sender: str
    to: list[str]
    raw: bytes


@dataclass
class Sink:
    """got: every mail, in the order of arrival."""

    got: list[Taken] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.got.append(Taken(envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.content)))
        return "250 OK"

    def mails(self) -> list[tuple[list[str], EmailMessage]]:
        return [(one.to, message_from_bytes(one.raw, policy=default)) for one in self.got]


class _Controller(Controller):
    """Listens on a socket that is bound already: a port that is only known to be free may be somebody else's soon."""

    def __init__(self, handler: Any, listener: socket.socket, **words: Any) -> None:
        hostname, port = listener.getsockname()
        super().__init__(handler, hostname=hostname, port=port, ready_timeout=READY_SECONDS, **words)
        self._listener = listener

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener, ssl=self.ssl_context)


@contextmanager
def mail_server(handler: Any, **words: Any) -> Iterator[int]:
    """The port of a mail server that listens until the block ends; `words` are those of aiosmtpd."""
    controller = _Controller(handler, socket.create_server(("127.0.0.1", 0)), **words)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
