import pytest

from training.data.readers.note_names import parse_note_name


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("piano_C4_v100", ("piano", 60, 100)),
        ("A#3", ("", 58, None)),
        ("Bb2", ("", 46, None)),
        ("Fs5 vel64", ("", 78, 64)),
        ("c-1", ("", 0, None)),
        ("E-Bass_D2_ff", ("E-Bass", 38, 112)),
        ("A0v16", ("", 21, 16)),
        ("060", ("", 60, None)),
        ("my_flute-midi72-rr2", ("my flute", 72, None)),
        ("organ_48_127", ("organ", 48, 127)),
        ("organ_C3_127", ("organ", 48, 127)),
        ("organ_C3_2", ("organ 2", 48, None)),
        ("bass_synthetic_098-040-100", ("bass_synthetic_098", 40, 100)),
        ("viola.pizz.mf.G3", ("viola.pizz", 55, 80)),
        ("Grand1 take2", ("Grand1 take2", None, None)),
        ("kick", ("kick", None, None)),
        ("piano_C4_v0", ("piano v0", 60, None)),
    ],
)
def test_names_tell_instrument_pitch_and_velocity(stem, expected):
    found = parse_note_name(stem)

    assert expected == (found.instrument, found.pitch, found.velocity)


def test_octaves_can_be_counted_from_another_middle_c():
    assert [60, 60, 60] == [parse_note_name(f"C{octave}", octave).pitch for octave in (3, 4, 5)]
