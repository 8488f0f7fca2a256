"""Batches: each epoch sees every note once, and the order follows from the seed alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from synth.errors import ConfigError
from training.batches import NoteSource
from training.data.prepared import NOTE_DTYPE, PreparedSet
from training.data.splits import Split

N_NOTES = 40


@pytest.fixture
def data(tmp_path: Path) -> PreparedSet:
    """Forty notes of two instruments, each note's samples its own row number."""
    notes = np.zeros(N_NOTES, NOTE_DTYPE)
    notes["pitch"] = 40 + np.arange(N_NOTES)
    notes["velocity"] = 127
    notes["instrument"] = np.arange(N_NOTES) % 2
    audio = np.repeat(np.arange(N_NOTES, dtype=np.int16)[:, None], 4, axis=1)
    instruments = [{"name": "Violin", "family": "string"}, {"name": "Tuba", "family": "brass"}]
    return PreparedSet(path=tmp_path, audio=audio, notes=notes, info={"instruments": instruments})


def rows_of(source: NoteSource, n_seen: int, size: int) -> list[int]:
    batch = source.training_batch(n_seen, size)
    return [round(float(value) * 32_768) for value in batch.audio[:, 0]]


def test_an_epoch_sees_every_note_once(data: PreparedSet) -> None:
    source = NoteSource(data, (), (0, 127), 0.25, seed=1)
    seen = [row for start in range(0, 30, 3) for row in rows_of(source, start, 3)]
    assert sorted(seen) == source.training.tolist()
    assert not set(seen) & set(source.validation.tolist())


def test_a_batch_depends_on_the_seed_and_the_count_alone(data: PreparedSet) -> None:
    first, second = (NoteSource(data, (), (0, 127), 0.25, seed=1) for _ in range(2))
    first.training_batch(0, 8)
    assert rows_of(first, 25, 8) == rows_of(second, 25, 8)  # across the end of an epoch
    assert rows_of(NoteSource(data, (), (0, 127), 0.25, seed=2), 25, 8) != rows_of(first, 25, 8)


def test_instruments_and_pitches_are_selected(data: PreparedSet) -> None:
    source = NoteSource(data, ("Tuba",), (50, 60), 0.0, seed=1)
    batch = source.training_batch(0, 4)
    assert source.names == ("Tuba",)
    assert source.families == ("brass",)
    assert (batch.instrument == 0).all()
    assert ((batch.pitch >= 50) & (batch.pitch <= 60)).all()
    assert batch.velocity.tolist() == [1.0] * 4


def test_what_the_data_lack_is_named(data: PreparedSet) -> None:
    with pytest.raises(ConfigError, match="Oboe"):
        NoteSource(data, ("Oboe",), (0, 127), 0.0, seed=1)
    with pytest.raises(ConfigError, match="no note"):
        NoteSource(data, (), (0, 10), 0.0, seed=1)


def test_the_split_holds_out_its_share(data: PreparedSet) -> None:
    source = NoteSource(data, (), (0, 127), 0.05, seed=1)
    assert len(source.validation) == 2
    assert sorted([*source.training, *source.validation]) == list(range(N_NOTES))


def test_a_set_s_own_split_comes_first_and_its_test_notes_are_left_alone(data: PreparedSet) -> None:
    split = Split.from_codes(np.repeat(np.uint8([0, 1, 2]), (30, 4, 6)))
    source = NoteSource(replace(data, split=split), (), (0, 127), 0.5, seed=1)
    assert source.training.tolist() == list(range(30))
    assert source.validation.tolist() == list(range(30, 34))


def test_a_set_that_is_kept_on_the_device_gives_the_same_batches(data: PreparedSet) -> None:
    far, near = (NoteSource(data, (), (0, 127), 0.25, seed=1) for _ in range(2))
    device = torch.device("cpu")
    assert not near.keep_on(device, 2 * data.audio.nbytes - 1)
    assert near.keep_on(device, 2 * data.audio.nbytes)
    expected, found = far.training_batch(25, 8), near.training_batch(25, 8)
    for name in ("audio", "pitch", "velocity", "instrument"):
        assert torch.equal(getattr(expected, name), getattr(found, name)), name


def test_pairs_are_one_key_at_two_velocities(data: PreparedSet) -> None:
    notes = data.notes.copy()
    notes["pitch"] = 40 + np.arange(N_NOTES) // 10
    notes["velocity"] = 25 + np.arange(N_NOTES) % 10
    source = NoteSource(replace(data, notes=notes), (), (0, 127), 0.25, seed=1, in_pairs=True)
    first, second = (source.training_batch(0, 16), source.training_batch(16, 16))
    for batch in (first, second):
        assert torch.equal(batch.pitch[:8], batch.pitch[8:])
        assert torch.equal(batch.instrument[:8], batch.instrument[8:])
        assert (batch.velocity[:8] != batch.velocity[8:]).all()
        rows = (batch.audio[:, 0] * 32_768).round().long().tolist()
        assert set(rows) <= set(source.training.tolist())


def test_a_note_without_another_velocity_is_its_own_pair(data: PreparedSet) -> None:
    source = NoteSource(data, (), (0, 127), 0.25, seed=1, in_pairs=True)
    rows = rows_of(source, 0, 8)
    assert rows[:4] == rows[4:]
