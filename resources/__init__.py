"""Anatomies, icons and styles, read with :mod:`importlib.resources`."""
