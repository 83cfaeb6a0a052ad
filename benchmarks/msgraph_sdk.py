"""Processor time of the client per message, against Microsoft's own client, in one run.

    python benchmarks/msgraph_sdk.py [--messages 100000] [--mailboxes 20] [--venv FOLDER]

A generated organisation serves the same mailboxes to both, from another process. Both follow the same delta links
with the same columns and page size. Measured are the transport and the parsing alone, and a whole first sync of
the mail with everything kept in SQLite; Microsoft's client only pulls and parses. msgraph-sdk is installed in an
environment of its own, in a temporary folder or where `--venv` says; it is no dependency of the project.
"""

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import structlog
from message_world import config_for, served

from relationship.config import Config
from relationship.house import open_house
from relationship.store import rules
from relationship.sync.run import sync_once
from relationship.sync.shapes import msgraph
from relationship.sync.wire.connection import Microsoft, connect
from settings.rules import Rules, Sources

CLIENT = Path(__file__).with_name("msgraph_sdk_client.py")
TARGET = 3.0


def start_links(microsoft: Microsoft) -> list[tuple[str, str, str]]:
    """User, folder and the start of the delta round, for every folder."""
    channel = microsoft.msgraph
    users = channel.fetch(f"{channel.base_url}/users?$select=id&$top=999", scope="directory")["value"]
    found = []
    for user in [row["id"] for row in users]:
        following: str | None = msgraph.folders_link(channel.base_url, user)
        while following:
            page = channel.fetch(following, scope=user)
            folders = [row["id"] for row in page["value"]]
            found += [(user, folder, msgraph.messages_link(channel.base_url, user, folder)) for folder in folders]
            following = page.get("@odata.nextLink")
    return found


def pull(microsoft: Microsoft, starts: list[tuple[str, str, str]]) -> tuple[int, float]:
    """Messages and seconds of processor time of our transport and parsing, nothing kept."""
    channel, headers, count = microsoft.msgraph, msgraph.mail_headers(msgraph.PAGE_SIZE), 0
    began = time.process_time()
    for user, folder, link in starts:
        following: str | None = link
        while following:
            page = channel.fetch(following, scope=user, headers=headers)
            count += len([msgraph.message(row, folder) for row in page["value"]])
            following = page.get("@odata.nextLink")
    return count, time.process_time() - began


def keep(config: Config) -> tuple[int, float]:
    """Messages kept and seconds of processor time of a whole first sync into SQLite."""
    with open_house(config) as house:
        now = house.clock()
        with house.store.transaction() as conn:
            rules.save(conn, Rules(sources=Sources(everyone=True, consulted_on=now.date())), at=now, by="benchmark")
        began = time.process_time()
        report = sync_once(house)
        seconds = time.process_time() - began
        if report.troubles:
            raise RuntimeError(f"the sync had trouble: {report.troubles[0].reason}")
        with house.store.reading() as conn:
            return conn.exec_driver_sql("SELECT count(*) FROM sighting").scalar_one(), seconds


def pull_with_sdk(python: Path, microsoft: Microsoft, config: Config, links: list[str]) -> dict[str, Any]:
    """What Microsoft's client says of its own pull."""
    asked = {
        "token": microsoft.credentials.source(config.msgraph_url).token(),
        "base_url": config.msgraph_url,
        "ca_file": str(config.ca_file),
        "prefer": msgraph.mail_headers(msgraph.PAGE_SIZE)["Prefer"],
        "links": links,
    }
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_CA_BUNDLE")}
    done = subprocess.run(
        [python, CLIENT], input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True, env=environment
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def sdk_python(folder: Path) -> Path:
    """The interpreter of an environment with msgraph-sdk, made when it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    known = subprocess.run([python, "-c", "import msgraph"], stderr=subprocess.DEVNULL).returncode == 0
    if not known:
        subprocess.run([python, "-m", "pip", "install", "-q", "msgraph-sdk"], check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--mailboxes", type=int, default=20)
    parser.add_argument("--venv", type=Path, default=None)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(prefix="msgraph-sdk-") as named:
        folder = Path(named)
        python = sdk_python(asked.venv or folder / "venv")
        size = {"colleagues": asked.mailboxes, "contacts": 500, "only_mail": True}
        with served(folder, asked.messages, **size) as told:
            config = config_for(told, f"sqlite:///{folder}/bench.db", dataverse_url="", sources="mail", sync_threads=2)
            microsoft = connect(config)
            starts = start_links(microsoft)
            pulled, ours = pull(microsoft, starts)
            sdk = pull_with_sdk(python, microsoft, config, [link for _, _, link in starts])
            kept, with_store = keep(config)
            microsoft.close()
    if not pulled == sdk["messages"] == sdk["whole"]:
        sys.exit(f"The clients read different things: {pulled} and {sdk['messages']} ({sdk['whole']} whole) messages.")
    sdk_each, ours_each, kept_each = (
        seconds / count * 1e6
        for seconds, count in ((sdk["seconds"], sdk["messages"]), (ours, pulled), (with_store, kept))
    )
    print(f"msgraph-sdk {sdk['version']}: {sdk['messages']:,} messages, {sdk_each:.0f} µs of processor time each")
    print(f"ours, transport and parsing: {pulled:,} messages, {ours_each:.0f} µs each")
    print(f"ours, a whole sync with everything kept in SQLite: {kept:,} copies, {kept_each:.0f} µs each")
    print(
        f"{sdk_each / ours_each:.1f} times less, {sdk_each / kept_each:.1f} times with the store (wanted: {TARGET:.0f})"
    )


if __name__ == "__main__":
    main()
