"""Words of actions on change, webhooks and deliveries, for pages and the API."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from web.operations import reasons

# What cannot be saved, by its stable code.
REFUSALS: Mapping[str, object] = {
    "url_malformed": _l("This is not an address like https://hooks.granit.example/crm. Correct it."),
    "url_not_https": _l("An address begins with https://. Nothing is sent in the clear."),
    "url_with_user": _l("An address holds no user and no password. Calls are signed instead."),
    "url_fragment": _l("An address holds no part after #. Remove it."),
    "url_number": _l("Name the host, not its number: a number can lead anywhere."),
    "url_inside": _l("This name means something only inside a network. Name a host of the open internet."),
    "url_look_alike": _l("The name holds letters of another alphabet that look like familiar ones. Write it in Latin."),
    "url_own_machine": _l("This address leads to the machine of this service itself. Name another host."),
    "action_missing": _l("The rule does nothing yet. Choose a mail, a task or a webhook."),
    "action_key_twice": _l("Two entries have the same key. Give every one a key of its own."),
    "endpoint_unknown": _l("A rule calls a webhook that is not in the list. Choose another."),
    "reaches_unknown": _l("A rating reaches good, fair or poor; a trend improving, steady or declining."),
    "event_unknown": _l("This event is not known. The list is in docs/webhooks.md."),
    "name_blank": _l("Give it a name."),
}

EVENTS: Mapping[str, object] = {
    "rating.changed": _l("Change of rating"),
    "trend.changed": _l("Change of trend"),
    "account.health_changed": _l("Change of account health"),
    "signal.opened": _l("New signal"),
    "signal.ended": _l("End of a signal"),
    "alert.raised": _l("Alert"),
    "test": _l("Test"),
}
KINDS: Mapping[str, object] = {
    "mail": _l("E-mail"),
    "letter": _l("Mail to a customer"),
    "webhook": _l("Webhook"),
    "crm_task": _l("CRM task"),
    "crm_note": _l("CRM note"),
    "file": _l("File by SFTP"),
}
KIND_ICONS = {
    "mail": "mail",
    "letter": "mail",
    "webhook": "send",
    "crm_task": "clipboard_task",
    "crm_note": "clipboard_task",
    "file": "open",
}
STATES: Mapping[str, object] = {
    "waiting": _l("Waiting"),
    "failed": _l("Failed so far"),
    "given_up": _l("Given up"),
    "sent": _l("Sent"),
    "dropped": _l("Not wanted any more"),
}
TONES = {"waiting": "none", "failed": "fair", "given_up": "poor", "sent": "good", "dropped": "none"}
HOW: Mapping[str, tuple[object, object]] = {
    "instant": (_l("At once"), _l("One mail for each thing, a few a day at most; nothing in quiet hours.")),
    "daily": (_l("Once a day"), _l("Everything of a day in one mail, in the morning.")),
    "off": (_l("Never"), _l("No mail about ratings and signals. Requests of colleagues still reach you.")),
}

_AGAIN = _l("Nothing to do: it is tried again by itself.")
# Why a delivery failed: what it means, and what to do.
TROUBLES: Mapping[str, tuple[object, object]] = {
    "webhook_timeout": (_l("The endpoint did not answer within ten seconds."), _AGAIN),
    "webhook_unreachable": (_l("The endpoint could not be reached."), _AGAIN),
    "webhook_name_unknown": (_l("The name of the endpoint is not known."), _l("Check its address.")),
    "webhook_redirected": (
        _l("The endpoint answered with another address."),
        _l("Enter that one; redirects are not followed."),
    ),
    "webhook_address_inside": (
        _l("The name leads to an address inside a network."),
        _l("Nothing is sent there. Name a host of the open internet."),
    ),
    "webhook_no_secret": (_l("The endpoint has no secret yet."), _l("Make one on its page.")),
    "untrusted_certificate": (
        _l("The certificate of the other side is not trusted."),
        _l("Use one of a known authority, or set RELATIONSHIP_CA_FILE."),
    ),
    "mail_server_unreachable": (_l("The mail server could not be reached, or did not take the mail."), _AGAIN),
    "mail_server_unknown": (_l("The name of the mail server is not known."), _l("Check RELATIONSHIP_SMTP_URL.")),
    "mail_server_refuses": (
        _l("The mail server refuses the user and password."),
        _l("Check RELATIONSHIP_SMTP_URL."),
    ),
    "mail_address_refused": (_l("The mail server knows no such address."), _l("Nothing to do.")),
    "task_record_gone": (_l("The record or its owner is not in the CRM any more."), _l("Nothing to do.")),
    "task_not_permitted": (
        _l("The application user may not create tasks."),
        _l("Give it Create, Append and Append To on tasks (docs/actions.md)."),
    ),
    "note_record_gone": (_l("The record or its owner is not in the CRM any more."), _l("Nothing to do.")),
    "note_not_permitted": (
        _l("The application user may not create notes."),
        _l("Give it Create and Append on notes, and Append To on accounts (docs/alerts.md)."),
    ),
    "sftp_unreachable": (_l("The SFTP server could not be reached, or did not take the file."), _AGAIN),
    "sftp_host_key": (
        _l("The SFTP server shows another key than the expected one; nothing was sent."),
        _l("Ask its owner, and correct RELATIONSHIP_ALERT_SFTP_HOST_KEY if the key was replaced."),
    ),
    "sftp_refuses_key": (
        _l("The SFTP server does not let our key in."),
        _l("Have the public half of RELATIONSHIP_ALERT_SFTP_KEY accepted there."),
    ),
    "sftp_key_unreadable": (
        _l("The private key for the SFTP server cannot be read."),
        _l("Check RELATIONSHIP_ALERT_SFTP_KEY: a key file without a passphrase."),
    ),
    "sftp_folder": (
        _l("The folder on the SFTP server is not there, or may not be written."),
        _l("Make the folder of RELATIONSHIP_ALERT_SFTP, and let its user write there."),
    ),
    "sftp_name": (_l("This is no name of a file of ours."), _l("Nothing to do.")),
    "alert_closed": (_l("The alert was handled or called false before it left."), _l("Nothing to do.")),
    "off_by_choice": (_l("The reader has switched such mails off."), _l("Nothing to do.")),
    "mail_not_wanted": (
        _l("The CRM says that this person wants no such mails."),
        _l("Nothing to do; “Do not allow emails” and “Do not allow bulk emails” stand on the contact and the account."),
    ),
    "reader_gone": (_l("The reader is no colleague any more, or has no address."), _l("Nothing to do.")),
    "endpoint_gone": (_l("The webhook was removed."), _l("Nothing to do.")),
    "too_old": (
        _l("It waited for two weeks without a way out."),
        _l("Check the mail server and the connection to the CRM, then send it again."),
    ),
}


def trouble(code: str) -> tuple[object, object]:
    """What a code means and what to do; those that reading meets too are told as there."""
    if code.startswith("http_") and code[5:].isdigit():
        return _l("The other side answered %(status)s.", status=code[5:]), _AGAIN
    found = reasons.of_source(code)
    return TROUBLES.get(code, (found.meaning, found.next_step))
