"""What a person at a terminal sees: progress and errors on stderr, plain lines when it is no terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from relationship import logs
from relationship.errors import RelationshipError

stderr = Console(stderr=True, highlight=False)

# Without a terminal a line at most every so many seconds.
QUIET_SECONDS = 5.0

Advance = Callable[[int, int], None]


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """A bar for one piece of work; call the value with (done, total) as often as you like."""
    if stderr.is_terminal:
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=stderr,
            transient=False,
        ) as bars:
            task = bars.add_task(what, total=None)
            yield lambda done, total: bars.update(task, completed=done, total=total or None)
    else:
        with lines(what) as advance:
            yield advance


@contextmanager
def lines(what: str) -> Iterator[Advance]:
    """The same as plain lines now and then: a terminal shows one bar at a time."""
    said = [time.monotonic()]

    def plain(done: int, total: int) -> None:
        if time.monotonic() - said[0] >= QUIET_SECONDS or done == total > 0:
            said[0] = time.monotonic()
            stderr.print(f"{what}: {done} of {total}" if total else f"{what} …")

    yield plain


@contextmanager
def told() -> Iterator[None]:
    """End the command with a sentence, the next step and an exit code instead of a traceback."""
    logs.configure()
    try:
        yield
    except RelationshipError as error:
        tell(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        stderr.print("Stopped. What was read is kept; the next run goes on from there.")
        sys.exit(130)


def tell(error: RelationshipError) -> None:
    stderr.print(f"[bold red]Error:[/] {error.message}", markup=True, soft_wrap=True)
    stderr.print(f"Next step: {error.next_step}", markup=False, soft_wrap=True)
