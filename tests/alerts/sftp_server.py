"""A real SFTP server on this machine, over one folder, that lets one user in with one key."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from free_port import free_port

USER = "alertes"


def new_key(path: Path) -> paramiko.PKey:
    """A key pair, whose private half lies in a file from now on."""
    made = Ed25519PrivateKey.generate()
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    return paramiko.PKey.from_path(str(path))


def line(key: paramiko.PKey) -> str:
    return f"{key.get_name()} {key.get_base64()}"


@dataclass
class Server:
    """asked: what was asked of the folder, in its order; signed_in: how often somebody showed a key; plain: renaming
    over a file in one step is not offered."""

    root: Path
    host_key: paramiko.PKey
    user_key: paramiko.PKey
    port: int = field(default_factory=free_port)
    asked: list[str] = field(default_factory=list)
    signed_in: int = 0
    plain: bool = False

    @contextmanager
    def up(self) -> Iterator[None]:
        """Listens, under the same port each time."""
        listener = socket.create_server(("127.0.0.1", self.port))
        thread = threading.Thread(target=self._accept, args=(listener,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join(10)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with closing(paramiko.Transport(connection)) as transport:
                transport.add_server_key(self.host_key)
                transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Folder, self)
                with suppress(paramiko.SSHException, EOFError, OSError):
                    transport.start_server(server=_Door(self))
                    transport.join(10)


class _Door(paramiko.ServerInterface):
    def __init__(self, server: Server) -> None:
        self._server = server

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._server.signed_in += 1
        known = username == USER and key == self._server.user_key
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Folder(paramiko.SFTPServerInterface):
    def __init__(self, _door: paramiko.ServerInterface, server: Server) -> None:
        self._server = server

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        self._server.asked.append(f"write {path}")
        try:
            number = os.open(self._real(path), flags, 0o600)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle = paramiko.SFTPHandle(flags)
        handle.writefile = os.fdopen(number, "wb")
        return handle

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._real(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def remove(self, path: str) -> int:
        self._server.asked.append(f"remove {path}")
        return self._done(lambda: self._real(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> int:
        self._server.asked.append(f"rename {newpath}")
        if self._real(newpath).exists():
            return paramiko.SFTP_FAILURE
        return self._done(lambda: self._real(oldpath).rename(self._real(newpath)))

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        if self._server.plain:
            return paramiko.SFTP_OP_UNSUPPORTED
        self._server.asked.append(f"rename {newpath}")
        return self._done(lambda: self._real(oldpath).replace(self._real(newpath)))

    def _real(self, path: str) -> Path:
        return self._server.root / path.lstrip("/")

    def _done(self, act: Callable[[], object]) -> int:
        try:
            act()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return paramiko.SFTP_OK
