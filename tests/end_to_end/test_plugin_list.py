"""What hosts do to plug-ins, as pluginval's levels 2 to 9 list it, done to `Engine.process`.

Block sizes from 1 to 8192 and beyond what was promised, rates from 8 to 192 kHz, values that are no
numbers, state saved and restored at any time, parameters moved at random, many threads at once.
What must hold at each step: every sample is finite, none is above full scale, none is subnormal.
"""

import importlib.util
import math
import random
import threading
from pathlib import Path

import numpy as np
import pytest

from synth.config import EngineConfig
from synth.engine import Engine
from synth.errors import ConfigError, PresetError
from synth.events import (
    AllNotesOff,
    AllSoundOff,
    NoteExpression,
    NoteOff,
    NoteOn,
    PitchBend,
    SetParameter,
    SetTimbre,
    SustainPedal,
)
from synth.notes.instrument import Instrument
from synth.parameters import PARAMETERS

TINY = Path(__file__).resolve().parents[1] / "synth" / "conftest.py"

MOST = 8192  # samples of a block
ODD_SIZES = (1, 2, 3, 7, 31, 64, 127, 441, 480, 1000, 1024, 4095, MOST)
RATES = (8_000, 11_025, 22_050, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000)
NO_NUMBERS = (math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324)
SMALLEST_NORMAL = float(np.finfo(np.float32).tiny)
LATENT_SIZE = 8  # of the tiny instrument


@pytest.fixture(scope="module")
def tiny_instrument(tmp_path_factory) -> Instrument:
    """The instrument of the unit tests: real graphs, small ones."""
    spec = importlib.util.spec_from_file_location("tiny", TINY)
    tiny = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tiny)
    folder = tmp_path_factory.mktemp("instruments") / "tiny"
    tiny.write_tiny_instrument(folder)
    return Instrument.load(folder)


@pytest.fixture
def engine(tiny_instrument):
    config = EngineConfig(is_offline=True, cache_bytes=16_000_000, max_block_size=MOST)
    with Engine(tiny_instrument, config) as engine:
        yield engine


def play(engine: Engine, n_samples: int) -> np.ndarray:
    """Render a block, and look at every sample of it."""
    out = np.full((n_samples, 2), np.nan, np.float32)
    engine.process(out)
    assert np.isfinite(out).all()
    size = np.abs(out)
    assert size.max(initial=0.0) <= 1.0
    assert not ((size > 0.0) & (size < SMALLEST_NORMAL)).any()
    return out


def chord(engine: Engine, *pitches: int) -> None:
    for pitch in pitches:
        engine.post(NoteOn(pitch=pitch, velocity=0.9))


def test_any_block_size_in_any_order_sounds_the_same(engine, tiny_instrument):
    dice = random.Random(1)
    sizes = [dice.choice(ODD_SIZES) for _ in range(12)] + list(ODD_SIZES)
    chord(engine, 60, 64, 69)
    odd = np.concatenate([play(engine, size) for size in sizes])
    config = EngineConfig(is_offline=True, cache_bytes=16_000_000, max_block_size=MOST)
    with Engine(tiny_instrument, config) as other:
        chord(other, 60, 64, 69)
        even = np.concatenate([play(other, 512) for _ in range(len(odd) // 512)])
    assert np.abs(even).max() > 0.01
    np.testing.assert_allclose(odd[: len(even)], even, atol=1e-4)


@pytest.mark.parametrize("rate", RATES)
def test_any_rate_keeps_the_pitch(engine, rate):
    engine.prepare(rate, MOST)
    chord(engine, 69)
    sound = np.concatenate([play(engine, 1000) for _ in range(rate // 1000)])[:, 0]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    found = np.argmax(spectrum) * rate / len(sound)
    assert 440.0 / 1.02 < found < 440.0 * 1.02


def test_a_block_longer_than_was_prepared_for_is_refused_and_nothing_breaks(engine):
    with pytest.raises(ConfigError, match=f"{MOST + 1} samples"):
        engine.process(np.zeros((MOST + 1, 2), np.float32))
    chord(engine, 60)
    play(engine, MOST)


def _wild_events(number: float) -> list:
    """Every event with a value that cannot be; what an edge lets through has to be survived."""
    return [
        lambda: NoteOn(pitch=number, velocity=0.5),
        lambda: NoteOn(pitch=60, velocity=number),
        lambda: NoteOff(pitch=number),
        lambda: PitchBend(value=number),
        lambda: SetTimbre(latent=(number,) * LATENT_SIZE),
        *(lambda name=p.name: SetParameter(name=name, value=number) for p in PARAMETERS),
        *(
            lambda kind=kind: NoteExpression(note_id=1, kind=kind, value=number)
            for kind in ("pitch", "volume", "pan", "timbre", "pressure")
        ),
    ]


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_values_that_are_no_numbers_are_refused_or_survived(engine, number):
    engine.post(NoteOn(pitch=60, velocity=0.9, note_id=1))
    play(engine, 480)
    for make in _wild_events(number):
        try:
            engine.post(make())
        except (ConfigError, ValueError, OverflowError):
            continue  # refused where it was made, or where it came in
        play(engine, 64)
    engine.post(AllSoundOff())
    play(engine, MOST)
    assert engine.n_voices == 0
    engine.load_state(Engine.save_state(engine))
    chord(engine, 60)
    play(engine, 4800)


def test_state_is_restored_at_any_moment_and_a_bad_one_changes_nothing(engine):
    dice = random.Random(2)
    chord(engine, 57, 60, 64)
    play(engine, 480)
    for _ in range(10):
        for parameter in PARAMETERS:
            engine.post(SetParameter(name=parameter.name, value=dice.random()))
        saved = engine.save_state()
        for parameter in PARAMETERS:
            engine.post(SetParameter(name=parameter.name, value=dice.random()))
        play(engine, dice.choice(ODD_SIZES))
        engine.load_state(saved)
        assert engine.save_state() == saved
        with pytest.raises(PresetError):
            engine.load_state({**saved, "parts": saved["parts"][:-1]})
        assert engine.save_state() == saved
        play(engine, dice.choice(ODD_SIZES))


def test_everything_moves_at_random_and_the_output_stays_in_bounds(engine):
    dice = random.Random(3)
    for step in range(300):
        part = dice.randrange(16)
        event = dice.choice(
            (
                NoteOn(pitch=dice.uniform(0, 127), velocity=dice.random(), part=part, note_id=step),
                NoteOff(pitch=dice.randrange(128), part=part),
                SetParameter(
                    name=dice.choice(PARAMETERS).name, value=dice.choice((0.0, 1.0, 0.5)), part=part
                ),
                PitchBend(value=dice.uniform(-1, 1), part=part),
                SustainPedal(is_down=dice.random() < 0.5, part=part),
                SetTimbre(latent=tuple(dice.gauss(0, 1) for _ in range(LATENT_SIZE)), part=part),
                NoteExpression(note_id=step - 1, kind="pitch", value=dice.uniform(-48, 48)),
                AllNotesOff(),
            )
        )
        engine.post(event, dice.randrange(2000))
        play(engine, dice.choice((1, 64, 333, 1024)))
    engine.post(AllSoundOff())
    for _ in range(4):
        play(engine, MOST)
    assert engine.n_voices == 0
    assert engine.stats().cache.n_held == 0


def test_many_threads_post_while_one_renders(tiny_instrument):
    config = EngineConfig(cache_bytes=16_000_000, max_block_size=MOST)
    errors: list[BaseException] = []
    with Engine(tiny_instrument, config) as engine:
        ended = threading.Event()

        def post(seed: int) -> None:
            dice = random.Random(seed)
            try:
                while not ended.is_set():
                    engine.post(NoteOn(pitch=dice.randrange(40, 90), velocity=0.7, part=seed))
                    engine.post(NoteOff(pitch=dice.randrange(40, 90), part=seed))
                    engine.post(SetParameter(name="amp/pan", value=dice.random(), part=seed))
                    engine.load_state(engine.save_state())
            except BaseException as error:  # noqa: BLE001 - told below, by the test's own thread
                errors.append(error)

        threads = [threading.Thread(target=post, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(300):
            play(engine, 128)
        ended.set()
        for thread in threads:
            thread.join()
        engine.post(AllSoundOff())
        for _ in range(40):
            play(engine, MOST)
        assert engine.n_voices == 0
    assert errors == []
