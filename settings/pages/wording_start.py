"""The first steps in words: what they are called, and what an examination of the connection finds."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

STEPS: Mapping[str, object] = {
    "connect": _l("Connection"),
    "mailboxes": _l("Mailboxes"),
    "exclusions": _l("Exclusions"),
    "consultation": _l("Consultation"),
    "frequency": _l("Frequency"),
    "weights": _l("Weights"),
    "reading": _l("First reading"),
}
PARTS: Mapping[str, object] = {
    "registration": _l("Registration in Microsoft Entra"),
    "cookie key": _l("Key of the session cookie"),
    "encryption key": _l("Encryption key"),
    "address": _l("Address of the service"),
    "database": _l("Database"),
    "clock": _l("Clock"),
    "credential": _l("Certificate or secret"),
    "sign-in": _l("Sign-in at Microsoft"),
    "directory": _l("Directory"),
    "domains": _l("Mail domains"),
    "one mailbox": _l("A mailbox"),
    "permissions": _l("Permissions"),
    "permissions too wide": _l("Permissions that are too wide"),
    "permissions not used": _l("Permissions that are not used"),
    "calendars": _l("Calendars"),
    "To Do": _l("To Do lists"),
    "call records": _l("Call records"),
    "Dynamics 365": _l("Dynamics 365"),
    "rights of each person": _l("Rights of each person"),
    "segments": _l("Segments"),
}
# The usual findings and next steps of an examination; a page shows whatever else it says in English.
FINDINGS = (
    _l("Organisation, application and credential are configured."),
    _l("No Microsoft 365 organisation is configured."),
    _l("Neither a certificate nor a secret is configured."),
    _l("The session cookie can be signed."),
    _l("The key that signs the session cookie is missing."),
    _l("Tokens can be encrypted."),
    _l("The service has an https address."),
    _l("The service has no https address: sign-in and notifications need one outside of this machine."),
    _l("The database (sqlite) can be written."),
    _l("The database (postgresql) can be written."),
    _l("The clock agrees with Microsoft's."),
    _l("A client secret is used; when it expires cannot be read from here."),
    _l("Microsoft Entra accepts the application."),
    _l("The directory can be read."),
    _l("It can be read."),
    _l("They can be read."),
    _l("There is nobody to try it with."),
    _l("The environment knows our application user."),
    _l("It can be read, with change tracking."),
    _l("The environment can be asked in a person's name, so everybody sees what is theirs."),
    _l("The environment answers as our application when asked in a person's name."),
    _l("The environment has no user with an Entra account to try it with."),
    _l("Give the application user the role Delegate in the environment (docs/connect.md, step 7)."),
    _l("No environment is configured, so there are no opportunities to rate."),
    _l("Set RELATIONSHIP_TENANT_ID and RELATIONSHIP_CLIENT_ID (docs/connect.md, step 1)."),
    _l("Set RELATIONSHIP_CERTIFICATE (docs/connect.md, step 2)."),
    _l("Put a long random text into RELATIONSHIP_SECRET_KEY."),
    _l("Set RELATIONSHIP_BASE_URL to the https address that browsers use."),
    _l("Use a certificate (docs/connect.md, step 2), or note the day in a calendar."),
    _l("Set RELATIONSHIP_DATAVERSE_URL (docs/connect.md, step 7)."),
)
MARKS: Mapping[str, object] = {
    "good": _l("in order"),
    "warning": _l("worth a look"),
    "bad": _l("to be mended"),
}
