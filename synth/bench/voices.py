"""The audio thread: how long a block takes, how many notes a core plays, what a hop costs."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.bench.figures import median_s, percentiles, rounded
from synth.bench.pacer import Pacer
from synth.config import EngineConfig
from synth.engine import Engine
from synth.events import AllSoundOff, NoteOn
from synth.notes.instrument import Instrument
from synth.realtime.decode import Decoder, Frames, decode_voice_hop, make_decoder
from synth.realtime.heads import HEAD_DTYPE, start_voice
from synth.realtime.kernel import realtime

SAMPLE_RATE = 48_000
BLOCK_SIZE = 64
N_VOICES = 32
CHORD_SIZE = 16
BUDGET = 0.25  # of a block's time
BLOCKS_PER_CHORD = 96  # 128 ms at 48 kHz
N_POLYPHONIC = 64
LOWEST, VELOCITY = 30, 0.8
N_HOPS = 100  # decoded in a row
_CACHE_BYTES = 100_000_000


def measure_callback(instrument: Instrument, *, n_blocks: int) -> dict[str, float]:
    """Measure the callback with 32 voices, while chords of 16 are struck again and again.

    It runs on a thread of its own, one block after the other; what counts is its time on the
    processor, read inside.
    """
    with _warm_engine(instrument, N_VOICES) as engine:
        durations: list[np.ndarray] = []
        chords = [range(36, 36 + 2 * CHORD_SIZE, 2), range(37, 37 + 2 * CHORD_SIZE, 2)]
        out = np.zeros((BLOCK_SIZE, 2), np.float32)
        n_done = 0
        while n_done < n_blocks:
            engine.process(out)  # which takes back what has ended
            for pitch in chords[(n_done // BLOCKS_PER_CHORD) % 2]:
                engine.post(NoteOn(pitch=pitch, velocity=VELOCITY))
            with Pacer(engine, BLOCK_SIZE, n_blocks=BLOCKS_PER_CHORD, is_paced=False) as pacer:
                pacer.wait()
                durations.append(pacer.durations_us)
            n_done += pacer.n_blocks
    found = np.concatenate(durations)
    return {
        "block_size": BLOCK_SIZE,
        "sample_rate": SAMPLE_RATE,
        "voices": N_VOICES,
        "blocks": len(found),
        **percentiles(found, 50.0, 99.0, 99.9, suffix="_us"),
        "max_us": rounded(float(found.max())),
        "budget_us": rounded(BUDGET * 1e6 * BLOCK_SIZE / SAMPLE_RATE),
    }


def measure_notes_per_core(instrument: Instrument, *, seconds: float) -> float:
    """Count the held notes that one core could play in time, their frames being there.

    Blocks of 64 samples, as FluidSynth's, on a thread without Python; what counts is the time of
    the callback on the processor. Notes that have died away by the end are not counted at all.
    """
    out = np.zeros((BLOCK_SIZE, 2), np.float32)
    n_blocks = round(seconds * SAMPLE_RATE / BLOCK_SIZE)
    with _warm_engine(instrument, N_POLYPHONIC) as engine:
        for event in held_chord(N_POLYPHONIC):
            engine.post(event)
        engine.process(out)
        with Pacer(engine, BLOCK_SIZE, n_blocks=n_blocks, is_paced=False) as pacer:
            pacer.wait()
        taken_s = 1e-6 * float(pacer.durations_us.sum())
        n_notes = engine.n_voices
    return rounded(n_notes * pacer.n_blocks * BLOCK_SIZE / SAMPLE_RATE / taken_s)


def held_chord(n_notes: int) -> Sequence[NoteOn]:
    """Return the key presses of a chord of neighbouring keys."""
    return [NoteOn(pitch=LOWEST + n, velocity=VELOCITY) for n in range(n_notes)]


def measure_hop_us(instrument: Instrument, *, n_times: int) -> float:
    """Measure one hop of one voice: frames in, samples out, as the audio thread decodes them."""
    with _warm_engine(instrument, 8) as engine:
        pool = engine.frames
    spec = instrument.spec
    heads = np.zeros(2, HEAD_DTYPE).view(np.recarray)
    start_voice(heads, 0, instrument.tiles[0].n_frames)
    frames = Frames(pool.magnitude, pool.frame_scale, pool.phase_advance, pool.plan, pool.n_ready)
    decoder = make_decoder(spec.n_fft, spec.hop_length)
    phase = pool.phase[0].copy()
    overlap = pool.overlap[0].copy()
    out = np.zeros(spec.hop_length, np.float32)

    def decode() -> None:
        _decode_hops(N_HOPS, (heads, phase, overlap), frames, decoder, out)

    return rounded(1e6 * median_s(decode, n_times=n_times) / N_HOPS)


@realtime
def _decode_hops(
    n_hops: int, voice: tuple[Any, ...], frames: Frames, decoder: Decoder, out: NDArray[np.float32]
) -> None:
    # As the audio thread does: handing the arrays over from Python takes as long as half a hop.
    heads, phase, overlap = voice
    for _ in range(n_hops):
        decode_voice_hop(heads, phase, overlap, frames, decoder, out)


def measure_cache(instrument: Instrument, *, n_times: int) -> dict[str, float]:
    """Measure what a note takes in memory, and how long one that is there takes to be struck."""
    with _warm_engine(instrument, N_VOICES) as engine:
        out = np.zeros((BLOCK_SIZE, 2), np.float32)
        taken = []
        for _ in range(n_times):
            started = time.perf_counter()
            engine.post(NoteOn(pitch=60, velocity=VELOCITY))
            taken.append(time.perf_counter() - started)
            engine.post(AllSoundOff())
            for _ in range(8):
                engine.process(out)
        bytes_per_note = engine.frames.bytes_per_slot
    return {
        "bytes_per_note": bytes_per_note,
        "hit_us": rounded(1e6 * float(np.median(taken))),
    }


@contextlib.contextmanager
def _warm_engine(instrument: Instrument, n_voices: int) -> Iterator[Engine]:
    """Open an engine that waits for its frames, and play every key once, to its end."""
    config = EngineConfig(
        is_offline=True,
        n_voices=n_voices,
        n_spare_voices=16,
        cache_bytes=_CACHE_BYTES,
    )
    out = np.zeros((4096, 2), np.float32)
    with Engine(instrument, config) as engine:
        for first in range(LOWEST, LOWEST + N_POLYPHONIC, n_voices):
            for pitch in range(first, first + n_voices):
                engine.post(NoteOn(pitch=pitch, velocity=VELOCITY))
            for _ in range(48):
                engine.process(out)
            engine.post(AllSoundOff())
            engine.process(out)
        yield engine
