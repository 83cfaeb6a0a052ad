"""Pure tables: what Retry-After says, and who must act on a failed answer."""

from datetime import UTC, datetime

import pytest

from relationship.errors import BadItem, CursorExpired, Reconnect, TryLater, Unavailable
from relationship.sync.wire.faults import Service, fault
from relationship.sync.wire.patience import LONGEST_WAIT_SECONDS, retry_after_seconds

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("2.128", 2.128),
        (" 3 ", 3.0),
        ("0", 0.0),
        ("Mon, 02 Mar 2026 09:01:30 GMT", 90.0),
        ("Mon, 02 Mar 2026 08:59:00 GMT", None),  # past: back off as if nothing was said
        ("86400", 86_400.0),
        ("999999999", LONGEST_WAIT_SECONDS),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        (None, None),
    ],
)
def test_every_form_of_retry_after_is_read_or_refused(value, seconds):
    assert retry_after_seconds(value, now=NOW) == seconds


@pytest.mark.parametrize(
    ("status", "code", "recovery"),
    [
        (410, "SyncStateNotFound", CursorExpired),
        (410, "anythingElse", CursorExpired),
        (410, "", CursorExpired),
        (400, "syncstatenotfound", CursorExpired),
        (404, "ResyncRequired", CursorExpired),
        (409, "SYNCSTATEINVALID", CursorExpired),
        (410, "ErrorSyncFolderNotFound", CursorExpired),
        (500, "SyncStateNotFound", TryLater),  # only 400 to 410 say that the place is lost
        (401, "InvalidAuthenticationToken", Reconnect),
        (403, "ErrorAccessDenied", Unavailable),
        (403, "Authorization_RequestDenied", Unavailable),
        (404, "MailboxNotEnabledForRESTAPI", Unavailable),
        (404, "mailboxnotenabledforrestapi", Unavailable),
        (404, "ErrorInvalidUser", Unavailable),
        (404, "ErrorItemNotFound", BadItem),
        (400, "ErrorInvalidIdMalformed", BadItem),
        (409, "ErrorIrresolvableConflict", TryLater),
        (412, "PreconditionFailed", TryLater),
        (429, "TooManyRequests", TryLater),
        (429, "", TryLater),
        (500, "InternalServerError", TryLater),
        (500, "ErrorCorruptData", BadItem),
        (501, "NotImplemented", Unavailable),
        (503, "", TryLater),
        (504, "UnknownError", TryLater),
        (507, "ErrorQuotaExceeded", Unavailable),
        (302, "", TryLater),
        (418, "SomethingNew", TryLater),  # the unknown never kills a mailbox
    ],
)
def test_every_msgraph_failure_names_its_recovery(status, code, recovery):
    assert type(fault(status, code)) is recovery


@pytest.mark.parametrize(
    ("status", "code", "at_saved_link", "recovery"),
    [
        (400, "0x80044352", True, CursorExpired),
        (400, "0X80044352", False, CursorExpired),
        (412, "", True, CursorExpired),
        (404, "0x0", True, CursorExpired),
        (410, "", True, CursorExpired),
        (400, "0x80060888", False, BadItem),
        (403, "0x80072560", False, Unavailable),
        (403, "0x80040220", False, Unavailable),
        (403, "0x80048306", True, Unavailable),
        (404, "0x8006088a", False, Unavailable),
        (429, "0x80072322", True, TryLater),
        (500, "0x80040216", False, TryLater),
        (412, "0x80060882", False, TryLater),
        (401, "", False, Reconnect),
    ],
)
def test_every_dataverse_failure_names_its_recovery(status, code, at_saved_link, recovery):
    assert type(fault(status, code, service=Service.DATAVERSE, at_saved_link=at_saved_link)) is recovery


@pytest.mark.parametrize("service", list(Service))
def test_every_failure_says_what_to_do_next(service):
    for status in range(300, 600):
        told = fault(status, "SomeCode", service=service, wait_seconds=3.0)
        assert told.message.endswith(".")
        assert told.next_step
        assert not isinstance(told, TryLater) or told.wait_seconds == 3.0
