import json
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from synth.adapters.outputs.null import NullOutput
from synth.config import EngineConfig
from synth.engine import Engine
from synth.errors import InputFileError
from synth.events import NoteExpression, NoteOff, NoteOn, PitchBend, SetParameter, SetTimbre
from synth.folders import default_instrument
from synth.notes.instrument import Instrument
from synth.notes.latents import normalise
from synth.replay import OtherNote, Replay

SAMPLE_RATE = 48_000
SECONDS = 3.0
CONFIG = EngineConfig(cache_bytes=16_000_000, n_voices=8, n_spare_voices=4)


class Heard:
    """Blocks as they came out of a live engine."""

    def __init__(self, engine):
        self.engine = engine
        self.blocks = []

    def process(self, out):
        self.engine.process(out)
        self.blocks.append(out.copy())


def play_for_a_while(engine, seed):
    """Notes, bends, expression and a timbre that moves, from two threads, in no fixed time."""
    rng = np.random.default_rng(seed)
    ended = time.monotonic() + SECONDS
    while time.monotonic() < ended:
        pitch, part = int(rng.integers(50, 76)), int(rng.integers(0, 3))
        events = [
            NoteOn(pitch=pitch, velocity=float(rng.uniform(0.2, 1.0)), part=part, note_id=pitch),
            NoteOff(pitch=pitch, part=part, note_id=pitch),
            PitchBend(value=float(rng.uniform(-1, 1)), part=part),
            NoteExpression(kind="pan", note_id=pitch, value=float(rng.uniform(0, 1)), part=part),
            SetParameter(name="reverb/send", value=float(rng.uniform(0, 1)), part=part),
            SetTimbre(latent=tuple(map(float, normalise(rng.standard_normal(8)))), part=part),
        ]
        engine.post(
            events[int(rng.choice(6, p=[0.35, 0.2, 0.1, 0.1, 0.05, 0.2]))],
            int(rng.integers(0, 600)),
        )
        time.sleep(float(rng.uniform(0.0, 0.01)))


def run_live(instrument, path, block_sizes=(64,)):
    """Play; return the samples of each time the engine was prepared, and its statistics."""
    ended = threading.Event()

    def burn():
        while not ended.is_set():
            sum(range(1000))

    burner = threading.Thread(target=burn, daemon=True)
    with Engine(instrument, CONFIG) as engine:
        engine.log_run(path)
        burner.start()
        heard = []
        for number, block_size in enumerate(block_sizes):
            engine.prepare(SAMPLE_RATE, block_size)
            tape = Heard(engine)
            players = [
                threading.Thread(target=play_for_a_while, args=(engine, 10 * number + seed))
                for seed in (1, 2)
            ]
            with NullOutput(tape.process, SAMPLE_RATE, block_size):
                for player in players:
                    player.start()
                for player in players:
                    player.join()
            heard.append(np.concatenate(tape.blocks))
        ended.set()
        stats = engine.stats()
    return heard, stats


def replayed(path, instrument):
    replay = Replay(path, instrument)
    sections = {}
    for block in replay.blocks():
        sections.setdefault(block.section, []).append(block.samples)
    return replay, [np.concatenate(blocks) for _, blocks in sorted(sections.items())]


@pytest.fixture(scope="module")
def run(tiny_instrument, tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "run.jsonl"
    heard, stats = run_live(tiny_instrument, path, (64, 192))
    return path, heard, stats


def test_a_live_run_is_rendered_again_bit_by_bit(run, tiny_instrument):
    path, heard, stats = run
    # Threads really raced: notes were late, cold, moved and stolen.
    assert stats.worker.n_tiles > 20
    assert stats.worker.n_struck > stats.worker.n_started_warm
    assert min(np.abs(samples).max() for samples in heard) > 0.01
    replay, sections = replayed(path, tiny_instrument)
    assert replay.is_complete
    assert replay.other_notes == []
    assert replay.differs_at_s is None
    assert [len(samples) for samples in heard] == [len(samples) for samples in sections]
    for live, again in zip(heard, sections, strict=True):
        assert np.array_equal(live.view(np.int32), again.view(np.int32))


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def write_lines(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_frames_that_come_at_another_block_are_noticed(run, tiny_instrument, tmp_path):
    # Take away that any slot's first frames were seen: notes begin later, or never. One slot is
    # not enough: it may have been prefetched, or its key let go before anything was heard of it.
    seen, lines = set(), []
    for line in lines_of(run[0]):
        match line:
            case ["frames", _, _, slot, _] if slot not in seen:
                seen.add(slot)
            case _:
                lines.append(line)
    replay, _ = replayed(write_lines(tmp_path / "late.jsonl", lines), tiny_instrument)
    assert replay.differs_at_s is not None
    assert replay.differs_at_s < SECONDS


@pytest.mark.parametrize(("place", "are_frames_other"), [(5, True), (6, False)])
def test_a_note_that_is_another_is_told(run, tiny_instrument, tmp_path, place, are_frames_other):
    lines = lines_of(run[0])
    made = next(line for line in lines[1:] if line[0] == "made")
    made[place] = "0" * 16
    replay, _ = replayed(write_lines(tmp_path / "other.jsonl", lines), tiny_instrument)
    _, _, pitch, velocity, n_frames, *_ = made
    assert replay.differs_at_s is None  # the samples are what they were
    assert (
        OtherNote(
            pitch=pitch, velocity=velocity, n_frames=n_frames, are_frames_other=are_frames_other
        )
        in replay.other_notes
    )


@pytest.fixture(scope="module")
def shipped():
    return Instrument.load(default_instrument())


def test_the_shipped_instrument_is_rendered_again_bit_by_bit(shipped, tmp_path):
    path = tmp_path / "run.jsonl"
    out = np.zeros((256, 2), np.float32)
    heard = []
    with Engine(shipped, EngineConfig(is_offline=True)) as engine:
        engine.log_run(path)
        engine.prepare(SAMPLE_RATE, 256)
        engine.post(NoteOn(pitch=48, velocity=0.8))
        for n in range(4 * SAMPLE_RATE // 256):  # beyond the data's note-off: the walk goes on
            if n == 200:
                engine.post(NoteOn(pitch=67, velocity=0.5, note_id=1))
                engine.post(SetTimbre(latent=tuple(map(float, shipped.find_timbre("seed:3")))))
            if n == 600:
                engine.post(NoteOff(pitch=67, note_id=1))
            engine.process(out)
            heard.append(out.copy())
    replay, sections = replayed(path, shipped)
    assert replay.is_complete
    assert replay.differs_at_s is None
    assert np.abs(np.concatenate(heard)).max() > 0.01
    assert np.array_equal(sections[0].view(np.int32), np.concatenate(heard).view(np.int32))


def test_a_live_run_of_the_shipped_instrument_is_rendered_again_bit_by_bit(shipped, tmp_path):
    path = tmp_path / "run.jsonl"
    with Engine(shipped, EngineConfig()) as engine:
        engine.log_run(path)
        engine.prepare(SAMPLE_RATE, 256)
        tape = Heard(engine)
        with NullOutput(tape.process, SAMPLE_RATE, 256):
            for pitch in range(48, 56):
                engine.post(NoteOn(pitch=pitch, velocity=0.6, note_id=pitch))
                latent = shipped.find_timbre(f"seed:{pitch}")
                engine.post(SetTimbre(latent=tuple(map(float, latent))))
                time.sleep(0.25)
        assert engine.stats().worker.n_tiles > 8
    heard = np.concatenate(tape.blocks)
    replay, sections = replayed(path, shipped)
    assert replay.is_complete
    assert np.abs(heard).max() > 0.01
    assert replay.other_notes == []
    assert replay.differs_at_s is None
    assert np.array_equal(heard.view(np.int32), sections[0].view(np.int32))


def test_a_run_of_another_runtime_is_rendered_by_that_one(shipped, tmp_path):
    path = tmp_path / "run.jsonl"
    out = np.zeros((256, 2), np.float32)
    with Engine(shipped, EngineConfig(is_offline=True, backend="onnx")) as engine:
        engine.log_run(path)
        engine.prepare(SAMPLE_RATE, 256)
        engine.post(NoteOn(pitch=50, velocity=0.8))
        for _ in range(100):
            engine.process(out)
    assert np.abs(out).max() > 0.0
    replay, _ = replayed(path, shipped)
    assert (replay.differs_at_s, replay.other_notes) == (None, [])
    # Another runtime rounds otherwise, and the notes are named.
    lines = lines_of(path)
    lines[0]["engine"]["backend"] = "auto"
    replay, _ = replayed(write_lines(tmp_path / "auto.jsonl", lines), shipped)
    assert {note.pitch for note in replay.other_notes} == {50}


def test_what_no_block_has_seen_is_gone_with_its_audio_thread(tiny_instrument, tmp_path):
    path = tmp_path / "run.jsonl"
    out = np.zeros((64, 2), np.float32)
    heard = []
    with Engine(tiny_instrument, replace(CONFIG, is_offline=True)) as engine:
        engine.log_run(path)
        for pitch in (57, 60, 64):
            engine.prepare(SAMPLE_RATE, 64)
            engine.post(NoteOn(pitch=pitch, velocity=0.8))
            for _ in range(20):
                engine.process(out)
                heard.append(out.copy())
            engine.post(NoteOn(pitch=pitch + 5, velocity=0.8))  # that nobody hears
    replay, sections = replayed(path, tiny_instrument)
    assert replay.differs_at_s is None
    assert np.array_equal(np.concatenate(sections), np.concatenate(heard))


def test_a_run_that_was_killed_is_rendered_up_to_its_last_line(run, tiny_instrument, tmp_path):
    text = run[0].read_text()
    path = tmp_path / "killed.jsonl"
    path.write_text(text[: len(text) // 2])
    replay, sections = replayed(path, tiny_instrument)
    assert not replay.is_complete
    assert replay.differs_at_s is None
    assert np.array_equal(sections[0], run[1][0][: len(sections[0])])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda lines: [*lines, ["lost", 1]], "lines are missing"),
        (lambda lines: [*lines[:3], ["dance", 1]], "no known kind"),
        (lambda lines: [{"gansynth_run": 99}], "no run log of format"),
        (lambda lines: [{**lines[0], "instrument": "0" * 64}], "is of instrument"),
        (lambda lines: [{**lines[0], "engine": {"n_voices": -1}}], "cannot be used"),
        (lambda lines: [lines[0], ["block", 0, 0, 64]], "before the engine is prepared"),
        (lambda lines: [*lines[:2], ["commands", 0, 0, 9**9]], "commands were seen"),
        (lambda lines: [*lines[:2], ["block", 0, 0, 64], ["end", 100, 0]], "do not end at sample"),
    ],
)
def test_a_log_that_cannot_be_replayed_is_refused(run, tiny_instrument, tmp_path, change, reason):
    path = write_lines(tmp_path / "bad.jsonl", change(lines_of(run[0])))
    with pytest.raises(InputFileError, match=reason):
        replayed(path, tiny_instrument)


def test_what_is_no_log_is_refused(tiny_instrument, tmp_path):
    path = tmp_path / "song.mid"
    path.write_bytes(b"MThd\x00\xff\n")
    with pytest.raises(InputFileError, match="cannot read run log"):
        Replay(path, tiny_instrument)
    with pytest.raises(InputFileError, match="cannot read run log"):
        Replay(tmp_path / "nothing", tiny_instrument)
