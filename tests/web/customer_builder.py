"""Four accounts as customers: contract, health fields in force, scores, use of the product and satisfaction."""

from datetime import date, timedelta

import sqlalchemy as sa
from web_builder import ACCOUNTS, NOW, TODAY, Deal, weekly
from web_site import Site

from relationship.clock import number_of
from relationship.store import tables
from relationship.store.crm.record_tables import Record
from relationship.store.customers import usage
from relationship.store.customers.account_health import SOURCES
from relationship.store.customers.customer_tables import SATISFACTION, USAGE_DAY
from relationship.store.customers.score_tables import ACCOUNT_HEALTH, ACCOUNT_SCORE

_record = tables.table(Record)
ROWS: tuple[tuple[float | None, int | None, str | None, bool | None, int | None, int | None, int | None], ...] = (
    # arr, score, status, at risk for churn, risk of churn, upsell, days to the renewal
    (120_000.0, 62, "at_risk", False, 55, 20, 45),
    (30_000.0, 88, "healthy", False, 10, 75, 200),
    (None, 21, "escalated", True, 90, 5, -3),
    (80_000.0, None, None, None, None, None, None),
)


def fill(site: Site) -> dict[str, int]:
    """The accounts with a deal each; their ids by name."""
    site.fill(
        [Deal(f"Deal {place}", account=place, value=1_000.0 * (place + 1), contacts=weekly()) for place in range(4)]
    )
    with site.store.transaction() as conn:
        ids = dict(conn.execute(sa.select(_record.c.name, _record.c.id).where(_record.c.kind == "account")).all())
        for name, (arr, score, status, leaving, churn, upsell, days) in zip(ACCOUNTS, ROWS, strict=False):
            values = {"arr": arr, "currency": "EUR" if arr else "", "account_number": f"N-{ids[name]}"}
            values["renewal_on"] = None if days is None else TODAY + timedelta(days=days)
            conn.execute(sa.update(_record).where(_record.c.id == ids[name]).values(**values))
            _health(conn, ids[name], score, status, leaving)
            _scores(conn, ids[name], churn, upsell)
    return ids


def use(site: Site, account_id: int, *, logins: dict[date, int]) -> None:
    """Log-ins by day, and half as many active users."""
    rows = [
        {"account_id": account_id, "day": number_of(day), "logins": count, "active_users": count // 2, "seats": 40}
        for day, count in logins.items()
    ]
    with site.store.transaction() as conn:
        conn.execute(sa.insert(USAGE_DAY), rows)
        usage.add_up(conn, USAGE_DAY)


def answer(site: Site, account_id: int, *shares: float) -> None:
    rows = [
        {
            "account_id": account_id, "key": f"k{place}", "day": number_of(TODAY) - 10 - place, "kind": "percent",
            "score": share, "share": share, "comment": "", "source": "", "added_at": NOW, "added_by": "",
            "added_by_name": "",
        }
        for place, share in enumerate(shares)
    ]  # fmt: skip
    with site.store.transaction() as conn:
        conn.execute(sa.insert(SATISFACTION), rows)


def _health(conn: sa.Connection, account_id: int, score: int | None, status: str | None, leaving: bool | None) -> None:
    if score is None:
        return
    told = {"score": score, "status": status, "churn": leaving}
    sources = {f"{field}_source": SOURCES[0] for field in told}
    row = {"account_id": account_id, **told, **sources, "contradicts": "", "stamp": 1}
    conn.execute(sa.insert(ACCOUNT_HEALTH), [row])


def _scores(conn: sa.Connection, account_id: int, churn: int | None, upsell: int | None) -> None:
    today = number_of(TODAY)
    for score, value in (("churn", churn), ("upsell", upsell)):
        if value is not None:
            older = {"account_id": account_id, "score": score, "day": today - 40, "value": 50, "reasons": "[]"}
            rows = [older, {**older, "day": today, "value": value}]
            conn.execute(sa.insert(ACCOUNT_SCORE), [{**row, "learned": False} for row in rows])
