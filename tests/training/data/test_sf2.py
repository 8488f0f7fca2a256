import pytest

from synth.errors import InputFileError
from training.data.sf2 import read_soundfont_info


def test_a_soundfont_says_who_made_it_under_which_licence(sines_sf2):
    expected = {"name": "Sines", "copyright": "Nobody 2026", "comments": "Public domain."}

    assert expected == read_soundfont_info(sines_sf2)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_names_are_read_as_they_are_written(sines_sf2, tmp_path, encoding):
    name = "© Åse 2026"
    text = name.encode(encoding).ljust(11, b"\0")
    path = tmp_path / "named.sf2"
    path.write_bytes(sines_sf2.read_bytes().replace(b"Nobody 2026", text[:11], 1))
    assert read_soundfont_info(path)["copyright"] == text[:11].decode(encoding).rstrip("\0")


@pytest.mark.parametrize("content", [b"", b"MThd\0\0\0\6", b"RIFF\0\0\0\0WAVEfmt "])
def test_another_file_is_no_soundfont(tmp_path, content):
    path = tmp_path / "song.mid"
    path.write_bytes(content)

    with pytest.raises(InputFileError, match=r"song\.mid is not a SoundFont"):
        read_soundfont_info(path)


def test_a_soundfont_cut_short_in_its_head_is_refused(sines_sf2, tmp_path):
    path = tmp_path / "half.sf2"
    path.write_bytes(sines_sf2.read_bytes()[:40])

    with pytest.raises(InputFileError, match="cut short"):
        read_soundfont_info(path)


def test_a_missing_soundfont_is_named(tmp_path):
    with pytest.raises(InputFileError, match=r"none\.sf2 cannot be read"):
        read_soundfont_info(tmp_path / "none.sf2")
