"""What a file really is, by its content: CSV or XLSX, or something that is refused."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from relationship.importing.faults import FileRefused

MOST_BYTES = 256 * 1024 * 1024
MOST_UNPACKED_BYTES = 1024 * 1024 * 1024
MEBIBYTE = 1024 * 1024
LONGEST_FILE_NAME = 100

_MAGIC = (
    (b"PK\x03\x04", "ZIP"), (b"PK\x05\x06", "ZIP"), (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"), (b"%PDF", "PDF"), (b"\x1f\x8b", "GZIP"),
    (b"\xd0\xcf\x11\xe0", "OLE"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"),
    (b"SQLite format 3", "SQLite"),
)  # fmt: skip
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT = 4096


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may be read more than once. open: anew from the start; name: as the sender calls it."""

    open: Callable[[], BinaryIO]
    size: int
    name: str = ""


def is_workbook(source: Source, *, encoding: str) -> bool:
    """Whether it is an XLSX workbook, else text; FileRefused for everything else, and where name and content differ.

    encoding  as declared, '' when nothing was
    """
    if source.size > MOST_BYTES:
        raise FileRefused("file_too_large", detail=MOST_BYTES // MEBIBYTE)
    with source.open() as file:
        start = file.read(_LOOKED_AT)
    if not start.strip():
        raise FileRefused("empty_file")
    ending = PurePosixPath(source.name.replace("\\", "/").lower()).suffix
    if start.startswith(b"PK\x03\x04") and _holds_workbook(source):
        if ending not in ("", ".xlsx"):
            raise FileRefused("name_and_content_differ", detail=ending[1:])
        return True
    for magic, what in _MAGIC:
        if start.startswith(magic):
            raise FileRefused("not_a_table", detail=what)
    if ending in (".xlsx", ".xlsm", ".xls", ".ods"):
        raise FileRefused("name_and_content_differ", detail=ending[1:])
    if not encoding and start.startswith(_UTF16_MARKS):
        raise FileRefused("encoding_undeclared", line=1)
    if b"\x00" in start and encoding != "utf-16":
        raise FileRefused("not_a_table", detail="binary")
    return False


def safe_name(raw: str) -> str:
    """The last part of a file name, for showing: no path, no control characters, not too long.

    >>> safe_name("..\\\\..\\\\etc/passwd\\x00<b>.csv")
    'passwd<b>.csv'
    """
    last = re.split(r"[/\\]", raw)[-1]
    clean = "".join(sign for sign in last if sign.isprintable()).strip()
    return clean[-LONGEST_FILE_NAME:]


def _holds_workbook(source: Source) -> bool:
    """Whether the ZIP archive is a workbook without macros; refuses one that unpacks to too much."""
    try:
        with source.open() as file, zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError):  # zipfile knows not every way of packing
        return False
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names or "xl/vbaProject.bin" in names:
        return False
    if sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        raise FileRefused("unpacked_too_large", detail=MOST_UNPACKED_BYTES // MEBIBYTE)
    return True
