import logging
import re
import subprocess
import sys

import pytest

from synth.rig.logs import OneLine, describe

NOISY = """
import sys, threading, logging
from synth.rig.logs import EVENTS, start_logging
start_logging()
EVENTS.info("two\\nlines")
logging.getLogger("synth.adapters").info("not worth a line")
threading.Thread(target=lambda: 1 / 0, name="worker").start()
"""

QUIET = """
import os
from synth.adapters.midi_in import _quiet_stderr
from synth.rig.logs import EVENTS, start_logging
start_logging()
with _quiet_stderr():
    os.write(2, b"what a library complains of")
    EVENTS.info("worth a line")
"""


def _record(text: str, level: int = logging.INFO) -> logging.LogRecord:
    return logging.LogRecord("gansynth", level, "here.py", 1, text, (), None)


def test_an_event_is_one_line_whatever_it_holds():
    assert OneLine().format(_record("a\nb\r\n  c")) == "gansynth: a b c"


@pytest.mark.parametrize(
    ("level", "prefix"), [(logging.INFO, "<6>"), (logging.WARNING, "<4>"), (logging.ERROR, "<3>")]
)
def test_the_journal_gets_its_priority(level, prefix):
    assert OneLine(is_journal=True).format(_record("lost", level)) == f"{prefix}lost"


def test_an_error_says_where_it_was_raised():
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("x")
    assert re.match(r"ValueError: .* \(.*test_logs\.py:\d+\)$", describe(caught.value))


def test_a_thread_that_dies_is_one_line_and_no_traceback(monkeypatch):
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    finished = subprocess.run(
        [sys.executable, "-c", NOISY], capture_output=True, text=True, check=True
    )
    first, second = finished.stderr.splitlines()
    assert first == "gansynth: two lines"
    assert "thread worker ended: ZeroDivisionError" in second


def test_what_is_told_while_a_library_is_kept_quiet_is_not_lost(monkeypatch):
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    finished = subprocess.run(
        [sys.executable, "-c", QUIET], capture_output=True, text=True, check=True
    )
    assert finished.stderr == "gansynth: worth a line\n"
