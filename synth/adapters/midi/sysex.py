"""System exclusive messages: MIDI tuning, master volume, resets.

Sources: MIDI 1.0 Detailed Specification ("MIDI Tuning", "Master Volume"), the MIDI Tuning Updates
CA-020, CA-021 and RP-020; General MIDI system on; the resets of Roland GS and Yamaha XG.
"""

from collections.abc import Sequence

from synth.events import N_PITCHES, Event, SetParameter, SetTuning
from synth.parameters import FADER_SLOPE_DB, find_parameter

_NON_REAL_TIME, _REAL_TIME = 0x7E, 0x7F
_TUNING = 0x08
_BULK, _SINGLE, _BULK_BANK, _SINGLE_BANK, _OCTAVE_1, _OCTAVE_2 = 0x01, 0x02, 0x04, 0x07, 0x08, 0x09
_NAME_BYTES = 16
_NO_CHANGE = (0x7F, 0x7F, 0x7F)
_MASTER_VOLUME = (0x04, 0x01)
_GS_RESET = (0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41)
_XG_RESET = (0x4C, 0x00, 0x00, 0x7E, 0x00)
_VOLUME = find_parameter("main/volume")


def is_reset(data: Sequence[int]) -> bool:
    """True for the resets of General MIDI, GS and XG.

    Args:
        data: without F0 and F7.
    """
    if len(data) == 4 and data[0] == _NON_REAL_TIME and data[2] == 0x09:
        return data[3] in {0x01, 0x03}
    if data[:1] == (0x41,):
        return tuple(data[2:]) == _GS_RESET
    return data[:1] == (0x43,) and tuple(data[2:]) == _XG_RESET


def master_volume(data: Sequence[int]) -> Event | None:
    """Read a master volume: full is the level that the instrument was made for, 0 dB."""
    if len(data) != 6 or data[0] != _REAL_TIME or tuple(data[2:4]) != _MASTER_VOLUME:
        return None
    way = (data[5] << 7 | data[4]) / 16_383.0
    full = 10.0 ** (-_VOLUME.maximum / FADER_SLOPE_DB)
    return SetParameter(name=_VOLUME.name, value=way * full)


def tuning(data: Sequence[int], present: Sequence[float]) -> SetTuning | None:
    """Read a message of the MIDI tuning standard.

    Args:
        data: without F0 and F7.
        present: [128] cents of the keys as they are, for messages that tune some of them.

    Returns:
        None where it is no such message, or is damaged.
    """
    if len(data) < 4 or data[0] not in {_NON_REAL_TIME, _REAL_TIME} or data[2] != _TUNING:
        return None
    kind, body = data[3], data[4:]
    cents = [*present]
    if kind in {_BULK, _BULK_BANK}:
        is_done = _read_bulk(body[1 if kind == _BULK else 2 :], cents)
    elif kind in {_SINGLE, _SINGLE_BANK}:
        is_done = _read_keys(body[1 if kind == _SINGLE else 2 :], cents)
    elif kind in {_OCTAVE_1, _OCTAVE_2}:
        is_done = _read_octave(body[3:], cents, n_bytes=kind - 7)
    else:
        return None
    if not is_done:
        return None
    return SetTuning(cents_of_pitch=tuple(cents), is_live=data[0] == _REAL_TIME)


def _read_bulk(body: Sequence[int], cents: list[float]) -> bool:
    """Read a name, 128 pitches and a checksum, which old senders got wrong too often to ask for."""
    rows = body[_NAME_BYTES : _NAME_BYTES + 3 * N_PITCHES]
    if len(rows) != 3 * N_PITCHES:
        return False
    for key in range(N_PITCHES):
        _tune(cents, key, rows[3 * key : 3 * key + 3])
    return True


def _read_keys(body: Sequence[int], cents: list[float]) -> bool:
    """Read a count, and for each a key and its pitch."""
    rows = body[1:]
    if not body or len(rows) != 4 * body[0] or not rows:
        return False
    for start in range(0, len(rows), 4):
        _tune(cents, rows[start], rows[start + 1 : start + 4])
    return True


def _read_octave(body: Sequence[int], cents: list[float], n_bytes: int) -> bool:
    """Read an offset from equal temperament for each of the twelve pitch classes."""
    if len(body) != 12 * n_bytes:
        return False
    for key in range(N_PITCHES):
        row = body[key % 12 * n_bytes : (key % 12 + 1) * n_bytes]
        if n_bytes == 1:
            offset = row[0] - 64.0
        else:
            offset = ((row[0] << 7 | row[1]) - 8192) * 100.0 / 8192.0
        cents[key] = 100.0 * key + offset
    return True


def _tune(cents: list[float], key: int, row: Sequence[int]) -> None:
    if tuple(row) != _NO_CHANGE:
        cents[key] = 100.0 * row[0] + (row[1] << 7 | row[2]) * 100.0 / 16_384.0
