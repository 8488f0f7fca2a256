import numpy as np
import pytest

from synth.errors import ConfigError, InputFileError
from training.data.families import FAMILIES
from training.data.fluid import NoteTiming
from training.data.soundfont import (
    SoundFontConfig,
    fingerprint,
    list_presets,
    render_preset,
    render_presets,
)

SHORT = NoteTiming(hold_s=0.096, release_s=0.048)
FEW = SoundFontConfig(timing=SHORT, pitches=(60, 61, 62), velocities=(25, 127))


def preset_named(path, name, config=FEW):
    return next(preset for preset in list_presets([path], config) if preset.name == name)


def test_melodic_presets_become_instruments_named_as_nsynth_does(sines_sf2):
    presets = list_presets([sines_sf2], FEW)

    expected = [
        ("Tone", "keyboard_acoustic_000"),
        ("Lasting", "organ_acoustic_000"),
        ("Ultrasonic", "string_acoustic_000"),
        ("Whisper", "string_acoustic_001"),
    ]
    assert expected == [(preset.name, preset.label) for preset in presets]
    assert [0, 1, 2, 3] == [preset.instrument for preset in presets]
    assert "organ" == FAMILIES[presets[1].family]


def test_a_second_soundfont_goes_on_counting(sines_sf2):
    presets = list_presets([sines_sf2, sines_sf2], FEW)

    assert list(range(8)) == [preset.instrument for preset in presets]
    assert "keyboard_acoustic_001" == presets[4].label
    assert ["Tone 2", "Lasting 2"] == [preset.name for preset in presets[4:6]]


def test_a_soundfont_without_melodic_presets_is_refused(drums_sf2):
    with pytest.raises(InputFileError, match=r"drums\.sf2 holds none"):
        list_presets([drums_sf2], FEW)


def test_keys_that_are_mapped_to_nothing_are_dropped_and_counted(sines_sf2):
    rendered = render_preset(preset_named(sines_sf2, "Tone"), FEW)

    assert [60, 60, 62, 62] == [note[0] for note in rendered.notes]
    assert (2, 0) == (rendered.n_silent, rendered.n_clipped)
    assert (4, SHORT.n_samples) == rendered.audio.shape
    assert np.int16 == rendered.audio.dtype


def test_notes_below_the_threshold_of_silence_are_dropped(sines_sf2):
    rendered = render_preset(preset_named(sines_sf2, "Whisper"), FEW)

    assert [] == rendered.notes
    assert 6 == rendered.n_silent


def test_clipped_notes_are_dropped_and_counted(sines_sf2):
    loud = SoundFontConfig(timing=SHORT, pitches=(60,), velocities=(25, 127), gain=10.0)

    rendered = render_preset(preset_named(sines_sf2, "Tone", loud), loud)

    assert [25] == [note[1] for note in rendered.notes]
    assert 1 == rendered.n_clipped


def test_the_difference_between_velocities_is_the_soundfonts(sines_sf2):
    config = SoundFontConfig(timing=SHORT, pitches=(60,), velocities=(50, 100))

    rendered = render_preset(preset_named(sines_sf2, "Tone", config), config)

    # SoundFont 2.04, 8.4.1: attenuation is 40 log10(127 / velocity) dB.
    soft, loud = np.abs(rendered.audio.astype(int)).max(axis=1)
    assert abs(20 * np.log10(loud / soft) - 40 * np.log10(100 / 50)) < 0.1  # dB


def test_the_peak_in_the_table_is_the_audios(sines_sf2):
    rendered = render_preset(preset_named(sines_sf2, "Tone"), FEW)

    peaks = np.abs(rendered.audio.astype(int)).max(axis=1)
    assert peaks.tolist() == [note[-1] for note in rendered.notes]


def test_presets_rendered_side_by_side_come_in_their_order(sines_sf2):
    presets = list_presets([sines_sf2], FEW)

    rendered = list(render_presets(presets, FEW, n_processes=2))

    assert presets == [preset for preset, _ in rendered]
    expected = render_preset(presets[1], FEW)
    np.testing.assert_array_equal(expected.audio, rendered[1][1].audio)


def test_the_fingerprint_knows_the_gain_and_the_content(sines_sf2, drums_sf2):
    louder = SoundFontConfig(timing=SHORT, pitches=(60, 61, 62), velocities=(25, 127), gain=2.0)
    marks = [
        fingerprint([sines_sf2], FEW),
        fingerprint([sines_sf2], louder),
        fingerprint([drums_sf2], FEW),
    ]

    assert 3 == len(set(marks))
    assert marks[0] == fingerprint([sines_sf2], FEW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"programs": (0, 115)},
        {"pitches": (128,)},
        {"velocities": (0,)},
        {"pitches": ()},
        {"gain": 0.0},
    ],
)
def test_what_cannot_be_rendered_is_refused(wrong):
    with pytest.raises(ConfigError):
        SoundFontConfig(**wrong)
