"""Notes as the player sounds them: generated frames through its own onset and its own decoder.

The one place where `training` reaches into the audio thread's code: an instrument is judged by what
is heard, not by what another inversion would have made of it.

Not threads of a running engine: each call decodes on its caller's thread; a pool of threads keeps
the cores busy, since neither the graphs nor the kernels hold the interpreter's lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from synth.frames import NoteFrames, PackedFrames, pack
from synth.notes.generators import WHOLE, OnnxGenerator, n_usable_cores
from synth.notes.instrument import Instrument
from synth.notes.tiles import SILENCE_GATE
from synth.realtime.decode import Decoder, Frames, decode_voice_hop, make_decoder
from synth.realtime.finish import Finisher
from synth.realtime.heads import HEAD_DTYPE, start_voice
from synth.representation import SpectrogramSpec, decode, to_magnitude_and_advance

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteList:
    """Notes to be sounded.

    Attributes:
        latents: [n_notes, latent_size].
        pitches: [n_notes], MIDI numbers.
        velocities: [n_notes], 0..1.
    """

    latents: Array
    pitches: NDArray[np.int64]
    velocities: Array

    def __len__(self) -> int:
        return len(self.pitches)


class SpectrogramSource(Protocol):
    """What generates: an instrument's graph, or a checkpoint's network."""

    @property
    def spec(self) -> SpectrogramSpec:
        """Of what is generated."""

    def generate(self, notes: NoteList) -> Array:
        """Generate spectrograms, [n_notes, n_channels, n_frames, n_bins], normalised."""


class NoteDecoder(Protocol):
    """What turns a spectrogram into sound."""

    @property
    def n_samples(self) -> int:
        """Samples of a note, from its onset."""

    def decode(self, spectrogram: Array) -> Array:
        """Turn one note's spectrogram into audio, [n_samples]."""


class AccumulatingDecoder:
    """The paper's way: phases accumulated bin by bin, the whole note at once."""

    def __init__(self, spec: SpectrogramSpec) -> None:
        self.spec = spec

    @property
    def n_samples(self) -> int:
        """Samples of a note, from its onset."""
        return self.spec.n_samples

    def decode(self, spectrogram: Array) -> Array:
        """Turn one note's spectrogram into audio, [n_samples]."""
        return decode(spectrogram, self.spec)


class InstrumentSource:
    """An instrument's whole-note graph."""

    def __init__(self, instrument: Instrument) -> None:
        self.spec = instrument.spec
        self._generator = OnnxGenerator(instrument, tiles=(WHOLE,), warm_batches=())

    def generate(self, notes: NoteList) -> Array:
        """Generate spectrograms, one by one, as the player does."""
        rows = [
            self._generator.generate(
                WHOLE,
                notes.latents[i : i + 1],
                notes.pitches[i : i + 1],
                notes.velocities[i : i + 1],
            )
            for i in range(len(notes))
        ]
        return np.concatenate(rows)


class PlayerDecoder:
    """Decodes whole notes as a voice does: made onset, locked lobes, frames read to their end."""

    def __init__(self, spec: SpectrogramSpec, n_onset_frames: int = 8) -> None:
        """Compile, or load from the cache, what decodes.

        Args:
            spec: of the notes.
            n_onset_frames: frames of the player's first tile.
        """
        self.spec = spec
        self._n_onset_frames = n_onset_frames
        self._finisher = Finisher(
            n_fft=spec.n_fft,
            hop_length=spec.hop_length,
            n_frames=spec.n_frames,
            n_onset_frames=n_onset_frames,
            sample_rate=spec.sample_rate,
        )
        self._local = threading.local()  # working memory of each thread

    @property
    def n_samples(self) -> int:
        """Samples from the onset that a whole note's frames complete."""
        return self._n_decoded - self._n_before

    @property
    def _n_decoded(self) -> int:
        return self.spec.n_frames * self.spec.hop_length - self.spec.n_fft // 2

    @property
    def _n_before(self) -> int:
        """Samples before the onset: frames are centred on theirs, whatever the padding."""
        return max(0, self.spec.front_padding - self.spec.n_fft // 2)

    def decode(self, spectrogram: Array) -> Array:
        """Turn one note's spectrogram into audio, [n_samples]."""
        magnitude, advance = to_magnitude_and_advance(spectrogram, self.spec, gate=SILENCE_GATE)
        return self.decode_frames(pack(magnitude, advance))

    def decode_frames(self, packed: PackedFrames) -> Array:
        """Turn one note's frames into audio, [n_samples]."""
        pool, decoder = self._memory()
        pool.clear(0)
        pool.write(0, 0, packed)
        self._finisher.finish_onset(pool, 0)
        pool.n_ready[0] = self.spec.n_frames  # without a plan: frames are read to their end
        frames = Frames(
            pool.magnitude, pool.frame_scale, pool.phase_advance, pool.plan, pool.n_ready
        )
        heads = np.zeros(2, HEAD_DTYPE)
        start_voice(heads, 0, self._n_onset_frames)
        phase, overlap = pool.phase[0].copy(), pool.overlap[0].copy()
        hop_length = self.spec.hop_length
        audio = np.zeros(self._n_decoded, np.float32)
        n_onset = pool.onset.shape[1]
        audio[:n_onset] = pool.onset[0]
        for first in range(n_onset, len(audio), hop_length):
            hop = audio[first : first + hop_length]
            decode_voice_hop(heads, phase, overlap, frames, decoder, hop)
        return audio[self._n_before :]

    def _memory(self) -> tuple[NoteFrames, Decoder]:
        memory = getattr(self._local, "memory", None)
        if memory is None:
            spec = self.spec
            pool = NoteFrames.allocate(
                n_slots=1,
                n_frames=spec.n_frames,
                n_bins=spec.n_linear_bins,
                n_fft=spec.n_fft,
                hop_length=spec.hop_length,
                n_onset_frames=self._n_onset_frames,
            )
            memory = self._local.memory = (pool, make_decoder(spec.n_fft, spec.hop_length))
        found: tuple[NoteFrames, Decoder] = memory
        return found


def sound_notes(
    source: SpectrogramSource,
    decoder: NoteDecoder,
    notes: NoteList,
    hear: Callable[[int, Array], None],
    progress: Callable[[float], None] | None = None,
) -> None:
    """Generate and decode notes on all cores.

    Args:
        source: what generates.
        decoder: what decodes.
        notes: which notes.
        hear: is given each note's number and audio, on some thread, one call at a time.
        progress: is told how much is done, 0..1.
    """
    lock = threading.Lock()
    n_done = 0

    def sound(index: int) -> None:
        nonlocal n_done
        one = slice(index, index + 1)
        note = NoteList(
            latents=notes.latents[one],
            pitches=notes.pitches[one],
            velocities=notes.velocities[one],
        )
        audio = decoder.decode(source.generate(note)[0])
        with lock:
            hear(index, audio)
            n_done += 1
            if progress is not None:
                progress(n_done / len(notes))

    with ThreadPoolExecutor(max_workers=n_usable_cores()) as pool:
        for _ in pool.map(sound, range(len(notes))):
            pass


def sound_all(
    source: SpectrogramSource,
    decoder: NoteDecoder,
    notes: NoteList,
    progress: Callable[[float], None] | None = None,
) -> Array:
    """Generate and decode notes into one array, [n_notes, decoder.n_samples]."""
    audio = np.zeros((len(notes), decoder.n_samples), np.float32)

    def keep(index: int, note: Array) -> None:
        audio[index] = note

    sound_notes(source, decoder, notes, keep, progress)
    return audio
