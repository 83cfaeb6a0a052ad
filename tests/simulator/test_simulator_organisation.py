"""Where mails lie, what can happen to them, and what a perfect reader holds in the end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from simulated import NOW, draft, mail, world

from simulator import identity
from simulator.organisation import Organisation
from simulator.people import UnknownNameError
from simulator.world import Source, WorldStatus


def lies_in(organisation: Organisation, key: str) -> list[tuple[str, str]]:
    mailbox = organisation.mailbox(key)
    copies = sorted(mailbox.all_copies(), key=lambda copy: copy.serial)
    return [(copy.mail.id, copy.folder.well_known or copy.folder.name) for copy in copies if copy.folder]


def test_a_mail_lies_in_the_senders_sent_items_and_with_every_colleague_on_it():
    organisation = Organisation(world(mail("m2", "ines", "tor", cc=("omar",))))
    assert lies_in(organisation, "ines") == [("m2", "sentitems")]
    assert lies_in(organisation, "omar") == [("m2", "inbox")]
    assert lies_in(organisation, "zoe") == []


def test_filing_into_subfolders_is_the_same_in_every_run():
    mails = [mail(f"m{number}", "tor", "ines") for number in range(60)]
    first = lies_in(Organisation(world(*mails)), "ines")
    assert first == lies_in(Organisation(world(*mails)), "ines")
    assert {folder for _, folder in first} == {"inbox", "Clients", "À relancer", "archive"}


def test_a_mail_without_a_colleague_lies_nowhere():
    organisation = Organisation(world(mail("m1", "tor", "lina"), mail("m2", "tor", "ventes")))
    assert organisation.truth() == []


def test_only_mails_that_lie_in_microsoft_365_lie_in_a_mailbox():
    crm_only = replace(mail("m1", "tor", "ines"), source=Source.DATAVERSE)
    cancelled = replace(mail("m2", "tor", "ines"), status=WorldStatus.CANCELLED)
    assert lies_in(Organisation(world(crm_only, cancelled)), "ines") == []


def test_a_draft_lies_with_its_author_only_and_is_no_truth():
    organisation = Organisation(world(draft("d1", "ines", "omar", "tor")))
    assert lies_in(organisation, "ines") == [("d1", "drafts")]
    assert lies_in(organisation, "omar") == []
    assert organisation.truth() == []


def test_a_sent_draft_reaches_its_recipients():
    organisation = Organisation(world(draft("d1", "ines", "omar", "tor")))
    organisation.send_draft("d1")
    assert lies_in(organisation, "ines") == [("d1", "sentitems")]
    assert lies_in(organisation, "omar") == [("d1", "inbox")]
    assert [found.id for found in organisation.truth()] == ["d1"]


def test_one_mail_in_several_mailboxes_is_one_in_truth():
    organisation = Organisation(world(mail("m1", "tor", "ines", "omar", "zoe")))
    organisation.deliver_again("m1", "omar")
    assert len(lies_in(organisation, "omar")) == 2
    assert [found.id for found in organisation.truth()] == ["m1"]


def test_a_mail_is_true_until_its_last_copy_is_gone():
    organisation = Organisation(world(mail("m1", "tor", "ines", "omar")))
    organisation.delete_mail("m1", "ines")
    assert [found.id for found in organisation.truth()] == ["m1"]
    organisation.delete_mail("m1")
    assert organisation.truth() == []


def test_junk_is_no_truth():
    organisation = Organisation(world(mail("m1", "tor", "ines")))
    organisation.move("m1", "ines", "junkemail")
    assert organisation.truth() == []


def test_an_edit_changes_the_mail_in_all_copies_or_in_one():
    organisation = Organisation(world(mail("m1", "ines", "tor", "omar")))
    organisation.edit("m1", at=NOW - timedelta(days=9))
    organisation.edit("m1", to=["lina@nordlys.example"], only="omar")
    [ours] = organisation.mailbox("ines").copies_of("m1")
    [his] = organisation.mailbox("omar").copies_of("m1")
    assert ours.mail.at == his.mail.at == NOW - timedelta(days=9)
    assert (ours.mail.to_ids, his.mail.to_ids) == (("tor", "omar"), ("lina",))
    assert organisation.truth() == [ours.mail]


def test_a_deleted_folder_takes_its_mail_along():
    organisation = Organisation(world(mail("m1", "tor", "ines")))
    organisation.new_folder("ines", "Salons", parent="inbox")
    organisation.move("m1", "ines", "Salons")
    organisation.delete_folder("ines", "Salons")
    assert organisation.truth() == []


def test_mail_among_colleagues_and_lists_of_ours_is_internal():
    organisation = Organisation(world())
    assert organisation.is_internal(mail("m1", "ines", "omar", "ventes"))
    assert not organisation.is_internal(mail("m2", "ines", "omar", "tor"))


def test_people_are_found_by_any_of_their_names():
    organisation = Organisation(world())
    guid = identity.msgraph_user("ines")
    for name in ("ines", "INES@fjord.example", "i.okafor@fjord.example", guid):
        assert organisation.user(name).id == guid


def test_a_late_mail_keeps_its_old_date():
    organisation = Organisation(world())
    old = NOW - timedelta(days=40)
    made = organisation.deliver("tor", ["ines"], at=old, received_at=old)
    [copy] = organisation.mailbox("ines").copies_of(made.id)
    assert (copy.mail.at, copy.received_at) == (old, old)


def test_an_unknown_address_becomes_an_outsider_and_an_unknown_name_is_refused():
    organisation = Organisation(world())
    made = organisation.deliver("neu@osten.example", ["ines"])
    assert organisation.person(made.from_id).email == "neu@osten.example"
    with pytest.raises(UnknownNameError):
        organisation.deliver("nobody", ["ines"])


def test_somebody_new_gets_mail_from_then_on():
    organisation = Organisation(world(mail("m1", "tor", "ines")))
    organisation.new_user("Ada Lind", "ada@fjord.example")
    made = organisation.deliver("tor", ["ada@fjord.example"])
    assert lies_in(organisation, "ada@fjord.example") == [(made.id, "inbox")]
