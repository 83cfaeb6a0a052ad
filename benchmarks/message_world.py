"""A generated organisation with as many activities as a measurement wants, served in a process of its own."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random

from pydantic import SecretStr

from relationship.activities import Kind
from relationship.config import Config
from simulator.world import (
    Account,
    Opportunity,
    OpportunityStatus,
    Person,
    Side,
    Source,
    World,
    WorldActivity,
    WorldStatus,
)

NOW = datetime(2026, 6, 17, 9, tzinfo=UTC)
DAYS = 395
_START_SECONDS = 900.0
# Of a thousand activities so many are meetings, and so many calls and tasks of the CRM; the others are mails.
_MEETINGS, _CRM = 30, 20


def generated(activities: int, *, colleagues: int, contacts: int, only_mail: bool = False) -> World:
    """Colleagues and contacts of customers who write, meet and call each other, always the same ones.

    Each activity has one colleague and one contact, so that it lies in one mailbox. An account has five contacts
    and one open opportunity.
    """
    dice = Random(2026)
    ours = [f"u{number}" for number in range(colleagues)]
    theirs = [f"p{number}" for number in range(contacts)]
    companies = [f"a{number}" for number in range((contacts + 4) // 5)]
    people = [Person(name, f"{name}@fjord.example", name, Side.COLLEAGUE, None, "", ()) for name in ours]
    for number, name in enumerate(theirs):
        company = companies[number // 5]
        people.append(Person(name, f"{name}@{company}.example", name, Side.CONTACT, company, "", ()))
    return World(
        name="fjord",
        organisation_domain="fjord.example",
        now=NOW,
        people=tuple(people),
        accounts=tuple(Account(name, name, f"{name}.example", "", None, None) for name in companies),
        opportunities=tuple(
            Opportunity(
                f"o{number}", f"Offre {number}", company, ours[number % colleagues], (),
                tuple(theirs[number * 5 : number * 5 + 5]), OpportunityStatus.OPEN, "Propose", 50, 1_000.0,
                date(2025, 6, 1), date(2026, 9, 1),
            )
            for number, company in enumerate(companies)
        ),
        activities=tuple(_activities(dice, activities, ours, theirs, only_mail=only_mail)),
        domains=("fjord.example",),
    )  # fmt: skip


def _activities(
    dice: Random, count: int, ours: list[str], theirs: list[str], *, only_mail: bool
) -> Iterator[WorldActivity]:
    step = timedelta(days=DAYS) / count
    for number in range(count):
        lot = 1_000 if only_mail else number % 1_000
        kind, source = Kind.EMAIL, Source.MSGRAPH
        if lot < _MEETINGS:
            kind = Kind.MEETING
        elif lot < _MEETINGS + _CRM:
            kind, source = (Kind.CALL if lot % 2 else Kind.TASK), Source.DATAVERSE
        colleague, contact = ours[number % len(ours)], dice.choice(theirs)
        sender, to = (contact, colleague) if kind is Kind.EMAIL and dice.random() < 0.5 else (colleague, contact)
        yield WorldActivity(
            id=f"x{number}",
            kind=kind,
            at=NOW - timedelta(days=DAYS) + step * number,
            minutes=30 if kind in (Kind.MEETING, Kind.CALL) else None,
            from_id=sender,
            to_ids=(to,),
            cc_ids=(),
            regarding_id=None,
            source=source,
            status=WorldStatus.DONE,
            conversation_id="",
            subject="Offre",
        )


def _serve(ready: str, activities: int, colleagues: int, contacts: int, only_mail: bool) -> None:
    os.environ["RELATIONSHIP_MODE"] = "test"
    from simulator.server import serve

    world = generated(activities, colleagues=colleagues, contacts=contacts, only_mail=only_mail)
    serve(world, ready_file=Path(ready))


@contextmanager
def served(
    folder: Path, activities: int, *, colleagues: int, contacts: int, only_mail: bool = False
) -> Iterator[dict[str, str]]:
    """How to reach the generated organisation, which runs in another process until the block ends."""
    ready = folder / "ready.json"
    process = get_context("spawn").Process(
        target=_serve, args=(str(ready), activities, colleagues, contacts, only_mail), daemon=True
    )
    process.start()
    try:
        until = time.monotonic() + _START_SECONDS
        while not ready.exists():
            if not process.is_alive() or time.monotonic() > until:
                raise RuntimeError("the simulated organisation did not start")
            time.sleep(0.1)
        yield json.loads(ready.read_text(encoding="utf-8"))
    finally:
        process.terminate()
        process.join(30)


def config_for(told: dict[str, str], database_url: str, **changes: object) -> Config:
    """The configuration of a client of the organisation that was told about."""
    values: dict[str, object] = {
        "mode": "test",
        "database_url": database_url,
        "tenant_id": told["tenant_id"],
        "client_id": told["client_id"],
        "client_secret": SecretStr(told["client_secret"]),
        "authority_url": told["authority_url"],
        "msgraph_url": told["msgraph_url"],
        "dataverse_url": told["dataverse_url"],
        "ca_file": told["ca_file"],
        "read_window_days": 400,
        "now": NOW,
    }
    return Config(_env_file=None, **(values | changes))  # type: ignore[arg-type]  # read and checked by pydantic
