"""Every column that can hold a word is declared: how it forgets somebody who is erased, or why it names nobody."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from sqlmodel import SQLModel
from store_builders import FIRST

from relationship.activities import RecordKind
from relationship.clock import real_clock
from relationship.config import Config
from relationship.desk.erase import erase
from relationship.house import House
from relationship.store import deployment
from relationship.store.crm import colleagues, records
from relationship.store.crm.colleagues import CrmUser, DirectoryUser
from relationship.store.crm.records import RecordRow
from relationship.store.database import open_store
from relationship.store.privacy.forgetting_mentions import IN_ADDRESSES, WRITTEN
from relationship.store.privacy.forgetting_signatures import NAMED, SIGNED
from relationship.verbatims.alerts.cases import CASES

KEY, USER, GUID = "omar-oid-7", "0d5e7f10-2222-4000-8000-00000000a001", "0d5e7f10-1111-4000-8000-00000000a001"
ADDRESS, NAME = "omar.haddad@fjord.example", "Omar Haddad"
TRACES = (KEY, USER, GUID, ADDRESS, NAME, ADDRESS.replace("@", "%40"))

# What a row holds of the person that goes with the row, or is emptied. Keys: tables; values: columns with what stands
# there.
ABOUT: dict[str, dict[str, str]] = {
    "alert_letter": {"address": ADDRESS},
    "alert_list_entry": {"key": ADDRESS, "address": ADDRESS},
    "alert_rule": {"owner_key": KEY, "owner_name": NAME},
    "alert_telling": {"target": f"person/{KEY}", "told_key": f"alert/1-1/1/person/{KEY}"},
    "delivery": {"target": f"person/{KEY}", "key": f"alert/1-1/1/person/{KEY}/0"},
    "excluded_address": {"address": ADDRESS},
    "group_member": {"member": KEY},
    "introduction": {"seller_key": KEY, "colleague_key": KEY, "target_guid": GUID, "proposed_key": KEY},
    "kept_answer": {"caller": KEY, "body": NAME},
    "mail_choice": {"person_key": KEY},
    "outside_address": {"address": ADDRESS},
    "preference": {"colleague_key": KEY},
    "reader_record": {"reader_key": KEY},
    "reader_set": {"reader_key": KEY},
    "report": {"owner_key": KEY, "owner_name": NAME},
    "satisfaction": {"contact_guid": GUID},
    "saved_view": {"colleague_key": KEY},
    "verbatim": {"address": ADDRESS, "contact_guid": GUID, "text": NAME, "customer_id": ADDRESS, "line_id": ADDRESS,
                 "filters": "{}", "information": "{}", "analysis": "{}", "key": ADDRESS},
    "verbatim_link": {"name": ADDRESS, "contact_guid": GUID},
    "web_session": {"oid": KEY, "name": NAME},
    "import_piece": {"body": NAME},
    "token_cache": {"key": f"msal/{KEY}", "body": "x"},
}  # fmt: skip

# What mailboxes, calendars, directory and CRM are read into: `tests/sync/test_sync_erased.py` erases from all of these.
_SYNCED = """
activity activity_party address change_subscription colleague colleague_address cursor directory_group folder hint
membership quarantine record record_address record_side sighting source
"""
SYNCED = frozenset(_SYNCED.split())
# Words of our own, keys, codes, figures, digests and ids of other systems; GUIDs of the CRM that name nobody.
PLAIN = """
account_event: kind direction
account_health: status score_source status_source churn_source contradicts
account_health_change: field before after source_before source cause
account_health_value: field source value
account_mood: emotion
account_score: score reasons
alert: key because said state
alert_letter: language state
alert_list: language
alert_telling: state instead
announced_rating: rating trend
attrition_profile: body
audit_end: mac
audit_entry: actor action object result key_id mac
churn_model: body
contact_change: what
contact_day: kind
crm_field: what column_name value shown base_value base_shown
delivery: kind lane event record_kind record_guid state last_code bundle
deployment: tenant_id domains time_zone
erased_name: digest key_id erasure
excluded_domain: domain
group_member: group_id
health: state rating trend falls_to
import_fault: column code
import_run: key kind state reason channel digest options header columns
import_sample: change name
introduction: key request_key target_kind state via language template_key reason
introduction_step: step hand state
kept_answer: key_hash request_hash headers
mail_choice: how language
mood_place: basis
notice_count: outcome
outside_address: language
pair_activity: kind
pair_day: kind
qbr_document: span language
rating_basis: days
rating_change: what before after cause kinds
reader_record: kind
reader_set: kind
recommendation_act: key cause trigger recommendation act state reason made_id
record_activity: kind status
record_change: what before after
rules: body
satisfaction: kind
saved_view: several
signal: detector family key evidence ended_why
signal_source: source state
stage_day: stage source
stale_activity: key
stale_day: kind
sync_wish: reason
tie_activity: kind
tie_day: kind
told_mood: refused
told_rating: refused
usage_span: span
verbatim: source language emotion feeling threat analysed_with
verbatim_correction: emotion threat themes of_text
verbatim_link: sort
verbatim_mapping: shape roles scale source dates
verbatim_mark: sort word
verbatim_publication: words
web_session: number roles
write_back: trouble heard_trouble
"""
_TEXTS = ("AutoString", "String", "LargeBinary")


def all_tables() -> list[sa.Table]:
    """Those that a migrated database has: whoever asks has migrated one."""
    return [one for one in SQLModel.metadata.tables.values() if one.name not in SYNCED]


def signed_columns() -> set[str]:
    return {str(column) for pair in SIGNED for column in pair if column is not None} | {str(one) for one in NAMED}


def holding() -> set[str]:
    """The tables in which somebody may stand."""
    return set(ABOUT) | {name.partition(".")[0] for name in signed_columns() | {str(one) for one in WRITTEN}}


@pytest.mark.usefixtures("sqlite_template")
def test_every_column_of_words_says_how_it_forgets_or_that_it_names_nobody() -> None:
    there = {f"{one.name}.{c.name}" for one in all_tables() for c in one.columns if type(c.type).__name__ in _TEXTS}
    plain = {
        f"{name}.{column}"
        for name, _colon, columns in (line.partition(":") for line in PLAIN.strip().splitlines())
        for column in columns.split()
    }
    about = {f"{name}.{column}" for name, columns in ABOUT.items() for column in columns}
    declared = plain | about | signed_columns() | {str(one) for one in WRITTEN}
    assert sorted(there - declared) == [], "say how these forget somebody: see the top of this file"
    assert sorted(declared - there) == [], "these columns are not there any more"
    assert sorted(plain & (signed_columns() | {str(one) for one in WRITTEN} | about)) == []


@pytest.mark.usefixtures("sqlite_template")
def test_whoever_signed_something_is_always_forgotten_by_the_same_function() -> None:
    signs = {
        f"{one.name}.{c.name}"
        for one in SQLModel.metadata.tables.values()
        for c in one.columns
        if c.name == "by" or c.name.endswith(("_by", "by_name"))
    }
    assert signs == signed_columns()


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    """A row in every table in which somebody may stand, with the person in each of its places."""
    path = tmp_path / "everywhere.db"
    shutil.copyfile(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    config = Config(
        _env_file=None,
        mode="test",
        tenant_id="7c4b0f4e-0000-4000-8000-000000000001",
        secret_key="a key for tests only, long enough",
        encryption_keys=Fernet.generate_key().decode(),
    )
    made = House(config, store, real_clock)
    with store.transaction() as conn:
        deployment.ensure(conn, tenant_id=config.tenant_id, time_zone="Europe/Paris", read_from=date(2025, 1, 1))
        colleagues.save_directory(conn, [DirectoryUser(KEY, NAME, True, (ADDRESS,))], [], place=FIRST)
        colleagues.save_crm_users(conn, [CrmUser(USER, KEY, NAME, ADDRESS, True)], [], place=FIRST)
        contact = RecordRow(RecordKind.CONTACT, GUID, NAME, "active", date(2025, 1, 1), addresses=(ADDRESS,))
        records.save(conn, RecordKind.CONTACT, [contact], [], place=FIRST)
    filled = sqlite3.connect(path)  # which minds no foreign keys
    for table in (one for one in all_tables() if one.name in holding()):
        row = {column.name: dummy(column) for column in table.columns} | ABOUT.get(table.name, {})
        for one in (c for c in WRITTEN if c.table is table):
            mention = ADDRESS.replace("@", "%40") if one in IN_ADDRESSES else f"tell {ADDRESS} and {NAME}"
            row[one.name] = BODIES.get(str(one), mention)
        for key, name in SIGNED:
            if key.table is table:
                row[key.name] = KEY
                row |= {name.name: NAME} if name is not None else {}
        row |= {one.name: NAME for one in NAMED if one.table is table}
        marks = ", ".join("?" * len(row))
        names = ", ".join(f'"{name}"' for name in row)
        filled.execute(f'INSERT OR IGNORE INTO "{table.name}" ({names}) VALUES ({marks})', list(row.values()))
    filled.commit()
    filled.close()
    yield made
    store.close()


RULE = CASES[0].started("en").model_copy(update={"name": f"For {NAME}"}).model_dump_json()
BODIES = {"alert_rule.body": RULE, "alert_rule_version.body": RULE, "delivery.payload": f'{{"to":"{ADDRESS}, {NAME}"}}'}


def dummy(column: sa.Column[Any]) -> Any:
    kind = type(column.type).__name__
    if kind in _TEXTS:
        return b"x" if kind == "LargeBinary" else "x"
    return "2026-06-01" if kind == "Date" else "2026-06-01 10:00:00.000000" if kind == "UtcDateTime" else 990_001


def texts(house: House) -> dict[str, str]:
    """Every value of each table."""
    with house.store.reading() as conn:
        return {name: str(conn.exec_driver_sql(f'SELECT * FROM "{name}"').all()) for name in SQLModel.metadata.tables}


def test_somebody_who_is_erased_is_in_no_column_of_any_table(house: House) -> None:
    before = texts(house)
    assert [name for name in sorted(holding()) if not any(trace in before[name] for trace in TRACES)] == []
    erase(house, ADDRESS, by="officer")
    after = texts(house)
    left = {name: [trace for trace in TRACES if trace in text] for name, text in after.items()}
    assert {name: found for name, found in left.items() if found} == {}
    assert "tell … and …" in after["account_event"]
