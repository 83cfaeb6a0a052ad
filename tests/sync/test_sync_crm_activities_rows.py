"""Rows of CRM activities one by one. Expected values: dataverse contract, sections 9 and 10."""

from typing import Any

import pytest

from relationship.errors import BadItem
from relationship.sync.shapes.dataverse_activities import APPOINTMENTS, EMAILS, PHONE_CALLS, TASKS, ActivityTable, piece
from relationship.sync.shapes.disposition import circle
from relationship.sync.shapes.identity import call_key, meeting_key, own_key

GUID = "5531d753-95af-e711-a94e-000d3a11e605"
INES, TOR = "2c0b3d0c-1b1c-e911-a979-000d3a454e67", "25a17064-1ae7-e611-80f4-e0071b661f01"
LOOKUP = "Microsoft.Dynamics.CRM.lookuplogicalname"
INSIDE = circle(["fjord.example"], [])


def party(mask: int, address: str | None = None, table: str | None = None, guid: str | None = None, **said: Any) -> Any:
    return {
        "participationtypemask": mask,
        "addressused": address,
        "_partyid_value": guid,
        f"_partyid_value@{LOOKUP}": table,
        **said,
    }


def fields(table: ActivityTable, *parties: Any, **columns: Any) -> dict[str, Any]:
    row = {
        "activityid": GUID, "statecode": 1, "modifiedon": "2026-06-01T09:00:00Z", "_ownerid_value": INES,
        f"_ownerid_value@{LOOKUP}": "systemuser", table.navigation: list(parties), **columns,
    }  # fmt: skip
    return piece(table, row, INSIDE).fields


CALL = {"actualstart": "2026-06-01T09:00:00Z", "actualdurationminutes": 7, "directioncode": True}


def test_owner_regarding_and_resources_are_no_participants_and_deleted_parties_are_skipped():
    found = fields(
        PHONE_CALLS,
        party(1, None, "systemuser", INES),
        party(2, "tor@nordlys.example", "contact", TOR),
        party(2, "gone@nordlys.example", "contact", GUID, ispartydeleted=True),
        party(8, None, "opportunity", GUID),
        party(9, None, "systemuser", GUID),
        party(10, "room@nordlys.example"),
        **CALL,
    )
    assert (found["from"], found["to"], found["cc"]) == (f"systemuser:{INES}", [f"contact:{TOR}"], [])


@pytest.mark.parametrize(
    ("who", "known_as"),
    [
        (party(2, "Neu+crm@Else.example"), "neu@else.example"),
        (party(2, "tor@nordlys.example", "lead", TOR), f"lead:{TOR}"),
        (party(2, "info@nordlys.example", "account", TOR), "info@nordlys.example"),
        (party(2, "lina@fjord.example", "contact", TOR), "lina@fjord.example"),
        (party(2, "no-reply@nordlys.example", "contact", TOR), "no-reply@nordlys.example"),
        (party(2, "lina@fjord.example", "systemuser", INES), f"systemuser:{INES}"),
    ],
)
def test_a_person_is_known_by_id_or_by_the_address_that_says_more(who, known_as):
    assert fields(PHONE_CALLS, who, **CALL)["to"] == [known_as]


@pytest.mark.parametrize(
    ("columns", "minutes"),
    [
        ({}, 7),
        ({"actualdurationminutes": 0}, 0),
        ({"actualdurationminutes": None}, 0),
        ({"leftvoicemail": True}, 0),
        ({"statecode": 0, "scheduledend": "2026-06-20T09:00:00Z"}, None),
    ],
)
def test_a_call_is_answered_when_it_lasted_and_left_no_voice_mail(columns, minutes):
    assert fields(PHONE_CALLS, **(CALL | columns))["minutes"] == minutes


def test_a_call_began_so_long_before_its_end_as_it_lasted():
    ended = {**CALL, "actualstart": None, "actualend": "2026-06-01T09:07:00Z"}
    assert fields(PHONE_CALLS, **ended)["at"] == "2026-06-01T09:00:00+00:00"


@pytest.mark.parametrize(("outgoing", "sender", "to"), [(True, f"systemuser:{INES}", "tel:+33199001234"),
                                                       (False, "tel:+33199001234", f"systemuser:{INES}")])  # fmt: skip
def test_without_parties_owner_and_number_say_who_called_whom(outgoing, sender, to):
    found = fields(PHONE_CALLS, **{**CALL, "directioncode": outgoing, "phonenumber": "01 99 00 12 34"})
    assert (found["from"], found["to"]) == (sender, [to])


def test_identities_are_those_of_the_other_sources():
    from datetime import UTC, datetime

    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    call = fields(PHONE_CALLS, **CALL, phonenumber="+33 1 99 00 12 34")
    assert call["key"] == call_key("tel:+33199001234", at)
    assert fields(PHONE_CALLS, **CALL)["key"] == own_key(PHONE_CALLS.kind, GUID)
    meeting = fields(APPOINTMENTS, scheduledstart="2026-06-01T09:00:00Z", globalobjectid="040000008200E000")
    assert meeting["key"] == meeting_key("040000008200E000", at)


@pytest.mark.parametrize(
    ("columns", "draft"),
    [
        ({"statuscode": 3, "senton": "2026-06-01T09:00:00Z"}, False),
        ({"statuscode": 100_000_001, "senton": "2026-06-01T09:00:00Z"}, False),
        ({"statuscode": 6, "senton": None}, True),
        ({"statuscode": 7, "senton": None}, True),
        ({"statecode": 0, "statuscode": 1}, True),
        ({"statecode": 2, "statuscode": 5, "senton": "2026-06-01T09:00:00Z"}, True),
    ],
)
def test_only_a_mail_that_went_out_or_came_in_is_one(columns, draft):
    assert fields(EMAILS, party(1, "tor@nordlys.example"), **columns)["draft"] is draft


@pytest.mark.parametrize(
    ("table", "columns", "reason"),
    [
        (EMAILS, {"statuscode": 3, "senton": "2026-06-01T09:00:00Z"}, "no_sender"),
        (EMAILS, {"statuscode": 3, "sender": "tor@nordlys.example"}, "no_time"),
        (TASKS, {}, "no_time"),
        (TASKS, {"actualend": "yesterday"}, "bad_time"),
        (TASKS, {"statecode": 9}, "bad_state"),
        (TASKS, {TASKS.navigation: None}, "bad_parties"),
        (TASKS, {"activityid": "x", "statecode": 0}, "bad_id"),
    ],
)
def test_what_has_another_form_is_named_by_its_reason(table, columns, reason):
    with pytest.raises(BadItem) as raised:
        fields(table, **columns)
    assert raised.value.code == reason


def test_an_open_task_without_a_day_has_no_time():
    assert fields(TASKS, statecode=0)["at"] is None


@pytest.mark.parametrize(("table", "kept"), [("opportunity", ["opportunity", TOR]), ("account", ["account", TOR]),
                                            ("incident", None)])  # fmt: skip
def test_it_is_filed_under_what_is_rated(table, kept):
    regarding = {"_regardingobjectid_value": TOR.upper(), f"_regardingobjectid_value@{LOOKUP}": table}
    assert fields(TASKS, actualend="2026-06-01T09:00:00Z", **regarding)["regarding"] == kept
