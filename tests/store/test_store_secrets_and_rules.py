"""Tokens at rest, versions of the rules, and the organisation a database belongs to."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from relationship.errors import FixSettings
from relationship.store import deployment, rules, tables
from relationship.store.database import Store
from relationship.store.sources import tokens
from relationship.store.sources.tokens import TokenVault
from settings.rules import HealthSection, Rules, WeightsForm

NOW = datetime(2026, 6, 17, 9, 0, tzinfo=UTC)
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_token_is_unreadable_in_the_database_and_comes_back_whole(store: Store):
    with store.transaction() as conn:
        TokenVault([OLD]).save(conn, "user/anne", "canary-token", at=NOW)
        (stored,) = conn.scalars(sa.select(tables.table(tables.TokenCache).c.body))
        assert b"canary" not in bytes(stored)
        assert TokenVault([OLD]).load(conn, "user/anne") == "canary-token"


def test_after_a_new_key_old_rows_are_still_read_and_a_lost_key_gives_nothing(store: Store):
    with store.transaction() as conn:
        TokenVault([OLD]).save(conn, "user/anne", "canary-token", at=NOW)
        assert TokenVault([NEW, OLD]).load(conn, "user/anne") == "canary-token"
        assert TokenVault([NEW]).load(conn, "user/anne") is None


def test_a_token_moved_to_another_user_does_not_open(store: Store):
    with store.transaction() as conn:
        vault = TokenVault([OLD])
        vault.save(conn, "user/anne", "canary-token", at=NOW)
        conn.exec_driver_sql("UPDATE token_cache SET key = 'user/bruno'")
        assert vault.load(conn, "user/bruno") is None


def test_forgotten_tokens_are_gone(store: Store):
    with store.transaction() as conn:
        TokenVault([OLD]).save(conn, "user/anne", "canary-token", at=NOW)
        tokens.forget(conn, "user/anne")
        assert TokenVault([OLD]).load(conn, "user/anne") is None


@pytest.mark.parametrize("keys", [[], [""], ["too short"]])
def test_without_a_usable_key_the_vault_says_what_to_do(keys: list[str]):
    with pytest.raises(FixSettings) as refused:
        TokenVault(keys)
    assert "new-key" in refused.value.next_step


def test_rules_have_versions_and_equal_rules_make_no_new_one(store: Store):
    with store.transaction() as conn:
        assert rules.current(conn) == (0, Rules())
        changed = Rules(health=HealthSection(weights=WeightsForm(meeting=9)))
        assert rules.save(conn, changed, at=NOW, by="anne") == 1
        assert rules.save(conn, changed, at=NOW, by="anne") == 1
        assert rules.current(conn) == (1, changed)


def test_a12_a_database_of_another_organisation_is_refused(store: Store):
    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id="fjord", time_zone="Europe/Paris", read_from=None)
        with pytest.raises(FixSettings):
            deployment.ensure(conn, tenant_id="other", time_zone="Europe/Paris", read_from=None)
        with pytest.raises(FixSettings):
            deployment.ensure(conn, tenant_id="fjord", time_zone="America/Lima", read_from=None)


def test_the_read_window_stays_where_it_was_first_set(store: Store):
    first, later = datetime(2025, 5, 13, tzinfo=UTC).date(), datetime(2025, 6, 1, tzinfo=UTC).date()
    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id="fjord", time_zone="Europe/Paris", read_from=first)
        assert deployment.ensure(conn, tenant_id="fjord", time_zone="Europe/Paris", read_from=later).read_from == first
