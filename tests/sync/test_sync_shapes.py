"""Rows of Microsoft Graph and Dataverse as plain pieces; the examples are those of the contracts."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.activities import RecordKind
from relationship.errors import BadItem
from relationship.store.crm.colleagues import DirectoryUser
from relationship.sync.shapes import dataverse, msgraph

PARIS = ZoneInfo("Europe/Paris")
MESSAGE = {
    "@odata.type": "#microsoft.graph.message",
    "@odata.etag": 'W/"CQAAABYAAACQ2fKdGMFEQ6WD"',
    "id": "AAkALgAAAAAAHYQDEapmEc2byACqAC",
    "lastModifiedDateTime": "2026-03-02T08:15:04Z",
    "receivedDateTime": "2026-03-02T08:15:03Z",
    "sentDateTime": "2026-03-02T08:14:58Z",
    "internetMessageId": "<CAH0k1@mail.nordlys.example>",
    "parentFolderId": "AAMkFolderA=",
    "isDraft": False,
    "from": {"emailAddress": {"name": "Tor Vik", "address": "Tor@Nordlys.example"}},
    "toRecipients": [{"emailAddress": {"name": "Ines Okafor", "address": "ines+crm@fjord.example"}}],
    "ccRecipients": [],
}


def test_a_message_becomes_a_piece_with_normalised_addresses():
    piece = msgraph.message(MESSAGE, "AAMkFolderA=")
    assert piece.item_id == "AAkALgAAAAAAHYQDEapmEc2byACqAC"
    assert piece.container == "folder/AAMkFolderA="
    assert piece.modified_at == datetime(2026, 3, 2, 8, 15, 4, tzinfo=UTC)
    assert piece.fields == {
        "message_id": "<CAH0k1@mail.nordlys.example>",
        "draft": False,
        "from": "tor@nordlys.example",
        "to": ["ines@fjord.example"],
        "cc": [],
        "sent_at": "2026-03-02T08:14:58+00:00",
    }


def test_body_and_preview_are_not_asked_for_and_no_subject_is_kept():
    for word in ("body", "preview", "uniqueBody", "attachments"):
        assert word.lower() not in msgraph.MESSAGE_SELECT.lower()
    told = MESSAGE | {"subject": "Offer 118", "bodyPreview": "Thank you", "body": {"content": "Thank you"}}
    assert msgraph.message(told, "f").fields == msgraph.message(MESSAGE, "f").fields


@pytest.mark.parametrize(
    ("sent", "counts"),
    [
        ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00+00:00"),  # on its way for less than a day
        ("2026-02-27T09:00:00Z", "2026-03-02T08:15:03+00:00"),  # so that one day's flood looks like weeks
        ("2026-03-09T09:00:00Z", "2026-03-02T08:15:03+00:00"),
    ],
)
def test_a21_a_sending_time_that_our_server_did_not_see_counts_as_when_it_was_received(sent: str, counts: str):
    assert msgraph.message(MESSAGE | {"sentDateTime": sent}, "f").fields["sent_at"] == counts


def test_a_flag_change_carries_no_field():
    piece = msgraph.message({"id": "x", "isRead": True, "parentFolderId": "f"}, "f")
    assert (piece.fields, piece.modified_at) == ({}, None)


def test_absent_fields_are_absent_and_null_ones_none():
    assert msgraph.message({"id": "x", "internetMessageId": None}, "f").fields == {"message_id": None}


def test_a_sender_without_address_is_taken_from_the_other_field():
    row = MESSAGE | {"from": None, "sender": MESSAGE["from"]}
    assert msgraph.message(row, "f").fields["from"] == "tor@nordlys.example"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"from": None}, "no_sender"),
        ({"from": {"emailAddress": {"address": "/O=EXCHANGELABS/CN=TOR"}}}, "no_sender"),
        ({"sentDateTime": None}, "no_time"),
        ({"sentDateTime": "0001-01-01T00:00:00Z"}, "no_time"),
        ({"sentDateTime": "yesterday"}, "bad_time"),
        ({"toRecipients": "ines@fjord.example"}, "bad_parties"),
        ({"toRecipients": ["ines@fjord.example"]}, "bad_party"),
        ({"from": 7}, "bad_party"),
        ({"id": 7}, "bad_id"),
        ({"id": "a\x00b"}, "bad_id"),
    ],
)
def test_f28_a_row_of_another_form_is_put_aside_with_its_reason(change, reason):
    with pytest.raises(BadItem) as caught:
        msgraph.message(MESSAGE | change, "f")
    assert caught.value.code == reason


def test_f28_a_whole_row_without_any_sender_is_put_aside():
    row = {name: value for name, value in MESSAGE.items() if name != "from"}
    with pytest.raises(BadItem):
        msgraph.message(row, "f")


def test_f28_a_draft_may_lack_everything():
    row = {"id": "x", "isDraft": True, "from": None, "sentDateTime": None, "toRecipients": [], "ccRecipients": None}
    assert msgraph.message(row, "f").fields["draft"] is True


def test_an_invitation_is_marked_as_such():
    row = MESSAGE | {"@odata.type": "#microsoft.graph.eventMessageRequest"}
    assert msgraph.message(row, "f").fields["invitation"] is True


def test_f30_control_characters_are_cleaned_away():
    row = MESSAGE | {"internetMessageId": "<a\x00b\ud800@x>\r\n"}
    assert msgraph.message(row, "f").fields["message_id"] == "<ab@x>"


@given(st.dictionaries(st.sampled_from(sorted(MESSAGE)), st.none() | st.text() | st.integers() | st.lists(st.text())))
def test_f28_whatever_the_types_a_row_is_read_or_put_aside(change):
    try:
        piece = msgraph.message(MESSAGE | change, "f")
    except BadItem:
        return
    assert piece.item_id


def test_seven_digits_of_a_second_are_read():
    assert msgraph.instant("2026-03-02T08:15:00.1234567Z") == datetime(2026, 3, 2, 8, 15, 0, 123456, tzinfo=UTC)


def test_f35_a_user_has_mail_aliases_and_sign_in_name_once_each():
    row = {
        "id": "6b1f0c52-7d0e-4a1c-9c3a-0d8f3a1f2b10",
        "displayName": "Ines\x00 Okafor",
        "mail": "Ines@fjord.example",
        "userPrincipalName": "iokafor@corp.fjord.example",
        "accountEnabled": True,
        "proxyAddresses": [
            "SMTP:ines@fjord.example",
            "smtp:I.Okafor@fjord.example",
            "SIP:ines@fjord.example",
            "x500:/o=x",
        ],
    }
    assert msgraph.directory_user(row) == DirectoryUser(
        key="6b1f0c52-7d0e-4a1c-9c3a-0d8f3a1f2b10",
        name="Ines Okafor",
        enabled=True,
        addresses=("i.okafor@fjord.example", "ines@fjord.example", "iokafor@corp.fjord.example"),
    )


@pytest.mark.parametrize(
    "guest", [{"userType": "Guest"}, {"userPrincipalName": "tor_nordlys.example#EXT#@fjord.example"}]
)
def test_a_guest_is_no_colleague(guest):
    assert msgraph.directory_user({"id": "g", "mail": "tor@nordlys.example", "displayName": "Tor", **guest}) is None


def test_search_folders_and_those_below_an_unread_one_are_not_read():
    unread = frozenset({"junk"})
    rows = [
        ({"id": "inbox", "parentFolderId": "root"}, True),
        ({"id": "junk", "parentFolderId": "root"}, False),
        ({"id": "in-junk", "parentFolderId": "junk"}, False),
        ({"id": "s", "parentFolderId": "root", "@odata.type": "#microsoft.graph.mailSearchFolder"}, False),
    ]
    assert [msgraph.folder(row, unread).read for row, _ in rows] == [read for _, read in rows]


def test_only_verified_domains_are_ours():
    rows = [{"id": "Fjord.example", "isVerified": True}, {"id": "new.example", "isVerified": False}, "odd"]
    assert msgraph.verified_domains(rows) == ["fjord.example"]


# Dataverse

GUID = "9b1ad3f4-1f0b-e911-a972-000d3a44afcc"
OTHER = "25a17064-1ae7-e611-80f4-e0071b661f01"
LOGICAL = "@Microsoft.Dynamics.CRM.lookuplogicalname"
EURO = {OTHER: "EUR"}
OPPORTUNITY = {
    "opportunityid": GUID.upper(),
    "name": "Offer 118",
    "statecode": 0,
    "createdon": "2026-03-01T23:30:00Z",
    "estimatedvalue": 12000.5,
    "actualvalue": None,
    "estimatedclosedate": "2026-03-31",
    "actualclosedate": None,
    "closeprobability": 60,
    "salesstage": 2,
    "stepname": "3-Propose",
    "_customerid_value": OTHER,
    f"_customerid_value{LOGICAL}": "account",
    "_parentaccountid_value": None,
    "_parentcontactid_value": None,
    "_ownerid_value": OTHER,
    f"_ownerid_value{LOGICAL}": "systemuser",
    "_transactioncurrencyid_value": OTHER.upper(),
}


def test_an_opportunity_is_dated_in_the_organisations_time_zone():
    row = dataverse.opportunity(OPPORTUNITY, PARIS, EURO)
    assert (row.kind, row.guid, row.created_on) == (RecordKind.OPPORTUNITY, GUID, date(2026, 3, 2))
    assert (row.status, row.stage, row.probability) == ("open", "propose", 60)
    assert (row.value, row.currency) == (12000.5, "EUR")
    assert (row.account_guid, row.contact_guid, row.owner_guid) == (OTHER, None, OTHER)
    assert (row.close_on, row.closed_on) == (date(2026, 3, 31), None)


def test_a_won_opportunity_has_its_actual_value_and_closing_day():
    won = OPPORTUNITY | {"statecode": 1, "actualvalue": 11000, "actualclosedate": "2026-03-20"}
    row = dataverse.opportunity(won, PARIS, EURO)
    assert (row.status, row.value, row.closed_on) == ("won", 11000.0, date(2026, 3, 20))


def test_a_customer_that_is_a_person_is_the_contact():
    row = dataverse.opportunity(OPPORTUNITY | {f"_customerid_value{LOGICAL}": "contact"}, PARIS, EURO)
    assert (row.account_guid, row.contact_guid) == (None, OTHER)


@pytest.mark.parametrize(
    ("read", "table"),
    [
        (dataverse.account, dataverse.ACCOUNTS),
        (dataverse.contact, dataverse.CONTACTS),
        (dataverse.lead, dataverse.LEADS),
    ],
)
def test_who_wants_no_mail_is_asked_for_and_read_and_an_empty_column_is_no_refusal(read, table):
    row = {table.key: GUID, "statecode": 0, "createdon": "2026-03-02T08:15:04Z"}
    refusing = read(row | {"donotemail": True, "donotbulkemail": False}, PARIS)
    assert (refusing.no_mail, refusing.no_bulk_mail) == (True, False)
    assert (read(row | {"donotbulkemail": True}, PARIS).no_bulk_mail, read(row, PARIS).no_mail) == (True, False)
    assert {"donotemail", "donotbulkemail"} <= set(table.selected)


def test_a_team_as_owner_is_no_colleague():
    assert dataverse.opportunity(OPPORTUNITY | {f"_ownerid_value{LOGICAL}": "team"}, PARIS, EURO).owner_guid is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"opportunityid": "x"}, "bad_id"),
        ({"createdon": None}, "bad_time"),
        ({"statecode": 9}, "bad_state"),
        ({"estimatedclosedate": "soon"}, "bad_time"),
    ],
)
def test_f28_a_crm_row_of_another_form_is_put_aside(change, reason):
    with pytest.raises(BadItem) as caught:
        dataverse.opportunity(OPPORTUNITY | change, PARIS, EURO)
    assert caught.value.code == reason


def test_f46_a_deletion_is_known_by_its_context_and_its_id_may_be_an_address():
    context = "https://fjord.crm4.dynamics.com/api/data/v9.2/$metadata#emails/$deletedEntity"
    for written in (GUID, f"{{{GUID.upper()}}}", f"https://fjord.crm4.dynamics.com/api/data/v9.2/emails({GUID})"):
        assert dataverse.deleted_guid({"@odata.context": context, "id": written, "reason": "deleted"}) == GUID
    assert dataverse.deleted_guid(OPPORTUNITY) is None


def test_an_application_user_is_no_colleague():
    assert dataverse.crm_user({"systemuserid": GUID, "applicationid": OTHER}, PARIS) is None


def test_one_side_of_a_connection_is_a_membership():
    roles = {OTHER: dataverse.SALES_TEAM}
    row = {
        "connectionid": GUID,
        "statecode": 0,
        "_record1id_value": GUID,
        f"_record1id_value{LOGICAL}": "opportunity",
        "_record2id_value": OTHER,
        f"_record2id_value{LOGICAL}": "systemuser",
        "_record2roleid_value": OTHER,
    }
    found = dataverse.membership(row, roles)
    assert found is not None
    assert (found.opportunity_guid, found.member, found.member_guid) == (GUID, "systemuser", OTHER)
    mirrored = row | {f"_record1id_value{LOGICAL}": "systemuser", f"_record2id_value{LOGICAL}": "opportunity"}
    for other in (mirrored, row | {"statecode": 1}, row | {f"_record2id_value{LOGICAL}": "contact"}):
        assert dataverse.membership(other, roles) is None
