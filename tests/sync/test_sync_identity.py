"""One mail, meeting, call or task has one identity, whoever saw it."""

from datetime import UTC, datetime, timedelta, timezone

from relationship.activities import Kind
from relationship.sync.shapes.identity import call_key, mail_key, meeting_key, own_key

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NINE_IN_PARIS = datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=1)))
CLEAN = "040000008200E00074C5B7101A82E00800000000F0AA11BB22CC33DD000000000000000010000000ABCD"
OF_AN_OCCURRENCE = "040000008200E00074C5B7101A82E00807EA0302F0AA11BB22CC33DD000000000000000010000000ABCD"


def test_the_same_meeting_has_one_identity_in_any_case_and_zone():
    assert meeting_key(CLEAN, NINE) == meeting_key(CLEAN.lower(), NINE_IN_PARIS)


def test_the_day_inside_an_occurrences_id_does_not_part_it_from_the_crms_clean_id():
    assert meeting_key(OF_AN_OCCURRENCE, NINE) == meeting_key(CLEAN, NINE)


def test_two_occurrences_of_a_series_are_two_meetings():
    assert meeting_key(CLEAN, NINE) != meeting_key(CLEAN, NINE + timedelta(days=7))


def test_a_call_is_one_by_number_and_second():
    assert call_key("tel:+33199001234", NINE) == call_key("tel:+33199001234", NINE_IN_PARIS.replace(microsecond=7))
    assert call_key("tel:+33199001234", NINE) != call_key("tel:+33199001234", NINE + timedelta(seconds=1))


def test_a_guid_is_the_same_in_any_spelling_and_other_ids_are_not():
    guid = "9b1ad3f4-1f0b-e911-a972-000d3a44afcc"
    assert own_key(Kind.TASK, "{" + guid.upper() + "}") == own_key(Kind.TASK, guid)
    assert own_key(Kind.TASK, "todo/AlMK") != own_key(Kind.TASK, "todo/almk")
    assert own_key(Kind.TASK, guid) != own_key(Kind.CALL, guid)


def test_a_mails_id_counts_before_its_sender_and_time():
    assert mail_key(" <a@b.example> ", "x@y.example", NINE) == mail_key("<a@b.example>", "z@y.example", NINE)
