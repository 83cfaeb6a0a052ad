"""A text without signs that are no text."""

import re

# Everything below the blank but tab and line ends, the block after 0x7f, lone surrogates, and signs that turn the
# direction of what stands around the text.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def readable(text: str) -> str:
    """The text as it is kept: what the customer wrote, without signs that control terminals, databases and layouts.

    >>> readable("ok\\x00\\r\\nfin")
    'ok\\nfin'
    """
    return _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
