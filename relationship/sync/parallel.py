"""The same work for several mailboxes at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Event


def in_parallel(work: Callable[[str], bool], users: Sequence[str], *, threads: int, stop: Event) -> list[bool]:
    """Do the work for all users; the first failure, or an interruption, stops the others after their page.

    stop  set at the end, and looked at by the work
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="mailbox")
    try:
        futures = [pool.submit(work, user) for user in users]
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
        return [future.result() for future in futures]
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
