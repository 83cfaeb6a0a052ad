"""The open ways to Microsoft, built from the configuration in one place."""

from dataclasses import dataclass

from relationship.config import Config
from relationship.sync.auth import Credentials
from relationship.sync.dataverse import API_PATH
from relationship.sync.faults import Service
from relationship.sync.patience import DATAVERSE_RATE, MAILBOX_RATE, Quotas
from relationship.sync.sessions import Sessions
from relationship.sync.transport import Channel


@dataclass(frozen=True, slots=True)
class Microsoft:
    """Microsoft Graph, and Dataverse when one is configured."""

    msgraph: Channel
    dataverse: Channel | None
    credentials: Credentials
    sessions: Sessions

    @property
    def requests_sent(self) -> int:
        return self.msgraph.requests_sent + (self.dataverse.requests_sent if self.dataverse else 0)

    def close(self) -> None:
        self.sessions.close()
        self.credentials.close()


def connect(config: Config) -> Microsoft:
    """Nothing is asked yet: the first request asks for the first token."""
    credentials, sessions = Credentials(config), Sessions(config.ca_file)
    msgraph = Channel(
        Service.MSGRAPH,
        config.msgraph_url,
        credentials.source(config.msgraph_url),
        sessions,
        Quotas(MAILBOX_RATE),
    )
    dataverse = None
    if config.dataverse_url:
        base_url = config.dataverse_url.rstrip("/") + API_PATH
        dataverse = Channel(Service.DATAVERSE, base_url, credentials.source(base_url), sessions, Quotas(DATAVERSE_RATE))
    return Microsoft(msgraph, dataverse, credentials, sessions)
