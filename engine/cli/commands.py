"""The command line: ``ossa phantom | train | generate | pack | assess | import | export | …``."""

import sys

from engine.cli import judging, localising, making, merging, studies
from engine.cli.application import INTERRUPTED, MISTAKE, application
from engine.errors import OssaError

# Importing them is what gives the application its commands.
__all__ = ["judging", "localising", "main", "making", "merging", "studies"]


def main() -> None:
    """Run the command line; a user's mistake is one line on standard error."""
    try:
        application()
    except OssaError as error:
        print(f"ossa: {error}", file=sys.stderr)
        sys.exit(MISTAKE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
