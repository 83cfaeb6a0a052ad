"""Where alert rules put files: the folder of this machine, or that of an SFTP server."""

import os
from collections.abc import Iterator

from relationship.config import Config
from relationship.errors import FixSettings
from relationship.sync.checks.findings import Finding, tried
from relationship.sync.outward.sftp import SftpFolder

PART = "files of alerts"


def examine(config: Config) -> Iterator[Finding]:
    """Nothing where no folder is configured."""
    if config.alert_sftp:
        yield tried(PART, lambda: _remote(config), is_setting=True)
    elif config.alert_folder is not None:
        yield tried(PART, lambda: _here(config), is_setting=True)


def _remote(config: Config) -> str:
    folder = SftpFolder(config)
    try:
        return folder.look()
    finally:
        folder.close()


def _here(config: Config) -> str:
    folder = config.alert_folder
    if folder is None or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise FixSettings(
            "The folder for files of alerts is not there, or may not be written.",
            next_step="Make the folder of RELATIONSHIP_ALERT_FOLDER, and let the service write there.",
            code="alert_folder",
        )
    return "The folder can be written."
