"""Where the panel lives, and which of its requests may come from another site."""

from flask import Request, has_request_context, request

PATH = "/panel"
# How browsers name a page that loads into a frame or a tab.
_PAGE_LOADS = frozenset({"iframe", "frame", "document"})
_OURS = frozenset({"same-origin", "none"})


def is_here() -> bool:
    """Whether the request being answered is one of the panel's."""
    return has_request_context() and (request.path == PATH or request.path.startswith(f"{PATH}/"))


def may_be_asked(asked: Request, *, is_first_load: bool) -> bool:
    """Whether a reading request may be answered: another site may load the card as a page, and nothing else.

    A browser that does not say where a request comes from gets what the cookie allows it.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is None or site in _OURS:
        return True
    loads_a_page = asked.headers.get("Sec-Fetch-Mode") == "navigate" and (
        asked.headers.get("Sec-Fetch-Dest") in _PAGE_LOADS
    )
    return is_first_load and loads_a_page


def is_own_tab(asked: Request) -> bool:
    """Whether the browser says that the page fills a tab of its own, outside any frame."""
    return asked.headers.get("Sec-Fetch-Dest") == "document"
