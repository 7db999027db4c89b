"""Ctrl-C in the terminal and the system's SIGTERM: the window closes, and nothing made is lost."""

import signal
import sys

import pytest

from tests.app.own_process import start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

BEGIN_A_JOB = """
    from app.engine_thread import Job
    from engine.events import Notice
    def until_stopped(token):
        yield Notice("running")
        os.kill(os.getpid(), signal.{number})
        while not token.stopped:
            pass
        print("stopped and kept", flush=True)
    window.submit(Job("test", "Counting", until_stopped, uses_torch=False))
"""


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_an_idle_window_closes_without_a_word(number):
    ran = start(f"os.kill(os.getpid(), signal.{number})")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_job_that_runs_is_stopped_and_nobody_is_asked(number):
    ran = start(BEGIN_A_JOB.format(number=number))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"stopped and kept\n", b"")


def test_a_second_one_ends_what_does_not_end_by_itself():
    ran = start(
        """
    window.closeEvent = lambda event: (event.ignore(), os.kill(os.getpid(), signal.SIGTERM))
    os.kill(os.getpid(), signal.SIGTERM)"""
    )
    assert ran.returncode == -signal.SIGTERM
