"""The lines of a CSV file: RFC 4180, whatever the separator and the line ends, in bounded memory."""

import csv
import io
from collections.abc import Iterator
from functools import partial

from relationship.importing.faults import FileRefused
from relationship.importing.opening import Source
from relationship.importing.options import DELIMITERS, Options

# No line of a file of ours is longer; what is longer is read in parts and then refused by its cells.
LONGEST_LINE = 1_048_576
_CHUNK = 65_536

Line = tuple[int, list[str]]


def lines(source: Source, options: Options) -> Iterator[Line]:
    """Each line with the number at which it begins; blank lines are left out. FileRefused where it cannot be read."""
    with source.open() as raw:
        codec = options.codec
        text = io.TextIOWrapper(raw, encoding="utf-8-sig" if codec == "utf-8" else codec, newline="")
        try:
            yield from _lines(text, delimiter(text, options))
        except UnicodeError:
            raise FileRefused(
                "encoding_wrong", line=_bad_line(source, codec), detail=(options.encoding or "utf-8").upper()
            ) from None


def _lines(text: io.TextIOWrapper, separator: str) -> Iterator[Line]:
    reader = csv.reader(iter(partial(text.readline, LONGEST_LINE), ""), delimiter=separator, strict=True)
    ended = 0
    try:
        for cells in reader:
            if cells:
                yield ended + 1, cells
            ended = reader.line_num
    except csv.Error as error:
        raise _refused(str(error), ended + 1) from None


def _refused(reason: str, line: int) -> FileRefused:
    """Python's csv module tells by words what went wrong."""
    if "field larger" in reason:
        return FileRefused("cell_too_long", line=line, detail=csv.field_size_limit())
    if "unexpected end" in reason:
        return FileRefused("quote_not_closed", line=line)
    return FileRefused("broken_line", line=line)


def delimiter(text: io.TextIOWrapper, options: Options) -> str:
    """The separator: as declared, else the one that occurs most often in the first line outside of quotes."""
    if options.delimiter:
        return DELIMITERS[options.delimiter]
    first = text.readline(LONGEST_LINE)
    text.seek(0)
    outside = "".join(first.split('"')[::2])
    return max(DELIMITERS.values(), key=lambda sign: (outside.count(sign), sign == ";"))


def _bad_line(source: Source, codec: str) -> int:
    """The line of the first byte that is no text; read anew, for the decoder works ahead."""
    import codecs

    decoder = codecs.getincrementaldecoder(codec)()
    line = 1
    with source.open() as raw:
        while chunk := raw.read(_CHUNK):
            try:
                line += _ends(decoder.decode(chunk))
            except UnicodeDecodeError as error:
                good = error.object[: error.start]
                return line + _ends(bytes(good).decode(codec, "ignore"))
    return line


def _ends(text: str) -> int:
    return text.count("\n") + text.replace("\r\n", "").count("\r")
