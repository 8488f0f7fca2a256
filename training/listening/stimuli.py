"""The sounds of a listening test: the same notes by recordings, instruments and checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError, InputFileError
from synth.notes.instrument import Instrument
from training.data.prepared import PreparedSet
from training.evaluation_sources import Source, of_instrument, of_run
from training.held_out import choose_notes
from training.listening.trials import Audio, Stimulus, match_loudness
from training.metrics.played import NoteList, PlayerDecoder, sound_all

RECORDING = "recording"
_PITCHES = (45, 72)  # where every timbre has something to say
_FADE_S = 0.05  # at the end, where a sound is cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One note that every system sounds."""

    timbre: str
    pitch: int
    velocity: int  # 1..127
    row: int | None = None  # of the recordings

    @property
    def name(self) -> str:
        """What the answers call it."""
        return f"{self.timbre}, pitch {self.pitch}, velocity {self.velocity}"


def open_systems(
    instruments: Sequence[Path], runs: Sequence[Path]
) -> tuple[dict[str, Source], Instrument]:
    """Open what generates, under names that tell them apart; and the first instrument.

    Raises:
        ConfigError: instruments whose spectrograms differ cannot be heard side by side yet.
    """
    loaded = [Instrument.load(folder) for folder in instruments]
    spec = loaded[0].spec
    systems: dict[str, Source] = {}
    for instrument in loaded:
        if instrument.spec != spec:
            raise ConfigError(
                f"{instrument.folder} and {loaded[0].folder} have different spectrogram specs; "
                "compare instruments of one"
            )
        systems[_unused(instrument.folder.resolve().name, systems)] = of_instrument(instrument)
    for run in runs:
        systems[_unused(run.resolve().name, systems)] = of_run(run, spec)
    return systems, loaded[0]


def choose_asked(
    systems: Mapping[str, Source],
    instrument: Instrument,
    data: PreparedSet | None,
    n_stimuli: int,
    seed: int,
) -> list[Asked]:
    """Choose notes: held-out ones of the recordings, or timbres at middle pitches.

    Raises:
        InputFileError: the systems have no timbre in common.
    """
    names = list(instrument.timbre_names)
    common = [name for name in names if all(name in s.timbres for s in systems.values())]
    if not common:
        raise InputFileError("the instruments and runs have no timbre in common; compare others")
    rng = np.random.default_rng(seed)
    if data is None:
        low, high = (int(np.clip(pitch, *instrument.pitch_range)) for pitch in _PITCHES)
        return [
            Asked(
                timbre=common[int(rng.integers(len(common)))],
                pitch=int(rng.integers(low, high + 1)),
                velocity=int(rng.choice(instrument.velocities)),
            )
            for _ in range(n_stimuli)
        ]
    config = instrument.provenance.get("training_config", {})
    notes = choose_notes(data, common, instrument.pitch_range, [config], seed)
    return [
        Asked(
            timbre=notes.timbres[int(data.instrument[row])],
            pitch=int(data.pitch[row]),
            velocity=int(data.velocity[row]),
            row=int(row),
        )
        for row in notes.held_out[:n_stimuli]
    ]


def make_stimuli(
    systems: Mapping[str, Source],
    asked: Sequence[Asked],
    data: PreparedSet | None,
    decoder: PlayerDecoder,
    tell: Callable[[str, float], None] = lambda _what, _share: None,
) -> list[Stimulus]:
    """Sound every note by every system, of equal length and loudness.

    Args:
        systems: what generates.
        asked: the notes.
        data: the recordings, which are one more system; None: without.
        decoder: of the player.
        tell: is told how far it is.

    Raises:
        ConfigError: there are fewer than two systems to compare.
    """
    if len(systems) + (data is not None) < 2:
        raise ConfigError(
            "a comparison wants two systems or more; add --data for the recordings, "
            "another --instrument, or a --run"
        )
    sounds: dict[str, Sequence[Audio]] = {}
    for name, source in systems.items():
        notes = NoteList(
            latents=np.stack([source.timbres[note.timbre] for note in asked]),
            pitches=np.array([note.pitch for note in asked]),
            velocities=np.array([note.velocity / 127.0 for note in asked], np.float32),
        )
        sounds[name] = list(sound_all(source, decoder, notes, partial(tell, name)))
    if data is not None:
        rows = np.array([note.row for note in asked])
        sounds[RECORDING] = list(np.asarray(data.audio[rows]).astype(np.float32) / 32_768.0)
    n_samples = min(len(audio) for series in sounds.values() for audio in series)
    rate = decoder.spec.sample_rate
    return [
        match_loudness(
            Stimulus(
                name=note.name,
                sounds={
                    name: _fade_out(series[index][:n_samples], rate)
                    for name, series in sounds.items()
                },
            ),
            rate,
        )
        for index, note in enumerate(asked)
    ]


def _fade_out(audio: NDArray[np.float32], sample_rate: int) -> Audio:
    n_fade = min(len(audio), round(_FADE_S * sample_rate))
    faded = audio.copy()
    faded[len(audio) - n_fade :] *= np.linspace(1.0, 0.0, n_fade, dtype=np.float32)
    return faded


def _unused(name: str, systems: Mapping[str, Source]) -> str:
    found, number = name, 2
    while found in systems or found == RECORDING:
        found, number = f"{name} {number}", number + 1
    return found
