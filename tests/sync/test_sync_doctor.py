"""The doctor against the simulated organisation: each part well, each part ill, and the next step."""

import datetime as dt
import json
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from store_builders import may_read
from sync_world import AVIS, COLLEAGUES, HELP, NOW, OUTSIDERS, House, config_for, feedback_world

from relationship.cli import main
from relationship.errors import StorageTrouble
from relationship.store.database import Store
from relationship.sync.checks import doctor
from relationship.sync.checks.findings import Finding, Mark, as_json, exit_code
from relationship.sync.checks.permissions import FOR_GROUPS, NEEDED, REFUSED, verdict
from relationship.sync.wire.connection import connect
from settings.rules import Feedback, Rules, Sources
from simulator.mailbox import MailboxState
from simulator.registration import READ_ROLES
from simulator.server import Running, start

CONNECT = Path(__file__).parents[2] / "docs" / "connect.md"
PERMISSIONS = tuple(one.name for one in NEEDED)
READS = ("mail", "calendar", "tasks", "calls", "crm")

Examine = Callable[..., dict[str, Finding]]


@pytest.fixture
def examine(running: Running, store: Store) -> Examine:
    """The findings by part; keyword arguments change the configuration."""
    running.services.registration.roles = PERMISSIONS

    def look(outside: str = "", **changes: Any) -> dict[str, Finding]:
        usual = {
            "secret_key": "for tests only",
            "encryption_keys": Fernet.generate_key().decode(),
            "base_url": "https://health.fjord.example",
        }
        config = config_for(running, **{**usual, **changes})
        with closing(connect(config)) as microsoft:
            found = doctor.examine(config, microsoft, lambda: store, outside=outside)
        assert len({finding.part for finding in found}) == len(found)
        return {finding.part: finding for finding in found}

    return look


def bad(found: dict[str, Finding]) -> list[str]:
    return [part for part, finding in found.items() if finding.mark is Mark.BAD]


def test_a_complete_connection_is_well(examine: Examine):
    found = examine()
    assert bad(found) == []
    assert [part for part, one in found.items() if one.mark is Mark.WARNING] == ["credential"]
    assert {"directory", "domains", "one mailbox", "calendars", "To Do", "call records", "Dynamics 365"} <= set(found)
    assert sum(part.startswith("table ") for part in found) == 10
    assert exit_code(list(found.values())) == 0


@pytest.mark.parametrize(
    ("changes", "part", "mark"),
    [
        ({"tenant_id": ""}, "registration", Mark.BAD),
        ({"client_secret": ""}, "registration", Mark.BAD),
        ({"encryption_keys": "not a key"}, "encryption key", Mark.BAD),
        ({"encryption_keys": ""}, "encryption key", Mark.BAD),
        ({"secret_key": ""}, "cookie key", Mark.WARNING),
        ({"base_url": "http://localhost:8080"}, "address", Mark.WARNING),
        ({"client_secret": "wrong"}, "sign-in", Mark.BAD),
        ({"client_id": "00000000-0000-4000-8000-000000000001"}, "sign-in", Mark.BAD),
        ({"dataverse_url": ""}, "Dynamics 365", Mark.WARNING),
        ({"certificate": Path("/nowhere/key.pem")}, "credential", Mark.BAD),
    ],
)
def test_a_wrong_setting_is_named_with_the_next_step(examine: Examine, changes: dict[str, Any], part: str, mark: Mark):
    found = examine(**changes)[part]
    assert found.mark is mark
    assert len(found.next_step) > 20


def test_a_variable_that_is_nearly_a_setting_deserves_a_look(
    examine: Examine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("RELATIONSHIP_RETAIN_AGGREGATES_DAYS=90\nRELATIONSHIP_RETAIN_DAYS=90\n", "utf-8")
    monkeypatch.setenv("RELATIONSHIP_SMPT_URL", "smtp://mail.fjord.example")
    found = [finding for part, finding in examine().items() if part.startswith("variable")]
    assert {finding.mark for finding in found} == {Mark.WARNING}
    assert [finding.next_step for finding in found] == [
        "Call it RELATIONSHIP_RETAIN_DAYS_AGGREGATES if that was meant.",
        "Call it RELATIONSHIP_SMTP_URL if that was meant.",
    ]


def test_a_wrong_setting_ends_with_78_and_a_wrong_right_with_1(examine: Examine, running: Running):
    assert exit_code(list(examine(encryption_keys="").values())) == 78
    running.services.registration.roles = tuple(role for role in PERMISSIONS if role != "Domain.Read.All")
    assert exit_code(list(examine().values())) == 1


def test_it_is_tried_whether_the_crm_can_be_asked_in_a_person_s_name(
    examine: Examine, running: Running, monkeypatch: pytest.MonkeyPatch
):
    assert examine()["rights of each person"].mark is Mark.GOOD
    running.services.crm.rights.acts_for_others = False
    refused = examine()["rights of each person"]
    assert refused.mark is Mark.BAD
    assert "Delegate" in refused.next_step
    running.services.crm.rights.acts_for_others = True
    monkeypatch.setattr("simulator.dataverse.api.impersonated", lambda _crm, call: call)
    assert examine()["rights of each person"].mark is Mark.BAD


@pytest.mark.parametrize("role", [one.name for one in NEEDED if not one.in_exchange])
def test_a_missing_permission_is_named(examine: Examine, running: Running, role: str):
    running.services.registration.roles = tuple(one for one in PERMISSIONS if one != role)
    found = examine()["permissions"]
    assert (found.mark, found.told) == (Mark.BAD, f"Missing: {role}.")


@pytest.mark.parametrize("role", sorted(REFUSED | {"Calendars.ReadWrite", "User.ReadWrite.All", "Sites.Manage.All"}))
def test_a32_too_wide_permissions_are_refused(examine: Examine, running: Running, role: str):
    running.services.registration.roles = (*PERMISSIONS, role)
    found = examine()["permissions too wide"]
    assert found.mark is Mark.BAD
    assert role in found.told


def test_permissions_that_are_not_used_deserve_a_look(examine: Examine, running: Running):
    running.services.registration.roles = READ_ROLES
    found = examine()["permissions not used"]
    assert (found.mark, found.told) == (Mark.WARNING, "Not needed: MailboxSettings.Read.")


def test_sources_that_are_left_out_need_no_permission():
    found = verdict({"User.Read.All", "Domain.Read.All", "Mail.ReadBasic.All"}, ["mail"])
    assert (found.missing, found.scoped, found.needless) == ((), (), ())


def test_what_exchange_grants_to_some_mailboxes_is_not_missing():
    found = verdict({"User.Read.All", "Domain.Read.All"}, ["mail", "calendar"])
    assert (found.missing, found.scoped) == ((), ("Mail.ReadBasic.All", "Calendars.Read"))


def test_without_any_mailbox_the_mail_permission_is_missing(examine: Examine, running: Running):
    for key in COLLEAGUES:
        running.organisation.set_mailbox(key, MailboxState.FORBIDDEN)
    running.services.registration.roles = tuple(one for one in PERMISSIONS if one != "Mail.ReadBasic.All")
    found = examine()
    assert {"one mailbox", "permissions"} <= set(bad(found))
    assert "Mail.ReadBasic.All" in found["permissions"].told


def test_one_closed_mailbox_is_no_fault(examine: Examine, running: Running):
    running.organisation.set_mailbox("ines", MailboxState.FORBIDDEN)
    assert examine()["one mailbox"].mark is Mark.GOOD


def test_a_mailbox_outside_the_scope_must_stay_closed(examine: Examine, running: Running):
    user = running.organisation.directory.find("lina@fjord.example").id
    assert examine(outside=user)["mailbox outside the scope"].mark is Mark.BAD
    running.organisation.set_mailbox("lina", MailboxState.FORBIDDEN)
    assert examine(outside=user)["mailbox outside the scope"].mark is Mark.GOOD


def test_a_source_that_may_stay_closed_deserves_a_look_only(examine: Examine, running: Running):
    running.organisation.tasks.refused_with = 403
    found = examine()
    assert found["To Do"].mark is Mark.WARNING
    assert bad(found) == []


def test_a_database_that_cannot_be_opened_is_a_setting(running: Running):
    def broken() -> Store:
        raise StorageTrouble("The database cannot be used right now.", next_step="Check that it runs.")

    config = config_for(running)
    with closing(connect(config)) as microsoft:
        found = {one.part: one for one in doctor.examine(config, microsoft, broken)}
    assert (found["database"].mark, found["database"].is_setting) == (Mark.BAD, True)
    assert found["directory"].mark is Mark.GOOD


def test_the_look_at_the_database_leaves_nothing_behind(examine: Examine, store: Store):
    assert examine()["database"].mark is Mark.GOOD
    with store.engine.connect() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM hint").scalar() == 0


@pytest.mark.parametrize(
    ("days", "mark"), [(400, Mark.GOOD), (20, Mark.WARNING), (-1, Mark.BAD)], ids=["good", "soon", "expired"]
)
def test_the_end_of_the_certificate_is_told(examine: Examine, running: Running, tmp_path: Path, days: int, mark: Mark):
    path = tmp_path / "relationship.pem"
    path.write_bytes(certificate(days))
    running.services.registration.register_certificate(path.read_bytes()[path.read_bytes().index(b"-----BEGIN CERT") :])
    assert examine(certificate=path)["credential"].mark is mark


def certificate(days: int) -> bytes:
    """A key and a certificate in one PEM text, good for so many days."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relationship")])
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=days, hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ends - dt.timedelta(days=800))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + made.public_bytes(serialization.Encoding.PEM)


def test_neither_secret_nor_address_is_printed(examine: Examine, running: Running):
    user = running.organisation.directory.find("lina@fjord.example").id
    text = as_json(list(examine(outside=user, client_secret=running.client_secret).values()))
    assert json.loads(text)
    assert running.client_secret not in text
    assert user not in text
    for address in [address for address, _ in (*COLLEAGUES.values(), *OUTSIDERS.values())]:
        assert address not in text


def test_the_guide_names_exactly_the_permissions_that_are_needed():
    text = CONNECT.read_text(encoding="utf-8")
    named = dict(re.findall(r"^\| `([A-Za-z-]+(?:\.[A-Za-z]+)+)` \| `([0-9a-f-]{36})` \|", text, re.MULTILINE))
    assert named == {one.name: one.id for one in (*NEEDED, FOR_GROUPS)}
    elsewhere = set(re.findall(r"\b[A-Z][A-Za-z-]+\.(?:Read|Send)[A-Za-z.]*\b(?<!\.)", text))
    assert elsewhere - named.keys() - REFUSED == {"Mail.ReadBasic"}  # what Exchange calls its role


def test_the_guide_names_every_table_that_must_be_tracked():
    text = CONNECT.read_text(encoding="utf-8")
    for table in ("systemuser", "account", "contact", "lead", "opportunity", "connection", "email", "phonecall",
                  "appointment", "task"):  # fmt: skip
        assert f"`{table}`" in text


def test_the_command_prints_the_parts_with_signs_and_ends_with_their_code(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    given = {
        "mode": "test",
        "encryption_keys": Fernet.generate_key().decode(),
        **{name: running.described()[name] for name in ("tenant_id", "client_id", "client_secret", "ca_file")},
        **{name: running.described()[name] for name in ("authority_url", "msgraph_url", "dataverse_url")},
    }
    for name, value in given.items():
        monkeypatch.setenv(f"RELATIONSHIP_{name.upper()}", value)
    well = CliRunner().invoke(main, ["doctor"])
    assert well.exit_code == 0
    assert "✓" in well.stdout
    assert "→ Set RELATIONSHIP_BASE_URL" in well.stdout
    monkeypatch.setenv("RELATIONSHIP_ENCRYPTION_KEYS", "no key")
    ill = CliRunner().invoke(main, ["doctor", "--json"])
    assert ill.exit_code == 78
    parts = {one["part"]: one for one in json.loads(ill.stdout)}
    assert parts["encryption key"]["mark"] == "bad"
    monkeypatch.setenv("RELATIONSHIP_TIME_ZONE", "nowhere")
    assert CliRunner().invoke(main, ["doctor"]).exit_code == 78


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_second_application_reads_declared_mailboxes_and_is_refused_in_others(store: Store):
    with start(feedback_world([])) as running:
        running.services.registration.roles = PERMISSIONS
        sources = Sources(everyone=True, consulted_on=NOW.date(), feedback=Feedback(mailboxes=(AVIS, HELP)))
        may_read(store, Rules(sources=sources))
        told = {name: getattr(running, name) for name in ("feedback_client_id", "feedback_client_secret")}

        def look(**changes: Any) -> dict[str, Finding]:
            usual = {"secret_key": "s", "sources": "", "dataverse_url": "", **told}
            config = config_for(running, **{**usual, **changes})
            with closing(connect(config)) as microsoft:
                found = doctor.examine(config, microsoft, lambda: store)
            return {finding.part: finding for finding in found}

        assert look()["feedback mailboxes"].mark is Mark.BAD  # nobody has read the directory yet
        house = House(config_for(running, sources="", dataverse_url=""), store, running, rules=Rules(sources=sources))
        house.sync()
        house.close()
        parts = ("second application", "feedback mailboxes", "other mailboxes")
        assert [look()[part].mark for part in parts] == [Mark.GOOD] * 3

        running.organisation.feedback.mailboxes = {AVIS}
        assert look()["feedback mailboxes"].told == "1 of 2 declared mailboxes cannot be read."
        running.organisation.feedback.mailboxes = {AVIS, HELP, "ines@fjord.example"}
        assert look()["other mailboxes"].mark is Mark.BAD
        running.services.feedback.roles = ("Mail.Read",)
        wide = look()["second application"]
        assert (wide.mark, "docs/connect.md, step 12" in wide.next_step) == (Mark.BAD, True)
        wrong = look(feedback_client_secret="wrong")["second application"]
        assert (wrong.mark, "RELATIONSHIP_FEEDBACK_CLIENT_SECRET" in wrong.next_step) == (Mark.BAD, True)
        assert look(feedback_client_id="")["second application"].mark is Mark.BAD
