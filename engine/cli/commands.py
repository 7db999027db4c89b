"""The command line: ``ossa phantom | train | generate | pack | assess | export | info``."""

import sys

from engine.cli import judging, making
from engine.cli.application import INTERRUPTED, MISTAKE, application
from engine.errors import OssaError

__all__ = ["judging", "main", "making"]  # importing them is what gives the application its commands


def main() -> None:
    """Run the command line; a user's mistake is one line on standard error."""
    try:
        application()
    except OssaError as error:
        print(f"ossa: {error}", file=sys.stderr)
        sys.exit(MISTAKE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
