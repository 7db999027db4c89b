"""Ossa in a process of its own, for what would end the process of the tests."""

import subprocess
import sys


def start(once_it_stands):
    """Run Ossa until it ends; `once_it_stands` is what then happens to its `window`."""
    code = f"""
import os, signal, sys
import app.main_window
def then(window):
    {once_it_stands}
app.main_window.MainWindow.warm_up = then
sys.argv = ["ossa"]
from app.__main__ import main
sys.exit(main())
"""
    return subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, timeout=120
    )
