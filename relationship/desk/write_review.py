"""Write a business review of an account: what a person edited is kept, over nobody else's words."""

from relationship.house import House
from relationship.signals.qbr import Period, Texts
from relationship.store.privacy import audit
from relationship.store.privacy.audit import Act, Action
from relationship.store.signals import qbr_documents


def save(
    house: House, account_id: int, period: Period, language: str, texts: Texts, *, expected_version: int, by: str
) -> int:
    """Keep the texts; returns their version. Conflict when somebody else saved since `expected_version`."""
    now = house.clock()
    with house.store.transaction() as conn:
        version = qbr_documents.save(
            conn, account_id, period, language, texts, expected_version=expected_version, at=now, by=by
        )
        audit.add(conn, house.audit_keys(), [Act(now, by, Action.RECOMMENDATION, _name(account_id, period), "review")])
    return version


def start_again(house: House, account_id: int, period: Period, language: str, *, by: str) -> None:
    """Throw the edited texts away: those made of the facts are shown again."""
    now = house.clock()
    with house.store.transaction() as conn:
        qbr_documents.remove(conn, account_id, period, language)
        audit.add(conn, house.audit_keys(), [Act(now, by, Action.RECOMMENDATION, _name(account_id, period), "again")])


def _name(account_id: int, period: Period) -> str:
    return f"qbr/{account_id}/{period.span.value}/{period.starts_on.isoformat()}"
