"""Asking for an introduction as form and API do it: what the letter starts as, who gets it, and the act itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from relationship.activities import RecordKind, RecordRef
from relationship.desk import introduce
from relationship.desk.introduce import Asked, Route, Wish
from relationship.introductions import Via
from relationship.knowing import Way
from relationship.letters.letters import Names, prefilled
from relationship.store.knows.reading_targets import PEOPLE
from relationship.store.reading import reading_contact, reading_opportunity
from relationship.sync.outward.mail_out import SellerPost
from settings.rules import Introductions, Template
from settings.rules.templates import Letter
from web.house import house
from web.identity import rights, sending
from web.identity.members import Member
from web.knows import who_knows
from web.knows.who_knows import Answer


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request before it is sent. way: how the seller reaches the contact over this colleague."""

    answer: Answer
    way: Way
    template: Template
    templates: tuple[Template, ...]
    letter: Letter
    vias: tuple[Via, ...]


def way_over(answer: Answer, colleague_key: str, ref: RecordRef) -> Way | None:
    """The way whose first colleague is this one, among those that the seller sees."""
    for way in answer.all_ways:
        if way.colleagues[0].key == colleague_key and (way.person.kind, way.person.guid) == (ref.kind, ref.guid):
            return way
    return None


def prepare(
    caller: Member, ref: RecordRef, colleague_key: str, *, template_key: str, language: str, opportunity: str
) -> Prepared | None:
    """What the form starts with; None, whatever the reason, for an introduction that cannot be asked for.

    template_key  '' or an unknown one: the first of the language;  opportunity: a GUID, '' for none
    """
    if ref.kind not in PEOPLE:
        return None
    answer = who_knows.answer(caller, ref)
    way = way_over(answer, colleague_key, ref) if answer else None
    if answer is None or way is None:
        return None
    may = rights.among([RecordRef(RecordKind.OPPORTUNITY, opportunity)]) if opportunity else frozenset()
    with house().store.reading() as conn:
        offered = who_knows.offered(conn)
        known = reading_contact.contact_names(conn, ref.guid)
        scope = caller.scope.having(*may)
        deal = reading_opportunity.opportunity(conn, scope=scope, guid=opportunity) if may else None
    template = chosen(offered, template_key, language)
    names = Names(
        seller=caller.name,
        colleague=way.colleagues[0].name,
        contact=answer.target.name,
        job_title=known.job_title if known else "",
        company=known.company if known else "",
        opportunity=deal.name if deal else "",
        second=way.colleagues[1].name if len(way.colleagues) > 1 else "",
    )
    vias = tuple(via for via in (Via.GRAPH, Via.DRAFT, Via.CRM) if via in open_ways(caller))
    return Prepared(answer, way, template, offered.templates, prefilled(template, names), vias)


def chosen(offered: Introductions, key: str, language: str) -> Template:
    """The template with this key; else the first one of the language, else the first of all."""
    ranked = sorted(offered.templates, key=lambda one: (one.key != key, one.language != language))
    return ranked[0]


def open_ways(caller: Member) -> frozenset[Via]:
    """The ways of sending by which this seller may ask now."""
    return frozenset({Via.DRAFT, *sending.posts(caller.oid)})


def ask(caller: Member, wish: Wish) -> Asked:
    """Ask the colleague; raises what `desk.introduce.ask` raises.

    The route is the one the seller sees, so nobody can ask whom the list does not show.
    """
    answer = who_knows.answer(caller, wish.target) if wish.target.kind in PEOPLE else None
    way = way_over(answer, wish.colleague_key, wish.target) if answer else None
    route = Route(way.word, len(way.colleagues)) if way else None
    posts: Mapping[Via, SellerPost] = sending.posts(caller.oid)
    return introduce.ask(house(), wish, seller_key=caller.oid, find_route=lambda _target, _key: route, posts=posts)
