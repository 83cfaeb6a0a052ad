"""A real mail server that keeps what it got, and the way to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from mail_server import Sink, mail_server
from outbox.outbox_bench import config

from relationship.sync.outward.mail_out import BySmtp


@contextmanager
def listening() -> Iterator[tuple[Sink, BySmtp]]:
    sink = Sink()
    with mail_server(sink, data_size_limit=32 * 1024 * 1024) as port:
        yield sink, BySmtp(config(smtp_url=f"smtp://127.0.0.1:{port}", mail_from="Liens <liens@fjord.example>"))
