"""HTTP sessions with a total deadline: an answer that trickles in byte by byte ends like a lost one.

The environment is not trusted (`trust_env=False`): proxies and CA bundles named there would beat ours.
"""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0  # longest silence inside an answer
ANSWER_SECONDS = 120.0  # longest time from request to the last byte

_running = threading.local()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Everything read from a session by this thread inside the block must arrive within `seconds`."""
    _running.until = time.monotonic() + seconds
    try:
        yield
    finally:
        _running.until = None


class _TimedSocket(ssl.SSLSocket):
    """A TLS socket that waits no longer than the deadline of its thread leaves."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        until = getattr(_running, "until", None)
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            silence = self.gettimeout()
            self.settimeout(left if silence is None else min(left, silence))
        return super().recv_into(*args, **kwargs)


class _TimedAdapter(HTTPAdapter):
    """No retries of its own, a timeout on every request, sockets with a deadline."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        # Trusts nobody until requests adds the session's authorities.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.sslsocket_class = _TimedSocket
        self._context = context
        super().init_poolmanager(*args, **{**kwargs, "ssl_context": context})

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """The tunnel through a proxy has the same TLS inside."""
        return super().proxy_manager_for(proxy, **{**kwargs, "ssl_context": self._context})

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]  # the stub names each keyword; ours go on as they came
        kwargs["timeout"] = kwargs.get("timeout") or (CONNECT_SECONDS, READ_SECONDS)
        return super().send(request, **kwargs)


def open_session(ca_file: Path | None, proxy: str = "") -> requests.Session:
    """A session over TLS only.

    ca_file  a private certificate authority, None trusts the usual ones
    proxy    http://[user:password@]host:port that tunnels (CONNECT) to the other side, '' for the direct way
    """
    session = requests.Session()
    session.trust_env = False
    session.verify = str(ca_file) if ca_file else True
    session.proxies = {"https": proxy} if proxy else {}
    session.mount("https://", _TimedAdapter(max_retries=0))
    session.adapters.pop("http://", None)
    return session


class _NamedAdapter(_TimedAdapter):
    """Connects to the address in the link, and wants the certificate of a name that stands for it."""

    def __init__(self, name: str) -> None:
        self._name = name
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **{**kwargs, "server_hostname": self._name})

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **{**kwargs, "server_hostname": self._name})


def open_pinned_session(ca_file: Path | None, proxy: str = "", *, name: str) -> requests.Session:
    """A session whose links hold the network address that a name was found to have; the certificate is that of `name`.

    So the address that was looked at is the one that is connected to, whatever the name leads to a moment later.
    """
    session = open_session(ca_file, proxy)
    session.mount("https://", _NamedAdapter(name))
    return session


class Sessions:
    """One session per thread, because a requests session is not made for several."""

    def __init__(self, ca_file: Path | None, proxy: str = "") -> None:
        self._ca_file = ca_file
        self._proxy = proxy
        self._local = threading.local()
        self._opened: list[requests.Session] = []
        self._lock = threading.Lock()

    def mine(self) -> requests.Session:
        """The session of the calling thread."""
        session = cast("requests.Session | None", getattr(self._local, "session", None))
        if session is None:
            session = self._local.session = open_session(self._ca_file, self._proxy)
            with self._lock:
                self._opened.append(session)
        return session

    def close(self) -> None:
        with self._lock:
            for session in self._opened:
                session.close()
            self._opened.clear()
            self._local = threading.local()


def is_untrusted(error: BaseException) -> bool:
    """Whether the other side's certificate was refused (a setting is wrong), not just the line broken."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        reason = getattr(seen, "reason", None)
        inner = next((arg for arg in seen.args if isinstance(arg, BaseException)), None)
        seen = seen.__cause__ or seen.__context__ or (reason if isinstance(reason, BaseException) else inner)
    return False
