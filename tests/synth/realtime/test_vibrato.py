import numpy as np
import pytest

from synth.realtime import layout
from synth.realtime.vibrato import FADE_S, swing

RATE = 48_000.0
SMOOTHING = np.exp(-1.0 / (0.005 * RATE))
N = 64


@pytest.fixture
def part():
    part = np.zeros(1, layout.PART_DTYPE)
    part["vibrato_hz"] = 5.0
    part["vibrato_depth"] = 0.5
    part["vibrato_delay_s"] = 0.25
    return part[0]


def cents_of(part, seconds):
    """The pitch of so many seconds, in cents from where it would stand."""
    ratios = []
    for _ in range(int(seconds * RATE / N)):
        ratio = np.ones(N)
        swing(part, SMOOTHING, RATE, ratio)
        ratios.append(ratio)
    return 1200.0 * np.log2(np.concatenate(ratios))


def test_the_pitch_stands_still_until_the_delay_is_over(part):
    assert np.all(cents_of(part, 0.24) == 0.0)
    assert np.abs(cents_of(part, 0.3)).max() > 5.0


def test_it_swings_as_far_and_as_often_as_it_is_told(part):
    cents_of(part, 0.25 + FADE_S + 0.1)
    cents = cents_of(part, 2.0)
    assert cents.max() == pytest.approx(50.0, abs=0.1)
    assert cents.min() == pytest.approx(-50.0, abs=0.1)
    upward = np.count_nonzero((cents[:-1] < 0.0) & (cents[1:] >= 0.0))
    assert upward == pytest.approx(10, abs=1)


def test_no_depth_changes_no_bit(part):
    part["vibrato_depth"] = 0.0
    ratio = np.linspace(0.9, 1.1, N)
    expected = ratio.copy()
    swing(part, SMOOTHING, RATE, ratio)
    assert np.array_equal(ratio, expected)


def test_a_depth_that_jumps_is_no_jump_of_pitch(part):
    cents_of(part, 1.0)
    part["vibrato_depth"] = 0.0
    cents = cents_of(part, 0.2)
    # A swing of 50 cents at 5 Hz moves by 0.033 cents a sample by itself.
    assert np.abs(np.diff(cents)).max() < 0.3
    assert np.abs(cents[-100:]).max() < 0.01


def test_a_chord_swings_together_and_a_new_one_begins_at_rest(tiny_instrument):
    from synth.config import EngineConfig
    from synth.engine import Engine
    from synth.events import NoteOff, NoteOn, SetParameter
    from synth.parameters import find_parameter

    out = np.zeros((4800, 2), np.float32)
    with Engine(tiny_instrument, EngineConfig(is_offline=True)) as engine:
        engine.prepare(48_000, 4800)
        for name, value in (("depth", 100.0), ("delay", 0.0), ("rate", 2.0)):
            parameter = find_parameter(f"vibrato/{name}")
            engine.post(SetParameter(name=parameter.name, value=parameter.to_normalised(value)))
        ages = []
        for event in (
            NoteOn(pitch=60, velocity=0.8, note_id=1),
            NoteOn(pitch=64, velocity=0.8, note_id=2),  # joins
            NoteOff(pitch=60, note_id=1),
            NoteOff(pitch=64, note_id=2),
            NoteOn(pitch=67, velocity=0.8, note_id=3),  # begins anew
        ):
            engine.post(event)
            engine.process(out)
            ages.append(float(engine._renderer._arrays.parts[0]["vibrato_age_s"]))
    assert ages == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.1], abs=1e-6)
