"""The wiring: configuration in; store, clock and the door to records out. Web, command line and scheduler all use
this."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from relationship import failpoints
from relationship.access import Crm, Door
from relationship.activities import RecordKind, RecordRef
from relationship.clock import Clock
from relationship.config import Config
from relationship.store import deployment
from relationship.store.database import Store, open_store
from relationship.store.migrate import migrate
from relationship.store.privacy import erased_names
from relationship.store.privacy.audit import AuditKeys
from relationship.store.privacy.erased_names import NameKeys
from relationship.store.sources.tokens import TokenVault
from relationship.sync.reading_sets import SetReader
from relationship.sync.rights import open_rights


@dataclass(frozen=True)
class House:
    """Everything an act or a page needs. Nothing connects to anything until it is used.

    crm  who is asked what people may read; None: the configured Dynamics 365
    """

    config: Config
    store: Store
    clock: Clock
    crm: Crm | None = None

    @cached_property
    def door(self) -> Door:
        """Who may read which record; one for the life of the house, for its sets are read in the background."""
        crm = self.crm or open_rights(self.config) or NoCrm()
        return Door(self.store, crm, SetReader(self.store, crm))

    def __post_init__(self) -> None:
        erased_names.install(self.store, NameKeys(self._secrets()))

    def vault(self) -> TokenVault:
        """What keeps tokens encrypted; FixSettings without a usable key."""
        return TokenVault(self.config.encryption_keys.get_secret_value().split(","))

    def audit_keys(self) -> AuditKeys:
        """What the audit log is chained with; FixSettings in production without an encryption key."""
        return AuditKeys(self._secrets())

    def _secrets(self) -> list[str]:
        secrets = self.config.encryption_keys.get_secret_value().split(",")
        if self.config.mode != "production" and not any(secrets):
            secrets = [self.config.mode]
        return secrets


class NoCrm:
    """Where no CRM is configured there are no records of one, and nobody reads any."""

    def readable(self, _oid: str, _refs: Collection[RecordRef]) -> frozenset[RecordRef]:
        return frozenset()

    def all_readable(self, _oid: str, _kind: RecordKind) -> Iterator[Sequence[str]]:
        return iter(())


def build_house(config: Config) -> House:
    """Wire a house; opens no connection."""
    if config.fail_at:
        failpoints.arm(config.fail_at)
    return House(config, open_store(config.database_url), config.clock)


@contextmanager
def open_house(config: Config) -> Iterator[House]:
    """A house with a prepared database of the configured organisation, closed at the end."""
    house = build_house(config)
    try:
        prepare(house)
        yield house
    finally:
        house.store.close()


def prepare(house: House) -> None:
    """Migrate, and refuse (FixSettings) a database that belongs to another organisation."""
    migrate(house.store)
    with house.store.reading() as conn:
        if deployment.load(conn) is None:
            return
    with house.store.transaction() as conn:
        deployment.ensure(conn, tenant_id=house.config.tenant_id, time_zone=house.config.time_zone, read_from=None)
