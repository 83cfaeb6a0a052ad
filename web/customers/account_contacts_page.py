"""The tab of an account with its contacts: who they are, when each was last in contact, who is new and who is gone."""

from dataclasses import dataclass

from flask import Blueprint, render_template, url_for

from relationship.activities import RecordKind, RecordRef
from relationship.clock import number_of
from relationship.signals.people import decides
from relationship.store import rules
from relationship.store.customers.account_contacts import AccountContact, contacts_of
from web.crm_link import crm_address
from web.customers import customer_words, health_told
from web.house import house, today
from web.identity import rights
from web.identity.members import for_readers, member
from web.nouns import ACCOUNTS
from web.records import record_page

blueprint = Blueprint("account_contacts", __name__)


@dataclass(frozen=True, slots=True)
class ContactLine:
    """is_new: not longer known than the rules' days of new deciders; is_gone: left, or moved to another account."""

    contact: AccountContact
    is_new: bool
    is_gone: bool
    decides: bool
    knows_address: str


@blueprint.get("/accounts/<guid>/contacts")
@for_readers
def page(guid: str) -> str:
    with house().store.reading() as conn:
        found = record_page.relationship(conn, ACCOUNTS, guid, shown=True)
        _version, present = rules.current(conn)
        rows = contacts_of(conn, found.record.id, scope=member().scope, today=today())
        seen = rights.among(RecordRef(RecordKind.CONTACT, one.guid) for one in rows)
        head = health_told.head(conn, found.record.id)
    new_days = present.signals.thresholds().decider_days
    lines = [
        _line(one, new_days, knows=found.introductions_offered)
        for one in rows
        if RecordRef(RecordKind.CONTACT, one.guid) in seen
    ]
    return render_template(
        "account/contacts.html",
        noun=ACCOUNTS,
        record=found.record,
        crm_address=crm_address(house().config.dataverse_url, found.record.kind, found.record.guid),
        here=[one for one in lines if not one.is_gone],
        gone=[one for one in lines if one.is_gone],
        new_days=new_days,
        customer_words=customer_words,
        **head,
    )


def _line(one: AccountContact, new_days: int, *, knows: bool) -> ContactLine:
    is_gone = not one.is_active or one.changed in ("left", "moved")
    return ContactLine(
        contact=one,
        is_new=not is_gone and today() - number_of(one.created_on) <= new_days,
        is_gone=is_gone,
        decides=decides(one.job_title),
        knows_address=url_for("who_knows_whom.page", kind="contact", guid=one.guid) if knows and not is_gone else "",
    )
