import numpy as np
import pytest

from synth.realtime import layout, tone

RATE = 48_000.0
SMOOTHING = np.exp(-1.0 / (0.005 * RATE))


@pytest.fixture
def voice():
    voice = np.zeros(1, layout.VOICE_DTYPE)
    voice["timbre"] = tone.NEUTRAL
    voice["corner"] = tone.corner_factor(69.0, RATE)
    return voice[0]


@pytest.fixture
def part():
    part = np.zeros(1, layout.PART_DTYPE)
    part["pressure_depth"] = 1.0
    return part[0]


def response_db(voice, part, hz):
    time_s = np.arange(9600) / RATE
    sine = np.sin(2 * np.pi * hz * time_s).astype(np.float32)
    out = sine.copy()
    for first in range(0, len(out), 64):
        tone.colour(voice, part, SMOOTHING, out[first : first + 64])
    settled = slice(4800, None)
    return 10 * np.log10(np.mean(out[settled] ** 2) / np.mean(sine[settled] ** 2))


def test_at_rest_not_a_bit_is_changed(voice, part):
    samples = np.linspace(-1, 1, 64, dtype=np.float32)
    out = samples.copy()
    tone.colour(voice, part, SMOOTHING, out)
    assert (out == samples).all()


@pytest.mark.parametrize(("timbre", "treble_db"), [(1.0, 18.0), (0.0, -18.0)])
def test_timbre_turns_treble_and_leaves_the_fundamental(voice, part, timbre, treble_db):
    voice["timbre"] = timbre
    assert response_db(voice, part, 100.0) == pytest.approx(0.0, abs=3.0)
    assert response_db(voice, part, 12_000.0) == pytest.approx(
        treble_db, abs=4.0
    )  # one pole is gentle


def test_pressure_swells_and_brightens_by_its_depth(voice, part):
    voice["pressure"] = 1.0
    assert response_db(voice, part, 100.0) == pytest.approx(6.0, abs=1.0)
    part["pressure_depth"] = 0.0
    assert response_db(voice, part, 100.0) == pytest.approx(0.0, abs=0.05)


def test_a_jump_of_pressure_is_no_step(voice, part):
    voice["pressure"] = 1.0
    out = np.full(64, 0.5, np.float32)
    tone.colour(voice, part, SMOOTHING, out)
    assert np.abs(np.diff(out)).max() < 0.01
