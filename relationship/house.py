"""The wiring: configuration in; store and clock out. Web, command line and scheduler all use this."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from relationship import failpoints
from relationship.clock import Clock
from relationship.config import Config
from relationship.store import deployment
from relationship.store.audit import AuditKeys
from relationship.store.database import Store, open_store
from relationship.store.migrate import migrate
from relationship.store.tokens import TokenVault


@dataclass(frozen=True)
class House:
    """Everything an act or a page needs. Nothing connects to anything until it is used."""

    config: Config
    store: Store
    clock: Clock

    def vault(self) -> TokenVault:
        """What keeps tokens encrypted; FixSettings without a usable key."""
        return TokenVault(self.config.encryption_keys.get_secret_value().split(","))

    def audit_keys(self) -> AuditKeys:
        """What the audit log is chained with; FixSettings in production without an encryption key."""
        secrets = self.config.encryption_keys.get_secret_value().split(",")
        if self.config.mode != "production" and not any(secrets):
            secrets = [self.config.mode]
        return AuditKeys(secrets)


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
