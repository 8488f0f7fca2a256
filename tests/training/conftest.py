"""A SoundFont of sines, written here, so that what FluidSynth must make of it is known."""

import json
import struct

import numpy as np
import pytest
import torch

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


@pytest.fixture(autouse=True)
def _one_thread():
    """Networks of tests are tiny: a second thread gains nothing, and waits for its core."""
    torch.set_num_threads(1)


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


PARTIALS = {"Harp": (1.0, 0.5, 0.25), "Oboe": (0.4, 1.0, 0.8, 0.6)}
TONE_SAMPLES = 8192


@pytest.fixture(scope="session")
def tone_set(tmp_path_factory):
    """A prepared set: two instruments, 24 pitches, two velocities; every third note held out."""
    from training.data.prepared import PreparedSet, PreparedWriter
    from training.data.splits import Split

    folder = tmp_path_factory.mktemp("tones") / "set"
    writer = PreparedWriter(folder, "tones", TONE_SAMPLES)
    families = {"Harp": 8, "Oboe": 7}
    for number, (name, partials) in enumerate(PARTIALS.items()):
        notes = [(pitch, velocity) for pitch in range(48, 72) for velocity in (50, 100)]
        audio = np.stack([tone(pitch, velocity / 127.0, partials) for pitch, velocity in notes])
        peaks = np.abs(audio).max(axis=1)
        rows = [
            (pitch, velocity, number, families[name], 0, int(peak))
            for (pitch, velocity), peak in zip(notes, peaks, strict=True)
        ]
        writer.append({"notes": rows}, audio)
    rows = np.arange(96)
    info = {
        "sample_rate": 16_000,
        "n_notes": 96,
        "velocities": [50, 100],
        "licence": "public domain",
        "instruments": [
            {"name": "Harp", "label": "string_acoustic_000", "family": "string"},
            {"name": "Oboe", "label": "reed_acoustic_000", "family": "reed"},
        ],
        "fingerprint": "tones",
    }
    # Shuffled, so that no pitch or velocity is held out as a whole.
    order = np.random.default_rng(1).permutation(rows)
    split = Split(train=np.sort(order[32:]), valid=np.sort(order[:32]), test=rows[:0])
    writer.finish(info, split)
    writer.close()
    return PreparedSet.open(folder)


def tone(pitch, level, partials):
    """A tone that dies away, brighter when it is louder: [TONE_SAMPLES] int16."""
    seconds = np.arange(TONE_SAMPLES) / 16_000
    hz = 440.0 * 2.0 ** ((pitch - 69) / 12)
    wave = sum(
        (level**k if k else 1.0) * gain * np.sin(2 * np.pi * hz * (k + 1) * seconds)
        for k, gain in enumerate(partials)
    )
    return np.rint(12_000 * level * wave * np.exp(-4.0 * seconds) / sum(partials)).astype("<i2")


@pytest.fixture(scope="session")
def tone_run(tmp_path_factory):
    """The folder of an untrained run that knows the timbres of `tone_set`."""
    from training.checkpoint import InstrumentLatents, save_checkpoint
    from training.config import CONFIGS, config_to_dict
    from training.model.generator import Generator

    config = CONFIGS["smoke"]
    folder = tmp_path_factory.mktemp("tone-run") / "tones"
    folder.mkdir()
    torch.manual_seed(4)
    generator = Generator(config.generator, config.spec)
    latents = InstrumentLatents(len(PARTIALS), config.generator.latent_size)
    (folder / "config.json").write_text(json.dumps(config_to_dict(config)))
    tensors = {f"ema.generator.{name}": value for name, value in generator.state_dict().items()}
    tensors |= {f"ema.latents.{name}": value for name, value in latents.state_dict().items()}
    names = [["Harp", "string"], ["Oboe", "reed"]]
    data = {"licence": "public domain", "velocities": [50, 100]}
    save_checkpoint(folder, tensors, {"instruments": names, "provenance": {"data": data}})
    log = [{"images": 8, "loss": 2.0}, {"images": 16, "loss": 1.5, "validation_distance_db": 9.0}]
    (folder / "log.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in log))
    return folder


@pytest.fixture(scope="session")
def tone_instrument(tone_run, tmp_path_factory):
    """The folder of the instrument exported from `tone_run`; tests that change it copy it."""
    from training.export import export_run

    folder = tmp_path_factory.mktemp("tone-instrument") / "tones"
    export_run(tone_run, folder, boundaries=[8])
    return folder


@pytest.fixture(scope="session")
def tone_classifier(tone_set):
    """A judge that has learned a little of `tone_set`."""
    from training.classifier import ClassifierConfig, train_classifier

    return train_classifier(tone_set, ClassifierConfig(n_images=1_200, batch_size=24, rate=1e-2))


@pytest.fixture(scope="session")
def paper_run(tmp_path_factory):
    """The folder of an untrained run of GANSynth's own kind."""
    from synth.representation import SpectrogramSpec
    from training.checkpoint import save_checkpoint
    from training.config import config_to_dict
    from training.model.gansynth import PaperGenerator
    from training.paper_config import PaperConfig, PaperNetworkConfig

    spec = SpectrogramSpec(
        n_fft=256, hop_length=64, n_frames=64, n_bins=128, front_padding=192, if_format="angle"
    )
    network = PaperNetworkConfig(latent_size=8, n_blocks=3, filters_base=32)
    config = PaperConfig(spec=spec, network=network)
    folder = tmp_path_factory.mktemp("paper-run") / "paper"
    folder.mkdir()
    torch.manual_seed(2)
    generator = PaperGenerator(network, spec.n_frames, spec.n_bins)
    (folder / "config.json").write_text(json.dumps(config_to_dict(config)))
    tensors = {f"ema.{name}": value for name, value in generator.state_dict().items()}
    save_checkpoint(folder, tensors, {"instruments": [], "provenance": {}})
    return folder
