"""Where log lines go: to stderr, readable in a terminal, one JSON object per line elsewhere.

Events are named words with ids and counts; texts, addresses and secrets are never put into one.
"""

import logging
import sys
import traceback
from pathlib import PurePath

import structlog

DEEPEST_FRAMES = 12


def place_of(error: BaseException) -> str:
    """Where something happened, innermost last, without a message or a value: both may hold what people wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST_FRAMES:]
    return " > ".join(f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)


def configure(least: int = logging.INFO) -> None:
    """Send log lines to stderr from one level upwards; stdout belongs to what a command was asked for."""
    render: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
