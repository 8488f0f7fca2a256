"""Engines that render offline, and how what they play is measured."""

import time

import numpy as np
import pytest

from synth.config import EngineConfig
from synth.engine import Engine
from synth.events import SetParameter
from synth.parameters import find_parameter

SAMPLE_RATE = 48_000
BLOCK = 480
CACHE_BYTES = 16_000_000


@pytest.fixture(scope="session")
def config():
    def make(**values):
        ours = {"is_offline": True, "cache_bytes": CACHE_BYTES, "sample_rate": SAMPLE_RATE}
        return EngineConfig(**ours | values)

    return make


@pytest.fixture
def make_engine(tiny_instrument, config):
    made = []

    def make(generators=None, **values):
        engine = Engine(tiny_instrument, config(**values), generators=generators)
        made.append(engine.__enter__())
        return engine

    yield make
    for engine in made:
        engine.__exit__(None, None, None)


@pytest.fixture
def engine(make_engine):
    return make_engine()


@pytest.fixture(scope="session")
def rendered():
    """Return what plays an engine for some seconds, [n, 2]."""

    def render(engine, seconds, block_size=BLOCK):
        n_blocks = round(seconds * engine.sample_rate / block_size)
        out = np.full((n_blocks * block_size, 2), np.nan, np.float32)
        for first in range(0, len(out), block_size):
            engine.process(out[first : first + block_size])
        assert np.isfinite(out).all()
        assert np.abs(out).max() <= 1.0
        return out

    return render


@pytest.fixture(scope="session")
def set_real():
    """Return what sets a parameter in its own unit."""

    def post(engine, name, real, part=0):
        value = find_parameter(name).to_normalised(real)
        engine.post(SetParameter(name=name, value=value, part=part))

    return post


@pytest.fixture(scope="session")
def frequency_hz():
    """Return what finds the strongest frequency, between bins by a parabola."""

    def find(signal, rate=SAMPLE_RATE):
        spectrum = np.log(np.abs(np.fft.rfft(signal * np.hanning(len(signal)))) + 1e-12)
        k = np.argmax(spectrum)
        low, here, high = spectrum[k - 1 : k + 2]
        return (k + 0.5 * (low - high) / (low - 2 * here + high)) * rate / len(signal)

    return find


@pytest.fixture(scope="session")
def level():
    def rms(signal):
        return float(np.sqrt(np.mean(np.square(signal.astype(np.float64)))))

    return rms


@pytest.fixture(scope="session")
def cents():
    def interval(found_hz, wanted_hz):
        return 1200 * np.log2(found_hz / wanted_hz)

    return interval


@pytest.fixture(scope="session")
def latent_of():
    def find(engine, name):
        return tuple(float(x) for x in engine.instrument.timbres[name].latent)

    return find


@pytest.fixture(scope="session")
def wait_for():
    def wait(condition, seconds=20.0):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it never came"
            time.sleep(0.005)

    return wait
