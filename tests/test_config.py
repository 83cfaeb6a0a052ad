"""The configuration refuses what would fail later, and says which variable."""

import re
from pathlib import Path

import pytest

from relationship.config import Config, load_config
from relationship.errors import FixSettings

DOCS = Path(__file__).parents[1] / "docs" / "settings.md"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "live"),
        ("database_url", "mysql://db/crm"),
        ("time_zone", "Europe/Atlantis"),
        ("authority_url", "http://login.microsoftonline.com"),
        ("msgraph_url", "https://user:secret@graph.microsoft.com/v1.0"),
        ("read_window_days", "0"),
        ("read_window_days", "soon"),
        ("sync_threads", "0"),
        ("segment_column", "_ownerid_value"),
        ("segment_column", "name,revenue&$filter=name"),
        ("segment_column", "IndustryCode"),
        ("now", "2026-06-17T09:00:00"),
    ],
)
def test_a_bad_value_is_refused_with_the_variable_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv("RELATIONSHIP_MODE", "demo")
    monkeypatch.setenv(f"RELATIONSHIP_{name.upper()}", value)
    with pytest.raises(FixSettings) as refused:
        load_config()
    assert f"RELATIONSHIP_{name.upper()}" in refused.value.message
    assert refused.value.next_step


@pytest.mark.parametrize(
    "setting",
    [
        {"msgraph_url": "https://graph.microsoft.com.evil.example/v1.0"},
        {"authority_url": "https://localhost:8443"},
        {"dataverse_url": "https://crm.example"},
        {"now": "2026-06-17T09:00:00Z"},
        {"fail_at": "any:1"},
    ],
)
def test_production_talks_to_microsoft_only_and_has_a_real_clock(setting: dict[str, str]):
    with pytest.raises(FixSettings):
        load_config(mode="production", **setting)


@pytest.mark.parametrize("column", ["", "industrycode", "new_segment2"])
def test_a_segment_column_is_a_logical_name_or_none(column: str):
    assert load_config(mode="demo", segment_column=column).segment_column == column


def test_a_secret_never_shows_in_the_printed_configuration():
    config = load_config(mode="demo", client_secret="canary-secret", secret_key="canary-key")
    assert "canary" not in repr(config)


def test_a_postgres_url_gets_the_driver_we_ship():
    config = load_config(mode="demo", database_url="postgresql://db/crm")
    assert config.database_url == "postgresql+psycopg://db/crm"


def test_every_variable_is_documented_and_every_documented_one_exists():
    documented = set(re.findall(r"^\| `RELATIONSHIP_(\w+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == {name.upper() for name in Config.model_fields}


def test_the_documented_first_values_are_the_real_ones():
    rows = re.findall(r"^\| `RELATIONSHIP_(\w+)` \| `([^`]+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) >= 8
    for name, value in rows:
        default = Config.model_fields[name.lower()].default
        shown = ("off", "on")[default] if isinstance(default, bool) else str(default)
        assert shown == value


@pytest.mark.parametrize(
    "origins",
    [
        "https://*.dynamics.com",
        "*",
        "'self'",
        "https://contoso.crm4.dynamics.com/",
        "https://contoso.crm4.dynamics.com/main.aspx",
        "https://Contoso.crm4.dynamics.com",
        "https://contoso.crm4.dynamics.com:443",
        "https://user@contoso.crm4.dynamics.com",
        "contoso.crm4.dynamics.com",
        "https://a.example; script-src *",
        "https://a.example https://b.example",
        "null",
    ],
)
def test_who_frames_the_panel_is_named_exactly(origins: str):
    with pytest.raises(FixSettings, match="CRM_ORIGINS"):
        load_config(mode="test", crm_origins=origins)


def test_several_crms_may_frame_the_panel_each_once():
    config = load_config(mode="test", crm_origins="https://a.example, https://b.example:8443,https://a.example,")
    assert config.framed_by == ("https://a.example", "https://b.example:8443")
    assert load_config(mode="test").framed_by == ()


@pytest.mark.parametrize(
    "setting",
    [
        {"crm_origins": "http://contoso.example", "base_url": "https://health.example"},
        {"crm_origins": "https://contoso.crm4.dynamics.com", "base_url": "http://health.example"},
    ],
)
def test_in_production_the_panel_and_its_form_are_served_over_tls(setting: dict[str, str]):
    with pytest.raises(FixSettings, match="https"):
        load_config(mode="production", **setting)


HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJLQGIgkKF5cDBCY7HOk2mrfYWIqLPjHgmBcz9v5jXYb"


@pytest.mark.parametrize(
    "setting",
    [
        {"alert_sftp": "sftp://user:secret@files.example/alerts"},
        {"alert_sftp": "sftp://files.example/alerts"},
        {"alert_sftp": "sftp://user@files.example/"},
        {"alert_sftp": "sftp://user@files.example:99999/alerts"},
        {"alert_sftp": "ftp://user@files.example/alerts"},
        {"alert_sftp": "sftp://user@files.example/alerts"},
        {"alert_sftp": "sftp://user@files.example/alerts", "alert_sftp_key": "key"},
        {"alert_sftp": "sftp://user@files.example/alerts", "alert_sftp_host_key": HOST_KEY},
        {"alert_sftp_host_key": "ssh-ed25519 AAAA"},
        {"alert_sftp_host_key": "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"},
    ],
)
def test_files_go_by_sftp_only_with_a_key_to_a_server_whose_key_is_known(setting: dict[str, str]):
    with pytest.raises(FixSettings, match=r"(?i)alert_sftp") as refused:
        load_config(mode="test", **setting)
    assert "secret" not in refused.value.message


def test_files_of_alerts_have_somewhere_to_go_or_not():
    where = {"alert_sftp": "sftp://user@files.example/alerts", "alert_sftp_key": "key"}
    assert load_config(mode="test", **where, alert_sftp_host_key=f"{HOST_KEY} files").takes_files
    assert load_config(mode="test", alert_folder="alerts").takes_files
    assert not load_config(mode="test").takes_files
