"""Who wants no mail, says the CRM: such an address gets none, whatever rule, list or person would send it."""

from typing import Any

import pytest
import sqlalchemy as sa
from alert_builders import ADMIN, about, all_alerts, hears, owned, rule, run, switch_on
from outbox.outbox_bench import Bench

from relationship.desk import alert_rules, correct_verbatim, decide_alert, told_alerts
from relationship.desk.deliver import Ways, drain
from relationship.store import tables
from relationship.store.alerts import alert_lists, alerts
from relationship.store.alerts import alert_rules as kept_rules
from relationship.store.crm import mail_refusals
from relationship.store.crm.record_tables import Record, RecordAddress
from relationship.sync.outward.mail_out import BySmtp

THREAT = "Nous allons résilier notre contrat."
TOR, UNA, OUTSIDE = "tor@nordlys.example", "una@nordlys.example", "agence@agences.example"
LETTER = {"letter": {"subject": "Votre contrat", "body": "Bonjour"}}
_record = tables.table(Record)


def says_no(bench: Bench, guid: str, **columns: bool) -> None:
    with bench.house.store.transaction() as conn:
        conn.execute(sa.update(_record).where(_record.c.guid == guid).values(**columns))


def addressees(bench: Bench, sink: tuple[Any, BySmtp]) -> list[str]:
    drain(bench.house, Ways(mail=sink[1]), clock=bench.now)
    return [to[0] for to, _mail in sink[0].mails()]


def states(bench: Bench) -> dict[str, str]:
    (alert,) = all_alerts(bench)
    with bench.house.store.reading() as conn:
        return {one.target: one.state for one in told_alerts.told(conn, alert.id)}


def released(bench: Bench) -> str:
    (alert,) = all_alerts(bench)
    return decide_alert.release(
        bench.house, alert.id, subject="Votre contrat", body="Bonjour", by="anne", at=bench.now()
    )  # fmt: skip


def test_an_address_that_wants_no_bulk_mail_gets_none_of_a_rule_however_late_it_says_so(
    bench: Bench, sink: tuple[Any, BySmtp]
) -> None:
    readers = alert_rules.make_list(bench.house, "Lecteurs")
    alert_rules.put_on_list(bench.house, readers, [TOR, OUTSIDE])
    alert_rules.confirm(bench.house, [TOR, UNA, OUTSIDE], person=ADMIN)
    switch_on(bench, rule(about("threat"), recipients={"lists": [readers], "addresses": [UNA]}))
    says_no(bench, "c-una", no_mail=True)
    bench.wait(hours=12)  # quiet hours: mails wait
    hears(bench, THREAT, account="Nordlys")
    run(bench)
    says_no(bench, "c-tor", no_bulk_mail=True)
    bench.wait(hours=12)
    assert addressees(bench, sink) == [OUTSIDE]
    assert states(bench) == {
        f"address/{TOR}": "not_wanted", f"address/{UNA}": "not_wanted", f"address/{OUTSIDE}": "left"
    }  # fmt: skip


@pytest.mark.parametrize("who", ["c-tor", "a1"])
def test_a_letter_is_refused_to_who_wants_no_mail_and_one_on_its_way_does_not_leave(
    bench: Bench, sink: tuple[Any, BySmtp], who: str
) -> None:
    owned(bench)
    switch_on(bench, rule(about("threat"), **LETTER))
    hears(bench, THREAT, address=TOR)
    run(bench)
    says_no(bench, who, no_mail=True)
    assert states(bench) == {"letter": "not_wanted"}
    assert released(bench) == "not_wanted"
    says_no(bench, who, no_mail=False, no_bulk_mail=True)  # a mail that somebody wrote goes to one person
    assert states(bench) == {"letter": "draft"}
    bench.wait(hours=12)
    assert released(bench) == "released"
    assert addressees(bench, sink) == []
    says_no(bench, who, no_mail=True)
    bench.wait(hours=12)
    assert addressees(bench, sink) == []
    assert states(bench) == {"letter": "not_wanted"}


def test_entries_of_a_list_say_who_wants_no_bulk_mail_and_such_addresses_are_not_offered(bench: Bench) -> None:
    offer = alert_rules.make_list(bench.house, "Offre", is_mailing=False)
    alert_rules.put_on_list(bench.house, offer, [TOR, UNA])
    switch_on(bench, rule(about("threat"), list_into=offer))
    hears(bench, THREAT, account="Nordlys")
    run(bench)
    says_no(bench, "c-tor", no_bulk_mail=True)

    def seen() -> tuple[dict[str, bool], list[str]]:
        with bench.house.store.reading() as conn:
            rows = alert_lists.entries(conn, offer, limit=9)
            choices = alert_lists.choices(conn, {row.account_id for row in rows if row.account_id})
        return {row.address: row.is_refused for row in rows}, [one.address for each in choices.values() for one in each]

    assert seen() == ({"": False, TOR: True, UNA: False}, [UNA])
    says_no(bench, "a1", no_mail=True)
    assert seen() == ({"": True, TOR: True, UNA: True}, [])


def test_the_number_of_a_person_is_no_address_of_theirs(bench: Bench) -> None:
    owned(bench)
    with bench.house.store.transaction() as conn:
        tor = conn.scalar(sa.select(_record.c.id).where(_record.c.guid == "c-tor"))
        conn.execute(sa.insert(tables.table(RecordAddress)).values(record_id=tor, address="tel:+33199000041"))
        offer = kept_rules.add_list(conn, "Offre", is_mailing=False, language="fr")
    switch_on(bench, rule(about("threat"), list_into=offer, **LETTER))
    number = hears(bench, THREAT)
    correct_verbatim.link(bench.house, number, account="a1", contact="c-tor", by="anne", by_name="Anne")
    run(bench)
    with bench.house.store.reading() as conn:
        letter = alerts.letter(conn, all_alerts(bench)[0].id)
        (entry,) = alert_lists.entries(conn, offer, limit=9)
        offered = alert_lists.choices(conn, {entry.account_id or 0})
        assert mail_refusals.addresses(conn, [], bulk=True) == frozenset()
    assert letter is not None
    assert (letter.address, entry.address) == (TOR, TOR)
    assert {one.address for one in offered[entry.account_id or 0]} == {TOR, UNA}
