import os
import signal
import time

from training.stopping import Clock, StopSignal


def test_the_clock_goes_on_from_earlier_calls():
    clock = Clock(100.0)
    time.sleep(0.02)

    assert 100.02 <= clock.seconds < 110.0


def test_a_signal_asks_to_stop_and_the_old_handler_comes_back():
    before = signal.getsignal(signal.SIGTERM)

    with StopSignal() as stop:
        assert not stop.is_set
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)
        assert stop.is_set

    assert before == signal.getsignal(signal.SIGTERM)
