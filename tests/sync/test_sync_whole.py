"""A whole run against the simulated organisation: what is kept, what it costs, what it says."""

import json

from sync_world import DOMAIN, House, Undisturbed, config_for

from relationship.store.sources.sources import all_sources


def test_the_first_run_keeps_every_mail_with_an_outsider_once(house, organisation):
    report = house.sync()

    truth = [mail for mail in organisation.truth() if not organisation.is_internal(mail) and mail.from_id != "news"]
    assert len(house.activities()) == len(truth) == 37
    assert (report.mailboxes_ok, report.tables_ok, report.troubles, report.exit_code) == (4, 10, (), 0)


def test_both_databases_hold_the_same_bytes(house: House, undisturbed: Undisturbed):
    house.sync()
    assert house.dump() == undisturbed()


def test_a_second_run_without_change_writes_nothing_and_asks_once_per_folder_at_most(house, running, writes):
    house.sync()
    running.services.traffic.clear()
    assert writes.since_last()

    report = house.sync()

    paths = running.services.traffic.by_path
    folders = sum(len(running.organisation.mailbox(name).folders) for name in ("ines", "omar", "lina", "sales"))
    assert sum(count for path, count in paths.items() if "mailFolders" in path) <= folders
    tables = {path.rpartition("/")[2]: count for path, count in paths.items() if path.startswith("api/data")}
    assert tables.pop("connectionroles") == 2  # five rows in pages of three
    assert set(tables.values()) == {1}
    assert not writes.since_last()
    assert paths["users/delta"] == 1
    assert "domains" not in paths
    assert (report.written, report.rows) == (0, 0)


def test_colleagues_records_and_teams_arrive(house):
    house.sync()

    lines = [json.loads(line) for line in house.dump().splitlines()]
    kinds = [line[1] for line in lines if line[0] == "record"]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"account": 2, "contact": 3, "opportunity": 1}
    assert ["organisation", house.config.tenant_id, "Europe/Paris", "2025-05-13", DOMAIN, None] in lines
    members = [(line[3]) for line in lines if line[0] == "membership"]
    assert sorted(members) == ["contact", "systemuser"]
    deal = next(line for line in lines if line[0] == "record" and line[1] == "opportunity")
    assert deal[3:6] == ["Offer 118", "open", "2026-04-01"]
    assert deal[11:] == ["propose", 60, 12000.0, "EUR", "2026-08-01"]


def test_every_source_says_that_it_is_healthy(house):
    house.sync()
    with house.store.reading() as conn:
        found = all_sources(conn)
    assert {row.state for row in found} == {"healthy"}
    assert len(found) == 1 + 10 + 3 + 4 * 4


def test_without_a_crm_mail_is_read_all_the_same(house, running):
    house.config = config_for(running, dataverse_url="")
    report = house.sync()
    assert (report.mailboxes_ok, report.tables_ok, report.troubles) == (4, 0, ())


def test_progress_ends_with_all_mailboxes_and_messages_counted(house):
    told = []
    report = house.sync(progress=told.append)
    assert (told[-1].mailboxes_done, told[-1].mailboxes_total) == (4, 4)
    assert told[-1].messages + told[-1].records == report.rows


def test_mail_older_than_the_read_window_is_not_kept(house, running):
    house.config = config_for(running, read_window_days=10)
    house.sync()
    assert len(house.activities()) == 3  # 9, 7.5 and 3 days old


def test_the_read_window_does_not_move_from_run_to_run(house, running, undisturbed):
    house.sync()
    before = house.dump()
    house.now = house.now.replace(year=2027)
    house.sync()
    assert house.dump() == before
