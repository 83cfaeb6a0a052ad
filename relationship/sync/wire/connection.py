"""The open ways to Microsoft, built from the configuration in one place."""

from dataclasses import dataclass

from pyrate_limiter import Rate

from relationship.config import Config
from relationship.errors import RelationshipError
from relationship.sync.checks.permissions import refuse_too_wide, too_wide
from relationship.sync.shapes import dataverse, msgraph
from relationship.sync.wire.auth import Credentials
from relationship.sync.wire.faults import Service
from relationship.sync.wire.patience import DATAVERSE_RATE, MAILBOX_RATE, Quotas
from relationship.sync.wire.sessions import Sessions
from relationship.sync.wire.transport import Channel


@dataclass(frozen=True, slots=True)
class Microsoft:
    """Microsoft Graph, and Dataverse when one is configured; how many rows a page may have.

    feedback  Microsoft Graph with the token of the second application, which is for feedback mailboxes alone; None
              where none is registered
    """

    msgraph: Channel
    dataverse: Channel | None
    feedback: Channel | None
    credentials: Credentials
    feedback_credentials: Credentials | None
    sessions: Sessions
    mail_page_size: int
    crm_page_size: int

    @property
    def requests_sent(self) -> int:
        return sum(one.requests_sent for one in (self.msgraph, self.dataverse, self.feedback) if one)

    def check_rights(self) -> None:
        """Look at what our token allows; one given out before a right was taken away is asked for anew.

        raises  Reconnect when it allows more than the service may have
        """
        source = self.credentials.source(self.msgraph.base_url)
        try:
            token = source.token()
            if too_wide(token):
                token = source.renewed(token)
        except RelationshipError:
            return  # told by the sources that need the token
        refuse_too_wide(token)

    def close(self) -> None:
        self.sessions.close()
        self.credentials.close()
        if self.feedback_credentials:
            self.feedback_credentials.close()


def connect(
    config: Config, *, mail_page_size: int = msgraph.PAGE_SIZE, crm_page_size: int = dataverse.PAGE_SIZE
) -> Microsoft:
    """Nothing is asked yet: the first request asks for the first token."""
    credentials, sessions = Credentials(config), Sessions(config.ca_file, config.proxy)

    def channel(service: Service, base_url: str, rate: Rate, owner: Credentials = credentials) -> Channel:
        tokens = owner.source(base_url)
        return Channel(service, base_url, tokens=tokens, sessions=sessions, quotas=Quotas(rate))

    second = feedback = None
    if config.feedback_client_id:
        second = Credentials(config.for_feedback, variables="RELATIONSHIP_FEEDBACK_")
        feedback = channel(Service.MSGRAPH, config.msgraph_url, MAILBOX_RATE, second)

    crm = None
    if config.dataverse_url:
        crm = channel(Service.DATAVERSE, config.dataverse_url.rstrip("/") + dataverse.API_PATH, DATAVERSE_RATE)
    return Microsoft(
        msgraph=channel(Service.MSGRAPH, config.msgraph_url, MAILBOX_RATE),
        dataverse=crm,
        feedback=feedback,
        credentials=credentials,
        feedback_credentials=second,
        sessions=sessions,
        mail_page_size=mail_page_size,
        crm_page_size=crm_page_size,
    )
