"""What the code of a source's trouble means, and who does what about it: in words, by code."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Reason:
    """meaning: one sentence; next_step: what to do, or that nothing is to be done."""

    meaning: object
    next_step: object


_WAIT = _l("Nothing to do: the next cycle goes on where this one stopped.")
_AGAIN = _l("Nothing to do: it is read again by the next cycle.")
_LEFT_OUT = _l("Nothing to do: the item is left out, and read again when it changes.")

# Codes of sources, as `relationship/sync` gives them.
SOURCES = {
    "not_permitted": Reason(
        _l("Microsoft does not let us read this."),
        _l("Nothing to do if it is left out on purpose. Otherwise add it to the application's scope."),
    ),
    "no_permission": Reason(
        _l("The application has not been given this permission."),
        _l("Grant it if these activities should count; “relationship doctor” names it."),
    ),
    "privilege_missing": Reason(
        _l("The application user may not read this table."),
        _l("Give its security role organisation-level read on this table."),
    ),
    "not_a_member": Reason(
        _l("Dynamics 365 does not know our application."),
        _l("Add an application user for it in the environment and give it the reader role."),
    ),
    "no_mailbox": Reason(
        _l("There is no mailbox in Exchange Online here."),
        _l("Nothing to do if this person has none; otherwise check the licence. We look again every day."),
    ),
    "not_offered": Reason(
        _l("Microsoft does not offer this here."),
        _l("Check that the environment has this table; we look again every day."),
    ),
    "group_gone": Reason(
        _l("A group that the rules name is not in the directory any more; whoever was its member stays one."),
        _l("Choose another group in the settings, under sources and privacy."),
    ),
    "not_found": Reason(_l("It is not there any more."), _AGAIN),
    "token_refused": Reason(
        _l("Microsoft refuses the token it gave us."),
        _l("Check the administrator's consent in Microsoft Entra."),
    ),
    "silence_asked": Reason(_l("Microsoft asked for silence for a while."), _WAIT),
    "quota_used": Reason(_l("The quota that Microsoft grants is used up."), _WAIT),
    "circuit_open": Reason(_l("Microsoft failed many times in a row; we pause."), _WAIT),
    "network": Reason(
        _l("Microsoft could not be reached, or the line broke."),
        _l("Check the network of the server if this stays."),
    ),
    "sign_in_unreachable": Reason(
        _l("Microsoft's sign-in service could not be reached."),
        _l("Check the network of the server if this stays."),
    ),
    "unreadable_answer": Reason(_l("Microsoft sent an answer that cannot be read."), _AGAIN),
    "toomanyrequests": Reason(_l("Microsoft asked for patience."), _WAIT),
    "applicationthrottled": Reason(_l("Microsoft asked for patience."), _WAIT),
    "cursor_expired": Reason(_l("Microsoft dropped our place in this list."), _AGAIN),
    "endless_list": Reason(_l("A list of Microsoft's has no end."), _AGAIN),
    "link_loop": Reason(_l("A list of Microsoft's leads back to itself."), _AGAIN),
    "place_never_kept": Reason(_l("Microsoft dropped our place again and again."), _AGAIN),
    "batch_failed": Reason(_l("Microsoft answered a part of our questions only."), _AGAIN),
    "foreign_link": Reason(
        _l("An answer points at another host; nothing was sent there."),
        _l("Check the addresses of Microsoft Graph and Dynamics 365 in the configuration."),
    ),
    "feedback_not_configured": Reason(
        _l("No second application is registered, which alone may read feedback mailboxes."),
        _l("Set RELATIONSHIP_FEEDBACK_CLIENT_ID; docs/connect.md, step 12, says how."),
    ),
    "feedback_too_wide": Reason(
        _l("The second application could read all mailboxes, so it reads none."),
        _l("Remove its consent for mail in Entra; Exchange grants it for the feedback mailboxes alone."),
    ),
    "feedback_unknown": Reason(
        _l("The directory has no mailbox with this address."), _l("Correct the address, or withdraw it.")
    ),
    "feedback_left_out": Reason(
        _l("This mailbox belongs to somebody who is left out."), _l("Withdraw it, or lift the exclusion.")
    ),
    "internal_error": Reason(
        _l("A fault of ours stopped this source."),
        _l("Report it with the log; the next cycle tries again."),
    ),
    "untrusted_certificate": Reason(
        _l("The certificate of the other side is not trusted."),
        _l("Check the clock of the server and RELATIONSHIP_CA_FILE."),
    ),
}

# Codes of single items that were set aside.
ITEMS = {
    "no_sender": Reason(_l("without a sender"), _LEFT_OUT),
    "no_time": Reason(_l("without a time"), _LEFT_OUT),
    "bad_time": Reason(_l("with a time that cannot be read"), _LEFT_OUT),
    "bad_id": Reason(_l("without an id"), _LEFT_OUT),
    "bad_party": Reason(_l("with a participant that cannot be read"), _LEFT_OUT),
    "bad_body": Reason(_l("with a text that cannot be read"), _LEFT_OUT),
    "bad_parties": Reason(_l("with participants that cannot be read"), _LEFT_OUT),
    "bad_state": Reason(_l("in a state that we do not know"), _LEFT_OUT),
    "unknown_zone": Reason(_l("in a time zone that we do not know, counted as UTC"), _l("Nothing to do.")),
    "no_segment_column": Reason(
        _l("segment column that accounts do not have"),
        _l("Correct RELATIONSHIP_SEGMENT_COLUMN; “relationship doctor” names the column."),
    ),
    "no_own_column": Reason(
        _l("column that RELATIONSHIP_CRM_COLUMNS names and the table does not have"),
        _l("Correct RELATIONSHIP_CRM_COLUMNS; “relationship doctor” names the column."),
    ),
    "errorcorruptdata": Reason(_l("that Microsoft itself cannot read"), _LEFT_OUT),
}


def of_source(code: str) -> Reason:
    """The reason behind a source's code; Microsoft's own codes that we do not know ask for patience."""
    if code.startswith("feedback_") and code not in SOURCES:
        return Reason(
            _l("Microsoft refuses the second application, which reads the feedback mailboxes."),
            _l("“relationship doctor” says why and what to do."),
        )
    return SOURCES.get(code.lower()) or Reason(
        _l("Microsoft answered with the code %(code)s.", code=code),
        _l("Nothing to do at first; report the code if it stays for a day."),
    )


def of_item(code: str) -> Reason:
    return ITEMS.get(code.lower()) or Reason(_l("with the code %(code)s", code=code), _LEFT_OUT)
