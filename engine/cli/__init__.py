"""The same jobs as the window's, without a display."""

from engine.cli.commands import main

__all__ = ["main"]
