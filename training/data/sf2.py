"""The head of a SoundFont file: is it one, and who made it under which licence.

SoundFont 2.04 specification, sections 4 and 5: RIFF, form type `sfbk`, whose first list is INFO.
"""

import struct
from pathlib import Path
from typing import BinaryIO, Final

from synth.errors import InputFileError

# The zero-terminated texts of the INFO list that say where the sounds come from.
_INFO_TEXTS: Final = {
    b"INAM": "name",
    b"ICRD": "date",
    b"IENG": "engineers",
    b"ICOP": "copyright",
    b"ICMT": "comments",
}
_CHUNK: Final = struct.Struct("<4sI")


def read_soundfont_info(path: Path) -> dict[str, str]:
    """Read who made a SoundFont, and refuse a file that is none.

    Returns:
        texts: of name, date, engineers, copyright and comments those that the file holds.

    Raises:
        InputFileError: the file cannot be read, or is something else.
    """
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] != b"RIFF" or head[8:] != b"sfbk":
                raise InputFileError(
                    f"{path} is not a SoundFont: it begins with {head[:12]!r}, wanted "
                    "RIFF....sfbk; give an .sf2 or .sf3 file"
                )
            return _read_texts(file)
    except OSError as err:
        raise InputFileError(
            f"{path} cannot be read ({err.strerror}); give a SoundFont, for example "
            "/usr/share/sounds/sf2/FluidR3_GM.sf2 from Debian's fluid-soundfont-gm"
        ) from err
    except struct.error as err:
        raise InputFileError(f"{path} is a SoundFont cut short; give an intact one") from err


def _read_texts(file: BinaryIO) -> dict[str, str]:
    _, n_list_bytes = _CHUNK.unpack(file.read(_CHUNK.size))
    end = file.tell() + n_list_bytes
    if file.read(4) != b"INFO":
        return {}
    texts: dict[str, str] = {}
    while file.tell() < end:
        name, n_bytes = _CHUNK.unpack(file.read(_CHUNK.size))
        value = file.read(n_bytes + n_bytes % 2)
        if name in _INFO_TEXTS:
            text = _decoded(value.partition(b"\0")[0])
            texts[_INFO_TEXTS[name]] = " ".join(text.split())
    return texts


def _decoded(text: bytes) -> str:
    """Read a text: the specification says ASCII, newer files are UTF-8, older ones Latin-1."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")
