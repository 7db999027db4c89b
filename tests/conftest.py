"""Settings of all tests."""

import os

from hypothesis import settings

# No test asserts an absolute time, and CI looks at the same examples each time.
settings.register_profile("ossa", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("ossa")

if "PYTEST_XDIST_WORKER" in os.environ:
    # One worker a core; with torch's own threads besides, they would wait for one another.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
