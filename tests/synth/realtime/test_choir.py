import numpy as np
import pytest

from synth.config import EngineConfig
from synth.frames import NoteFrames
from synth.realtime import choir, commands, envelope, layout, queue
from synth.realtime.renderer import Renderer
from synth.realtime.voices import FADING, SOUNDING

N_SLOTS = 8
UNHEARD = 1e-9  # semitones: a voice with a bend of its own sings alone, and sounds the same


@pytest.fixture
def pool():
    """Slots whose whole sound is their onset: 4 s of noise, each another."""
    pool = NoteFrames.allocate(
        n_slots=N_SLOTS, n_frames=132, n_bins=1024, n_fft=2048, hop_length=512, n_onset_frames=130
    )
    rng = np.random.default_rng(0)
    pool.onset[:] = 0.05 * rng.standard_normal(pool.onset.shape)
    pool.n_ready[:] = 132
    return pool


@pytest.fixture
def make_renderer(pool):
    def make(**values):
        rates = {"sample_rate": 48_000, "model_rate": 16_000, "hop_length": 512}
        return Renderer(pool, EngineConfig(n_voices=32, **values), **rates)

    return make


def play(renderer, *, bend=0.0, places=(0, 0, 5, 70, 400), semitones=0.0, n_samples=4096):
    """Strike a note of part 0 and one of part 1 at every place; move both parts meanwhile."""
    for serial, place in enumerate(places):
        for part in (0, 1):
            number = 2 * serial + part
            values = {"part": part, "key": float(number), "serial": number, "note_id": number}
            ratio = 2.0 ** (semitones * serial / 12.0) / 3.0
            renderer.send(
                queue.START, time=place, slot=number % N_SLOTS, ratio=ratio, value=0.3, **values
            )
            expression = {"index": commands.NOTE_BEND, "value": bend}
            renderer.send(queue.EXPRESS, time=place, part=part, note_id=number, **expression)
    for index, value in ((commands.BEND, 1.7), (commands.PAN, 0.6), (commands.VOLUME, 0.4)):
        renderer.send(queue.SET_PART, time=2000, part=1, index=index, value=value)
    renderer.send(queue.RELEASE, time=3000, part=0, key=0.0)
    out = np.zeros((n_samples, 2), np.float32)
    n_choirs = []
    for first in range(0, n_samples, 64):
        renderer.render(out[first : first + 64])
        n_choirs.append(int(renderer._arrays.engine["n_choirs"][0]))
    return out, n_choirs


def test_together_sounds_as_each_alone(make_renderer):
    together, n_choirs = play(make_renderer())
    alone, n_alone = play(make_renderer(), bend=UNHEARD)
    assert max(n_choirs) == 6  # three places between two samples, in each of two parts
    assert set(n_alone[7:]) == {0}
    assert np.abs(together).max() > 0.1
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_more_steps_than_choirs_are_sung_alone(make_renderer):
    places = (0,) * 14
    together, n_choirs = play(make_renderer(), places=places, semitones=0.3)
    alone, _ = play(make_renderer(), bend=UNHEARD, places=places, semitones=0.3)
    assert max(n_choirs) == layout.N_CHOIRS
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_the_fastest_steps_find_room(make_renderer):
    together, _ = play(make_renderer(), semitones=13.0)  # the last at step 6.7
    alone, _ = play(make_renderer(), bend=UNHEARD, semitones=13.0)
    assert np.isfinite(together).all()
    np.testing.assert_allclose(together, alone, atol=1e-6)


@pytest.mark.parametrize("broken", [np.nan, np.inf, 1e7])
def test_a_voice_that_is_broken_leaves_the_choir_alone(pool, make_renderer, broken):
    pool.onset[1, 100] = broken
    renderer = make_renderer()
    out, _ = play(renderer, places=(0,))
    assert renderer.counters().n_non_finite == 1
    assert np.isfinite(out).all()
    assert np.abs(out[1000:2000]).max() > 0.01  # the other part's note


@pytest.fixture
def voice():
    voice = np.zeros(1, layout.VOICE_DTYPE)
    for name, value in {
        "state": SOUNDING,
        "stage": envelope.SUSTAIN,
        "level": 0.7,
        "fade": 1.0,
        "entry": 1.0,
        "volume": 1.0,
        "volume_target": 1.0,
        "timbre": 0.5,
    }.items():
        voice[name] = value
    return voice[0]


@pytest.fixture
def part():
    part = np.zeros(1, layout.PART_DTYPE)
    part["sustain"] = 0.7
    return part[0]


def test_a_voice_that_sustains_is_at_rest(voice, part):
    assert choir.is_at_rest(voice, part)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("state", FADING),
        ("stage", envelope.RELEASE),
        ("level", 0.71),
        ("entry", 0.9),
        ("volume_target", 0.5),
        ("volume", 0.5),
        ("pan", 0.1),
        ("pan_target", 0.1),
        ("bend", 0.1),
        ("bend_target", 0.1),
        ("glide", -3.0),
        ("timbre", 0.6),
        ("shelf_db", 1.0),
        ("swell_db", -1.0),
    ],
)
def test_a_voice_that_moves_by_itself_is_not(voice, part, field, value):
    voice[field] = value
    assert not choir.is_at_rest(voice, part)


@pytest.mark.parametrize(("of_key", "of_part"), [(0.4, 0.0), (0.0, 0.4)])
def test_a_voice_whose_key_is_pressed_is_not(voice, part, of_key, of_part):
    part["pressure_depth"] = 1.0
    voice["pressure"], part["pressure"] = of_key, of_part
    assert not choir.is_at_rest(voice, part)


@pytest.mark.parametrize(
    "samples",
    [[0.0, -0.0], [0.5, -0.75, 0.1], [1e-40, -1e-38], [1e30, -np.inf], [3.0, np.nan, -np.inf]],
)
def test_bits_are_ordered_as_magnitudes(samples):
    samples = np.array(samples, np.float32)
    largest = np.int32(choir.largest_bits(samples.view(np.int32))).view(np.float32)
    np.testing.assert_equal(largest, np.abs(samples).max())  # a maximum of NumPy's keeps NaN


def test_what_is_too_loud_is_a_million():
    assert choir.LOUDEST_BITS.view(np.float32) == 1e6
