"""Which mail is kept, and as what (design section 5, "Never")."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from relationship.activities import Activity, Party, Role
from relationship.store.activities.sightings import Verdict
from relationship.store.knows.pair_days import Internal
from relationship.sync.shapes.disposition import circle, mail_reader
from relationship.sync.shapes.identity import mail_key

PARIS = ZoneInfo("Europe/Paris")
INSIDE = circle(["Fjord.example"], {"ines@fjord.example", "ines@partner.example"})
MAIL = {
    "message_id": "<1@x>",
    "from": "tor@nordlys.example",
    "to": ["ines@fjord.example"],
    "cc": [],
    "sent_at": "2026-03-01T23:30:00+00:00",
    "draft": False,
}


def read(read_from=None, **changes):
    return mail_reader(INSIDE, read_from=read_from, zone=PARIS)(MAIL | changes)


def test_a_mail_between_us_and_somebody_outside_is_an_activity():
    found = read()
    assert isinstance(found, Activity)
    assert found.parties == (Party("tor@nordlys.example", Role.FROM), Party("ines@fjord.example", Role.TO))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"from": "no-reply@nordlys.example"}, id="f33 a machine writes"),
        pytest.param({"from": "ines@fjord.example", "to": ["noreply@nordlys.example"]}, id="f33 to a machine only"),
        pytest.param({"to": ["list@lists.example"]}, id="nobody of ours is on it"),
        pytest.param({"draft": True}, id="f38 a draft"),
        pytest.param({"invitation": True}, id="an invitation: the meeting is the activity"),
        pytest.param({"cc": [f"p{n}@nordlys.example" for n in range(20)]}, id="f31 more than 20 outsiders"),
    ],
)
def test_what_never_counts_is_dropped(changes):
    assert read(**changes) is Verdict.DROP


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"from": "omar@fjord.example"}, id="f37 internal"),
        pytest.param({"from": "ines@partner.example"}, id="f37 internal, a colleague's address elsewhere"),
        pytest.param({"from": "omar@fjord.example", "to": ["list@fjord.example"]}, id="f34 to a list of ours only"),
    ],
)
def test_what_is_internal_is_no_activity_but_counted(changes):
    assert isinstance(read(**changes), Internal)


def test_twenty_outsiders_are_just_kept():
    found = read(cc=[f"p{n}@nordlys.example" for n in range(19)])
    assert isinstance(found, Activity)
    assert len(found.parties) == 21


def test_a_thin_row_waits_for_the_rest():
    for name in ("from", "to", "cc", "sent_at"):
        fields = {key: value for key, value in MAIL.items() if key != name}
        assert mail_reader(INSIDE, read_from=None, zone=PARIS)(fields) is Verdict.INCOMPLETE


def test_the_read_window_begins_with_a_day_of_the_organisation():
    assert isinstance(read(read_from=date(2026, 3, 2)), Activity)  # 00:30 in Paris
    assert read(read_from=date(2026, 3, 3)) is Verdict.DROP


def test_everybody_is_on_it_once_in_the_first_role():
    found = read(to=["ines@fjord.example", "tor@nordlys.example"], cc=["ines@fjord.example", "noreply@x.example"])
    assert isinstance(found, Activity)
    assert [party.role for party in found.parties] == [Role.FROM, Role.TO]


def test_f36_the_same_message_id_is_the_same_mail():
    found, other = read(), read(message_id=" <1@x> ", to=["omar@fjord.example"])
    assert isinstance(found, Activity)
    assert isinstance(other, Activity)
    assert found.key == other.key
    # printf '<1@x>' | sha256sum | cut -c 1-32
    assert found.key == "email:3c13d06da6c4cddd145d1e5b3cecac95"


def test_without_message_id_sender_second_and_recipients_decide():
    first, same, other = read(message_id=None), read(message_id=""), read(message_id=None, to=["omar@fjord.example"])
    assert first.key == same.key != other.key
    assert first.key.startswith("email-x:")


def test_recipients_in_any_order_give_the_same_fallback_key():
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    first = mail_key(None, "a@b.example", at, ["x@y.example", "u@v.example"])
    assert first == mail_key(None, "a@b.example", at, ["u@v.example"], ["x@y.example"])


def test_the_mark_of_the_circle_follows_who_is_inside_and_nothing_else():
    same = circle(["fjord.example"], {"ines@partner.example", "omar@fjord.example"})
    assert same.mark == INSIDE.mark
    assert circle(["fjord.example", "other.example"], set()).mark != INSIDE.mark
