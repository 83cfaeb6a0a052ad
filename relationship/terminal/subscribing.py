"""Keeping the subscriptions to changes alive, as a person or the scheduler asks for it."""

from contextlib import closing

from relationship.config import SOURCES, Config
from relationship.errors import FixSettings
from relationship.house import House, open_house
from relationship.store import rules
from relationship.store.sources.subscriptions import all_subscriptions
from relationship.sync import subscriptions
from relationship.sync.subscriptions import Kept, notification_url
from relationship.sync.wire.connection import connect
from relationship.terminal.console import stderr

EX_OK, EX_TEMPFAIL = 0, 75


def subscribe_round(config: Config, *, end: bool) -> int:
    """One round told on the console, or the end of all subscriptions; returns the exit code.

    FixSettings when Microsoft cannot reach the service at its address.
    """
    url = notification_url(config)
    if url is None:
        raise FixSettings(
            "Microsoft notifies services over https only.",
            next_step="Set RELATIONSHIP_BASE_URL to the https address of this service, or go without: the regular "
            "cycle reads every change.",
            code="base_url_without_tls",
        )
    with open_house(config) as house:
        if end:
            with closing(connect(config)) as microsoft:
                ended = subscriptions.end_all(house.store, microsoft.msgraph, url=url)
            stderr.print(f"Ended {ended} subscriptions.")
            return EX_OK
        kept = keep_subscribed(house)
    return _told(kept) if kept else EX_OK


def keep_subscribed(house: House) -> Kept | None:
    """One round of renewal for the scheduler; None when nothing can be subscribed to.

    While the rules do not allow to read, what is subscribed to ends, and Microsoft is asked nothing otherwise.
    """
    url = notification_url(house.config)
    if url is None:
        return None
    with house.store.reading() as conn:
        _version, present = rules.current(conn)
        if not present.sources.may_read and not all_subscriptions(conn):
            return None
    with closing(connect(house.config)) as microsoft:
        reads = [name for name in SOURCES if house.config.reads(name) and present.sources.may_read]
        return subscriptions.keep(house.store, microsoft.msgraph, url=url, reads=reads)


def _told(kept: Kept) -> int:
    stderr.print(
        f"{kept.living} subscriptions live: {kept.created} new, {kept.renewed} renewed, {kept.ended} ended, "
        f"{kept.refused} refused.",
        soft_wrap=True,
    )
    if kept.refused:
        stderr.print("Refused ones are tried again tomorrow; `relationship doctor` says what is missing.")
    if kept.left:
        stderr.print(f"{kept.left} are left for the next round.")
    return EX_TEMPFAIL if kept.left else EX_OK
