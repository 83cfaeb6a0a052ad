"""Who is inside decides what is kept; when that changes, mail is judged anew. Bad items stand aside."""

import json

import pytest
from sync_world import House, Undisturbed, config_for

from simulator.faults import seeded
from simulator.msgraph import message_rows


def _parties(house: House) -> set[str]:
    return {json.loads(line)[3] for line in house.dump().splitlines() if line.startswith('["party"')}


def test_f35_alias_plus_address_and_case_are_one_person(house, organisation):
    house.sync()
    lines = [json.loads(line) for line in house.dump().splitlines()]
    ines = organisation.user("ines").id
    spelled = {line[3] for line in lines if line[0] == "colleague_address" and line[1] == ines}
    addresses = {address for address in spelled if "@" in address}
    assert addresses == {"ines@fjord.example", "i.okafor@fjord.example"}


def test_f33_no_newsletter_is_kept(house):
    house.sync()
    assert "newsletter@granit.example" not in _parties(house)


@pytest.mark.parametrize(
    "told",
    [
        {"headers": (("Auto-Submitted", "auto-replied"),), "subject": "Merci"},
        {"subject": "Réponse automatique : Offre 118"},
        {"headers": (("Precedence", "bulk"), ("List-Id", "<news.nordlys.example>")), "subject": "Notre lettre"},
    ],
)
def test_f32_an_automatic_reply_is_no_human_touch(house, organisation, told):
    house.sync()
    before = house.dump()
    organisation.deliver("tor", ["ines"], **told)
    house.sync()
    assert house.dump() == before


def test_f32_a_person_who_writes_of_automatic_replies_is_heard(house, organisation):
    house.sync()
    before = len(house.activities())
    organisation.deliver("tor", ["ines"], headers=(("Auto-Submitted", "no"),), subject="Vos réponses automatiques")
    house.sync()
    assert len(house.activities()) == before + 1


def test_a_new_domain_of_ours_makes_its_mail_internal(running, house, undisturbed):
    house.sync()
    assert "tor@nordlys.example" in _parties(house)
    organisation = running.organisation
    object.__setattr__(organisation.world, "domains", (*organisation.world.domains, "nordlys.example"))
    organisation.new_user("Ada", "ada@fjord.example")  # a change of the directory makes us ask for the domains

    house.sync()

    assert "tor@nordlys.example" not in _parties(house)
    assert house.dump() == undisturbed()


def test_f28_a_bad_item_stands_aside_and_the_others_are_read(house, organisation, monkeypatch, undisturbed):
    broken = {"m05", "m06"}
    fields = dict(message_rows.FIELDS)
    sender = fields["from"]
    fields["from"] = fields["sender"] = lambda view: None if view.copy.mail.id in broken else sender(view)
    monkeypatch.setattr(message_rows, "FIELDS", fields)
    assert house.sync().troubles == ()
    aside = [line for line in house.dump().splitlines() if line.startswith('["quarantine"')]
    assert {json.loads(line)[3] for line in aside} == {"no_sender"}
    assert len(aside) == 2
    assert len(house.activities()) == 35

    monkeypatch.undo()
    organisation.edit("m05", cc=["lina"])
    organisation.edit("m06", cc=["lina"])
    house.sync()
    assert '["quarantine"' not in house.dump()
    assert house.dump() == undisturbed()


def test_f11_all_tokens_expire_at_once(house, organisation, undisturbed):
    house.sync()
    organisation.delete_mail("to-all")
    organisation.expire_tokens()
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


@pytest.mark.parametrize("seed", range(6))
def test_seeded_faults_in_pairs_and_more_end_with_the_same_bytes(
    seed: int, house: House, running, organisation, undisturbed: Undisturbed
):
    running.services.faults.add(*seeded(seed, count=3, within=60))
    house.sync()
    organisation.deliver("tor", ["ines", "omar"])
    organisation.move("to-all", "lina", "archive")
    organisation.delete_mail("to-all", "omar")
    running.services.faults.add(*seeded(seed + 100, count=2, within=20))
    house.sync()
    running.services.faults.clear()
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()


def test_copies_that_differ_give_the_same_activity_whichever_mailbox_is_read_first(
    house, running, organisation, undisturbed
):
    holders = ["ines", "omar", "lina", "sales"]
    for number in range(40):
        mail = organisation.deliver("tor", holders)
        organisation.edit(mail.id, cc=["eva"], only=holders[number % 4])
        organisation.edit(mail.id, cc=["paul"], only=holders[(number + 1) % 4])
    house.config = config_for(running, sync_threads=4)
    assert house.sync().troubles == ()
    assert house.dump() == undisturbed()
