"""What the acts of rating and of changing rules share: bringing ratings up to date inside a transaction."""

from typing import Any

import numpy as np
from sqlalchemy import Connection

from relationship import failpoints
from relationship.clock import day_number, day_of, number_of
from relationship.desk.announcing import Announcing, after_new_rules, announce, since_last_rating
from relationship.health.contact_days import NO_DAY, ContactDays
from relationship.health.rating import Circumstances, Rating, Ratings, rate, rate_kept
from relationship.house import House
from relationship.store import deployment
from relationship.store.activities import contact_days
from relationship.store.ratings import bases, pipeline, rating_changes, ratings, rescoring
from relationship.store.ratings.bases import Bases, Round
from relationship.store.ratings.pipeline import Pipeline
from relationship.store.ratings.ratings import ToRate
from settings.rules import HealthSection, Rules
from settings.rules.precedence import frequency_codes, record_keys

# With an open read window nothing was left unread, so it began before everything.
OPEN_WINDOW_BEGAN = 0


def rated_under(found: Pipeline, section: HealthSection, *, has_planned: Any) -> Ratings:
    """The ratings of all records under some rules, as saving these would leave them."""
    given = Circumstances(
        created=found.created,
        frequency=frequency_codes(section, found.keys),
        closed=found.closed,
        degraded=found.degraded,
        has_planned=has_planned,
    )
    return rate_kept(found.kept, given, window_began=found.round.window_began, rules=section.rules())


def follow_rules(conn: Connection, house: House, rules: Rules, *, version: int) -> int:
    """Rate every record anew under other rules, for the day it is rated for already; returns how many changed.

    Contact days that nobody has rated yet, and the passing of days, are left to the next round.
    """
    found = pipeline.current(house.store, conn)
    if found is None:
        return 0
    stamp = found.round.stamp + 1
    if rules.health.enabled:
        has_planned = np.isin(found.record_ids, ratings.with_only_plans(conn))
        rated = rated_under(found, rules.health, has_planned=has_planned)
        by = Announcing(house.clock(), version, rules.rating_rules().bands, everything=True)
        announce(conn, found.record_ids, rated, by, news_of=after_new_rules)
        changed = rescoring.rescore(conn, found.record_ids, rated, stamp=stamp, version=version)
    else:
        changed = ratings.switch_off(conn, stamp=stamp, version=version)
        rating_changes.begin_anew(conn)
    failpoints.passage("desk.rerating.rescored")
    bases.save_round(conn, Round(stamp, found.round.as_of, found.round.window_began, version))
    return changed


def rate_what_changed(conn: Connection, house: House, rules: Rules, *, version: int) -> tuple[int, int]:
    """Bring every rating up to date; returns how many records were rated, and how many ratings changed."""
    today, window_began = day_number(house.clock(), house.config.zone), first_day_read(conn)
    latest = bases.round_of(conn)
    everything = latest is None or (latest.as_of, latest.window_began) != (today, window_began)
    followed = 0
    if latest is not None and latest.rules_version != version and (not everything or not rules.health.enabled):
        followed = follow_rules(conn, house, rules, version=version)
    if not rules.health.enabled:
        rating_changes.forget_the_empty(conn)
        return 0, followed
    broken = ratings.degraded(conn)
    ratings.note_stale(conn, sorted({*(broken ^ bases.marked_degraded(conn)), *bases.missing(conn)}))
    records = ratings.to_rate(conn, now=house.clock(), everything=everything)
    if not records:
        return 0, followed
    stamp = 1 + (bases.round_of(conn) or Round(0, 0, 0, 0)).stamp
    written, found, days = _bases(conn, records, broken=broken, everything=everything)
    rated = _rated(records, found, days, today=today, window_began=window_began, rules=rules)
    by = Announcing(house.clock(), version, rules.rating_rules().bands, everything=everything)
    news_of = since_last_rating(conn, written, rated_before=latest.as_of if latest else today)
    announce(conn, found.record_ids, rated, by, news_of=news_of)
    bases.save(conn, written, stamp=stamp)
    rows = [_row(r, f, stamp, version) for r, f in zip(records, rated.rows(), strict=True)]
    changed = ratings.save(conn, rows)
    bases.save_round(conn, Round(stamp, today, window_began, version))
    failpoints.passage("desk.rate.saved")
    ratings.forget_stale(conn)
    return len(records), followed + changed


def first_day_read(conn: Connection) -> int:
    """Day number of the first day that the organisation's read window covers."""
    organisation = deployment.load(conn)
    if organisation is None or organisation.counts_from is None:
        return OPEN_WINDOW_BEGAN
    return number_of(organisation.counts_from)


def _bases(
    conn: Connection, records: list[ToRate], *, broken: frozenset[int], everything: bool
) -> tuple[Bases, Bases, ContactDays]:
    """The bases to write anew, of the records noted as stale; the basis of every record, and its contact days."""
    stale = set(ratings.stale(conn))
    fresh = [record for record in records if record.record_id in stale]
    ids = [record.record_id for record in fresh]
    days = contact_days.load(conn, ids, everything=everything and len(fresh) == len(records))
    written = _basis(fresh, bases.pack(days, records=len(fresh)), broken)
    if len(fresh) == len(records):
        return written, written, days
    packed = dict(zip(ids, written.packed, strict=True))
    kept = bases.load(conn)
    packed |= {
        number: body for number, body in zip(kept.record_ids.tolist(), kept.packed, strict=True) if number not in packed
    }
    found = _basis(records, [packed[record.record_id] for record in records], broken)
    return written, found, bases.unpack(found.packed)


def _basis(records: list[ToRate], packed: list[bytes], broken: frozenset[int]) -> Bases:
    return Bases(
        record_ids=np.array([record.record_id for record in records], dtype=np.int64),
        created=np.array([number_of(record.created_on) for record in records], dtype=np.int64),
        closed=np.array([record.closed for record in records], dtype=np.bool_),
        closed_day=np.array(
            [NO_DAY if record.closed_on is None else number_of(record.closed_on) for record in records], dtype=np.int64
        ),
        degraded=np.array([record.record_id in broken for record in records], dtype=np.bool_),
        packed=packed,
    )


def _rated(
    records: list[ToRate], found: Bases, days: ContactDays, *, today: int, window_began: int, rules: Rules
) -> Ratings:
    keys = record_keys([(record.kind, record.guid, record.segment, record.team_guid) for record in records])
    return rate(
        days,
        records=len(records),
        today=found.rated_on(today),
        created=found.created,
        window_began=window_began,
        rules=rules.rating_rules(),
        frequency=frequency_codes(rules.health, keys),
        closed=found.closed,
        degraded=found.degraded,
        has_planned=np.array([record.next_at is not None for record in records]),
    )


def _row(record: ToRate, found: Rating, stamp: int, version: int) -> dict[str, Any]:
    return {
        "record_id": record.record_id,
        "as_of": found.as_of,
        "rules_version": version,
        "state": found.state.value,
        "closed": found.closed,
        "recent": found.recent,
        "score": found.score,
        "exact": found.exact,
        "rating": found.band.value if found.band else None,
        "trend": found.trend.value if found.trend else None,
        "trend_points": found.trend_points,
        "falls_on": day_of(found.falls_on) if found.falls_on is not None else None,
        "falls_to": found.falls_to.value if found.falls_to else None,
        "stamp": stamp,
        "last_activity_at": record.last_at,
        "next_activity_at": record.next_at,
    }
