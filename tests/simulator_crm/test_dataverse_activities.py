"""What a world's activities look like in the CRM. Expected values: dataverse contract, sections 3, 9 and 10."""

from urllib.parse import quote

import pytest
from crm_activities import ACTIVITIES, busy_crm, busy_world, guid
from crm_world import Client

from simulator import identity
from simulator.msgraph.message_rows import FIELDS, View
from simulator.organisation import Organisation

C1, C2 = identity.contact("c1"), identity.contact("c2")
O1 = identity.opportunity("o1")
SELLER, HELPER = identity.system_user("seller"), identity.system_user("helper")
LOOKUP = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"
PARTIES = "email_activity_parties($select=participationtypemask,addressused,_partyid_value)"
ANNOTATED = 'odata.include-annotations="*"'


@pytest.fixture
def client():
    return Client(busy_crm())


def parties_of(client: Client, entity_set: str, name: str) -> set[tuple[int, str | None, str | None, str | None]]:
    """Mask, address, GUID and table of every party."""
    table = entity_set.removesuffix("s")
    row = client.json(f"{entity_set}({guid(name)})?$select=subject&$expand={table}_activity_parties", prefer=ANNOTATED)
    return {
        (p["participationtypemask"], p["addressused"], p["_partyid_value"], p.get(f"_partyid_value@{LOOKUP}"))
        for p in row[f"{table}_activity_parties"]
    }


def test_each_activity_lies_in_the_table_of_its_kind_and_those_of_exchange_alone_in_none(client):
    found = {
        entity_set: {row["subject"] for row in client.json(f"{entity_set}?$select=subject")["value"]}
        for entity_set in ("emails", "phonecalls", "appointments", "tasks")
    }
    assert found == {
        "emails": {"Objet sent", "Objet received", "Objet draft"},
        "phonecalls": {f"Objet {n}" for n in ("made", "taken", "missed", "called-off", "to-call")},
        "appointments": {
            f"Objet {n}" for n in ("met", "weekly-1", "weekly-2", "no-meeting", "refused", "to-meet")
        },
        "tasks": {"Objet did", "Objet to-do"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "state", "code", "outgoing", "sent_on"),
    [
        ("sent", 1, 3, True, "2026-06-01T09:00:00Z"),
        ("received", 1, 4, False, "2026-06-02T09:00:00Z"),
        ("draft", 0, 1, True, None),
    ],
)
def test_a_mail_tells_direction_state_and_when_it_was_sent(client, name, state, code, outgoing, sent_on):
    row = client.json(f"emails({guid(name)})?$select=statecode,statuscode,directioncode,senton")
    assert (row["statecode"], row["statuscode"], row["directioncode"], row["senton"]) == (
        state, code, outgoing, sent_on,
    )  # fmt: skip


def test_a_mail_has_the_message_id_that_exchange_gives_it(client):
    row = client.json(f"emails({guid('sent')})?$select=messageid")
    assert row["messageid"] == "<sent@mail.example>"
    organisation = Organisation(busy_world())
    mailbox = organisation.mailbox("seller@mail.example")
    (copy,) = mailbox.copies_of("sent")
    assert FIELDS["internetMessageId"](View(organisation, mailbox, copy, True)) == row["messageid"]


@pytest.mark.parametrize(
    ("name", "state", "code", "outgoing", "minutes", "voice_mail"),
    [
        ("made", 1, 2, True, 12, False),
        ("taken", 1, 4, False, 5, False),
        ("missed", 1, 2, True, 0, True),
        ("called-off", 2, 3, True, None, False),
        ("to-call", 0, 1, True, None, False),
    ],
)
def test_a_call_tells_what_became_of_it(client, name, state, code, outgoing, minutes, voice_mail):
    columns = "statecode,statuscode,directioncode,actualdurationminutes,leftvoicemail"
    row = client.json(f"phonecalls({guid(name)})?$select={columns}")
    assert [row[column] for column in columns.split(",")] == [state, code, outgoing, minutes, voice_mail]


def test_a_call_lasts_from_its_start_for_its_minutes(client):
    row = client.json(f"phonecalls({guid('made')})?$select=actualstart,actualend")
    assert (row["actualstart"], row["actualend"]) == ("2026-06-04T09:00:00Z", "2026-06-04T09:12:00Z")


def test_a_call_and_the_contact_have_the_number_that_telephony_knows(client):
    call = client.json(f"phonecalls({guid('made')})?$select=phonenumber")
    contact = client.json(f"contacts({C1})?$select=telephone1")
    assert call["phonenumber"] == contact["telephone1"] == identity.phone("c1")


@pytest.mark.parametrize(
    ("name", "state", "code"),
    [("met", 1, 3), ("no-meeting", 2, 4), ("refused", 2, 4), ("to-meet", 3, 5)],
)
def test_a_meeting_is_held_cancelled_or_ahead(client, name, state, code):
    row = client.json(f"appointments({guid(name)})?$select=statecode,statuscode")
    assert (row["statecode"], row["statuscode"]) == (state, code)


def test_a_planned_meeting_has_its_times_and_nothing_actual(client):
    columns = "scheduledstart,scheduledend,scheduleddurationminutes,actualstart,actualend,instancetypecode"
    row = client.json(f"appointments({guid('to-meet')})?$select={columns}")
    assert [row[column] for column in columns.split(",")] == [
        "2026-06-22T09:00:00Z", "2026-06-22T09:45:00Z", 45, None, None, 0,
    ]  # fmt: skip


def test_the_occurrences_of_a_series_name_their_master_and_have_an_id_of_their_own(client):
    columns = "globalobjectid,instancetypecode,_seriesid_value"
    first, second = (
        client.json(f"appointments({guid(f'weekly-{n}')})?$select={columns}", prefer=ANNOTATED) for n in (1, 2)
    )
    (master,) = client.json("recurringappointmentmasters?$select=instancetypecode,patternstartdate,globalobjectid")[
        "value"
    ]
    assert master["globalobjectid"] == identity.series_uid("s7")
    assert (first["instancetypecode"], second["instancetypecode"], master["instancetypecode"]) == (2, 2, 1)
    assert first["_seriesid_value"] == second["_seriesid_value"] == master["activityid"]
    assert master["patternstartdate"] == "2026-06-09T09:00:00Z"
    assert first["globalobjectid"] == identity.calendar_uid("weekly-1", "s7") != second["globalobjectid"]
    assert len(first["globalobjectid"]) == 112


@pytest.mark.parametrize(
    ("name", "state", "code", "percent", "due", "done"),
    [
        ("did", 1, 5, 100, "2026-06-12T09:00:00Z", "2026-06-12T09:00:00Z"),
        ("to-do", 0, 2, 0, "2026-06-25T09:00:00Z", None),
    ],
)
def test_a_task_is_done_or_due(client, name, state, code, percent, due, done):
    columns = "statecode,statuscode,percentcomplete,scheduledend,actualend"
    row = client.json(f"tasks({guid(name)})?$select={columns}")
    assert [row[column] for column in columns.split(",")] == [state, code, percent, due, done]


def test_an_activity_names_owner_and_regarding_with_their_tables(client):
    row = client.json(f"emails({guid('sent')})?$select=_ownerid_value,_regardingobjectid_value", prefer=ANNOTATED)
    assert (row["_ownerid_value"], row[f"_ownerid_value@{LOOKUP}"]) == (SELLER, "systemuser")
    assert (row["_regardingobjectid_value"], row[f"_regardingobjectid_value@{LOOKUP}"]) == (O1, "opportunity")
    assert row[f"_regardingobjectid_value@{NAVIGATION}"] == "regardingobjectid_opportunity_email"


def test_a_task_without_opportunity_regards_the_contact_it_is_about(client):
    row = client.json(f"tasks({guid('to-do')})?$select=_regardingobjectid_value", prefer=ANNOTATED)
    assert (row["_regardingobjectid_value"], row[f"_regardingobjectid_value@{LOOKUP}"]) == (
        identity.contact("c3"), "contact",
    )  # fmt: skip


def test_a_mail_has_sender_receivers_copies_regarding_and_owner_as_parties(client):
    assert parties_of(client, "emails", "sent") == {
        (1, "seller@mail.example", SELLER, "systemuser"),
        (2, "c1@mail.example", C1, "contact"),
        (2, "list@mail.example", None, None),
        (3, "helper@mail.example", HELPER, "systemuser"),
        (8, None, O1, "opportunity"),
        (9, None, SELLER, "systemuser"),
    }


def test_a_call_of_a_lead_that_is_filed_nowhere_has_no_regarding_party(client):
    assert parties_of(client, "phonecalls", "taken") == {
        (1, "lead@mail.example", identity.lead("lead"), "lead"),
        (2, "seller@mail.example", SELLER, "systemuser"),
        (9, None, SELLER, "systemuser"),
    }


def test_a_meeting_has_organiser_required_and_optional_attendees(client):
    assert parties_of(client, "appointments", "met") == {
        (7, "seller@mail.example", SELLER, "systemuser"),
        (5, "c1@mail.example", C1, "contact"),
        (5, "c2@mail.example", C2, "contact"),
        (6, "helper@mail.example", HELPER, "systemuser"),
        (8, None, O1, "opportunity"),
        (9, None, SELLER, "systemuser"),
    }


def test_a_task_has_no_parties_but_regarding_and_owner(client):
    assert parties_of(client, "tasks", "did") == {
        (8, None, O1, "opportunity"),
        (9, None, SELLER, "systemuser"),
    }


def test_parties_come_with_a_list_that_is_filtered_by_keys_in_the_form_of_the_contract(client):
    terms = " or ".join(f"activityid eq {guid(name)}" for name in ("received", "sent", "only-exchange"))
    page = client.json(f"emails?$select=subject&$filter={quote(terms)}&$expand={PARTIES}")
    assert page["@odata.context"].endswith(
        "#emails(subject,email_activity_parties(participationtypemask,addressused,_partyid_value))"
    )
    assert [row["subject"] for row in page["value"]] == ["Objet received", "Objet sent"]
    first = page["value"][0]["email_activity_parties"][0]
    assert first == {
        "activitypartyid": first["activitypartyid"],
        "participationtypemask": 1,
        "addressused": "c2@mail.example",
        "_partyid_value": C2,
    }


def test_parties_come_on_every_page(client):
    address, found = f"emails?$select=subject&$expand={PARTIES}", []
    while address:
        page = client.json(address, prefer="odata.maxpagesize=2")
        found += [len(row["email_activity_parties"]) for row in page["value"]]
        address = page.get("@odata.nextLink", "")
    assert found == [6, 4, 4]


@pytest.mark.parametrize(
    ("address", "prefer"),
    [
        (f"emails?$select=subject&$expand={PARTIES}", "odata.track-changes"),
        ("emails?$select=subject,to", ""),
        ("emails?$select=from", ""),
        ("appointments?$select=requiredattendees", ""),
        ("emails?$expand=phonecall_activity_parties", ""),
        ("emails?$expand=email_activity_parties($select=email)", ""),
        ("emails?$expand=email_activity_parties($filter=participationtypemask eq 1)", ""),
        ("accounts?$expand=account_activity_parties", ""),
    ],
)
def test_party_lists_are_refused_as_columns_with_tracking_and_from_elsewhere(client, address, prefer):
    assert client.refusal(address, prefer=prefer) == (400, "0x80060888")


def test_parties_have_no_address_of_their_own(client):
    assert client.refusal("activityparties")[0] == 404


def test_activities_can_be_tracked_and_party_lists_cannot(client):
    tracked = {
        table: client.json(f"EntityDefinitions(LogicalName='{table}')?$select=ChangeTrackingEnabled")
        for table in ("email", "phonecall", "appointment", "task", "activityparty")
    }
    assert [table for table, told in tracked.items() if not told["ChangeTrackingEnabled"]] == ["activityparty"]


def test_truth_is_what_the_web_api_shows(client):
    truth, shown = busy_crm().truth(), {}
    for entity_set in ("emails", "phonecalls", "appointments", "tasks"):
        table = entity_set.removesuffix("s")
        for row in client.json(f"{entity_set}?$expand={table}_activity_parties")["value"]:
            told = {name: value for name, value in row.items() if value is not None and "@" not in name}
            parties = told.pop(f"{table}_activity_parties")
            del told["versionnumber"], told["modifiedon"]
            assert told == truth[table][row["activityid"]]
            for party in parties:
                del party["versionnumber"]
                shown[party["activitypartyid"]] = {name: value for name, value in party.items() if value is not None}
    masters = set(truth["recurringappointmentmaster"])
    assert shown == {
        party: row for party, row in truth["activityparty"].items() if row["_activityid_value"] not in masters
    }


def test_all_activities_are_activitypointers_of_their_type(client):
    rows = client.json(
        "activitypointers?$select=subject,activitytypecode,statecode,statuscode,_regardingobjectid_value"
    )
    kinds = [row["activitytypecode"] for row in rows["value"]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "email": 3, "phonecall": 5, "appointment": 6, "task": 2, "recurringappointmentmaster": 1,
    }  # fmt: skip
    pointer = next(row for row in rows["value"] if row["subject"] == "Objet to-meet")
    assert (pointer["statecode"], pointer["statuscode"], pointer["_regardingobjectid_value"]) == (3, 4, O1)


def test_nothing_was_created_after_the_end_of_the_world(client):
    days = [row["createdon"] for row in client.json("activitypointers?$select=createdon")["value"]]
    assert max(days) == "2026-06-17T07:00:00Z"
    assert len(days) == len([a for a in ACTIVITIES if a.id != "only-exchange"]) + 1
