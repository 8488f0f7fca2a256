import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.config import EngineConfig
from synth.engine import Engine
from synth.errors import ConfigError, InstrumentError, PresetError
from synth.events import (
    AllNotesOff,
    AllSoundOff,
    ChannelPressure,
    KeyPressure,
    NoteExpression,
    NoteOff,
    NoteOn,
    PitchBend,
    SetParameter,
    SetTimbre,
    SetTuning,
    SoftPedal,
    SostenutoPedal,
    SustainPedal,
)
from synth.notes.generators import open_generators
from synth.parameters import PARAMETERS, find_parameter
from synth.units import pitch_to_hz

SAMPLE_RATE = 48_000
BLOCK = 480
CACHE_BYTES = 16_000_000
DARKEST = tuple(np.linspace(1.0, -1.0, 8))  # of the tiny instrument


def config(**values):
    values = {"is_offline": True, "cache_bytes": CACHE_BYTES, "sample_rate": SAMPLE_RATE} | values
    return EngineConfig(**values)


@pytest.fixture
def make_engine(tiny_instrument):
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


def rendered(engine, seconds, block_size=BLOCK):
    n_blocks = round(seconds * engine.sample_rate / block_size)
    out = np.full((n_blocks * block_size, 2), np.nan, np.float32)
    for first in range(0, len(out), block_size):
        engine.process(out[first : first + block_size])
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 1.0
    return out


def set_real(engine, name, real, part=0):
    value = find_parameter(name).to_normalised(real)
    engine.post(SetParameter(name=name, value=value, part=part))


def frequency_hz(signal, rate=SAMPLE_RATE):
    """The strongest frequency, between bins by a parabola."""
    spectrum = np.log(np.abs(np.fft.rfft(signal * np.hanning(len(signal)))) + 1e-12)
    k = np.argmax(spectrum)
    low, here, high = spectrum[k - 1 : k + 2]
    return (k + 0.5 * (low - high) / (low - 2 * here + high)) * rate / len(signal)


def level(signal):
    return float(np.sqrt(np.mean(np.square(signal.astype(np.float64)))))


def cents(found_hz, wanted_hz):
    return 1200 * np.log2(found_hz / wanted_hz)


def latent_of(engine, name):
    return tuple(float(x) for x in engine.instrument.timbres[name].latent)


# --- notes ----------------------------------------------------------------------------------------


def test_a_note_sounds_from_its_sample_at_its_pitch(engine):
    engine.post(NoteOn(pitch=60, velocity=0.8), 1000)
    out = rendered(engine, 0.5)[:, 0]
    assert (out[:1000] == 0.0).all()
    assert level(out[1000:3000]) > 1e-3
    assert cents(frequency_hz(out[1000:]), pitch_to_hz(60)) == pytest.approx(0, abs=5)
    assert engine.stats().held_frames == 0


@pytest.mark.parametrize("pitch", [40, 56, 60.5, 69.99, 70, 85, 100])
def test_pitches_between_and_beyond_the_trained_ones_are_in_tune(engine, pitch):
    engine.post(NoteOn(pitch=pitch, velocity=0.8))
    out = rendered(engine, 0.6)[4800:, 0]
    assert cents(frequency_hz(out), pitch_to_hz(pitch)) == pytest.approx(0, abs=5)


def test_the_same_events_give_the_same_bits(make_engine):
    def play():
        engine = make_engine()
        for n, pitch in enumerate((57, 61, 64, 69, 57.3, 72)):
            engine.post(NoteOn(pitch=pitch, velocity=0.3 + 0.1 * n, part=n % 3), 137 * n)
        engine.post(PitchBend(value=0.5, part=1), 4000)
        first = rendered(engine, 0.1)
        engine.post(SetTimbre(latent=latent_of(engine, "Bright"), part=2))
        engine.post(NoteOff(pitch=61, part=1), 20)
        return np.concatenate([first, rendered(engine, 0.6)])

    assert (play() == play()).all()


def test_block_size_is_not_heard(make_engine):
    renders = []
    for block_size in (480, 64, 4096):
        engine = make_engine()
        engine.post(NoteOn(pitch=60, velocity=0.8), 10)
        engine.post(NoteOff(pitch=60), 40)
        out = np.concatenate([rendered(engine, 0.0853333, block_size) for _ in range(3)])
        renders.append(out[:12_288])
    n = min(map(len, renders))
    for other in renders[1:]:
        np.testing.assert_allclose(other[:n], renders[0][:n], atol=1e-5)


def test_live_sounds_as_offline(make_engine):
    offline = make_engine()
    offline.post(NoteOn(pitch=62, velocity=0.7))
    expected = rendered(offline, 0.4)
    live = make_engine(is_offline=False)
    live.post(NoteOn(pitch=62, velocity=0.7))
    wait_for(lambda: live.stats().worker.n_tiles == 3)
    found = rendered(live, 0.4)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_harder_is_louder(engine):
    levels = []
    for velocity in (1, 5, 12, 25, 50, 75, 100, 127):
        engine.post(NoteOn(pitch=60, velocity=velocity / 127))
        levels.append(level(rendered(engine, 0.1)[:, 0]))
        engine.post(AllSoundOff())
        rendered(engine, 0.05)
    assert (np.diff(levels) > 0).all()


def test_a_strike_without_velocity_is_a_release(engine):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    loud = level(rendered(engine, 0.1))
    engine.post(NoteOn(pitch=60, velocity=0.0))
    rendered(engine, 0.4)
    assert level(rendered(engine, 0.1)) < loud * 1e-4
    assert engine.n_voices == 0


def test_release_takes_its_time_and_gives_the_slot_back(engine):
    set_real(engine, "amp/release", 0.2)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.2)
    engine.post(NoteOff(pitch=60))
    out = rendered(engine, 0.3)[:, 0]
    assert level(out[:480]) > 1e-3
    assert (out[round(0.2 * SAMPLE_RATE) + 64 :] == 0.0).all()
    assert engine.n_voices == 0
    rendered(engine, 0.01)
    assert engine.stats().cache.n_held == 0


def test_pedal_holds_and_lets_go(engine):
    engine.post(SustainPedal(is_down=True))
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.1)
    engine.post(NoteOff(pitch=60))
    rendered(engine, 0.5)
    assert engine.n_voices == 1
    engine.post(SustainPedal(is_down=False))
    rendered(engine, 0.4)
    assert engine.n_voices == 0


def test_a_transposed_key_is_released_by_its_own_number(engine):
    set_real(engine, "pitch/transpose", 7)
    engine.post(NoteOn(pitch=57, velocity=0.8))
    out = rendered(engine, 0.3)[4800:, 0]
    assert cents(frequency_hz(out), pitch_to_hz(64)) == pytest.approx(0, abs=5)
    engine.post(NoteOff(pitch=57))
    rendered(engine, 0.4)
    assert engine.n_voices == 0


def test_notes_of_one_pitch_are_told_apart_by_id(engine):
    engine.post(NoteOn(pitch=60, velocity=0.8, note_id=1))
    engine.post(NoteOn(pitch=60, velocity=0.8, note_id=2))
    rendered(engine, 0.1)
    engine.post(NoteOff(note_id=1))
    rendered(engine, 0.4)
    assert engine.n_voices == 1
    engine.post(NoteExpression(note_id=2, kind="pitch", value=12.0))
    out = rendered(engine, 0.4)[4800:, 0]
    assert cents(frequency_hz(out), pitch_to_hz(72)) == pytest.approx(0, abs=8)
    engine.post(NoteExpression(note_id=2, kind="pan", value=1.0))
    rendered(engine, 0.1)
    left, right = rendered(engine, 0.1).T
    assert level(left) < 1e-3 * level(right)


@pytest.mark.parametrize("note_id", [0, -1, -(2**40), 2**63 - 1, 2**70])
def test_any_whole_number_is_an_id(engine, note_id):
    engine.post(NoteOn(pitch=60, velocity=0.8, note_id=note_id))
    engine.post(NoteOn(pitch=64, velocity=0.8))
    rendered(engine, 0.1)
    engine.post(NoteOff(note_id=note_id))
    out = rendered(engine, 0.5)[-9600:, 0]
    assert cents(frequency_hz(out), pitch_to_hz(64)) == pytest.approx(0, abs=8)


def test_panic_silences_at_once_and_softly_lets_go(engine):
    for pitch in (57, 60, 64):
        engine.post(NoteOn(pitch=pitch, velocity=0.8, part=pitch % 3))
    rendered(engine, 0.1)
    engine.post(AllNotesOff(part=0))
    rendered(engine, 0.4)
    assert engine.n_voices == 1  # keys 57 and 60 were on part 0
    engine.post(SustainPedal(is_down=True, part=1))
    engine.post(AllSoundOff())
    out = rendered(engine, 0.1)
    assert (out[1000:] == 0.0).all()
    assert engine.n_voices == 0


# --- what is set ----------------------------------------------------------------------------------


def test_bend_tune_and_concert_pitch_move_sounding_notes(engine):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    set_real(engine, "pitch/bend_range", 12.0)
    engine.post(PitchBend(value=0.25))
    rendered(engine, 0.1)
    assert cents(frequency_hz(rendered(engine, 0.3)[:, 0]), pitch_to_hz(63)) == pytest.approx(
        0, abs=5
    )
    engine.post(PitchBend(value=0.0))
    set_real(engine, "pitch/tune", -40.0)
    set_real(engine, "main/a4_hz", 450.0)
    rendered(engine, 0.1)
    wanted_hz = pitch_to_hz(59.6, a4_hz=450.0)
    assert cents(frequency_hz(rendered(engine, 0.3)[:, 0]), wanted_hz) == pytest.approx(0, abs=5)


@pytest.mark.parametrize("name", ["amp/volume", "amp/expression", "main/volume"])
def test_levels_are_decibels(engine, name):
    set_real(engine, name, 0.0)
    engine.post(NoteOn(pitch=60, velocity=0.2))
    loud = rendered(engine, 0.2)[9000:]
    engine.post(AllSoundOff())
    rendered(engine, 0.1)
    set_real(engine, name, -12.0)
    rendered(engine, 0.1)
    engine.post(NoteOn(pitch=60, velocity=0.2))
    soft = rendered(engine, 0.2)[9000:]
    assert 20 * np.log10(level(soft) / level(loud)) == pytest.approx(-12.0, abs=0.1)


def test_parts_are_set_apart(engine):
    set_real(engine, "amp/pan", -1.0, part=1)
    set_real(engine, "amp/pan", 1.0, part=2)
    engine.post(NoteOn(pitch=57, velocity=0.8, part=1))
    engine.post(NoteOn(pitch=69, velocity=0.8, part=2))
    left, right = rendered(engine, 0.4)[4800:].T
    assert cents(frequency_hz(left), pitch_to_hz(57)) == pytest.approx(0, abs=5)
    assert cents(frequency_hz(right), pitch_to_hz(69)) == pytest.approx(0, abs=5)


def test_a_timbre_is_heard_in_the_next_note(engine):
    def play():
        engine.post(NoteOn(pitch=60, velocity=0.8))
        out = rendered(engine, 0.2)[:, 0]
        engine.post(AllSoundOff())
        rendered(engine, 0.05)
        return np.abs(np.fft.rfft(out))

    engine.post(SetTimbre(latent=DARKEST))
    before, again = play(), play()
    np.testing.assert_allclose(again, before, atol=1e-3 * before.max())
    engine.post(SetTimbre(latent=tuple(-np.array(DARKEST))))
    assert np.abs(play() - before).max() > 0.02 * before.max()


def test_a_held_note_crosses_to_the_timbre_of_its_part(make_engine):
    engine, other = make_engine(), make_engine()
    for each in (engine, other):
        set_real(each, "timbre/morph_ms", 50.0)
    other.post(SetTimbre(latent=latent_of(other, "Bright")))
    for each in (engine, other):
        each.post(NoteOn(pitch=60, velocity=0.8))
        rendered(each, 0.2)
    engine.post(SetTimbre(latent=latent_of(engine, "Bright")))
    rendered(engine, 0.4)
    rendered(other, 0.4)
    found, expected = (np.abs(np.fft.rfft(rendered(e, 0.2)[:, 0])) for e in (engine, other))
    peaks = [round(pitch_to_hz(60) * n * 0.2) for n in (1, 2, 3)]
    for peak in peaks:
        a, b = (spectrum[peak - 2 : peak + 3].max() for spectrum in (found, expected))
        assert 20 * np.log10(a / b) == pytest.approx(0.0, abs=1.0)
    assert engine.stats().cache.n_held == 1


def test_a_moving_pad_leaves_no_queue_behind(engine):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rng = np.random.default_rng(5)
    for _ in range(30):
        engine.post(SetTimbre(latent=tuple(rng.standard_normal(8))))
        rendered(engine, 0.02)
        assert engine.stats().cache.n_held <= 2
    engine.post(SetTimbre(latent=latent_of(engine, "Dull")))
    rendered(engine, 1.0)
    n_struck = engine.stats().worker.n_struck
    rendered(engine, 0.5)
    assert engine.stats().worker.n_struck == n_struck
    assert engine.stats().cache.n_held == 1


def test_state_is_saved_and_loaded(make_engine):
    engine, other = make_engine(), make_engine()
    set_real(engine, "amp/pan", 0.5, part=4)
    set_real(engine, "main/volume", -9.0)
    engine.post(SetTimbre(latent=latent_of(engine, "Middling"), part=4))
    other.load_state(engine.save_state())
    assert other.save_state() == engine.save_state()
    for each in (engine, other):
        each.post(NoteOn(pitch=60, velocity=0.8, part=4))
    assert (rendered(engine, 0.2) == rendered(other, 0.2)).all()


def test_a_state_that_is_refused_changes_nothing(engine):
    before = engine.save_state()
    with pytest.raises(PresetError):
        engine.load_state(before | {"parts": before["parts"][:3]})
    assert engine.save_state() == before


def test_another_sample_rate_keeps_pitch_and_settings(engine):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.1)
    set_real(engine, "amp/pan", 1.0)
    for rate in (44_100, 16_000, 96_000):
        engine.prepare(rate, 1024)
        assert engine.sample_rate == rate
        assert engine.n_blocks == 0
        assert engine.stats().cache.n_held == 0
        engine.post(NoteOn(pitch=60, velocity=0.8))
        left, right = rendered(engine, 0.4, 100).T
        assert level(left[rate // 100 :]) < 1e-3 * level(right)
        assert cents(frequency_hz(right, rate), pitch_to_hz(60)) == pytest.approx(0, abs=5)


@pytest.mark.parametrize(
    "event",
    [
        SetTimbre(latent=(1.0, 2.0)),
        SetTimbre(latent=(0.0,) * 8),
        SetParameter(name="amp/nothing", value=0.5),
    ],
)
def test_what_cannot_be_is_refused_and_the_engine_plays_on(engine, event):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    with pytest.raises(ConfigError):
        engine.post(event)
    assert level(rendered(engine, 0.1)) > 1e-3


# --- blocks ---------------------------------------------------------------------------------------


def test_blocks_of_both_layouts_are_filled(make_engine):
    engine, other = make_engine(), make_engine()
    for each in (engine, other):
        each.post(NoteOn(pitch=60, velocity=0.8))
    across, along = np.zeros((2, 300), np.float32), np.zeros((300, 2), np.float32)
    engine.process(across)
    other.process(along)
    assert (across.T == along).all()


@pytest.mark.parametrize(
    "out",
    [
        np.zeros(100, np.float32),
        np.zeros((100, 3), np.float32),
        np.zeros((100, 2)),
        np.zeros((5000, 2), np.float32),
        np.zeros((100, 4), np.float32)[:, :2],
    ],
)
def test_other_blocks_are_refused(engine, out):
    with pytest.raises(ConfigError, match="block of"):
        engine.process(out)


def test_more_events_than_the_ring_holds_are_not_lost(make_engine):
    engine = make_engine(n_commands=64)
    for n in range(500):
        engine.post(NoteOn(pitch=57 + n % 13, velocity=0.5), n)
    engine.post(AllNotesOff(), 600)
    rendered(engine, 1.0, 64)
    stats = engine.stats()
    assert stats.worker.n_struck == 500
    assert (stats.voices, stats.cache.n_held) == (0, 0)


def test_an_audio_thread_that_stands_still_costs_no_memory_and_leaves_no_note(
    make_engine, monkeypatch
):
    engine = make_engine(n_commands=256)
    monkeypatch.setattr(engine._outbox, "_n_most", 128)
    for number in range(400):
        pitch = 57 + number % 12
        engine.post(NoteOn(pitch=pitch, velocity=0.8))
        engine.post(SetParameter(name="amp/volume", value=number / 400))
        engine.post(NoteOff(pitch=pitch))
    assert len(engine._outbox) <= 128 + 40
    assert engine.stats().shed_events > 0
    rendered(engine, 1.5)
    assert engine.n_voices == 0
    engine.post(NoteOn(pitch=60, velocity=0.8))
    assert level(rendered(engine, 0.2)) > 1e-3


def test_polyphony_keeps_to_its_limit(make_engine):
    engine = make_engine(n_voices=4, n_spare_voices=4)
    for n in range(20):
        engine.post(NoteOn(pitch=57 + n % 13, velocity=0.5, note_id=n))
        rendered(engine, 0.02)
        assert engine.n_voices <= 8
    assert engine.stats().steals == 16
    engine.post(AllSoundOff())
    rendered(engine, 0.1)
    assert engine.stats().cache.n_held == 0


# --- threads --------------------------------------------------------------------------------------


def wait_for(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)


class GatedGenerator:
    """The instrument's own generator, behind a gate for all tiles but the first."""

    def __init__(self, generator):
        self._generator = generator
        self.gate = threading.Event()

    def generate(self, tile, *arguments):
        if tile > 0:
            assert self.gate.wait(30)
        return self._generator.generate(tile, *arguments)


def test_a_starved_engine_holds_counts_and_recovers(tiny_instrument, make_engine):
    onsets, background = open_generators(tiny_instrument)
    gated = GatedGenerator(background)
    engine = make_engine((onsets, gated), is_offline=False)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    wait_for(lambda: engine.stats().worker.longest_onset_s > 0)
    out = rendered(engine, 0.5)[:, 0]
    assert engine.stats().held_frames > 10
    for first in range(2400, len(out) - 2400, 2400):
        assert level(out[first : first + 2400]) > 0.2 * level(out[2400:4800])
    gated.gate.set()
    wait_for(lambda: engine.stats().worker.n_tiles == 3)
    n_held = engine.stats().held_frames
    out = rendered(engine, 0.3)[:, 0]
    assert engine.stats().held_frames <= n_held + 1
    assert cents(frequency_hz(out), pitch_to_hz(60)) == pytest.approx(0, abs=10)


class BrokenGenerator:
    """A generator whose graph fails."""

    def generate(self, tile, *arguments):
        raise InstrumentError("instrument file x: broken")


def test_a_note_that_cannot_be_generated_is_an_error_offline(make_engine):
    engine = make_engine((BrokenGenerator(), BrokenGenerator()))
    engine.post(NoteOn(pitch=60, velocity=0.8))
    with pytest.raises(InstrumentError, match="broken"):
        rendered(engine, 0.1)


def test_a_note_that_cannot_be_generated_live_is_silence_and_counted(make_engine):
    engine = make_engine((BrokenGenerator(), BrokenGenerator()), is_offline=False)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    wait_for(lambda: engine.stats().worker.n_failed == 1)
    assert (rendered(engine, 0.1) == 0.0).all()
    engine.post(NoteOff(pitch=60))
    rendered(engine, 3.0)
    assert engine.n_voices == 0
    assert engine.stats().dropped_notes == 1
    wait_for(lambda: engine.stats().cache.n_held == 0)


def test_keys_are_made_in_advance_once_the_timbre_rests(make_engine):
    engine = make_engine(is_offline=False)
    engine.post(SetTimbre(latent=latent_of(engine, "Middling")))
    n_keys = 13 * 5
    wait_for(lambda: engine.stats().worker.n_prefetched >= n_keys)
    engine.post(NoteOn(pitch=64, velocity=0.8))
    out = rendered(engine, 0.01)
    assert level(out) > 1e-3  # in the very next block
    assert engine.stats().worker.n_started_warm == 1


def test_without_prefetch_nothing_is_made_in_advance(make_engine):
    engine = make_engine(is_offline=False, is_prefetching=False)
    engine.post(SetTimbre(latent=latent_of(engine, "Middling")))
    time.sleep(0.4)
    assert engine.stats().worker.n_prefetched == 0


def test_a_note_played_again_is_in_the_cache(engine):
    for _ in range(3):
        engine.post(NoteOn(pitch=60, velocity=0.8))
        rendered(engine, 0.1)
        engine.post(AllSoundOff())
        rendered(engine, 0.1)
    stats = engine.stats()
    assert (stats.cache.n_hits, stats.cache.n_misses) == (2, 1)


def test_many_threads_may_post(make_engine):
    engine = make_engine(is_offline=False, n_voices=8)
    failures = []

    def play(part):
        rng = np.random.default_rng(part)
        try:
            for n in range(60):
                pitch = int(rng.integers(57, 70))
                engine.post(NoteOn(pitch=pitch, velocity=0.5, part=part))
                engine.post(PitchBend(value=float(rng.uniform(-1, 1)), part=part))
                engine.post(NoteOff(pitch=pitch, part=part), n)
        except BaseException as error:  # noqa: BLE001 - to be seen in the main thread
            failures.append(error)

    threads = [threading.Thread(target=play, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        rendered(engine, 0.01)
    assert failures == []
    engine.post(AllSoundOff())
    rendered(engine, 0.1)
    assert engine.n_voices == 0
    wait_for(lambda: engine.stats().cache.n_held == 0)
    assert engine.stats().worker.n_struck == 240


# --- anything -------------------------------------------------------------------------------------

pitches = st.floats(min_value=0, max_value=127) | st.integers(55, 71)
parts = st.integers(0, 15)
unit = st.floats(min_value=0, max_value=1)
ids = st.none() | st.integers(0, 5)
events = st.one_of(
    st.builds(NoteOn, pitch=pitches, velocity=unit, part=parts, note_id=ids),
    st.builds(NoteOff, pitch=pitches, part=parts, note_id=ids),
    st.builds(SustainPedal, is_down=st.booleans(), part=parts),
    st.builds(PitchBend, value=st.floats(min_value=-1, max_value=1), part=parts),
    st.builds(
        SetParameter, name=st.sampled_from([p.name for p in PARAMETERS]), value=unit, part=parts
    ),
    st.builds(NoteExpression, note_id=st.integers(0, 5), kind=st.sampled_from(
        ["volume", "pan", "timbre", "pressure"]), value=unit, part=parts),
    st.builds(NoteExpression, note_id=st.integers(0, 5), kind=st.just("pitch"),
              value=st.floats(min_value=-96, max_value=96), part=parts),
    st.builds(AllNotesOff, part=st.none() | parts),
    st.builds(AllSoundOff, part=st.none() | parts),
)  # fmt: skip


@pytest.fixture(scope="module")
def played_engine(tiny_instrument):
    with Engine(tiny_instrument, config(n_voices=6, n_spare_voices=2)) as engine:
        yield engine


@settings(max_examples=60, deadline=None)
@given(script=st.lists(st.tuples(events, st.integers(0, 600), st.integers(1, 500)), max_size=25))
def test_whatever_happens_the_sound_is_finite_bounded_and_ends(played_engine, script):
    for event, offset, n_samples in script:
        played_engine.post(event, offset)
        out = np.full((n_samples, 2), np.nan, np.float32)
        played_engine.process(out)
        assert np.isfinite(out).all()
        assert np.abs(out).max(initial=0.0) <= 1.0
        assert played_engine.stats().voices <= 8
    played_engine.process(np.zeros((700, 2), np.float32))
    played_engine.post(AllSoundOff())
    for _ in range(4):
        played_engine.process(np.zeros((1024, 2), np.float32))
    assert played_engine.n_voices == 0
    assert played_engine.stats().cache.n_held == 0
    assert played_engine.stats().non_finite == 0


# --- touch ----------------------------------------------------------------------------------------


def test_a_tuning_moves_notes_that_sound_and_those_to_come(engine):
    tuned = [100.0 * key for key in range(128)]
    tuned[60] += 150.0
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.1)
    engine.post(SetTuning(cents_of_pitch=tuple(tuned)))
    sounding = rendered(engine, 0.5)[2400:, 0]
    engine.post(AllSoundOff())
    rendered(engine, 0.1)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    struck = rendered(engine, 0.5)[2400:, 0]
    for out in (sounding, struck):
        assert cents(frequency_hz(out), pitch_to_hz(61.5)) == pytest.approx(0, abs=5)


def test_a_tuning_that_is_not_live_waits_for_the_next_strike(engine):
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.1)
    engine.post(SetTuning(cents_of_pitch=(6200.0,) * 128, is_live=False))
    out = rendered(engine, 0.4)[:, 0]
    assert cents(frequency_hz(out), pitch_to_hz(60)) == pytest.approx(0, abs=5)


def test_pressure_makes_a_note_louder_and_lifting_gives_it_back(engine):
    engine.post(NoteOn(pitch=60, velocity=0.5))
    rendered(engine, 0.2)
    levels = []
    for event in (
        ChannelPressure(value=0.0),
        ChannelPressure(value=1.0),
        ChannelPressure(value=0.0),
        KeyPressure(pitch=60, value=1.0),
    ):
        engine.post(event)
        rendered(engine, 0.05)
        levels.append(level(rendered(engine, 0.1)))
    assert levels[1] > 1.2 * levels[0]
    assert levels[2] < levels[0]  # it dies away
    assert levels[3] > 1.2 * levels[2]


def test_the_soft_pedal_softens_what_is_struck_while_it_is_down(engine):
    levels = []
    for is_down in (False, True):
        engine.post(SoftPedal(is_down=is_down))
        engine.post(NoteOn(pitch=60, velocity=0.8))
        levels.append(level(rendered(engine, 0.2)))
        engine.post(AllSoundOff())
        rendered(engine, 0.1)
    assert levels[1] < 0.9 * levels[0]


def test_sostenuto_keeps_the_chord_and_lets_the_melody_go(engine):
    engine.post(NoteOn(pitch=57, velocity=0.8))
    engine.post(SostenutoPedal(is_down=True), 10)
    engine.post(NoteOn(pitch=64, velocity=0.8), 20)
    engine.post(NoteOff(pitch=57), 30)
    engine.post(NoteOff(pitch=64), 40)
    rendered(engine, 1.0)
    assert engine.n_voices == 1
    engine.post(SostenutoPedal(is_down=False))
    rendered(engine, 1.0)
    assert engine.n_voices == 0


@pytest.mark.parametrize("mode", [1, 2], ids=["mono", "legato"])
def test_one_note_at_a_time_goes_back_to_the_key_that_is_still_down(engine, mode):
    set_real(engine, "voice/mode", mode)
    for pitch in (60, 67):
        engine.post(NoteOn(pitch=pitch, velocity=0.8))
        rendered(engine, 0.2)
    assert engine.n_voices == 1
    found = frequency_hz(rendered(engine, 0.4)[:, 0])
    assert cents(found, pitch_to_hz(67)) == pytest.approx(0, abs=5)
    engine.post(NoteOff(pitch=67))
    rendered(engine, 0.2)
    found = frequency_hz(rendered(engine, 0.4)[:, 0])
    assert cents(found, pitch_to_hz(60)) == pytest.approx(0, abs=5)
    engine.post(NoteOff(pitch=60))
    rendered(engine, 1.5)
    assert engine.n_voices == 0


def test_a_glide_arrives_in_its_time(engine):
    set_real(engine, "voice/glide", 0.5)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.2)
    engine.post(AllSoundOff())
    engine.post(NoteOn(pitch=67, velocity=0.8), 480)
    on_its_way = frequency_hz(rendered(engine, 0.2)[2400:, 0])
    assert pitch_to_hz(60.5) < on_its_way < pitch_to_hz(65)
    rendered(engine, 0.35)
    arrived = frequency_hz(rendered(engine, 0.4)[:, 0])
    assert cents(arrived, pitch_to_hz(67)) == pytest.approx(0, abs=5)


def test_the_room_rings_on_and_comes_to_rest(engine):
    set_real(engine, "reverb/send", 1.0)
    set_real(engine, "reverb/size", 0.5)
    set_real(engine, "amp/release", 0.01)
    engine.post(NoteOn(pitch=60, velocity=0.8))
    rendered(engine, 0.2)
    engine.post(AllSoundOff())
    rendered(engine, 0.02)
    assert engine.n_voices == 0
    assert level(rendered(engine, 0.1)) > 1e-4
    rendered(engine, 2.0)
    assert level(rendered(engine, 0.1)) == 0.0


def test_every_velocity_of_midi_is_louder_than_the_one_before_or_as_loud(engine):
    set_real(engine, "voice/velocity_curve", 0.5)
    levels = []
    for velocity in (20, 40, 60, 80, 100, 127):
        engine.post(NoteOn(pitch=60, velocity=velocity / 127))
        levels.append(level(rendered(engine, 0.1)))
        engine.post(AllSoundOff())
        rendered(engine, 0.05)
    assert levels == sorted(levels)
