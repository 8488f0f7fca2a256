"""A note's picture shows its timbre, whatever its level; an encoder reads it."""

import json
import shutil

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from synth.errors import InstrumentError
from synth.notes.encoder import (
    N_BANDS,
    N_HARMONICS,
    N_MOMENTS,
    N_ROWS,
    OnnxEncoder,
    n_known_frames,
    note_picture,
    picture_distance_db,
    recording_magnitude,
)
from synth.notes.instrument import DESCRIPTION, Instrument, file_entry
from synth.representation import LIVE


def tone(pitch: int, slope: float, decay: float = 0.0) -> np.ndarray:
    """Harmonics that fall by `slope` dB an octave."""
    time_s = np.arange(LIVE.n_samples) / LIVE.sample_rate
    hz = 440.0 * 2.0 ** ((pitch - 69) / 12)
    orders = np.arange(1, int(7000 / hz) + 1)
    gains = orders ** (slope / 6.02)
    waves = np.sin(2 * np.pi * hz * orders[:, None] * time_s)
    return np.asarray(0.1 * gains @ waves * np.exp(-decay * time_s))


def picture(audio: np.ndarray, pitch: int, seconds: float = 4.0) -> np.ndarray:
    n_samples = round(seconds * LIVE.sample_rate)
    n_known = n_known_frames(min(n_samples, len(audio)), LIVE)
    return note_picture(recording_magnitude(audio[:n_samples], LIVE), pitch, n_known, LIVE)


def test_a_note_of_any_level_has_the_same_picture():
    audio = tone(60, -12.0)
    a, b = picture(audio, 60), picture(0.05 * audio, 60)
    assert (N_ROWS, N_MOMENTS) == a.shape
    np.testing.assert_allclose(a, b, atol=1e-3)
    assert picture_distance_db(a, b) < 0.1


def test_harmonics_of_any_pitch_lie_in_the_same_rows():
    rows = slice(N_BANDS, N_BANDS + 5)
    low, high = picture(tone(48, -12.0), 48), picture(tone(72, -12.0), 72)
    # 1 dB of 80.
    np.testing.assert_allclose(low[rows, 10:], high[rows, 10:], atol=1 / 80)
    expected_db = -12.0 * np.log2([1, 2, 3, 4, 5])
    found_db = 80.0 * (low[rows, 12] - low[N_BANDS, 12])
    np.testing.assert_allclose(found_db, expected_db, atol=1.0)


def test_a_pure_tone_has_nothing_between_its_harmonics():
    image = picture(tone(60, -12.0), 60)
    harmonic = image[N_BANDS, 12]
    between = image[N_BANDS + N_HARMONICS, 12]
    assert 80.0 * (harmonic - between) > 40.0


def test_brighter_and_shorter_notes_are_further_away():
    reference = picture(tone(60, -12.0), 60)
    near = picture_distance_db(reference, picture(tone(60, -14.0), 60))
    far = picture_distance_db(reference, picture(tone(60, -24.0), 60))
    dying = picture_distance_db(reference, picture(tone(60, -12.0, decay=4.0), 60))
    assert 0.0 < near < 3.0 < far
    assert dying > near


def test_a_recording_cut_short_is_compared_by_what_it_has():
    whole, cut = picture(tone(60, -12.0), 60), picture(tone(60, -12.0), 60, seconds=0.6)
    assert cut[-2].sum() < whole[-2].sum()
    assert picture_distance_db(whole, cut) < 0.5


def write_encoder(folder, latent_size):
    """Put an encoder into a folder whose answer is its bias: the third axis."""
    bias = np.zeros(latent_size, np.float32)
    bias[2] = 3.0
    weight = np.zeros((latent_size, N_ROWS * N_MOMENTS), np.float32)
    nodes = [
        helper.make_node("Flatten", ["picture"], ["flat"], axis=1),
        helper.make_node("Gemm", ["flat", "weight", "bias"], ["latent"], transB=1),
    ]
    values = [
        helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["batch", N_ROWS, N_MOMENTS]),
        helper.make_tensor_value_info("latent", TensorProto.FLOAT, ["batch", latent_size]),
    ]
    weights = [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")]
    graph = helper.make_graph(nodes, "encoder", values[:1], values[1:], weights)
    opset = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "encoder.onnx")
    description = json.loads((folder / DESCRIPTION).read_text())
    description["files"]["encoder.onnx"] = file_entry(folder / "encoder.onnx")
    description["encoder"] = {"file": "encoder.onnx"}
    (folder / DESCRIPTION).write_text(json.dumps(description))


@pytest.fixture
def folder(tiny_instrument_folder, tmp_path):
    return shutil.copytree(tiny_instrument_folder, tmp_path / "instrument")


def test_an_instruments_encoder_answers_with_a_latent(folder):
    write_encoder(folder, 8)
    instrument = Instrument.load(folder)
    guess = OnnxEncoder(instrument).guess(np.zeros((N_ROWS, N_MOMENTS), np.float32))
    expected = np.zeros(8)
    expected[2] = np.sqrt(8.0)
    np.testing.assert_allclose(guess, expected, atol=1e-6)


def test_an_encoder_of_another_size_is_refused(folder):
    write_encoder(folder, 5)
    with pytest.raises(InstrumentError, match=r"encoder\.onnx"):
        OnnxEncoder(Instrument.load(folder))


def test_an_encoder_that_is_no_graph_is_refused(folder):
    write_encoder(folder, 8)
    (folder / "encoder.onnx").write_bytes(b"\x3a\x05hello")
    description = json.loads((folder / DESCRIPTION).read_text())
    description["files"]["encoder.onnx"] = file_entry(folder / "encoder.onnx")
    (folder / DESCRIPTION).write_text(json.dumps(description))
    with pytest.raises(InstrumentError, match=r"encoder\.onnx"):
        OnnxEncoder(Instrument.load(folder))


def test_an_instrument_without_one_says_so(tiny_instrument):
    assert tiny_instrument.encoder is None
    with pytest.raises(InstrumentError, match="no encoder"):
        OnnxEncoder(tiny_instrument)
