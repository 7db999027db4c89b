"""Settings of all tests."""

import os

from hypothesis import settings

# No test asserts an absolute time, and CI looks at the same examples each time.
settings.register_profile("ossa", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("ossa")
