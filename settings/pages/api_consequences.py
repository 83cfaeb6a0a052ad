"""What exclusions would hide and what a shorter retention would remove, counted before either is saved."""

from dataclasses import asdict

from flask import Response
from pydantic import BaseModel

from relationship.desk.retain import would_remove
from relationship.store import rules as stored
from relationship.store.privacy import hiding
from relationship.store.privacy.retention import Removed
from relationship.store.verbatims import feedback_mailboxes
from settings.rules import Exclusions, Rules, Sources
from web.api import asked, problems
from web.api.document import documented
from web.api.problems import Fault, Refused
from web.api.rooms import answer, room
from web.house import house

blueprint = room("settings_consequences", __name__)

# 2,000 exclusions of each kind have room in it.
LONGEST_SECTION_BYTES = 2 * 1024 * 1024


class HiddenBody(BaseModel):
    """How many of each would be hidden that are not hidden now. opportunities: of those accounts, or that lose an
    activity; activities: that go, or lose somebody; texts: of customers, that go."""

    contacts: int
    leads: int
    accounts: int
    colleagues: int
    opportunities: int
    activities: int
    texts: int


class RemovalBody(BaseModel):
    """How much would go that the rules in force keep. texts: of withdrawn feedback mailboxes; customer_facts: texts,
    answers, events and days of use that are older."""

    activities: int
    contact_days: int
    texts: int = 0
    customer_facts: int = 0


@blueprint.post("/settings/exclusions/hidden")
@documented({200: HiddenBody}, body=Exclusions, whole=True, tag="consequences")
def hidden() -> Response:
    """What exclusions would hide

    Beyond what is hidden now. Nothing is written.
    """
    asked.rules_admin()
    wanted = asked.body(Exclusions, most_bytes=LONGEST_SECTION_BYTES, whole=True)
    refuse_own_domains(wanted)
    with house().store.reading() as conn:
        return answer(HiddenBody(**asdict(hiding.hidden_by(conn, wanted))))


@blueprint.post("/settings/sources/removal")
@documented({200: RemovalBody}, body=Sources, whole=True, tag="consequences")
def removal() -> Response:
    """What a shorter window or retention would remove

    Beyond what goes under the rules in force. Nothing is written; saving it needs `removal_confirmed`.
    """
    asked.rules_admin()
    wanted = asked.body(Sources, whole=True)
    with house().store.reading() as conn:
        _version, present = stored.current(conn)
    return answer(_more_removed(present, wanted))


def refuse_own_domains(exclusions: Exclusions, *, under: tuple[str, ...] = ()) -> None:
    """422 for a domain of the organisation itself: leaving it out would leave out everybody."""
    with house().store.reading() as conn:
        refused = hiding.refused_domains(conn, exclusions)
    if refused:
        place = exclusions.domains.index
        raise Refused(422, *(Fault(code, problems.dotted((*under, "domains", place(name)))) for name, code in refused))


def refuse_unconfirmed_removal(present: Rules, wanted: Rules) -> None:
    """422 with the counts when these rules remove what is kept now and nobody said that they have seen that."""
    if present.sources == wanted.sources:
        return
    more = _more_removed(present, wanted.sources)
    if any(more.model_dump().values()):
        raise Refused(422, Fault("removal_not_confirmed", "removal_confirmed", more.model_dump()))


def refuse_feedback(present: Rules, wanted: Rules) -> None:
    """422 for a feedback mailbox that is somebody's own, or another organisation's."""
    if present.sources.feedback == wanted.sources.feedback:
        return
    with house().store.reading() as conn:
        refused = feedback_mailboxes.refused(conn, present.sources.feedback, wanted.sources.feedback)
    if refused:
        place = wanted.sources.feedback.mailboxes.index
        path = ("sources", "feedback", "mailboxes")
        raise Refused(422, *(Fault(code, problems.dotted((*path, place(address)))) for address, code in refused))


def _more_removed(present: Rules, wanted: Sources) -> RemovalBody:
    now, then = _removed(present.sources), _removed(wanted)
    with house().store.reading() as conn:
        texts = feedback_mailboxes.texts_leaving(conn, present, wanted)
        before = feedback_mailboxes.texts_leaving(conn, present, present.sources)
    return RemovalBody(
        activities=max(0, then.activities - now.activities),
        contact_days=max(0, then.contact_days - now.contact_days),
        customer_facts=max(0, then.customer_facts - now.customer_facts),
        texts=max(0, texts - before),
    )


def _removed(sources: Sources) -> Removed:
    return would_remove(
        house(), sources.retain_days, sources.retain_days_aggregates, read_window_days=sources.read_window_days
    )
