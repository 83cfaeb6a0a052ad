import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from health_by_hand import Judge, band

from relationship.activities import Kind
from simulator.dataverse import Crm
from simulator.demo_world import DEFAULT_NOW, generate, write_world
from simulator.world import OpportunityStatus, Side, Source, World, WorldStatus, load_world

PARIS = ZoneInfo("Europe/Paris")
TODAY = DEFAULT_NOW.astimezone(PARIS).date()


@pytest.fixture(scope="module")
def world() -> World:
    return generate()


@pytest.fixture(scope="module")
def judge(world) -> Judge:
    return Judge(world)


def test_the_same_seed_gives_the_same_world(world):
    assert generate() == world


def test_another_seed_gives_another_world_of_the_same_size(world):
    other = generate(seed=7)
    assert other.activities != world.activities
    assert len(other.opportunities) == len(world.opportunities)


def test_it_is_made_in_less_than_five_seconds_of_work():
    start = time.process_time()
    generate()
    assert time.process_time() - start < 5


def test_the_company_has_its_size(world):
    sides = Counter(person.side for person in world.people)
    assert sides[Side.COLLEAGUE] == 40 + len(world.feedback_mailboxes) == 41
    assert sides[Side.LEAD] == 25
    assert len(world.accounts) == 60
    assert Counter(deal.status for deal in world.opportunities) == {
        OpportunityStatus.OPEN: 50,
        OpportunityStatus.WON: 35,
        OpportunityStatus.LOST: 35,
    }
    assert 15_000 <= len(world.activities) <= 25_000
    contacts = Counter(person.account_id for person in world.people if person.account_id)
    assert len(contacts) == 60
    assert set(contacts.values()) <= {3, 4, 5, 6, 7}  # a new director may be the seventh


@pytest.mark.parametrize("scale", [0.05, 2])
def test_another_scale_gives_so_much_of_everything(world, scale):
    other = generate(scale=scale)
    assert len(other.accounts) == round(60 * scale)
    assert sum(deal.status is OpportunityStatus.OPEN for deal in other.opportunities) == max(1, round(50 * scale))
    if scale > 1:
        assert len(other.activities) == pytest.approx(len(world.activities) * scale, rel=0.2)


def test_everything_named_exists_and_ids_are_sorted_and_unique(world):
    people = {person.id for person in world.people}
    accounts = {account.id for account in world.accounts}
    deals = {deal.id for deal in world.opportunities}
    for rows in (world.people, world.accounts, world.opportunities, world.activities):
        ids = [row.id for row in rows]
        assert ids == sorted(set(ids))
    assert {p.account_id for p in world.people} - {None} <= accounts
    for deal in world.opportunities:
        assert deal.account_id in accounts
        assert {deal.owner_id, *deal.team_ids, *deal.contact_ids} <= people
        assert deal.owner_id not in deal.team_ids
    for activity in world.activities:
        assert {activity.from_id, *activity.to_ids, *activity.cc_ids} <= people
        assert activity.regarding_id is None or activity.regarding_id in deals
        assert activity.from_id not in (*activity.to_ids, *activity.cc_ids)
        assert len({*activity.to_ids, *activity.cc_ids}) == len((*activity.to_ids, *activity.cc_ids))
    assert [a.at for a in world.activities] == sorted(a.at for a in world.activities)


def test_nobody_shares_an_address_and_all_are_invented(world):
    addresses = [address for person in world.people for address in (person.email, *person.aliases)]
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith(".example") and address.isascii() and " " not in address for address in addresses)
    assert any(person.aliases and person.is_colleague for person in world.people)
    assert any("+" in alias for person in world.people for alias in person.aliases)


def test_what_is_done_lies_in_the_last_eighteen_months_and_what_is_planned_ahead(world):
    for activity in world.activities:
        if activity.status is WorldStatus.PLANNED:
            assert world.now <= activity.at < world.now + timedelta(days=75)
        elif activity.status is not WorldStatus.CANCELLED:
            assert world.now - timedelta(days=550) < activity.at < world.now
    planned = Counter(a.kind for a in world.activities if a.status is WorldStatus.PLANNED)
    assert planned[Kind.MEETING] > 20
    assert planned[Kind.TASK] > 20


def test_every_kind_of_activity_and_every_fate_occurs(world):
    seen = Counter((a.kind, a.status) for a in world.activities)
    for kind, status, fewest in (
        (Kind.EMAIL, WorldStatus.DONE, 10_000),
        (Kind.EMAIL, WorldStatus.DRAFT, 3),
        (Kind.MEETING, WorldStatus.DONE, 800),
        (Kind.MEETING, WorldStatus.CANCELLED, 20),
        (Kind.MEETING, WorldStatus.DECLINED, 3),
        (Kind.CALL, WorldStatus.DONE, 500),
        (Kind.CALL, WorldStatus.DECLINED, 150),
        (Kind.TASK, WorldStatus.DONE, 300),
    ):
        assert seen[kind, status] >= fewest, (kind, status)
    assert {a.source for a in world.activities} == set(Source)


def test_mail_goes_both_ways_and_is_answered_in_threads(world):
    colleagues = {person.id for person in world.people if person.is_colleague}
    mails = [a for a in world.activities if a.kind is Kind.EMAIL]
    outside = [a for a in mails if {a.from_id, *a.to_ids, *a.cc_ids} - colleagues]
    out = sum(a.from_id in colleagues for a in outside)
    assert 0.3 < out / len(outside) < 0.7
    threads = Counter(a.conversation_id for a in outside if a.conversation_id)
    assert max(threads.values()) >= 4
    assert sum(bool(a.cc_ids) for a in mails) > 1000
    assert len(mails) - len(outside) > 2000


def test_noise_is_there_newsletters_machines_and_automatic_replies(world):
    people = {person.id: person for person in world.people}
    senders = Counter(people[a.from_id].job_title == "list" for a in world.activities if a.kind is Kind.EMAIL)
    assert senders[True] > 300
    machines = {p.id for p in world.people if p.email.startswith(("no-reply@", "noreply@", "ne-pas-repondre@"))}
    assert sum(a.from_id in machines for a in world.activities) > 100
    assert sum(a.subject.startswith("Réponse automatique : ") for a in world.activities) > 50
    assert any(len(a.to_ids) > 20 for a in world.activities)


def test_series_keep_their_hour_in_paris_across_both_changes_of_summer_time(world):
    """By hand: Paris is two hours ahead of UTC from 2025-03-30 to 2025-10-26 and from 2026-03-29, else one."""
    summer = ((datetime(2025, 3, 30, 1, tzinfo=UTC), datetime(2025, 10, 26, 1, tzinfo=UTC)),
              (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)))  # fmt: skip
    clocks: dict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
    seasons: dict[str, set[bool]] = defaultdict(set)
    for activity in world.activities:
        if activity.conversation_id.startswith("s"):
            is_summer = any(start <= activity.at < end for start, end in summer)
            local = (activity.at.hour + (2 if is_summer else 1), activity.at.minute)
            clocks[activity.conversation_id][local] += 1
            seasons[activity.conversation_id].add(is_summer)
    long = {name for name, kept in seasons.items() if len(kept) == 2 and clocks[name].total() >= 8}
    assert len(long) >= 10
    for name in long:
        assert clocks[name].most_common(1)[0][1] >= 0.7 * clocks[name].total()
    moved = sum(clocks[name].total() - clocks[name].most_common(1)[0][1] for name in clocks)
    assert moved >= 10


def test_a_series_never_meets_twice_on_a_day_nor_on_a_holiday(world):
    days = Counter(
        (a.conversation_id, a.at.astimezone(PARIS).date())
        for a in world.activities
        if a.conversation_id.startswith("s") and a.status is not WorldStatus.CANCELLED
    )
    assert not [day for (_, day) in days if (day.month, day.day) in ((5, 1), (7, 14), (12, 25), (11, 11))]
    assert max(days.values()) == 1


@pytest.mark.parametrize("kinds", [(Kind.EMAIL,), tuple(Kind)], ids=["e-mails alone", "all kinds"])
def test_open_deals_are_spread_over_the_three_bands(world, judge, kinds):
    running = [deal for deal in world.opportunities if deal.status is OpportunityStatus.OPEN]
    scores = [judge.score(deal, TODAY, kinds) for deal in running]
    points = [number for number in scores if number is not None]
    assert 1 <= len(scores) - len(points) <= 4
    share = {name: count / len(points) for name, count in Counter(map(band, points)).items()}
    assert share["good"] == pytest.approx(0.4, abs=0.1)
    assert share["fair"] == pytest.approx(0.3, abs=0.1)
    assert share["poor"] == pytest.approx(0.3, abs=0.1)


def test_won_deals_were_healthier_than_lost_ones_on_the_day_they_closed_with_overlap(world, judge):
    at_close = {
        status: [
            points
            for deal in world.opportunities
            if deal.status is status and deal.close_on and (points := judge.score(deal, deal.close_on)) is not None
        ]
        for status in (OpportunityStatus.WON, OpportunityStatus.LOST)
    }
    won, lost = at_close[OpportunityStatus.WON], at_close[OpportunityStatus.LOST]
    assert len(won) >= 30
    assert len(lost) >= 30
    ahead = sum(w > x for w in won for x in lost) / (len(won) * len(lost))
    assert 0.6 < ahead < 0.9
    assert max(lost) > 60 > min(won)


def test_the_folder_reads_back_as_the_same_world_and_is_byte_equal_each_time(world, tmp_path):
    write_world(world, tmp_path / "one")
    assert load_world(tmp_path / "one") == world
    write_world(world, tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_another_moment_moves_the_world_with_it(world):
    later = generate(now=datetime(2026, 11, 25, 9, 30, tzinfo=PARIS))
    assert later.now == datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
    assert max(a.at for a in later.activities if a.status is WorldStatus.DONE) > later.now - timedelta(days=1)
    assert len(later.opportunities) == len(world.opportunities)


def test_a_moment_without_time_zone_and_an_impossible_scale_are_refused():
    with pytest.raises(ValueError, match="time zone"):
        generate(now=datetime(2026, 6, 17))  # noqa: DTZ001  # that is the point
    with pytest.raises(ValueError, match="scale"):
        generate(scale=0)


def test_the_sign_in_page_offers_every_role(world):
    roles = {role for who in world.sign_in for role in who.roles}
    assert roles == {"seller", "sales_manager", "sales_admin", "customer_success", "privacy_officer"}
    sellers = {who.person_id for who in world.sign_in if "seller" in who.roles}
    assert sellers <= {deal.owner_id for deal in world.opportunities if deal.status is OpportunityStatus.OPEN}


def test_the_crm_takes_the_world_whole(world):
    crm = Crm(world)
    assert crm.count("opportunity") == 120
    assert crm.count("lead") == 25
    assert crm.count("account") == 60
    assert crm.language == 1036
