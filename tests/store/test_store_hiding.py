"""What an exclusion would hide, counted before it is saved; and what can be chosen by a few letters."""

from datetime import date

import pytest
import sqlalchemy as sa
from store_builders import ANNE, BRUNO, FIRST, PARIS, STRANGER, TOR, UNA, deliver, mail, mailbox, people, read

from relationship.activities import RecordKind
from relationship.store import deployment, tables
from relationship.store.activities import contact_days, sides
from relationship.store.activities.activity_tables import Activity
from relationship.store.crm import records
from relationship.store.crm.records import RecordRow
from relationship.store.lists.choosing import Choice, choices, domains_of
from relationship.store.privacy import excluded_names, exclusions
from relationship.store.privacy.hiding import Hidden, hidden_by, refused_domains
from relationship.store.sources import scope
from settings.rules import Exclusions

A1, TOR_ID, UNA_ID, LEAD, O1 = (f"{number:08x}-0000-4000-8000-000000000000" for number in range(1, 6))


@pytest.fixture
def filled(store):
    """Anne and Tor write each other, Anne a stranger, Bruno Una; Tor is the contact of a deal of Nordlys, and so
    he is, by his address, of the deal that `people` makes."""
    created = date(2024, 6, 17)

    def row(kind, guid, name, **more):
        return RecordRow(kind, guid, name, "active", created, **more)

    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id="t", time_zone="Europe/Paris", read_from=None)
        deployment.set_domains(conn, ["fjord.example"])
        people(conn)
        records.save(conn, RecordKind.ACCOUNT, [row(RecordKind.ACCOUNT, A1, "Nordlys Énergie")], [], place=FIRST)
        contacts = [
            row(RecordKind.CONTACT, TOR_ID, "Tor Nilsen", account_guid=A1, addresses=(TOR,)),
            row(RecordKind.CONTACT, UNA_ID, "Una Berg", account_guid=A1, addresses=(UNA,)),
        ]
        records.save(conn, RecordKind.CONTACT, contacts, [], place=FIRST)
        lead = row(RecordKind.LEAD, LEAD, "Tora Dahl", addresses=("tora@brise.example",))
        records.save(conn, RecordKind.LEAD, [lead], [], place=FIRST)
        deal = row(RecordKind.OPPORTUNITY, O1, "Offre 118", account_guid=A1, contact_guid=TOR_ID, owner_guid="su-anne")
        records.save(conn, RecordKind.OPPORTUNITY, [deal], [], place=FIRST)
        source = mailbox(conn, "anne")
        deliver(conn, source, mail("m1", ANNE, TOR, days_ago=3), mail("m2", TOR, ANNE, days_ago=2),
                mail("m3", ANNE, STRANGER, days_ago=2), mail("m4", BRUNO, UNA, days_ago=1))  # fmt: skip
        sides.refresh(conn)
        contact_days.refresh(conn)
    return store


@pytest.mark.parametrize(
    ("wanted", "hidden"),
    [
        (Exclusions(), Hidden()),
        (Exclusions(contacts=(TOR_ID,)), Hidden(contacts=1, opportunities=2, activities=2)),
        (Exclusions(contacts=(UNA_ID,)), Hidden(contacts=1, activities=1)),
        (Exclusions(contacts=(LEAD,)), Hidden(leads=1)),
        (Exclusions(accounts=(A1,)), Hidden(contacts=2, accounts=1, opportunities=2, activities=3)),
        (Exclusions(domains=("elsewhere.example",)), Hidden(activities=1)),
        (Exclusions(colleagues=("anne",)), Hidden(colleagues=1, opportunities=2, activities=3)),
        (Exclusions(domains=("nowhere.example",)), Hidden()),
    ],
)
def test_what_would_be_hidden_is_counted_by_kind(filled, wanted, hidden):
    with filled.reading() as conn:
        found = hidden_by(conn, wanted)
        assert found == hidden
        assert hidden_by(conn, wanted) == found


def test_what_is_hidden_already_is_not_counted_again(filled):
    wanted = Exclusions(contacts=(TOR_ID,))
    with filled.transaction() as conn:
        settled = exclusions.settle(conn, wanted)
        exclusions.take_out(conn, settled.added, read=read, zone=PARIS)
    with filled.reading() as conn:
        assert hidden_by(conn, wanted) == Hidden()
        both = Exclusions(contacts=(TOR_ID, UNA_ID))
        assert hidden_by(conn, both) == Hidden(contacts=1, activities=1)


def test_a_domain_of_ours_is_refused_and_leaves_nobody_out(filled):
    wanted = Exclusions(domains=("fjord.example", "nordlys.example"))
    with filled.transaction() as conn:
        assert refused_domains(conn, wanted) == [("fjord.example", "domain_is_ours")]
        exclusions.settle(conn, wanted)
        assert excluded_names.among(conn, {ANNE, TOR}) == {TOR}


def test_a_contact_at_an_excluded_domain_is_left_out_by_id_too(filled):
    with filled.transaction() as conn:
        exclusions.settle(conn, Exclusions(domains=("nordlys.example",)))
        names = {f"contact:{TOR_ID}", f"contact:{UNA_ID}", f"lead:{LEAD}"}
        assert excluded_names.among(conn, names) == names - {f"lead:{LEAD}"}
        assert excluded_names.is_left_out(conn, "contact", TOR_ID)


def test_an_activity_with_somebody_left_out_is_not_shown_even_if_it_is_still_there(filled):
    with filled.transaction() as conn:
        exclusions.settle(conn, Exclusions(contacts=(TOR_ID,), domains=("elsewhere.example",)))
        activity = tables.table(Activity)
        assert len(conn.exec_driver_sql("SELECT id FROM activity").all()) == 4
        shown = conn.scalars(sa.select(activity.c.key).where(excluded_names.unhidden(activity.c.id))).all()
        assert shown == ["m4"]


def test_nobody_who_was_taken_out_is_known_by_address_any_more_unless_the_crm_says_so(filled):
    with filled.transaction() as conn:
        settled = exclusions.settle(conn, Exclusions(domains=("elsewhere.example",)))
        exclusions.take_out(conn, settled.added, read=read, zone=PARIS)
        known = set(conn.exec_driver_sql("SELECT address FROM address").scalars())
    assert STRANGER not in known
    assert TOR in known


def test_settling_twice_changes_nothing_and_lifting_is_counted_once(filled):
    with filled.transaction() as conn:
        assert exclusions.settle(conn, Exclusions(contacts=(TOR_ID,))).added
        again = exclusions.settle(conn, Exclusions(contacts=(TOR_ID,)))
        assert not again.added
        assert not again.lifted
        assert excluded_names.lifts(conn) == 0
        assert exclusions.settle(conn, Exclusions()).lifted
        assert excluded_names.lifts(conn) == 1


# Choosing


def test_people_groups_accounts_and_domains_are_found_by_a_few_letters(filled):
    with filled.transaction() as conn:
        scope.set_groups(conn, {"g1": "Équipe commerciale", "g2": "Direction"})
        assert choices(conn, "contact", "DAHL", 10) == [Choice(LEAD, "Tora Dahl")]
        assert choices(conn, "contact", "nil tor", 10) == [Choice(TOR_ID, "Tor Nilsen", "Nordlys Énergie")]
        assert choices(conn, "colleague", "an", 10) == [Choice("anne", "Anne")]
        assert choices(conn, "account", "énergie", 10) == [Choice(A1, "Nordlys Énergie")]
        assert choices(conn, "group", "équipe", 10) == [Choice("g1", "Équipe commerciale")]
        assert choices(conn, "domain", "nord", 10)[0].key == "nordlys.example"
        assert choices(conn, "contact", "%", 10) == []
        assert len(choices(conn, "contact", "", 2)) == 2
        assert domains_of(conn, [A1]) == ["nordlys.example"]


def test_a_group_that_is_gone_cannot_be_chosen_but_its_members_stay_known(store):
    with store.transaction() as conn:
        scope.set_groups(conn, {"g1": "Ventes", "g2": "Direction"})
        scope.set_members(conn, "g1", {"anne"})
        scope.set_groups(conn, {})
        assert [one.key for one in choices(conn, "group", "", 10)] == ["g1"]
        assert scope.members(conn, ["g1"]) == {"anne"}
        scope.forget_groups(conn, [])
        assert scope.members(conn, ["g1"]) == set()
        scope.set_groups(conn, {})
        assert choices(conn, "group", "", 10) == []
