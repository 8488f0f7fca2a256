import gc
import logging
import os
import sys
import threading
import time

import pytest

from synth.notes import priority

ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has them for threads")


def on_a_thread(work):
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


@ONLY_LINUX
@pytest.mark.parametrize(("is_permitted", "wanted"), [(True, 0), (False, 5)])
def test_the_background_is_nice_where_first_notes_are_not_in_real_time(
    monkeypatch, is_permitted, wanted
):
    def schedule(*_):
        if not is_permitted:
            raise PermissionError(1, "Operation not permitted")

    def niceness():
        priority.run_in_background()
        thread = threading.get_native_id()
        return os.getpriority(os.PRIO_PROCESS, thread), os.sched_getscheduler(thread)

    monkeypatch.setattr(os, "sched_setscheduler", schedule)
    assert on_a_thread(niceness) == (wanted, os.SCHED_OTHER)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == 0


@ONLY_LINUX
def test_the_background_never_stays_in_real_time():
    def policy():
        priority.run_in_background()
        return os.sched_getscheduler(threading.get_native_id())

    assert on_a_thread(policy) == os.SCHED_OTHER


@ONLY_LINUX
def test_a_real_time_thread_is_one_or_says_that_it_may_not(caplog):
    priority._told.clear()

    def policy():
        is_real_time = priority.run_in_real_time()
        return is_real_time, os.sched_getscheduler(threading.get_native_id())

    is_real_time, found = on_a_thread(policy)
    assert is_real_time == (found == os.SCHED_FIFO)
    assert len(caplog.records) == (0 if is_real_time else 1)


def test_what_is_not_permitted_is_told_once(caplog, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse, raising=False)
    priority._told.clear()
    with caplog.at_level(logging.WARNING):
        assert [priority.run_in_real_time() for _ in range(3)] == [False] * 3
    assert len(caplog.records) == 1
    assert "gansynth doctor" in caplog.text


def policies(work):
    """Run on a thread; return the policies that the work met, without the flag for children."""
    return on_a_thread(lambda: [policy & ~os.SCHED_RESET_ON_FORK for policy in work()])


def policy_here():
    return os.sched_getscheduler(0)


def is_permitted():
    return on_a_thread(priority.run_in_real_time)


def compute(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@ONLY_LINUX
def test_who_plays_is_in_real_time_until_flooded_and_then_again():
    def work():
        with priority.PromptThread() as prompt:
            yield policy_here()
            for pause_s, busy_s in ((0.11, 0.0), (0.0, 0.3), (0.2, 0.0)):
                time.sleep(pause_s)
                compute(busy_s)
                prompt.keep()
                yield policy_here()
        yield policy_here()

    first = os.SCHED_FIFO if is_permitted() else os.SCHED_OTHER
    assert policies(work) == [first, first, os.SCHED_OTHER, first, os.SCHED_OTHER]


@ONLY_LINUX
def test_what_a_prompt_thread_starts_is_not_in_real_time_with_it():
    def work():
        with priority.PromptThread():
            return [on_a_thread(policy_here)]

    assert policies(work) == [os.SCHED_OTHER]


@ONLY_LINUX
def test_a_thread_that_somebody_else_put_in_real_time_stays_as_it_is():
    def work():
        priority.run_in_real_time(5)
        with priority.PromptThread() as prompt:
            yield policy_here()
            compute(0.3)
            prompt.keep()
            yield policy_here()
        yield policy_here()

    kept = os.SCHED_FIFO if is_permitted() else os.SCHED_OTHER
    assert policies(work)[0] == kept
    assert set(policies(work)) == {kept}


def test_the_interpreter_is_quick_inside_and_as_before_outside():
    before = sys.getswitchinterval()
    with priority.quick_interpreter():
        assert sys.getswitchinterval() == pytest.approx(priority.SWITCH_INTERVAL_S)
        assert gc.get_freeze_count() > 1000
    assert sys.getswitchinterval() == pytest.approx(before)
    assert gc.get_freeze_count() == 0
