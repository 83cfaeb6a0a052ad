"""Writing a world as a folder of `world.json` and four gzip-compressed CSV files, as the loader reads it."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from simulator.world import BODIES, World

SOURCE = "invented: generated from a seed, nobody in it exists"
LICENCE = "Apache-2.0, as the product"
INVENTED = (
    "everything: people, companies, addresses, subjects, values",
    "meetings of one series share a conversation_id that begins with s; they keep their hour in Europe/Paris",
    "a missed call has status declined and 0 minutes; a task is from its owner to the contact it is about",
    "an automatic reply is told by its subject, a newsletter by a sender whose job_title is list",
)


def write_world(world: World, folder: Path) -> None:
    """Write the world; the folder is made when it is missing, files in it are replaced. Byte-equal each time."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "name": world.name,
        "organisation_domain": world.organisation_domain,
        "domains": list(world.domains),
        "now": _instant(world.now),
        "source": SOURCE,
        "licence": LICENCE,
        "invented": list(INVENTED),
        "expected_frequency": world.expected_frequency,
        "read_window_days": world.read_window_days,
        "time_zone": world.time_zone,
        "feedback_mailboxes": list(world.feedback_mailboxes) or None,
        "groups": [{"name": group.name, "person_ids": list(group.person_ids)} for group in world.groups],
        "business_units": [{"name": unit.name, "person_ids": list(unit.person_ids)} for unit in world.business_units]
        or None,
        "sign_in": [{"person_id": who.person_id, "roles": list(who.roles)} for who in world.sign_in],
    }
    text = json.dumps({name: value for name, value in about.items() if value is not None}, ensure_ascii=False, indent=1)
    (folder / "world.json").write_text(text + "\n", encoding="utf-8")
    (folder / BODIES).unlink(missing_ok=True)
    if world.bodies:
        words = json.dumps(dict(sorted(world.bodies.items())), ensure_ascii=False, indent=1)
        (folder / BODIES).write_text(words + "\n", encoding="utf-8")
    _write(
        folder / "accounts.csv.gz",
        "account_id,name,domain,segment,employees,renewal_on",
        ((a.id, a.name, a.domain, a.segment, a.employees, a.renewal_on) for a in world.accounts),
    )
    _write(
        folder / "people.csv.gz",
        "person_id,email,name,side,account_id,job_title,aliases",
        ((p.id, p.email, p.name, p.side, p.account_id, p.job_title, p.aliases) for p in world.people),
    )
    _write(
        folder / "opportunities.csv.gz",
        "opportunity_id,name,account_id,owner_id,team_ids,contact_ids,status,stage,probability,estimated_value,"
        "created_on,close_on",
        (
            (o.id, o.name, o.account_id, o.owner_id, o.team_ids, o.contact_ids, o.status, o.stage, o.probability,
             o.estimated_value, o.created_on, o.close_on)
            for o in world.opportunities
        ),
    )  # fmt: skip
    _write(
        folder / "activities.csv.gz",
        "activity_id,kind,at,minutes,from_id,to_ids,cc_ids,regarding_id,source,status,conversation_id,subject",
        (
            (a.id, a.kind, a.at, a.minutes, a.from_id, a.to_ids, a.cc_ids, a.regarding_id, a.source, a.status,
             a.conversation_id, a.subject)
            for a in world.activities
        ),
    )  # fmt: skip


def _write(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    # No name and no time in the gzip header: the same world gives the same bytes.
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as text,
    ):
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(header.split(","))
        lines.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case tuple():
            return ";".join(str(part) for part in value)
        case float():
            return f"{value:.2f}".rstrip("0").rstrip(".")
        case _:
            return str(value)


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
