import pytest

from synth.errors import InputFileError
from training.data.readers.sfz import read_sfz

SFZ = """
// a comment, and /* one
over two lines */
#define $EXT wav
<control> default_path=sounds/
<global> volume=-6
<group> lovel=1 hivel=63 tune=-10
<region> sample=My piano C4.$EXT key=60 offset=100 end=1099
<region> sample=d4 soft.$EXT lokey=61 hikey=63 pitch_keycenter=d4
<group>
<region> sample=sub\\c5.$EXT key=72 transpose=-12 volume=0
<region> sample=*sine key=80
<region> trigger=release sample=noise.$EXT key=60
<region> sample=tagged.$EXT pitch_keycenter=sample
"""


@pytest.fixture
def sfz(tmp_path):
    def write(text):
        (tmp_path / "piano.sfz").write_text(text)
        return tmp_path / "piano.sfz"

    return write


def test_regions_are_listed_with_what_they_inherit(sfz, tmp_path):
    soft, named, loud, tagged = read_sfz(sfz(SFZ))

    names = ["My piano C4.wav", "d4 soft.wav", "sub/c5.wav", "tagged.wav"]
    assert [tmp_path / "sounds" / name for name in names] == [
        region.sample for region in (soft, named, loud, tagged)
    ]
    assert [60, 62, 72, None] == [region.pitch for region in (soft, named, loud, tagged)]
    assert [32, 32, None] == [region.velocity for region in (soft, named, loud)]
    assert (100, 1000) == (soft.first_sample, soft.n_samples)


def test_tuning_up_means_that_the_recording_is_low(sfz):
    soft, _, loud, _ = read_sfz(sfz(SFZ))

    assert (10.0, 1200.0) == (soft.detune_cents, loud.detune_cents)


def test_volume_is_a_gain(sfz):
    soft, _, loud, _ = read_sfz(sfz(SFZ))

    assert (pytest.approx(0.5012, abs=1e-4), 1.0) == (soft.gain, loud.gain)


def test_other_files_are_included(sfz, tmp_path):
    (tmp_path / "more.sfz").write_text("<region> sample=a.wav key=a3")

    assert [57] == [region.pitch for region in read_sfz(sfz('#include "more.sfz"'))]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<region> sample=a.wav key=h4", "key 'h4' is no MIDI number"),
        ("<region> sample=a.wav lovel=soft", "region of a.wav"),
        ('#include "piano.sfz"', "a circle"),
        ('#include "none.sfz"', "cannot be read"),
    ],
)
def test_nonsense_is_refused(sfz, text, message):
    with pytest.raises(InputFileError, match=message):
        read_sfz(sfz(text))
