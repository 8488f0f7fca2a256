"""Measure an instrument beside held-out recordings: `gansynth evaluate`.

Every row tells the same figures of its notes: `real` of notes that nobody learned from, `model` of
what the instrument makes of those same pitches, velocities and timbres, `random` and `mid_points`
of timbres without a name, and one row for each run whose checkpoint is to be compared. All of them
are compared with the same training notes, in the same numbers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synth.errors import ConfigError, InputFileError
from synth.notes.instrument import Instrument
from synth.notes.latents import random_timbre, slerp
from synth.representation import encode
from training import evaluation_sources
from training.classifier import Classifier, fingerprint, read_images
from training.data.prepared import PreparedSet
from training.evaluation_sources import DescribedRun, PaperSource, Source
from training.held_out import EvaluationNotes, choose_notes, note_beside
from training.log_frequency import N_BINS, N_FRAMES, to_images
from training.metrics import timbre
from training.metrics.distribution import (
    NdbCells,
    frechet_distance,
    inception_score,
    kernel_distance,
    nearest_distances,
)
from training.metrics.inversion import PLAYERS_CHOICE, Note, compare_inversions
from training.metrics.pitch_tracker import (
    HIGHEST_PITCH,
    LOWEST_PITCH,
    SAMPLE_RATE,
    PitchTracker,
    share_in_tune,
)
from training.metrics.played import (
    AccumulatingDecoder,
    NoteDecoder,
    NoteList,
    PlayerDecoder,
    SpectrogramSource,
    sound_all,
    sound_notes,
)

Array = NDArray[np.float32]
Tell = Callable[[str, float], None]  # what is being done, and how much of it is

_N_DIVERSE = 24  # random timbres whose distances are averaged
_N_PATHS, _N_STEPS = 8, 6  # between pairs of timbres
_NOTES_A_CELL = 10  # at least, so that a share of a cell means something
_TRACKED_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationConfig:
    """How thorough an evaluation is."""

    n_samples: int = 2_000  # notes of the model's row; of the real one as many as are held out
    n_extra_samples: int = 500  # of random timbres and of mid-points
    n_tracker_notes: int = 300  # of either main row; a sixth for the others; 0: no tracker
    n_inversion_notes: int = 8  # real ones and generated ones; 0: no comparison
    n_grid_timbres: int = 1_000  # of which attacks and velocities are measured, at most
    n_cells: int = 50  # of NDB; fewer where there are few notes
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n_samples < 8 or self.n_extra_samples < 8:
            raise ConfigError(f"{self.n_samples} samples are too few; give 8 or more")
        if min(self.n_tracker_notes, self.n_inversion_notes, self.seed) < 0:
            raise ConfigError("numbers of notes and the seed must not be below 0")


@dataclass(frozen=True, slots=True)
class Sounded:
    """What the judge needs of some notes."""

    pitches: NDArray[np.int64]
    velocities: NDArray[np.int64]  # 1..127
    images: Tensor  # [n_notes, N_FRAMES, N_BINS] uint8
    beginnings: Array  # [n_tracked, n_samples] the first half second of the first notes


@dataclass(slots=True)
class Evaluator:
    """Holds what all rows share: the judge, the training notes, the grid's recordings.

    Attributes:
        instrument: whose pitch range, spec and prior count for all rows.
        data: the set.
        classifier: the judge.
        config: how thorough.
        tell: is told how far it is.
    """

    instrument: Instrument | DescribedRun
    data: PreparedSet
    classifier: Classifier
    config: EvaluationConfig
    tell: Tell = lambda _what, _share: None
    notes: EvaluationNotes = field(init=False)
    decoder: PlayerDecoder = field(init=False)
    originals: Array = field(init=False)  # [n_timbres, n_velocities, n_samples] of the grid
    _cells: NdbCells = field(init=False)
    _features: Tensor = field(init=False)  # of the training notes
    _tracker: PitchTracker | None = field(init=False)

    def __post_init__(self) -> None:
        spec = self.instrument.spec
        if spec.sample_rate != self.data.sample_rate:
            raise InputFileError(
                f"{self.data.path} is at {self.data.sample_rate} Hz, the instrument at "
                f"{spec.sample_rate}; give the set that it was trained on"
            )
        self.notes = choose_notes(
            self.data,
            self.instrument.timbre_names,
            self.instrument.pitch_range,
            [evaluation_sources.split_of_instrument(self.instrument), *self._splits_of_judge()],
            self.config.seed,
        )
        self._tracker = PitchTracker() if self.config.n_tracker_notes else None
        self.decoder = PlayerDecoder(spec, _n_onset_frames(self.instrument))
        self.originals = np.stack([self.read(rows) for rows in self._grid_rows])
        self._learn_reference()

    @property
    def n_compared(self) -> int:
        """Notes of every row that are compared with as many training notes."""
        return min(self.config.n_samples, len(self.notes.held_out), len(self.notes.training))

    @property
    def _grid_rows(self) -> NDArray[np.int64]:
        return self.notes.grid[: self.config.n_grid_timbres]

    @property
    def _grid_names(self) -> tuple[str, ...]:
        return self.notes.grid_names[: self.config.n_grid_timbres]

    def read(self, rows: NDArray[np.int64]) -> Array:
        """Read recordings, [n_rows, n_samples], full scale 1."""
        return np.asarray(self.data.audio[rows]).astype(np.float32) / 32_768.0

    def real_row(self) -> dict[str, Any]:
        """Measure held-out recordings."""
        rows = np.sort(self.notes.held_out[: self.n_compared])
        shuffled = np.random.default_rng(self.config.seed).permutation(rows)
        sounded = Sounded(
            pitches=self.data.pitch[shuffled].astype(np.int64),
            velocities=self.data.velocity[shuffled].astype(np.int64),
            images=read_images(self.data, shuffled, lambda x: self.tell("real: notes", x)),
            beginnings=self._beginnings(shuffled),
        )
        row = self._judge(sounded, "real", self.config.n_tracker_notes)
        rate = self.data.sample_rate
        decoded = self._decoded_originals()
        row |= self._grid_figures(self.originals, self._neighbours(), attacks_of=decoded)
        loudest = self.originals[:, self._usual_velocity]
        row["latent_diversity"] = _rounded(timbre.latent_diversity_db(loudest[:_N_DIVERSE], rate))
        return row

    def model_row(self, source: Source, name: str, n_tracked: int) -> dict[str, Any]:
        """Measure what a generator makes of held-out pitches, velocities and timbres."""
        notes = self.note_list(source, self._conditions(self.config.n_samples))
        row = self._judge(self._sound(source, notes, name), name, n_tracked)
        grid = self._sound_grid(source, name)
        rate = self.data.sample_rate
        row |= self._grid_figures(grid, grid, attacks_of=grid)
        row |= self._freedom(source, rate)
        return row

    def nameless_row(self, source: Source, kind: str) -> dict[str, Any]:
        """Measure timbres without a name: `random` or `mid_points`, pitches and velocities as real.

        Args:
            source: what generates.
            kind: `random` as `seed:N` draws them; `mid_points` half-way between two named ones.
        """
        n_notes = self.config.n_extra_samples
        rows = self._conditions(n_notes)
        notes = self.note_list(source, rows)
        rng = np.random.default_rng(self.config.seed + 1)
        latents = [source.draw(kind, rng) for _ in range(n_notes)]
        nameless = NoteList(
            latents=np.stack(latents), pitches=notes.pitches, velocities=notes.velocities
        )
        return self._judge(
            self._sound(source, nameless, kind), kind, self.config.n_tracker_notes // 6
        )

    def paper_row(self, source: PaperSource, name: str, n_tracked: int = 0) -> dict[str, Any]:
        """Measure a run of GANSynth's own: its timbres are draws, its velocity is none.

        Its notes are decoded as the paper does, by plain accumulation.
        """
        rows = self._conditions(self.config.n_samples)
        pitch = self.data.pitch[rows].astype(np.int64)
        low, high = source.pitch_range
        # What it cannot play an octave or two away, so that there are as many notes.
        pitch = np.where(pitch < low, low + (pitch - low) % 12, pitch)
        pitch = np.where(pitch > high, high - (high - pitch) % 12, pitch)
        notes = NoteList(
            latents=source.draw(len(rows), self.config.seed),
            pitches=pitch,
            velocities=(self.data.velocity[rows] / 127.0).astype(np.float32),
        )
        decoder = AccumulatingDecoder(source.generator.spec)
        sounded = self._sound(source.generator, notes, name, decoder)
        return self._judge(sounded, name, n_tracked)

    def inversion_table(self, source: Source) -> dict[str, Any]:
        """Compare ways of inverting, on recordings and on generated notes."""
        rows = self._inversion_rows()
        originals = self.read(rows)
        spec = self.instrument.spec
        generated = source.generate(self.note_list(source, rows))
        tables = {}
        for kind, spectrograms in (
            ("real", [encode(note, spec) for note in originals]),
            ("model", list(generated)),
        ):
            notes = [Note(*pair) for pair in zip(spectrograms, originals, strict=True)]
            what = f"inverting {kind} notes"
            tables[kind] = compare_inversions(notes, spec, self.decoder, partial(self.tell, what))
        best = min(tables["model"], key=lambda row: row["spectral_convergence_db"])
        facts = {"choice": PLAYERS_CHOICE, "best_offline": best["method"], "n_notes": len(rows)}
        return {**facts, **tables}

    def note_list(self, source: Source, rows: NDArray[np.int64]) -> NoteList:
        """Say what a generator is to make in the place of recordings."""
        names = [self.notes.timbres[index] for index in self.data.instrument[rows]]
        return NoteList(
            latents=np.stack([source.timbres[name] for name in names]),
            pitches=self.data.pitch[rows].astype(np.int64),
            velocities=(self.data.velocity[rows] / 127.0).astype(np.float32),
        )

    def _splits_of_judge(self) -> list[Mapping[str, Any]]:
        """How the judge held out notes of this set; of another it knows nothing."""
        return [self.classifier.facts["config"]] if self.classifier.fits(self.data) else []

    def _learn_reference(self) -> None:
        rows = np.sort(self.notes.training[: self.n_compared])
        images = read_images(self.data, rows, lambda x: self.tell("training notes", x))
        self._features = self.classifier.judge(images / 255.0).features
        n_cells = max(2, min(self.config.n_cells, self.n_compared // _NOTES_A_CELL))
        self._cells = NdbCells(images / 255.0, n_cells, self.config.seed)

    def _conditions(self, n_notes: int) -> NDArray[np.int64]:
        """Choose whose pitch, velocity and timbre to generate: held-out notes, then training."""
        shuffled = np.random.default_rng(self.config.seed).permutation(
            np.sort(self.notes.held_out[: self.n_compared])
        )
        rows = np.concatenate([shuffled, self.notes.training])[:n_notes]
        return np.resize(rows, n_notes)

    def _sound(
        self,
        source: SpectrogramSource,
        notes: NoteList,
        name: str,
        decoder: NoteDecoder | None = None,
    ) -> Sounded:
        """Generate and decode notes; keep what is looked at, not the sound itself."""
        rate = self.data.sample_rate
        images = torch.empty(len(notes), N_FRAMES, N_BINS, dtype=torch.uint8)
        tracked = self._tracked(notes.pitches, self.config.n_tracker_notes)
        beginnings = np.zeros((len(notes), round(_TRACKED_S * rate)), np.float32)

        def hear(index: int, audio: Array) -> None:
            images[index] = (255.0 * to_images(audio[None], rate)[0]).round().to(torch.uint8)
            if index in tracked:
                heard = audio[: beginnings.shape[1]]
                beginnings[index, : len(heard)] = heard

        what = f"{name}: notes"
        sound_notes(source, decoder or self.decoder, notes, hear, partial(self.tell, what))
        velocities = np.rint(notes.velocities * 127.0).astype(np.int64)
        return Sounded(notes.pitches, velocities, images, beginnings)

    def _beginnings(self, rows: NDArray[np.int64]) -> Array:
        n_samples = round(_TRACKED_S * self.data.sample_rate)
        beginnings = np.zeros((len(rows), n_samples), np.float32)
        for index in self._tracked(self.data.pitch[rows], self.config.n_tracker_notes):
            beginnings[index] = np.asarray(self.data.audio[rows[index], :n_samples]) / 32_768.0
        return beginnings

    def _tracked(self, pitches: NDArray[np.integer], n_notes: int) -> list[int]:
        fits = (pitches >= LOWEST_PITCH) & (pitches <= HIGHEST_PITCH)
        return [int(index) for index in np.flatnonzero(fits)[:n_notes]]

    def _judge(self, sounded: Sounded, name: str, n_tracked: int) -> dict[str, Any]:
        """Compute the figures that every row has."""
        images = sounded.images / 255.0
        opinions = self.classifier.judge(images)
        n_compared = min(self.n_compared, len(images))
        compared = opinions.features[:n_compared]
        # The same number on both sides: Fréchet's distance depends on it.
        features = self._features[:n_compared]
        seed = self.config.seed
        velocities = np.array(self.classifier.velocities)
        nearest = np.abs(sounded.velocities[:, None] - velocities).argmin(axis=1)
        pitch = torch.from_numpy(sounded.pitches)
        log_share = opinions.pitch.log_softmax(dim=1)
        ndb = self._cells.count_different(images[:n_compared])
        row = {
            "pitch_accuracy": _share(opinions.pitch.argmax(dim=1) == pitch),
            "pitch_entropy": _rounded(-(log_share.exp() * log_share).sum(dim=1).mean().item()),
            "velocity_accuracy": _share(opinions.velocity.argmax(dim=1) == torch.tensor(nearest)),
            "ndb": ndb,
            "ndb_k": self._cells.n_cells,
            "ndb_share": _rounded(ndb / self._cells.n_cells),
            "fid": _rounded(frechet_distance(features, compared)),
            "kid": _rounded(kernel_distance(features, compared, seed)),
            "inception_score": _rounded(inception_score(opinions.pitch, seed)),
            "nearest_neighbour_distance": _rounded(
                float(np.median(nearest_distances(self._features, opinions.features)))
            ),
            "f0_within_50_cents": None,
            "n_tracked": 0,
            "n_compared": n_compared,
            "n_samples": len(images),
            "seed": seed,
        }
        tracked = self._tracked(sounded.pitches, n_tracked)
        if self._tracker is not None and tracked:
            heard = _at_tracker_rate(sounded.beginnings[tracked], self.data.sample_rate)
            row["f0_within_50_cents"] = _rounded(
                share_in_tune(
                    self._tracker,
                    heard,
                    sounded.pitches[tracked],
                    lambda share: self.tell(f"{name}: pitch tracker", share),
                )
            )
            row["n_tracked"] = len(tracked)
        return row

    def _grid_figures(self, grid: Array, heard: Array, attacks_of: Array) -> dict[str, Any]:
        """Compute what needs every timbre at every velocity.

        Args:
            grid: [n_timbres, n_velocities, n_samples].
            heard: what is sought among the recordings of all velocities.
            attacks_of: whose attacks are compared with those of the recordings.
        """
        figures = timbre.grid_figures(
            timbre.Grid(notes=grid, heard=heard, attacks_of=attacks_of, originals=self.originals),
            self._usual_velocity,
            self.data.sample_rate,
        )
        return {name: _rounded(value) for name, value in figures.items()}

    def _freedom(self, source: Source, rate: int) -> dict[str, Any]:
        """Measure random timbres against each other, and the ways between named ones."""
        rng = np.random.default_rng(self.config.seed + 2)
        random = [random_timbre(source.timbres, seed, source.prior) for seed in range(_N_DIVERSE)]
        path = []
        for _ in range(_N_PATHS):
            a, b = source.draw_pair(rng)
            path += [slerp(a, b, step / _N_STEPS) for step in range(_N_STEPS + 1)]
        latents = np.stack([*random, *path])
        low, high = self.instrument.pitch_range
        pitch = min(max(60, low), high)
        audio = sound_all(
            source,
            self.decoder,
            NoteList(
                latents=latents,
                pitches=np.full(len(latents), pitch),
                velocities=np.full(len(latents), 100.0 / 127.0, np.float32),
            ),
            lambda share: self.tell("between timbres", share),
        )
        paths = audio[_N_DIVERSE:].reshape(_N_PATHS, _N_STEPS + 1, -1)
        return {
            "latent_diversity": _rounded(timbre.latent_diversity_db(audio[:_N_DIVERSE], rate)),
            "interpolation_smoothness": _rounded(timbre.interpolation_smoothness(paths, rate)),
        }

    def _sound_grid(self, source: Source, name: str) -> Array:
        rows = self._grid_rows
        notes = self.note_list(source, rows.ravel())
        audio = sound_all(
            source, self.decoder, notes, lambda share: self.tell(f"{name}: velocities", share)
        )
        return audio.reshape(*rows.shape, -1)

    def _decoded_originals(self) -> Array:
        """Encode and decode the recordings, so that the decoder's share of an attack is known."""
        spec = self.instrument.spec
        usual = self.originals[:, self._usual_velocity]
        decoded = np.zeros((len(usual), 1, self.decoder.n_samples), np.float32)
        for index, note in enumerate(usual):
            decoded[index, 0] = self.decoder.decode(encode(note, spec))
        return np.broadcast_to(decoded, (*self.originals.shape[:2], decoded.shape[-1]))

    def _neighbours(self) -> Array:
        """Recordings a semitone beside the grid's: what nearness a real note reaches."""
        notes, data = self.originals.copy(), self.data
        for index, rows in enumerate(self._grid_rows):
            beside = [note_beside(data, int(row)) for row in rows]
            if all(row is not None for row in beside):
                notes[index] = self.read(np.array(beside))
        return notes

    def _inversion_rows(self) -> NDArray[np.int64]:
        """Choose the notes to invert: middle C at mezzo forte, spread over the timbres."""
        rows = self._grid_rows[:, self._usual_velocity]
        n_notes = min(self.config.n_inversion_notes, len(rows))
        return rows[np.linspace(0, len(rows) - 1, n_notes).round().astype(int)]

    @property
    def _usual_velocity(self) -> int:
        """Index of the second loudest velocity of the grid."""
        return max(0, self._grid_rows.shape[1] - 2)


def evaluate_instrument(evaluator: Evaluator, runs: Sequence[Path] = ()) -> dict[str, Any]:
    """Evaluate an instrument, and checkpoints of runs beside it or alone.

    Args:
        evaluator: ready.
        runs: folders of training runs.

    Returns:
        What `gansynth evaluate --json` prints and `instrument.json` keeps.

    Raises:
        InputFileError: a run cannot be read, or is of another spec.
    """
    started = time.monotonic()
    config, instrument = evaluator.config, evaluator.instrument
    others = {run.name: evaluation_sources.open_run(run, instrument.spec) for run in runs}
    metrics: dict[str, Any] = {"real": evaluator.real_row()}
    n_tracked = config.n_tracker_notes
    if isinstance(instrument, Instrument):
        source = evaluation_sources.of_instrument(instrument)
        metrics["model"] = evaluator.model_row(source, "model", n_tracked)
        metrics["random"] = evaluator.nameless_row(source, "random")
        metrics["mid_points"] = evaluator.nameless_row(source, "mid_points")
        if config.n_inversion_notes:
            metrics["inversion"] = evaluator.inversion_table(source)
        n_tracked //= 6  # runs beside it are an aside
    if others:
        metrics["runs"] = {
            name: evaluator.paper_row(other, name, n_tracked)
            if isinstance(other, PaperSource)
            else evaluator.model_row(other, name, n_tracked)
            for name, other in others.items()
        }
    facts = evaluator.classifier.facts
    judged = ("sha256", "fingerprint", *(key for key in facts if key.startswith("held_out")))
    metrics["classifier"] = {key: facts[key] for key in judged if key in facts}
    source_set = evaluation_sources.fingerprint_of_instrument(instrument)
    metrics["data"] = {
        "fingerprint": fingerprint(evaluator.data),
        "n_notes": len(evaluator.data),
        # Of another set nobody knows what was held out.
        "is_training_set": source_set == fingerprint(evaluator.data),
    }
    metrics["minutes"] = round((time.monotonic() - started) / 60.0, 1)
    return metrics


def _n_onset_frames(instrument: Instrument | DescribedRun) -> int:
    if isinstance(instrument, DescribedRun):
        return instrument.n_onset_frames
    return instrument.tiles[0].n_frames


def _at_tracker_rate(notes: Array, sample_rate: int) -> Array:
    if sample_rate == SAMPLE_RATE:
        return notes
    from scipy.signal import resample_poly

    return np.asarray(resample_poly(notes, SAMPLE_RATE, sample_rate, axis=1), np.float32)


def _share(hits: Tensor) -> float:
    return _rounded(hits.float().mean().item())


def _rounded(value: float | None) -> Any:
    return value if value is None or isinstance(value, int) else float(f"{value:.4g}")
