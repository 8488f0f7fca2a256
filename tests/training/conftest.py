"""A SoundFont of sines, written here, so that what FluidSynth must make of it is known."""

import struct

import numpy as np
import pytest

SAMPLE_RATE = 44_000  # Hz: a period of 440 Hz is 100 samples, of 10 kHz 4.4
ROOT_PITCH = 69
N_PERIODS = 2200  # samples that the loop repeats: whole periods of both tones
GENERATORS = {  # of a zone the key range must be the first and the sample the last
    "key_range": 43,
    "vibrato_cents": 6,
    "release_timecents": 38,
    "attenuation_cb": 48,
    "is_looped": 54,
    "sample": 53,
    "instrument": 41,
}
TONE, ULTRASONIC = 0, 1
# program -> (name, zones); FluidSynth's vibrato runs at 8.2 Hz from the note-on.
PRESETS = {
    0: ("Tone", [{"key_range": (0, 60)}, {"key_range": (62, 127)}]),  # key 61 is mapped to nothing
    19: ("Lasting", [{"vibrato_cents": 40, "release_timecents": 4000}]),
    40: ("Ultrasonic", [{"sample": ULTRASONIC}]),
    48: ("Whisper", [{"attenuation_cb": 1440}]),
    119: ("Cymbal", [{}]),
}


@pytest.fixture(scope="session")
def sines_sf2(tmp_path_factory):
    """A SoundFont with the presets of `PRESETS`; its tones are at half of full scale."""
    path = tmp_path_factory.mktemp("soundfont") / "sines.sf2"
    path.write_bytes(soundfont_bytes(PRESETS))
    return path


@pytest.fixture(scope="session")
def drums_sf2(tmp_path_factory):
    """A SoundFont that holds nothing melodic."""
    path = tmp_path_factory.mktemp("soundfont") / "drums.sf2"
    path.write_bytes(soundfont_bytes({119: PRESETS[119]}))
    return path


def soundfont_bytes(presets):
    """Return a SoundFont 2.01 file (specification 2.04, sections 4 to 7)."""
    return _chunk(b"RIFF", b"sfbk" + _info() + _samples() + _articulation(presets))


def _info():
    texts = ((b"INAM", b"Sines"), (b"ICOP", b"Nobody 2026"), (b"ICMT", b"Public  domain."))
    chunks = b"".join(_chunk(name, text + b"\0" * (2 - len(text) % 2)) for name, text in texts)
    return _chunk(b"LIST", b"INFO" + _chunk(b"ifil", struct.pack("<HH", 2, 1)) + chunks)


def _samples():
    guard = np.zeros(46)
    seconds = np.arange(2 * N_PERIODS) / SAMPLE_RATE
    tones = [0.5 * np.sin(2 * np.pi * frequency * seconds) for frequency in (440, 10_000)]
    audio = np.concatenate([part for tone in tones for part in (tone, guard)])
    return _chunk(
        b"LIST", b"sdta" + _chunk(b"smpl", np.rint(audio * 32767).astype("<i2").tobytes())
    )


def _articulation(presets):
    generators, bags, instruments, preset_generators, headers = [], [], [], [], []
    for index, (program, (name, zones)) in enumerate(sorted(presets.items())):
        instruments.append(struct.pack("<20sH", name.encode(), len(bags)))
        headers.append(struct.pack("<20sHHHIII", name.encode(), program, 0, index, 0, 0, 0))
        preset_generators.append(_generator("instrument", index))
        for zone in zones:
            bags.append(struct.pack("<HH", len(generators), 0))
            facts = {"is_looped": 1, **zone, "sample": zone.get("sample", TONE)}
            generators.extend(_generator(key, facts[key]) for key in GENERATORS if key in facts)
    n = len(presets)
    tables = {
        b"phdr": [*headers, struct.pack("<20sHHHIII", b"EOP", 0, 0, n, 0, 0, 0)],
        b"pbag": [struct.pack("<HH", index, 0) for index in range(n + 1)],
        b"pmod": [bytes(10)],
        b"pgen": [*preset_generators, bytes(4)],
        b"inst": [*instruments, struct.pack("<20sH", b"EOI", len(bags))],
        b"ibag": [*bags, struct.pack("<HH", len(generators), 0)],
        b"imod": [bytes(10)],
        b"igen": [*generators, bytes(4)],
        b"shdr": [*(_sample_header(index) for index in (TONE, ULTRASONIC)), bytes(46)],
    }
    return _chunk(b"LIST", b"pdta" + b"".join(_chunk(k, b"".join(v)) for k, v in tables.items()))


def _generator(name, value):
    if isinstance(value, tuple):
        return struct.pack("<HBB", GENERATORS[name], *value)
    return struct.pack("<Hh", GENERATORS[name], value)


def _sample_header(index):
    start = index * (2 * N_PERIODS + 46)
    end = start + 2 * N_PERIODS
    loop = (start + N_PERIODS, end)
    name = b"sample %d" % index
    return struct.pack("<20sIIIIIBbHH", name, start, end, *loop, SAMPLE_RATE, ROOT_PITCH, 0, 0, 1)


def _chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
