"""What an import changes: new, changed and known lines; previews that write nothing; deaths that leave nothing half."""

import os
import signal
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from import_builders import DEAL, FJORD, HEADER, NOON, NORDLYS, Office, csv_of, office_over, source

from relationship import failpoints
from relationship.clock import number_of
from relationship.desk.bring_in import bring_in, check, of_file
from relationship.errors import TryLater
from relationship.importing.kinds import ImportKind
from relationship.importing.options import Options
from relationship.store.crm import stage_days
from relationship.store.customers import account_events, account_health, satisfaction, usage
from relationship.store.database import open_store
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import NewRun, State
from relationship.store.importing.staging import By
from relationship.store.lease import lease
from relationship.store.privacy import audit

LATER = datetime(2026, 6, 18, 10, 0, tzinfo=UTC)


def day(text: str) -> int:
    return number_of(date.fromisoformat(text))


def test_an_empty_cell_leaves_a_figure_as_it_is_and_clears_it_only_when_the_import_says_so(office: Office):
    office.usage("N-17,2026-06-15,18,64,9,1,40")
    kept = office.usage("N-17,2026-06-15,19,,,,")
    assert (kept.counts.changed, office.rows("usage_day", "active_users, logins, seats")) == (1, [(19, 64, 40)])
    cleared = office.usage("N-17,2026-06-15,19,,9,1,", clear_empty=True)
    assert (cleared.counts.changed, office.rows("usage_day", "active_users, logins, seats")) == (1, [(19, None, None)])


def test_a_column_that_a_file_does_not_have_is_never_cleared(office: Office):
    office.usage("N-17,2026-06-15,18,64,9,1,40")
    body = csv_of("account,day,logins", "N-17,2026-06-15,65")
    office.bring(ImportKind.USAGE, body, clear_empty=True)
    assert office.rows("usage_day", "active_users, logins, seats") == [(18, 65, 40)]


def test_weeks_and_months_are_the_sums_of_their_days_whatever_came_when(office: Office):
    office.usage("N-17,2026-05-30,10,20,5,0,40", "N-17,2026-06-01,12,0,7,2,41", "N-17,2026-06-02,,,6,,")
    office.usage("N-17,2026-05-31,14,22,3,1,40", "N-17,2026-06-01,13,0,7,2,41")
    with office.house.store.reading() as conn:
        months = usage.spans(conn, usage.MONTH, since=0, until=day("2026-06-30"))
        weeks = usage.spans(conn, usage.WEEK, since=0, until=day("2026-06-30"))
    assert list(months.start) == [day("2026-05-01"), day("2026-06-01")]
    assert [list(months.days), list(months.active_users), list(months.active_days)] == [[2, 2], [24, 13], [2, 1]]
    assert [list(months.logins), list(months.features_used), list(months.seats)] == [[42, 0], [5, 7], [40, 41]]
    assert (months.last_login_day[0], str(months.last_login_day[1])) == (day("2026-05-31"), "nan")
    # 30 and 31 May 2026 are the weekend of the week that began on the 25th.
    assert (list(weeks.start), list(weeks.logins)) == ([day("2026-05-25"), day("2026-06-01")], [42, 0])


def test_a_month_of_the_largest_number_still_adds_up(office: Office):
    office.usage(*(f"N-17,2026-05-{n:02},,50000000,,," for n in range(1, 32)))
    with office.house.store.reading() as conn:
        assert list(usage.spans(conn, usage.MONTH, since=0, until=day("2026-06-30")).logins) == [31 * 50_000_000]


def test_a_preview_tells_what_would_change_and_writes_nothing(office: Office):
    office.usage("N-17,2026-06-14,18,64,9,1,40")
    before = office.rows("usage_day"), office.rows("import_run", "key", "1")
    found = office.look(
        ImportKind.USAGE,
        csv_of(
            HEADER, "N-17,2026-06-14,18,70,9,1,40", "Fjord & Fils,2026-06-14,3,5,2,0,10", "nobody,2026-06-14,1,1,1,1,1"
        ),
    )
    assert (found.counts.added, found.counts.changed, found.counts.rejected) == (1, 1, 1)
    shown = {sample.change: sample for sample in found.samples}
    assert (shown["changed"].line, shown["changed"].name, shown["changed"].before) == (2, "Nordlys AS", {"logins": 64})
    assert (shown["changed"].after["logins"], shown["added"].name) == (70, "Fjord & Fils")
    assert (office.rows("usage_day"), office.rows("import_run", "key", "1")) == before


def test_an_event_is_the_same_by_its_reference_or_by_what_it_says(office: Office):
    header = "account,day,kind,direction,text,source,reference"
    first = office.bring(
        ImportKind.EVENTS,
        csv_of(
            header,
            "N-17,2026-06-01,effectifs,baisse,40 posts cut,press,E1",
            "N-17,2026-06-02,new need,,A second site,,",
        ),
    )
    again = office.bring(
        ImportKind.EVENTS,
        csv_of(
            header, "N-17,2026-06-01,headcount,down,60 posts cut,press,E1", "N-17,2026-06-02,besoin,,A second site,,"
        ),
    )
    assert (first.counts.added, again.counts.added, again.counts.changed, again.counts.same) == (2, 0, 1, 1)
    with office.house.store.reading() as conn:
        found = account_events.between(conn, since=0, until=day("2026-06-30"))
    assert [(one.kind, one.direction, one.text, one.added_by_name) for one in found] == [
        ("headcount", "down", "60 posts cut", "Inga Holm"),
        ("new_need", "up", "A second site", "Inga Holm"),
    ]


def test_an_answer_is_kept_with_its_share_of_the_scale(office: Office):
    office.bring(
        ImportKind.SATISFACTION,
        csv_of(
            "account;day;kind;score;contact;comment",
            "N-17;2026-06-01;NPS;9;;Quick help",
            f"{FJORD};2026-06-02;csat;3,5;tor@fjordfils.example;",
        ),
    )
    with office.house.store.reading() as conn:
        found = satisfaction.between(conn, since=0, until=day("2026-06-30"))
    assert [(one.kind, one.score, one.share, bool(one.contact_guid)) for one in found] == [
        ("nps", 9.0, 90.0, False),
        ("csat", 3.5, 62.5, True),
    ]


def test_health_fields_are_kept_with_their_history_and_cleared_only_on_request(office: Office):
    account = office.record_id(NORDLYS)
    body = csv_of("Compte;Score de santé;Statut de santé;À risque de résiliation", "N-17;62;À risque;faux")
    assert office.bring(ImportKind.HEALTH, body).counts.added == 1
    assert office.bring(ImportKind.HEALTH, body, at=LATER).counts.same == 1
    office.bring(ImportKind.HEALTH, csv_of("account,score,status,churn", "N-17,38,,true"), at=LATER)
    with office.house.store.reading() as conn:
        now = {f: v.value for (f, _), v in account_health.present(conn)[account].items()}
        scores = [(v.value, v.until) for v in account_health.history(conn, account, field="score")]
    assert now == {"score": "38", "status": "at_risk", "churn": "true"}
    assert scores == [("38", None), ("62", LATER)]
    cleared = office.bring(ImportKind.HEALTH, csv_of("account,score,status", "N-17,38,"), clear_empty=True, at=LATER)
    assert cleared.counts.changed == 1
    with office.house.store.reading() as conn:
        assert ("status", "imported") not in account_health.present(conn)[account]


def test_two_lines_for_one_account_that_differ_are_not_both_taken(small_office: Office):
    found = small_office.bring(ImportKind.HEALTH, csv_of("account,score", "N-17,62", "Nordlys AS,62", f"{NORDLYS},70"))
    assert (found.counts.added, found.counts.same, found.counts.rejected) == (1, 1, 1)
    assert [(f.line, f.code, f.detail) for f in found.faults] == [(4, "contradicts_line", "2")]


def test_earlier_stages_of_an_opportunity_can_be_brought_in(office: Office):
    body = csv_of("opportunity,day,stage,probability,value,close_on", f"{DEAL},2026-03-01,qualify,20,80000,2026-09-30",
                  "second SITE,2026-04-01,develop,40 %,80000,2026-10-31")  # fmt: skip
    assert office.bring(ImportKind.STAGES, body).counts.added == 2
    assert office.bring(ImportKind.STAGES, body).counts.same == 2
    with office.house.store.reading() as conn:
        found = stage_days.histories(conn)[office.record_id(DEAL)]
    assert [(one.stage, one.probability, one.close_on) for one in found] == [
        ("qualify", 20, date(2026, 9, 30)),
        ("develop", 40, date(2026, 10, 31)),
    ]


ROWS = st.lists(
    st.tuples(st.sampled_from(["N-17", "Fjord & Fils", "nobody", ""]), st.sampled_from(["2026-06-01", "soon"]),
              st.sampled_from(["1", "2", "-1", "", "x"]), st.booleans()),
    max_size=12,
)  # fmt: skip


@given(ROWS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_accepted_rejected_and_duplicate_lines_are_all_that_were_read(
    small_office: Office, lines: list[tuple[str, ...]]
):
    body = csv_of("account,day,logins", *(f"{a},{d},{n}" + (",extra" if ragged else "") for a, d, n, ragged in lines))
    for _ in range(2):
        found = small_office.bring(ImportKind.USAGE, body)
        counts = found.counts
        assert counts.read == len(lines)
        assert counts.added + counts.changed + counts.same + counts.rejected == counts.read
        assert len({f.line for f in found.faults if f.is_rejected}) == counts.rejected
    assert (found.counts.added, found.counts.changed) == (0, 0)


def test_a_run_tells_who_when_and_how_many_and_the_log_names_it(office: Office):
    key = office.usage("N-17,2026-06-15,18,64,9,1,40", "nobody,2026-06-15,1,1,1,1,1").key
    with office.house.store.reading() as conn:
        run = import_runs.run(conn, key)
        kept = import_runs.faults(conn, run.id) if run else []
        entries = audit.entries(conn, limit=5)
    assert run is not None
    assert (run.state, run.started_by_name, run.counts.added, run.counts.rejected) == (State.DONE, "Inga Holm", 1, 1)
    assert [(one.line, one.column, one.code, one.cells[0]) for one in kept] == [
        (3, "account", "account_unknown", "nobody")
    ]
    assert [(act.action, act.object, act.actor) for _n, act in entries] == [("import", key, "inga")]


def test_a_file_kept_for_a_decision_is_checked_then_taken_and_then_gone(office: Office):
    house, options, by = office.house, Options(), By(NOON, "inga", "Inga Holm")
    body = csv_of(HEADER, "N-17,2026-06-15,18,64,9,1,40").encode()
    with house.store.transaction() as conn:
        key = import_runs.start(conn, NewRun(ImportKind.USAGE, State.CHECKING, "page", options, by, "use.csv"))
        import_runs.keep_file(conn, key, iter([body[:20], body[20:]]))
    opened = of_file(house, ImportKind.USAGE, source(body), options)
    check(house, key, opened, options=options)
    with house.store.reading() as conn:
        run, pieces = import_runs.run(conn, key), b"".join(import_runs.file_pieces(conn, key))
        assert run is not None
        assert (run.state, run.counts.added, len(import_runs.samples(conn, run.id))) == (State.CHECKED, 1, 1)
    assert (pieces, office.rows("usage_day")) == (body, [])
    with house.store.transaction() as conn:
        assert import_runs.move(conn, key, State.RUNNING, only_from=(State.CHECKED,), at=NOON)
        assert not import_runs.move(conn, key, State.RUNNING, only_from=(State.CHECKED,), at=NOON)
    bring_in(house, key, opened, options=options, by=by)
    assert (len(office.rows("usage_day")), office.rows("import_piece", "run_id, number")) == (1, [])


def test_one_import_at_a_time(office: Office):
    with lease(office.house.store, "import"), pytest.raises(TryLater):
        office.usage("N-17,2026-06-15,18,64,9,1,40")
    assert office.rows("import_run", "state, reason", "1") == [("failed", "lease_taken")]


@pytest.mark.parametrize(
    ("place", "rows", "state"),
    [("bring_in.staged", 0, "running"), ("bring_in.merged", 0, "running"), ("bring_in.written", 0, "running"),
     ("bring_in.done", 2, "done")],
)  # fmt: skip
def test_b42_a_process_killed_while_importing_leaves_nothing_or_all(
    database_url: str, place: str, rows: int, state: str, tmp_path: Path
):
    store = open_store(database_url)
    office = office_over(store)
    store.close()
    child = os.fork()
    if child == 0:
        try:
            failpoints.arm(f"{place}:1")
            Office(office.house.__class__(office.house.config, open_store(database_url), office.house.clock)).usage(
                "N-17,2026-06-15,18,64,9,1,40", "N-17,2026-06-16,18,64,9,1,40"
            )
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert (len(office.rows("usage_day", "account_id, day")), office.rows("import_run", "state", "1")) == (
        rows,
        [(state,)],
    )
    assert len(office.rows("usage_span", "account_id")) == (2 if rows else 0)
    with office.house.store.transaction() as conn:
        stalled = import_runs.fail_stalled(conn, at=LATER)
    assert stalled == (0 if rows else 1)
    office.usage("N-17,2026-06-15,18,64,9,1,40", "N-17,2026-06-16,18,64,9,1,40")
    assert len(office.rows("usage_day", "account_id, day")) == 2
    store.close()
