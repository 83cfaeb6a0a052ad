"""F53: the process ended by SIGKILL at every named place of a run, then started again: the same bytes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
import stamina
from sqlalchemy import Connection
from store_builders import READ_BY_EVERYBODY, may_read
from sync_world import AVIS, NOW
from waiting import until

from relationship import failpoints
from relationship.config import Config
from relationship.desk.hear_mail import MailEar
from relationship.house import House
from relationship.store.database import open_store
from relationship.store.dump import dump
from relationship.store.tables import Source, table
from relationship.store.verbatims.verbatim_tables import VERBATIM, VERBATIM_COPY
from relationship.sync.fail_points import SYNC_FAIL_POINTS
from relationship.sync.run import Report, sync_once
from relationship.sync.wire.connection import connect
from settings.rules import Feedback

READ_WITH_FEEDBACK = READ_BY_EVERYBODY.model_copy(
    update={"sources": READ_BY_EVERYBODY.sources.model_copy(update={"feedback": Feedback(mailboxes=(AVIS,))})}
)

_source = table(Source)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

_SERVE = """
import sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], str(Path(sys.argv[1]).parent)]
from sync_world import AVIS, feedback_world, some_feedback, some_mail, some_of_each
from simulator.server import serve
feedback, words = some_feedback()
mails = [*some_mail()[-14:], *some_of_each(), *feedback]
made = feedback_world(sorted(mails, key=lambda one: one.at), addresses=[AVIS], bodies=words)
serve(made, ready_file=Path(sys.argv[2]))
"""


class Organisation:
    """The simulated organisation in a process of its own, so that this one has a single thread and may fork."""

    def __init__(self, folder: Path) -> None:
        ready = folder / "ready.json"
        here = Path(__file__).parent
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(here), str(ready)], cwd=here.parents[1], stderr=subprocess.DEVNULL
        )
        assert until(lambda: ready.exists() or self.process.poll() is not None)
        self.told = json.loads(ready.read_text())
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = self.told["ca_file"]

    def act(self, act: str, /, **arguments: Any) -> Any:
        answer = self._session.post(
            f"{self.told['control']}/{act}", json=arguments, headers={"X-Simulator-Key": self.told["control_key"]}
        )
        answer.raise_for_status()
        return answer.json()["result"]

    def config(self, url: str) -> Config:
        names = (
            "tenant_id", "client_id", "client_secret", "feedback_client_id", "feedback_client_secret", "authority_url",
            "msgraph_url", "dataverse_url", "ca_file",
        )  # fmt: skip
        told = {name: self.told[name] for name in names}
        return Config(mode="test", database_url=url, sync_threads=1, now=NOW, _env_file=None, **told)

    def stop(self) -> None:
        self._session.close()
        self.process.terminate()
        self.process.wait(30)


class Databases:
    """Fresh copies of a database of one kind."""

    def __init__(self, kind: str, request: pytest.FixtureRequest, folder: Path) -> None:
        self._folder = folder
        self.empty: str
        self._server: str | None = None
        if kind == "sqlite":
            self.empty = f"sqlite:///{request.getfixturevalue('sqlite_template')}"
        else:
            self._server = request.getfixturevalue("postgres_url")
            self.empty = self._named(request.getfixturevalue("postgres_template"))

    def some_of(self, places: list[str]) -> list[str]:
        """Every fifth place, others on each kind of database; all of them with RELATIONSHIP_ALL_KILLS=1."""
        if os.environ.get("RELATIONSHIP_ALL_KILLS"):
            return places
        return places[0 if self._server is None else 2 :: 5]

    def copy(self, url: str) -> str:
        name = f"killed_{uuid.uuid4().hex[:12]}"
        if self._server is None:
            path = self._folder / f"{name}.db"
            shutil.copyfile(url.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {sa.engine.make_url(url).database} STRATEGY FILE_COPY")
        return self._named(name)

    def settle(self, url: str) -> None:
        """Everything into the one file, so that it can be copied."""
        if self._server is None:
            store = open_store(url)
            with store.engine.connect() as conn:
                conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            store.close()

    def drop(self, url: str) -> None:
        if self._server is None:
            for end in ("", "-wal", "-shm"):
                Path(url.removeprefix("sqlite:///") + end).unlink(missing_ok=True)
        else:
            self._administer(f"DROP DATABASE {sa.engine.make_url(url).database} WITH (FORCE)")

    def _named(self, name: str) -> str:
        assert self._server is not None
        return sa.engine.make_url(self._server).set(database=name).render_as_string(hide_password=False)

    def _administer(self, statement: str) -> None:
        assert self._server is not None
        engine = sa.create_engine(self._server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
        with engine.connect() as conn:
            conn.exec_driver_sql(statement)
        engine.dispose()


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organisation]:
    made = Organisation(tmp_path_factory.mktemp("organisation"))
    yield made
    made.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    return Databases(request.param, request, tmp_path)


def _read(config: Config) -> Report:
    """One run over all sources with small pages."""
    house = House(config, open_store(config.database_url), config.clock)
    may_read(house.store, READ_WITH_FEEDBACK)
    microsoft = connect(config, mail_page_size=3, crm_page_size=2)
    return sync_once(house, microsoft=microsoft, ear=MailEar(house))


def _run(config: Config, fail_at: str) -> None:
    stamina.set_testing(True, attempts=6)
    failpoints.arm(fail_at)
    assert _read(config).troubles == ()


def _in_child(work: Callable[[], None]) -> int:
    """How the work ended in a child process: 0, or minus the number of the signal."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _dump(url: str) -> str:
    store = open_store(url)
    try:
        with store.reading() as conn:
            return "\n".join([dump(conn), *_texts(conn)])
    finally:
        store.close()


def _texts(conn: Connection) -> list[str]:
    """What customers said, and in which mailboxes it lies: no part of the dump, for files bring texts in too."""
    held = sa.select(_source.c.key, VERBATIM.c.key, VERBATIM.c.text, VERBATIM.c.account_id.is_not(None)).select_from(
        VERBATIM.join(VERBATIM_COPY, VERBATIM_COPY.c.verbatim_id == VERBATIM.c.id).join(
            _source, _source.c.id == VERBATIM_COPY.c.source_id
        )
    )
    return sorted(str(tuple(row)) for row in conn.execute(held))


def _passages(config: Config) -> dict[str, int]:
    """How often each place is passed in an undisturbed run."""
    reading, writing = os.pipe()

    def observed() -> None:
        stamina.set_testing(True, attempts=6)
        failpoints.observe()
        assert _read(config).troubles == ()
        os.write(writing, json.dumps(failpoints.count_passages()).encode())

    assert _in_child(observed) == 0
    os.close(writing)
    with os.fdopen(reading) as pipe:
        found: dict[str, int] = json.loads(pipe.read())
    found.pop("any")
    return found


def _killed_and_started_again(
    organisation: Organisation, databases: Databases, start: str, places: list[str], wanted: str
) -> list[str]:
    """The places after which the database differs from the undisturbed one."""
    wrong = []
    for place in databases.some_of(places):
        url = databases.copy(start)
        config = organisation.config(url)
        ended = _in_child(lambda config=config, place=place: _run(config, place))
        again = _in_child(lambda config=config: _run(config, ""))
        if ended != -signal.SIGKILL or again != 0 or _dump(url) != wanted:
            wrong.append(f"{place}: ended {ended}, again {again}")
        databases.drop(url)
    return wrong


def test_f53_killed_at_every_place_of_a_first_reading(organisation, databases):
    url = databases.copy(databases.empty)
    passages = _passages(organisation.config(url))
    wanted = _dump(url)
    places = []
    for name, count in sorted(passages.items()):
        nths = {1, count} if name.startswith("mail.") else {(count + 1) // 2}
        places += [f"{name}:{nth}" for nth in sorted(nths)]
    assert {name for name in passages if not name.startswith("store.")} == set(SYNC_FAIL_POINTS)
    assert len(SYNC_FAIL_POINTS) == len(set(SYNC_FAIL_POINTS)) >= 15
    assert len(places) >= 40, passages
    assert wanted.count('["activity"') > 8
    assert wanted.count("Nous sommes déçus") == 4

    assert _killed_and_started_again(organisation, databases, databases.empty, places, wanted) == []


def test_f53_killed_while_changes_are_read(organisation, databases):
    old = organisation.act("deliver", sender="paul", to=["omar"], at=NOW.isoformat())
    moving = organisation.act("deliver", sender="tor", to=["lina"], at=NOW.isoformat())
    base = databases.copy(databases.empty)
    assert _in_child(lambda: _run(organisation.config(base), "")) == 0
    databases.settle(base)
    new = organisation.act("deliver", sender="eva", to=["ines", "omar"], at=NOW.isoformat())
    for minutes in range(4):
        at = (NOW - timedelta(minutes=minutes)).isoformat()
        organisation.act("deliver", sender="tor", to=["lina"], at=at)
    organisation.act("move", mail_id=new["id"], key="ines", folder="Clients")
    organisation.act("move", mail_id=moving["id"], key="lina", folder="archive")
    organisation.act("delete_mail", mail_id=old["id"])
    organisation.act("new_folder", key="omar", name=f"Nordlys {uuid.uuid4().hex[:6]}", parent="inbox")
    organisation.act("expire_tokens", key="sales")
    organisation.act("deliver", sender="eva", to=[AVIS], at=NOW.isoformat(), body="Quel beau service, merci !")
    url = databases.copy(base)
    passages = _passages(organisation.config(url))
    wanted = _dump(url)
    assert wanted != _dump(base)
    total = sum(passages.values())
    places = [f"any:{nth}" for nth in range(2, total, max(1, total // 20))]

    assert _killed_and_started_again(organisation, databases, base, places, wanted) == []
