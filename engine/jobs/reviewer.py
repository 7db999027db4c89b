"""Who is at the keyboard, for the audit trail."""

import getpass


def reviewer_name() -> str:
    """The name of the account, ``reviewer`` where the system has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "reviewer"
