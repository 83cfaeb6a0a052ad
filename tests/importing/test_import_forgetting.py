"""What came in about customers goes with its time, and forgets whom it named."""

from datetime import date, datetime, timedelta

from import_builders import FJORD, NOON, TOR, Office, csv_of

from relationship.clock import number_of
from relationship.desk.bring_in import bring_in
from relationship.desk.bring_verbatims import look, of_bytes, of_survey
from relationship.desk.retain import would_remove
from relationship.importing.kinds import ImportKind
from relationship.importing.options import Options
from relationship.store.customers import satisfaction, usage
from relationship.store.importing import import_runs
from relationship.store.importing.import_runs import NewRun, State
from relationship.store.importing.staging import By
from relationship.store.privacy import forgetting_customers
from relationship.store.privacy.one_person import person

FIRST_KEPT = number_of(date(2026, 6, 10))


def test_days_before_the_first_that_is_kept_go_and_their_sums_with_them(office: Office):
    office.usage("N-17,2026-05-20,1,5,1,1,1", "N-17,2026-06-09,1,7,1,1,1", "N-17,2026-06-11,1,9,1,1,1")
    office.bring(ImportKind.EVENTS, csv_of("account,day,kind", "N-17,2026-05-20,other", "N-17,2026-06-11,other"))
    a_week = (NOON.date() - date(2026, 6, 10)).days
    assert would_remove(office.house, a_week, None).customer_facts == 3
    assert would_remove(office.house, None, None, read_window_days=a_week).customer_facts == 0
    with office.house.store.transaction() as conn:
        assert forgetting_customers.before(conn, FIRST_KEPT, runs_before=NOON - timedelta(days=1)) == 3
    with office.house.store.reading() as conn:
        months = usage.spans(conn, usage.MONTH, since=0, until=FIRST_KEPT + 30)
        weeks = usage.spans(conn, usage.WEEK, since=0, until=FIRST_KEPT + 30)
        runs = import_runs.runs(conn)
    assert (list(months.logins), list(months.days), list(weeks.logins)) == ([9], [1], [9])
    assert (len(office.rows("usage_day")), len(office.rows("account_event")), len(runs)) == (1, 1, 2)
    with office.house.store.transaction() as conn:
        forgetting_customers.before(conn, FIRST_KEPT, runs_before=datetime.now(tz=NOON.tzinfo) + timedelta(days=999))
    assert office.rows("import_run", "key") == []


def test_an_answer_forgets_who_gave_it_and_the_score_stays(office: Office):
    header = "account,day,kind,score,contact,comment"
    line = f"{FJORD},2026-06-01,nps,9,tor@fjordfils.example,All well here"
    office.bring(ImportKind.SATISFACTION, csv_of(header, line, f"{FJORD},2026-06-02,nps,99,tor@fjordfils.example,"))
    with office.house.store.transaction() as conn:
        tor = person(conn, f"contact:{TOR}")
        assert (forgetting_customers.answers(conn, tor), forgetting_customers.imports(conn, tor)) == (1, 1)
        found = satisfaction.between(conn, since=0, until=FIRST_KEPT)
    assert [(one.score, one.contact_guid, one.comment) for one in found] == [(9.0, None, "")]
    assert office.rows("import_fault", "cells") == [("",)]


def test_erasing_somebody_leaves_no_words_in_runs_of_verbatims_nor_in_files_that_wait(small_office: Office):
    house, body = small_office.house, b"Date;Client;Commentaire\n2026-06-15;N-17;Tor est ravi.\n"
    columns, options = look(house, of_bytes(body, "s.csv"), Options())
    by = By(NOON, "inga", "Inga Holm")
    new = NewRun(ImportKind.VERBATIMS, State.COLUMNS, "page", options, by, "s.csv", columns=columns.as_json())
    with house.store.transaction() as conn:
        keys = [import_runs.start(conn, new) for _ in range(2)]
        import_runs.keep_file(conn, keys[1], iter([body]))
        import_runs.move(conn, keys[0], State.RUNNING, only_from=(State.COLUMNS,), at=NOON)
        answers = import_runs.start(conn, NewRun(ImportKind.SATISFACTION, State.CHECKED, "page", options, by, "a.csv"))
        import_runs.keep_file(conn, answers, iter([b"account,contact\nN-17,tor@fjordfils.example\n"]))
    bring_in(house, keys[0], of_survey(house, of_bytes(body, "s.csv"), options, columns), options=options, by=by)
    assert len(small_office.rows("import_sample")) == 1
    with house.store.transaction() as conn:
        forgetting_customers.imports(conn, person(conn, f"contact:{TOR}"))
    assert small_office.rows("import_run", "state, columns", "id") == [("done", ""), *[("cancelled", "")] * 2]
    assert (small_office.rows("import_sample", "line"), small_office.rows("import_piece", "number")) == ([], [])


def test_files_about_which_nobody_decides_are_forgotten_those_of_verbatims_first(small_office: Office):
    house, by = small_office.house, By(NOON, "inga", "Inga Holm")
    with house.store.transaction() as conn:
        for kind in (ImportKind.VERBATIMS, ImportKind.SATISFACTION):
            key = import_runs.start(conn, NewRun(kind, State.CHECKED, "page", Options(), by, "s.csv"))
            import_runs.keep_file(conn, key, iter([b"a"]))
    for days, left in ((1, 2), (3, 1), (29, 1), (31, 0)):
        with house.store.transaction() as conn:
            import_runs.forget_waiting(conn, now=NOON + timedelta(days=days))
        assert len(small_office.rows("import_piece", "number")) == left
    assert small_office.rows("import_run", "state", "id") == [("cancelled",), ("cancelled",)]
