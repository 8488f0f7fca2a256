import json
import time

import numpy as np
import pytest

from synth.config import EngineConfig
from synth.engine import Engine
from synth.errors import InputFileError
from synth.events import NoteOff, NoteOn
from synth.notes.cache import allocate_pool, make_note
from synth.run_log import NO_LOG, RunLog, run_head

CONFIG = EngineConfig(is_offline=True, cache_bytes=16_000_000)


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def play(instrument, path):
    with Engine(instrument, CONFIG) as engine:
        engine.log_run(path)
        engine.prepare(48_000, 64)
        engine.post(NoteOn(pitch=60, velocity=0.8), 10)
        out = np.zeros((64, 2), np.float32)
        for _ in range(40):
            engine.process(out)
        engine.post(NoteOff(pitch=60))
        engine.process(out)
    return lines_of(path)


def test_a_run_is_written_line_by_line(tiny_instrument, tmp_path):
    head, *lines = play(tiny_instrument, tmp_path / "run.jsonl")
    assert (head["gansynth_run"], head["instrument"]) == (1, tiny_instrument.identifier)
    assert EngineConfig(**head["engine"]).cache_bytes == CONFIG.cache_bytes
    words = [line[0] for line in lines]
    assert words[0] == "prepare"
    assert words[-1] == "end"
    assert lines[-1][1] == 41 * 64
    slot = next(line[1] for line in lines if line[0] == "note")
    assert {(slot, True)} == {(line[3], line[4] >= 8) for line in lines if line[0] == "frames"}
    # Both the strike and the release were sent, and seen by a block.
    n_sent = words.count("command")
    assert [line[3] for line in lines if line[0] == "commands"] == [n_sent - 1, n_sent]


def test_a_note_is_written_before_the_command_that_names_its_slot(tiny_instrument, tmp_path):
    words = [line[0] for line in play(tiny_instrument, tmp_path / "run.jsonl")[1:]]
    assert words.index("timbre") < words.index("note") < len(words) - words[::-1].index("command")


def test_of_every_note_that_is_played_its_frames_are_written_as_digests(tiny_instrument, tmp_path):
    lines = play(tiny_instrument, tmp_path / "run.jsonl")[1:]
    made = [line for line in lines if line[0] == "made"]
    note = next(line for line in lines if line[0] == "note")
    assert {tuple(line[1:4]) for line in made} == {tuple(note[2:])}
    ready = [line[4] for line in made]
    assert ready == sorted(set(ready))
    assert ready[0] == 8
    # A block sees no frames whose digest is not written yet.
    seen = [line[4] for line in lines if line[0] == "frames"]
    assert set(seen) <= set(ready)
    assert lines.index(made[0]) < next(i for i, line in enumerate(lines) if line[0] == "frames")


def test_a_note_that_could_not_be_generated_is_not_written(tiny_instrument, tmp_path):
    log = RunLog(tmp_path / "run.jsonl", run_head(tiny_instrument, CONFIG))
    log.note_frames(allocate_pool(tiny_instrument, 4_000_000), 0, 8, None)
    log.close()
    assert len(lines_of(log.path)) == 1


def test_where_no_log_is_kept_nothing_is_noted(tiny_instrument):
    with Engine(tiny_instrument, CONFIG) as engine:
        assert NO_LOG.note_command is None
        engine.prepare(48_000, 64)
        engine.post(NoteOn(pitch=60, velocity=0.8))
        engine.process(np.zeros((64, 2), np.float32))
        assert len(engine._renderer.take_sightings()) == 0


def test_an_older_log_is_left_alone(tiny_instrument, tmp_path):
    first = tmp_path / "run.jsonl"
    first.write_text("mine")
    log = RunLog(first, run_head(tiny_instrument, CONFIG))
    log.close()
    assert first.read_text() == "mine"
    assert log.path == tmp_path / "run-2.jsonl"
    assert lines_of(log.path)[0]["name"] == "tiny"


def test_a_log_that_cannot_be_written_is_refused(tiny_instrument, tmp_path):
    with pytest.raises(InputFileError, match="cannot write run log"):
        RunLog(tmp_path / "nowhere" / "run.jsonl", run_head(tiny_instrument, CONFIG))


def test_a_timbre_is_written_once(tiny_instrument, tmp_path):
    log = RunLog(tmp_path / "run.jsonl", run_head(tiny_instrument, CONFIG))
    latent = tiny_instrument.timbres["Dull"].latent
    for slot, pitch in enumerate((57, 60, 64)):
        log.note_slot(slot, make_note(tiny_instrument, latent, pitch, 0.8))
    log.note_slot(2, make_note(tiny_instrument, latent, 64, 0.8))
    log.close()
    assert [line[0] for line in lines_of(log.path)[1:]] == ["timbre", "note", "note", "note"]


def test_lost_lines_end_the_log_with_one_line(tiny_instrument, tmp_path, monkeypatch):
    monkeypatch.setattr("synth.run_log._MOST_WAITING", 5)
    monkeypatch.setattr("synth.run_log._PULL_S", 0.05)
    told = []
    log = RunLog(tmp_path / "run.jsonl", run_head(tiny_instrument, CONFIG), told.append)
    with log._lock:  # as if the disk stood still
        for number in range(20):
            log.note_command((0, number, 0, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0))
    deadline = time.monotonic() + 30
    while not told and time.monotonic() < deadline:
        time.sleep(0.01)
    log.note_command((0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0))
    log.close()
    (line,) = told
    assert "cannot be replayed" in line
    assert lines_of(log.path)[-1][0] == "lost"
