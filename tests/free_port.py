"""A port for a server that must know its own before it listens. Whoever can, binds port 0 instead."""

import socket
from secrets import randbelow

# Linux and macOS give outgoing connections, and whoever binds port 0, ports above these.
_FIRST, _COUNT = 20_000, 12_000


def free_port() -> int:
    """A port that nobody listens on, and that no connection takes by accident before it is listened on."""
    while True:
        port = _FIRST + randbelow(_COUNT)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
