"""What customers say comes in by one door: linked, understood, kept once, and gone with whoever said it."""

from dataclasses import replace
from datetime import date

import pytest
from import_builders import FJORD, NORDLYS, TOR, Office

from relationship.clock import number_of
from relationship.desk import bring_verbatims
from relationship.desk.hear import Said, hear
from relationship.importing.options import Options
from relationship.store.privacy import erased_names, exclusions, forgetting_verbatims, hiding, verbatims_left_out
from relationship.store.privacy.erased_names import NameKeys
from relationship.store.privacy.one_person import person
from relationship.store.verbatims import verbatim_moods, verbatims
from relationship.store.verbatims.verbatims import Source
from settings.rules import Exclusions

DAY = number_of(date(2026, 6, 16))
THREAT = Said(
    Source.SURVEY,
    DAY,
    "Si rien ne change, nous résilierons le contrat.",
    line_id="L1",
    address="tor@fjordfils.example",
    satisfaction=20.0,
    recommendation=2.0,
)


def say(office: Office, *said: Said):
    return hear(office.house, said, by="inga", by_name="Inga Holm")


def kept(office: Office):
    with office.house.store.reading() as conn:
        return verbatims.after(conn, 0, limit=100)


def test_a_text_is_linked_to_the_contact_and_the_account_by_its_address(office: Office):
    assert say(office, THREAT).added == 1
    (one,) = kept(office)
    assert (one.contact_guid, one.account_id) == (TOR, office.record_id(FJORD))
    assert (one.threat, one.feeling, one.language) == ("conditional", "negative", "fr")


@pytest.mark.parametrize(
    ("how", "account"),
    [
        ({"customer_id": "N-17"}, NORDLYS),
        ({"account": NORDLYS}, NORDLYS),
        ({"address": "somebody.new@fjordfils.example"}, FJORD),
        ({"address": "somebody@gmail.com"}, None),
        ({"customer_id": "nobody knows"}, None),
    ],
)
def test_the_account_is_known_by_number_guid_or_domain(office: Office, how, account):
    outcome = say(office, replace(THREAT, **{"address": "", **how}))
    assert kept(office)[0].account_id == (office.record_id(account) if account else None)
    assert outcome.unknown == (0 if account else 1)


def test_the_same_line_again_changes_nothing_and_another_text_of_the_line_replaces_it(office: Office):
    say(office, THREAT)
    again = say(office, THREAT)
    assert (again.added, again.changed, again.same) == (0, 0, 1)
    assert say(office, replace(THREAT, text="Tout va bien, merci beaucoup !")).changed == 1
    (one,) = kept(office)
    assert (one.emotion, one.threat) == ("joy", "")


def test_scores_are_among_the_answers_to_surveys_without_the_words(office: Office):
    say(office, THREAT)
    say(office, THREAT)
    assert office.rows("satisfaction", "kind, score, share, comment", "kind") == [
        ("nps", 2.0, 20.0, ""),
        ("percent", 20.0, 20.0, ""),
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": " \u0000\n"}, "text_missing"),
        ({"text": "a" * 100_001}, "text_too_long"),
        ({"day": DAY + 9}, "day_out_of_range"),
        ({"satisfaction": 101.0}, "satisfaction_out_of_range"),
        ({"recommendation": 11.0}, "recommendation_out_of_range"),
    ],
)
def test_what_cannot_be_taken_is_named_and_the_rest_is_kept(office: Office, change, code):
    outcome = say(office, replace(THREAT, **change), replace(THREAT, line_id="L2"))
    assert (outcome.refused, outcome.added) == (((0, code),), 1)


def test_erasing_a_person_removes_their_texts_and_those_that_hold_their_address(office: Office):
    say(
        office,
        THREAT,
        replace(THREAT, line_id="L2", address="", text="Appelez tor@fjordfils.example, il est ravi."),
        replace(THREAT, line_id="L3", address="", text="Rien à voir."),
    )
    with office.house.store.transaction() as conn:
        assert forgetting_verbatims.verbatims(conn, person(conn, f"contact:{TOR}")) == 2
    assert [one.line_id for one in kept(office)] == ["L3"]
    assert {row[0] for row in office.rows("satisfaction", "contact_guid", "id")} == {None}


def test_whoever_was_erased_is_not_heard_again(office: Office):
    erased_names.install(office.house.store, NameKeys(["a key of tests"]))
    with office.house.store.transaction() as conn:
        erased_names.add(conn, ["tor@fjordfils.example"], at=office.house.clock())
    assert (say(office, THREAT).left_out, kept(office)) == (1, [])
    beside = [
        replace(THREAT, address="", filters={"Contact": "Tor@fjordfils.example"}),
        replace(THREAT, address="", line_id="L2", information={"Note": "voir tor@fjordfils.example"}),
        replace(THREAT, address="", line_id="L3", customer_id="tor@fjordfils.example"),
    ]
    assert (say(office, *beside).left_out, kept(office)) == (3, [])


def test_texts_of_a_left_out_account_are_counted_go_and_are_not_heard_again(office: Office):
    of_the_account = replace(THREAT, address="", account=FJORD)
    beside = replace(
        THREAT, line_id="L2", address="", account=NORDLYS, information={"Note": "voir una@fjordfils.example"}
    )
    say(office, of_the_account, beside, replace(THREAT, line_id="L3", address="", account=NORDLYS))
    wanted = Exclusions(accounts=(FJORD,), domains=("fjordfils.example",))
    with office.house.store.transaction() as conn:
        assert hiding.hidden_by(conn, wanted).texts == 2
        assert verbatims_left_out.remove(conn, exclusions.settle(conn, wanted).added) == 2
    assert [one.line_id for one in kept(office)] == ["L3"]
    assert say(office, of_the_account, beside).left_out == 2


def test_old_texts_go_with_their_time(office: Office):
    say(office, replace(THREAT, day=DAY - 400), replace(THREAT, line_id="L2"))
    with office.house.store.transaction() as conn:
        assert forgetting_verbatims.before(conn, DAY - 30) == 1
    assert len(kept(office)) == 1


def test_the_mood_of_an_account_is_that_of_its_newest_texts_and_old_ones_weigh_less(office: Office):
    glad = "Une équipe formidable, merci beaucoup !"
    say(office, replace(THREAT, day=DAY - 300, line_id="old"), replace(THREAT, line_id="new", text=glad))
    number = office.record_id(FJORD)
    with office.house.store.reading() as conn:
        found = verbatim_moods.mood(conn, [number, office.record_id(NORDLYS)], today=DAY)
    assert set(found) == {number}
    assert (found[number].emotion, found[number].count, found[number].last_day) == ("joy", 2, DAY)
    assert found[number].temperature > 30


def test_what_a_text_is_about_is_found_with_everything_above_it(office: Office):
    say(office, replace(THREAT, text="Personne ne répond à mes tickets, c'est inadmissible."))
    (one,) = kept(office)
    with office.house.store.reading() as conn:
        marks = verbatims.marks(conn, [one.id])[one.id]
    assert {"service", "service/support", "service/support/reachability"} <= marks["theme"]
    assert "support" in marks["sensitivity"]


@pytest.mark.parametrize(
    ("scores", "fault"),
    [
        ([1, 2, 3, 4, 5, 9], ""),
        ([1, 2, 3, 4, 9, 9], "scale"),
        ([1, 2, 9], "scale"),
        ([9], "scale"),
    ],
)
def test_one_slip_in_a_short_file_is_a_line_to_reject_and_no_other_scale(office: Office, scores: list[int], fault: str):
    body = "Date;Commentaire;Note\n" + "".join(f"2026-06-1{place};Merci;{one}\n" for place, one in enumerate(scores))
    columns, _options = bring_verbatims.look(
        office.house, bring_verbatims.of_bytes(body.encode(), "notes.csv"), Options()
    )
    assert replace(columns, roles=replace(columns.roles, scale="1-5")).fault() == fault
