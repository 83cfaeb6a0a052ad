"""One round of work as a person or the scheduler starts it: sync, rate, status; told on the console."""

from collections.abc import Iterable
from contextlib import closing

from rich.table import Table

from relationship.clock import real_clock
from relationship.config import Config
from relationship.desk import keep_health
from relationship.desk.detect import DetectReport, detect_all
from relationship.desk.follow_introductions import recognise
from relationship.desk.hear_mail import MailEar
from relationship.desk.rate import RateReport, rate_all
from relationship.desk.retain import retain
from relationship.desk.score import score_all
from relationship.desk.score_past import due_since, score_past
from relationship.desk.tie import tie_all
from relationship.desk.understand_anew import understand_anew
from relationship.errors import SyncIsOff
from relationship.house import House, open_house
from relationship.store import rules
from relationship.store.lease import lease
from relationship.store.sources import sources
from relationship.sync.readers.reconcile import reconcile_once
from relationship.sync.run import Progress, Report, Trouble, sync_once
from relationship.sync.wire.connection import Microsoft, connect
from relationship.terminal.console import lines, progress, stderr

EX_OK, EX_TEMPFAIL = 0, 75


def sync_round(config: Config) -> int:
    """One sync cycle with a progress bar; returns the exit code."""
    with closing(connect(config)) as microsoft, open_house(config) as house, lease(house.store, "sync"):
        microsoft.credentials.check_settings()
        return sync(house, microsoft=microsoft).exit_code


def rate_round(config: Config) -> None:
    with open_house(config) as house:
        rated(house)
        past_scored(house)


def sync(house: House, *, microsoft: Microsoft | None = None) -> Report:
    """One sync cycle with a progress bar; what could not be read is told with its next step."""
    with progress("Reading mailboxes") as advance:

        def show(step: Progress) -> None:
            advance(step.mailboxes_done, step.mailboxes_total)

        began = real_clock()
        report = sync_once(house, microsoft=microsoft, progress=show, ear=MailEar(house))
    keep_health.after_reading(house, since=began)
    stderr.print(
        f"Read {report.mailboxes_ok} mailboxes and {report.tables_ok} CRM tables with {report.requests} requests: "
        f"{report.rows} rows came, {report.written} were written.",
        soft_wrap=True,
    )
    _tell_troubles(report.troubles)
    return report


def reconcile_round(config: Config, *, days: int) -> int:
    """Compare the last days with every source and say what was found; returns the exit code."""
    with open_house(config) as house, lease(house.store, "sync"):
        report = reconcile_once(house, days=days)
    table = Table("Source", "Compared", "Missing", "Changed", "Gone", "Unconfirmed", box=None)
    for finding in report.findings:
        if finding.differs:
            counts = (finding.compared, finding.missing, finding.changed, finding.ghosts, finding.doubtful)
            table.add_row(finding.key, *map(str, counts))
    if table.row_count:
        stderr.print(table)
    stderr.print(
        f"Compared {len(report.findings)} sources since {report.since} with {report.requests} requests: "
        f"{table.row_count} differed and were healed.",
        soft_wrap=True,
    )
    _tell_troubles(report.troubles)
    return report.exit_code


def retain_round(config: Config, *, dry_run: bool) -> None:
    """Apply retention and say what went."""
    with open_house(config) as house, lease(house.store, "sync"):
        report = retain(house, dry_run=dry_run)
    if report.before is None:
        stderr.print("Neither the rules nor RELATIONSHIP_RETAIN_DAYS say how long: everything is kept.")
        return
    removed = report.removed
    done = "Would remove" if dry_run else "Removed"
    stderr.print(
        f"{done} {removed.activities} activities before {report.before} with {removed.sightings} copies, and "
        f"{removed.contact_days} contact days and {removed.customer_facts} texts, answers, events and days of use of "
        f"customers before {report.aggregates_before}.",
        soft_wrap=True,
    )
    if not dry_run:
        stderr.print(f"{report.addresses} addresses that nothing names any more went too.", soft_wrap=True)


def _tell_troubles(troubles: Iterable[Trouble]) -> None:
    for code, same in _by_reason(troubles).items():
        stderr.print(f"{len(same)} × {code}: {same[0].message} Next step: {same[0].next_step}", soft_wrap=True)


def _by_reason(troubles: Iterable[Trouble]) -> dict[str, list[Trouble]]:
    found: dict[str, list[Trouble]] = {}
    for trouble in troubles:
        found.setdefault(trouble.reason, []).append(trouble)
    return found


def rated(house: House) -> RateReport:
    """Bring ratings, ties, signals and scores up to date, and introductions that new mail shows to have been made."""
    report = rate_all(house)
    tied = tie_all(house)
    introduced = recognise(house)
    stderr.print(
        f"Rated {report.records} records ({report.changed} changed) after a look at {report.activities} activities, "
        f"and worked out {tied.pairs} ties.",
        soft_wrap=True,
    )
    if introduced:
        stderr.print(f"Recognised {introduced} introductions.")
    scored(house)
    return report


def scored(house: House) -> None:
    """Bring signals and scores up to date."""
    detected(house)
    found = score_all(house)
    stderr.print(f"Scored {found.accounts} accounts; {found.changed} health fields changed.")


def past_scored(house: House, *, bar: bool = True) -> None:
    """Score past Mondays when older facts came in; bar: False where another job may be showing one."""
    if due_since(house) is None:
        return
    with (progress if bar else lines)("Scoring the weeks before") as advance:
        past = score_past(house, progress=advance)
    if past is not None:
        stderr.print(f"Scored {past.days} Mondays of the past from what is known now.")


def detect_round(config: Config) -> None:
    with open_house(config) as house:
        detected(house)


def understand_round(config: Config) -> None:
    with open_house(config) as house, progress("Understanding verbatims anew") as advance:
        count = understand_anew(house, progress=advance)
    stderr.print(f"Understood {count} verbatims anew.")


def detected(house: House) -> DetectReport:
    """Bring signals up to date."""
    report = detect_all(house)
    stderr.print(
        f"Looked at {report.accounts} accounts: {report.open} signals, {report.opened} of them new; {report.ended} are "
        "over.",
        soft_wrap=True,
    )
    return report


def print_status(config: Config) -> int:
    """The state of every source that is not plainly healthy, and totals; 0 only when all are well and read."""
    with open_house(config) as house, house.store.reading() as conn:
        rows = sources.all_sources(conn)
        _version, present = rules.current(conn)
    table = Table("Source", "State", "Since / reason", "Last success (UTC)", "Streams read", "Set aside", box=None)
    sick = [row for row in rows if row.state not in ("healthy", "unavailable") or row.quarantined]
    mailboxes = [row for row in rows if row.key.startswith(sources.MAILBOX)]
    for row in [row for row in rows if row not in mailboxes] + [row for row in sick if row in mailboxes]:
        table.add_row(
            row.key,
            row.state,
            row.reason,
            row.last_success_at.strftime("%Y-%m-%d %H:%M") if row.last_success_at else "never",
            f"{row.complete} of {row.containers}",
            str(row.quarantined),
        )
    if not present.sources.may_read:
        stderr.print("Reading is off: the scope or the date of the consultation is not set (`relationship scope`).")
    stderr.print(table)
    healthy = sum(row.state == "healthy" for row in mailboxes)
    gone = sum(row.state == "unavailable" for row in mailboxes)
    stderr.print(f"{healthy} of {len(mailboxes)} mailboxes healthy, {gone} without a mailbox of their own.")
    if not present.sources.may_read:
        return SyncIsOff.exit_code
    return EX_TEMPFAIL if sick or not rows else EX_OK
