"""How the scripts here tell their parent what they saw: one JSON document a line on stdout."""

import json
import logging
import sys


def say(saw: str, **facts: object) -> None:
    """Tells the parent one thing."""
    print(json.dumps({"saw": saw, **facts}), flush=True)


class Warnings(logging.Handler):
    """Tells the parent what the library finds strange: what it does not understand shows in its log alone."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        cause = record.exc_info[1] if record.exc_info else None
        say("log", level=record.levelname, text=record.getMessage(), cause=repr(cause) if cause else None)


def listen_to_logs(*names: str) -> None:
    """Everything these loggers warn of goes to the parent; stderr stays for crashes."""
    for name in names:
        logger = logging.getLogger(name)
        logger.addHandler(Warnings())
        logger.propagate = False


def arguments(count: int) -> list[str]:
    """What the parent gave."""
    if len(sys.argv) != count + 1:
        sys.exit(f"expected {count} arguments, got {len(sys.argv) - 1}: this is started by tests/it/second_clients.rs")
    return sys.argv[1:]
