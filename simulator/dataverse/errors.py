"""What the simulated Dataverse answers when it refuses: a status and a code in its own hexadecimal form."""

from simulator.dataverse.schema import Table

BAD_QUERY = "0x80060888"
NO_SUCH_ROW = "0x80040217"
NO_SUCH_SET = "0x8006088a"
NOT_A_MEMBER = "0x80072560"
NO_SUCH_CALLER = "0x80041d1f"
PRIVILEGE_MISSING = "0x80040220"
UNREADABLE_BODY = "0x80048d19"
VERSION_STAMP_EXPIRED = "0x80044352"


class DataverseError(Exception):
    """One refused request: HTTP status, code, text, and the seconds of Retry-After if there are any."""

    def __init__(self, status: int, code: str, message: str, *, wait_seconds: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.wait_seconds = wait_seconds

    @property
    def body(self) -> dict[str, dict[str, str]]:
        return {"error": {"code": self.code, "message": self.message}}


class ThrottledError(DataverseError):
    """A service protection limit is reached: 429 with the seconds to wait."""

    def __init__(self, code: str, wait_seconds: int) -> None:
        text = f"Number of requests exceeded the limit; try again in {wait_seconds} seconds."
        super().__init__(429, code, text, wait_seconds=wait_seconds)


def unknown_column(name: str, table: Table) -> DataverseError:
    where = f"on type 'Microsoft.Dynamics.CRM.{table.logical_name}'"
    return bad_query(f"Could not find a property named '{name}' {where}.")


def bad_query(message: str) -> DataverseError:
    return DataverseError(400, BAD_QUERY, message)
