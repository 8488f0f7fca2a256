import json

import numpy as np
import pytest

import training.data.build
from synth.errors import InputFileError
from training.data.build import BuildConfig, build_soundfont_set
from training.data.fluid import NoteTiming
from training.data.prepared import PreparedSet
from training.data.soundfont import SoundFontConfig, list_presets, render_preset

CONFIG = SoundFontConfig(
    timing=NoteTiming(hold_s=0.096, release_s=0.048), pitches=(60, 61, 62), velocities=(100, 127)
)
BUILD = BuildConfig(n_processes=1)
FILES = ("audio.npy", "notes.npy", "set.json")


class Stopped(Exception):  # noqa: N818 - stands for a kill
    pass


@pytest.fixture(scope="module")
def finished(sines_sf2, tmp_path_factory):
    path = tmp_path_factory.mktemp("sets") / "finished"
    build_soundfont_set([sines_sf2], path, CONFIG, BUILD)
    return path


def stop_after(n_presets):
    def report(n_finished, _n_all):
        if n_finished == n_presets:
            raise Stopped

    return report


def test_a_set_holds_every_note_that_sounds(finished):
    found = PreparedSet.open(finished)

    # Tone has nothing on key 61; Ultrasonic is a tone of 5.9 kHz and more; Whisper is silent.
    expected = [(0, 60), (0, 62), (1, 60), (1, 61), (1, 62), (2, 60), (2, 61), (2, 62)]
    labels = zip(found.instrument[::2].tolist(), found.pitch[::2].tolist(), strict=True)
    assert expected == list(labels)
    assert [100, 127] * 8 == found.velocity.tolist()


def test_the_audio_is_the_rendered_note(finished, sines_sf2):
    preset = list_presets([sines_sf2], CONFIG)[1]

    found = PreparedSet.open(finished)

    rows = np.flatnonzero(found.instrument == preset.instrument)
    np.testing.assert_array_equal(render_preset(preset, CONFIG).audio, found.audio[rows])


def test_the_set_says_what_it_is_made_of(finished):
    info = PreparedSet.open(finished).info

    assert (16, 8, 0) == (info["n_notes"], info["n_silent"], info["n_clipped"])
    assert ("sines.sf2", "Sines") == tuple(info["soundfonts"][0][key] for key in ("file", "name"))
    assert "Sines: Nobody 2026. Public domain." == info["licence"]
    whisper = info["instruments"][3]
    assert ("Whisper", 0, 6) == tuple(whisper[key] for key in ("name", "n_notes", "n_silent"))
    assert (16_000, 0.096, 0.048) == tuple(info[k] for k in ("sample_rate", "hold_s", "release_s"))


@pytest.mark.parametrize("n_presets", [0, 2, 4])
def test_a_stopped_set_goes_on_and_ends_the_same(finished, sines_sf2, tmp_path, n_presets):
    path = tmp_path / "set"
    with pytest.raises(Stopped):
        build_soundfont_set([sines_sf2], path, CONFIG, BUILD, stop_after(n_presets))
    assert not (path / "set.json").exists()

    reports = []
    build_soundfont_set([sines_sf2], path, CONFIG, BUILD, lambda *numbers: reports.append(numbers))

    assert (n_presets, 4) == reports[0]
    assert [(finished / name).read_bytes() for name in FILES] == [
        (path / name).read_bytes() for name in FILES
    ]


def test_a_finished_set_is_not_made_again(finished, sines_sf2, monkeypatch):
    monkeypatch.setattr(training.data.build, "render_presets", None)

    info = build_soundfont_set(
        [sines_sf2], finished, CONFIG, BUILD, lambda *_: pytest.fail("it works")
    )

    assert 16 == info["n_notes"]


def test_a_finished_set_of_another_kind_is_left_alone(finished, sines_sf2):
    before = [(finished / name).read_bytes() for name in FILES]

    with pytest.raises(InputFileError, match="another finished set"):
        build_soundfont_set([sines_sf2], finished, SoundFontConfig(gain=0.5), BUILD)

    assert before == [(finished / name).read_bytes() for name in FILES]


def test_a_set_of_silence_is_no_set(sines_sf2, tmp_path):
    config = SoundFontConfig(timing=CONFIG.timing, programs=(48,), pitches=(60,))

    with pytest.raises(InputFileError, match="5 are silent"):
        build_soundfont_set([sines_sf2], tmp_path / "set", config, BUILD)

    assert not (tmp_path / "set/set.json").exists()


def test_nsynths_layout_holds_the_same_notes(finished, sines_sf2, tmp_path):
    build_soundfont_set(
        [sines_sf2], tmp_path / "set", CONFIG, BuildConfig(layout="nsynth", licence="CC0")
    )

    expected = PreparedSet.open(finished)
    examples = json.loads((tmp_path / "set/examples.json").read_text())
    assert [expected.note_name(row) for row in range(16)] == list(examples)
    files = sorted(file.stem for file in (tmp_path / "set/audio").iterdir())
    assert sorted(examples) == files
    assert "CC0" == json.loads((tmp_path / "set/set.json").read_text())["licence"]
