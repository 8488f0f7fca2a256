"""The encoder learns whose note it is, whatever its pitch; its graph is its network."""

import shutil

import numpy as np
import pytest
import torch

from synth.errors import ConfigError
from synth.notes.encoder import N_BANDS, N_MOMENTS, N_ROWS, OnnxEncoder
from synth.notes.instrument import Instrument
from training.encoder import (
    EncoderConfig,
    EncoderNet,
    augment,
    generate_pictures,
    onnx_bytes,
    record_pictures,
    score,
    train_encoder,
)

CONFIG = EncoderConfig(n_recorded=96, n_generated=4, n_steps=400, n_channels=16, n_hidden=24)


@pytest.fixture(scope="module")
def trained(tone_instrument, tone_set, tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoder") / "instrument"
    shutil.copytree(tone_instrument, folder)
    lines = []
    entry = train_encoder(folder, tone_set, CONFIG, lines.append)
    assert lines
    return folder, entry


def test_notes_held_out_are_nearest_to_their_own_timbre(trained, tone_set):
    _, entry = trained
    assert entry["held_out_notes"]["notes"] >= 4
    # Two timbres whose harmonics differ by 6 dB and more; chance is 0.5.
    assert entry["held_out_notes"]["nearest"] >= 0.9


def test_the_instrument_lists_its_encoder_and_it_reads_recordings(trained, tone_set):
    folder, entry = trained
    instrument = Instrument.load(folder)
    assert "encoder.onnx" == instrument.encoder == entry["file"]
    assert entry["bytes"] == (folder / "encoder.onnx").stat().st_size
    encoder = OnnxEncoder(instrument)
    pictures = record_pictures(instrument, tone_set, 10)
    named = np.stack(list(instrument.latents.values()))
    guesses = np.stack([encoder.guess(picture) for picture in pictures.picture])
    nearest = (guesses @ named.T).argmax(axis=1)
    assert np.mean(nearest == pictures.instrument) >= 0.8


def test_the_graph_computes_what_the_network_computes(tmp_path, tone_instrument):
    import onnxruntime

    torch.manual_seed(1)
    net = EncoderNet(CONFIG, 16).eval()
    session = onnxruntime.InferenceSession(onnx_bytes(net), providers=["CPUExecutionProvider"])
    picture = np.random.default_rng(1).random((3, N_ROWS, N_MOMENTS)).astype(np.float32)
    with torch.no_grad():
        expected = net(torch.from_numpy(picture)).numpy()
    np.testing.assert_allclose(session.run(None, {"picture": picture})[0], expected, atol=1e-5)


def test_the_encoder_that_ships_is_small():
    assert len(onnx_bytes(EncoderNet(EncoderConfig(), 64))) <= 1_500_000


def test_generated_notes_have_the_latents_they_were_made_of(tone_instrument):
    pictures = generate_pictures(Instrument.load(tone_instrument), 3)
    assert (3, N_ROWS, N_MOMENTS) == pictures.picture.shape
    assert np.all(pictures.instrument == -1)
    assert len(np.unique(pictures.latent, axis=0)) == 3


def test_augmentation_cuts_notes_short_and_never_makes_them_longer():
    picture = torch.full((64, N_ROWS, N_MOMENTS), 0.7)
    picture[:, -2, 15:] = 0.0
    picture[:, -2, :15] = 1.0
    changed = augment(picture, torch.Generator().manual_seed(1))
    n_known = changed[:, -2].sum(dim=1)
    assert float(n_known.max()) == 15.0
    assert float(n_known.min()) < 15.0
    unknown = changed[:, -2] == 0.0
    assert float(changed[:, :N_BANDS].transpose(1, 2)[unknown].abs().max()) == 0.0


def test_nothing_held_out_has_no_score(tone_instrument, tone_set):
    instrument = Instrument.load(tone_instrument)
    none = record_pictures(instrument, tone_set, 0)
    net = EncoderNet(CONFIG, instrument.latent_size)
    named = np.stack(list(instrument.latents.values()))
    assert {"notes": 0, "cosine": None, "nearest": None} == score(net, none, named)


def test_a_config_that_cannot_be_is_refused():
    with pytest.raises(ConfigError, match="at least one"):
        EncoderConfig(n_steps=0)
