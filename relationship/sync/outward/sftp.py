"""Files of alerts into a folder on an SFTP server.

What if it runs twice: the same name, the same content. What if it dies half-way: a hidden file under a name of its own
stays until the next try writes it anew; nobody sees half a file under the final name. What if the server is another
one: its key is compared before anybody signs in, and an unknown key is never accepted.
paramiko is loaded when a connection is opened, so that nothing else takes longer to start.
"""

import base64
import io
import logging
import re
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

import structlog

from relationship.config import Config
from relationship.errors import BadItem, FixSettings, RelationshipError, TryLater

if TYPE_CHECKING:
    from paramiko import PKey, SFTPClient, Transport

log = structlog.get_logger()

SECONDS = 10.0
DEFAULT_PORT = 22
# What a key of this type signs with; of RSA never with SHA-1.
_SIGNS_WITH = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")
_Answer = TypeVar("_Answer")


class SftpFolder:
    """The configured folder. Connects when it is first used and stays connected until it is closed."""

    def __init__(self, config: Config) -> None:
        parts = urlsplit(config.alert_sftp)
        self._host, self._port = parts.hostname or "", parts.port or DEFAULT_PORT
        self._user, self._folder = unquote(parts.username or ""), unquote(parts.path).rstrip("/")
        self._config = config
        self._open: tuple[Transport, SFTPClient] | None = None

    def put(self, name: str, content: bytes) -> None:
        """The file under its name, whole or not at all; one that is there is replaced.

        raises  TryLater when another try may do, FixSettings when key, host key or folder have to be looked at
        """
        path, part = self._paths(name)

        def write(files: "SFTPClient") -> None:
            files.putfo(io.BytesIO(content), part, file_size=len(content), confirm=True)
            _renamed(files, part, path)

        self._asked(write)

    def remove(self, name: str) -> None:
        """The file and what an unfinished try left of it are gone, also where they never were."""

        def clear(files: "SFTPClient") -> None:
            for path in self._paths(name):
                with suppress(FileNotFoundError):
                    files.remove(path)

        self._asked(clear)

    def look(self) -> str:
        """A sentence that the folder is there; raises as `put` does."""
        if not self._asked(lambda files: stat.S_ISDIR(files.stat(self._folder).st_mode or 0)):
            raise _wrong_folder()
        return "The server has the expected key, and the folder is there."

    def close(self) -> None:
        if self._open is not None:
            self._open[0].close()
            self._open = None

    def _paths(self, name: str) -> tuple[str, str]:
        if not _NAME.fullmatch(name):
            raise BadItem("This is no name of a file of ours.", next_step="Nothing to do.", code="sftp_name")
        return f"{self._folder}/{name}", f"{self._folder}/.{name}.part"

    def _asked(self, ask: "Callable[[SFTPClient], _Answer]") -> _Answer:
        try:
            with _told():
                if self._open is None:
                    self._open = self._connected()
                return ask(self._open[1])
        except RelationshipError:
            self.close()
            raise

    def _connected(self) -> "tuple[Transport, SFTPClient]":
        from paramiko import SFTPClient, Transport

        logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # its lines name hosts
        key, theirs = self._key(), _host_key(self._config.alert_sftp_host_key)
        transport = Transport(socket.create_connection((self._host, self._port), SECONDS))
        try:
            transport.banner_timeout = transport.auth_timeout = transport.channel_timeout = SECONDS
            kind = theirs.get_name()
            transport.get_security_options().key_types = _SIGNS_WITH.get(kind, (kind,))
            _shaken_hands(transport)
            if transport.get_remote_server_key() != theirs:
                raise _wrong_host()
            transport.auth_publickey(self._user, key)
            files = SFTPClient.from_transport(transport)
            channel = files.get_channel() if files else None
            if files is None or channel is None:
                raise _unreachable()
            channel.settimeout(SECONDS)
        except BaseException:
            transport.close()
            raise
        return transport, files

    def _key(self) -> "PKey":
        from paramiko import PKey, SSHException
        from paramiko.pkey import UnknownKeyType

        try:
            return PKey.from_path(str(self._config.alert_sftp_key))
        except (OSError, ValueError, TypeError, SSHException, UnknownKeyType):
            raise FixSettings(
                "The private key for the SFTP server cannot be read.",
                next_step="Name a key file without a passphrase in RELATIONSHIP_ALERT_SFTP_KEY, and let the service "
                "read it.",
                code="sftp_key_unreadable",
            ) from None


def _host_key(line: str) -> "PKey":
    """Of a public key as `ssh-keyscan` prints it, which the configuration has looked at."""
    from paramiko import PKey

    kind, data = line.split()[:2]
    return PKey.from_type_string(kind, base64.b64decode(data))


def _shaken_hands(transport: "Transport") -> None:
    """Keys are exchanged; a server that has no key of the expected type is another one."""
    from paramiko.ssh_exception import IncompatiblePeer

    try:
        transport.start_client(timeout=SECONDS)
    except IncompatiblePeer as error:
        raise (_wrong_host() if "host key" in str(error) else _unreachable()) from None


def _renamed(files: "SFTPClient", part: str, path: str) -> None:
    """Over what is there; servers that cannot do so in one step take it away first."""
    try:
        files.posix_rename(part, path)
    except OSError:
        with suppress(FileNotFoundError):
            files.remove(path)
        files.rename(part, path)


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong, as an error for a reader: the errors' own texts name hosts and paths."""
    from paramiko import AuthenticationException, SFTPError, SSHException

    try:
        yield
    except AuthenticationException:
        raise FixSettings(
            "The SFTP server does not let our key in.",
            next_step="Have the public half of RELATIONSHIP_ALERT_SFTP_KEY accepted for the user of "
            "RELATIONSHIP_ALERT_SFTP.",
            code="sftp_refuses_key",
        ) from None
    except (FileNotFoundError, PermissionError):
        raise _wrong_folder() from None
    except (OSError, EOFError, UnicodeError, SSHException, SFTPError):
        raise _unreachable() from None


def _wrong_host() -> FixSettings:
    return FixSettings(
        "The SFTP server shows another key than the expected one; nothing was sent.",
        next_step="Ask its owner for the key, and correct RELATIONSHIP_ALERT_SFTP_HOST_KEY if it was replaced.",
        code="sftp_host_key",
    )


def _wrong_folder() -> FixSettings:
    return FixSettings(
        "The folder on the SFTP server is not there, or may not be written.",
        next_step="Make the folder of RELATIONSHIP_ALERT_SFTP, and let its user write there.",
        code="sftp_folder",
    )


def _unreachable() -> TryLater:
    return TryLater(
        "The SFTP server could not be reached, or did not take the file.",
        next_step="Nothing to do: it is tried again by itself.",
        code="sftp_unreachable",
    )
