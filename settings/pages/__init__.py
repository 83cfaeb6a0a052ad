"""The pages under /settings. They may use what the other pages use (`web`); only the app factory imports them.

`shell.py` holds the list of pages, and who is led to which; read it first. A further page is one module with a
view, one template that extends `settings/shell.html`, one line in `shell.PAGES` and one import here.
"""

from settings.pages import (
    actions,
    crm_columns,
    customer_health,
    deliveries,
    effect,
    endpoints,
    exclusions,
    health,
    health_rights,
    history,
    introductions,
    recommendations,
    rules_in_words,
    signals,
    sources,
    start,
    suggestion,
    themes,
)
from settings.pages.shell import blueprint

__all__ = [
    "actions",
    "blueprint",
    "crm_columns",
    "customer_health",
    "deliveries",
    "effect",
    "endpoints",
    "exclusions",
    "health",
    "health_rights",
    "history",
    "introductions",
    "recommendations",
    "rules_in_words",
    "signals",
    "sources",
    "start",
    "suggestion",
    "themes",
]
