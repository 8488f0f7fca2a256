from functools import partial

import numpy as np
import pytest

from synth.errors import ConfigError, InputFileError
from training.data.collect import CollectConfig, SourceNote, Unreadable, collect, to_int16
from training.data.prepared import PreparedSet

RATE = 16_000
CONFIG = CollectConfig(seconds=0.01)
FILES = ("audio.npy", "notes.npy", "set.json")


class Stopped(Exception):  # noqa: N818 - stands for a kill
    pass


def give(number):
    return np.full(200, number / 32_768, np.float32), float(RATE)


def note(index, **changes):
    facts = {
        "name": f"note {index}",
        "instrument": ("Oboe", "Violin")[index % 2],
        "pitch": 20 + index % 100,
        "velocity": 100,
        "family": ("reed", "string")[index % 2],
        "source": "acoustic",
        "read": partial(give, index + 1),
    }
    return SourceNote(**facts | changes)


def test_notes_become_a_prepared_set(tmp_path):
    entries = [note(0), Unreadable(name="bad", reason="no sound"), note(1), note(2)]

    info = collect(entries, tmp_path / "set", CONFIG, {"kind": "test", "licence": "CC0"})

    found = PreparedSet.open(tmp_path / "set")
    assert [1, 2, 3] == found.audio[:, 0].tolist()
    assert ("Oboe", "Violin") == found.instrument_names
    assert [0, 1, 0] == found.instrument.tolist()
    assert [20, 21, 22] == found.pitch.tolist()
    assert "reed_acoustic_000-022-100" == found.note_name(2)
    assert [["bad", "no sound"]] == info["skipped"]
    assert ("CC0", 3, found.split) == (info["licence"], info["n_notes"], None)


def test_a_stopped_set_goes_on_and_ends_the_same(tmp_path):
    notes = [note(index) for index in range(200)]
    collect(notes, tmp_path / "whole", CONFIG, {})

    def stop(n_read):
        if n_read == 150:
            raise Stopped

    with pytest.raises(Stopped):
        collect(notes, tmp_path / "stopped", CONFIG, {}, stop)
    reports = []
    collect(notes, tmp_path / "stopped", CONFIG, {}, reports.append)

    assert 129 == reports[0]
    assert [(tmp_path / "whole" / name).read_bytes() for name in FILES] == [
        (tmp_path / "stopped" / name).read_bytes() for name in FILES
    ]


def test_a_finished_set_is_not_read_again(tmp_path):
    collect([note(0)], tmp_path, CONFIG, {})

    info = collect([], tmp_path, CONFIG, {}, lambda _: pytest.fail("it reads"))

    assert 1 == info["n_notes"]
    with pytest.raises(InputFileError, match="another finished set"):
        collect([note(0)], tmp_path, CollectConfig(seconds=0.02), {})


def test_the_filter_leaves_out_what_is_not_wanted(tmp_path):
    config = CollectConfig(
        seconds=0.01, pitches=(20, 21), sources=("acoustic",), families=("reed",)
    )
    notes = [note(0), note(1), note(2), note(4, source="synthetic", pitch=20)]

    info = collect(notes, tmp_path, config, {})

    assert (1, 3) == (info["n_notes"], info["n_filtered"])


def test_a_set_of_nothing_is_no_set(tmp_path):
    entries = [note(0, read=partial(give, 0)), Unreadable(name="b", reason="c")]

    with pytest.raises(InputFileError, match="note 0: is silent"):
        collect(entries, tmp_path, CONFIG, {})

    assert not (tmp_path / "set.json").exists()


def test_a_split_by_note_or_instrument_is_the_set_s_own(tmp_path):
    notes = [note(index, instrument=f"{index % 10}") for index in range(100)]
    for split in ("notes", "instruments"):
        config = CollectConfig(seconds=0.01, split=split, valid_fraction=0.1, test_fraction=0.2)
        collect(notes, tmp_path / split, config, {})
        parts = PreparedSet.open(tmp_path / split).split
        assert [70, 10, 20] == [part.size for part in (parts.train, parts.valid, parts.test)]
    assert 2 == np.unique(parts.test % 10).size


def test_a_given_split_leaves_out_notes_of_no_part(tmp_path):
    notes = [note(0, part="test"), note(1), note(2, part="train"), note(3, part="valid")]

    collect(notes, tmp_path, CollectConfig(seconds=0.01, split="given"), {})

    found = PreparedSet.open(tmp_path)
    assert [20, 22, 23] == found.pitch.tolist()
    assert [[1], [2], [0]] == [
        part.tolist() for part in (found.split.train, found.split.valid, found.split.test)
    ]


def test_samples_of_the_set_s_own_rate_come_out_bit_for_bit():
    samples = np.array([0, 1, -1, 32_767, -32_768, 12_345], np.int16)

    found = to_int16(np.float32(samples / 32_768), RATE, CollectConfig(seconds=6 / RATE))

    np.testing.assert_array_equal(samples, found)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000, 44_100 * 2 ** (1 / 12)])
def test_a_tone_survives_resampling_and_what_folds_back_does_not(rate):
    seconds = np.arange(round(rate)) / rate
    tone = 0.5 * np.sin(2 * np.pi * 1_000 * seconds)
    above = 0.4 * np.sin(2 * np.pi * 9_000 * seconds) if rate > 20_000 else 0.0

    found = to_int16(np.float32(tone + above), rate, CollectConfig(seconds=0.9)) / 32_768

    spectrum = np.abs(np.fft.rfft(found[2_000:10_000] * np.hanning(8_000)))
    level_db = 20 * np.log10(spectrum / spectrum.max() + 1e-9)
    assert 500 == spectrum.argmax()
    assert found[2_000:10_000].std() == pytest.approx(0.5 / 2**0.5, rel=1e-2)
    assert np.delete(level_db, range(480, 520)).max() < -80


def test_long_notes_are_faded_out_and_short_ones_filled():
    config = CollectConfig(seconds=0.1)
    ones = np.full(3_200, 0.5, np.float32)

    long, short = to_int16(ones, RATE, config), to_int16(ones[:800], RATE, config)

    assert (16_384, 0) == (long[0], long[-1])
    assert long[1_400] == 16_384
    assert not short[800:].any()
    assert short[799] == 16_384


@pytest.mark.parametrize(
    ("audio", "reason"),
    [([], "no samples"), ([np.nan, 0], "no numbers"), ([0, 0], "silent"), ([2, 0], "lower --gain")],
)
def test_what_is_no_note_is_refused(audio, reason):
    with pytest.raises(InputFileError, match=reason):
        to_int16(np.array(audio, np.float32), RATE, CONFIG)


@pytest.mark.parametrize(
    "wrong", [{"seconds": 0.0}, {"gain": 0.0}, {"families": ("drums",)}, {"sample_rate": 0}]
)
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ConfigError):
        CollectConfig(**wrong)
