"""A small generator of random weights, of sizes that fill no vector, and its spectrogram."""

import numpy as np
import pytest

from synth.notes.native.weights import Architecture, NativeWeights, Probe
from synth.representation import SpectrogramSpec

SPEC = SpectrogramSpec(n_fft=256, hop_length=64, n_frames=32, n_bins=128, front_padding=128)
SIZES = Architecture(
    latent_size=6,
    pitch_size=5,
    style_size=13,
    start_channels=9,
    channels=(20, 12, 10),
    n_normalised_levels=2,
    first_moving_level=1,
    n_time_codes=2,
    n_codes=3,
    n_maps=5,
    n_equaliser_bands=4,
    n_equaliser_knots=3,
    equaliser_pitch_size=7,
    equaliser_size=11,
    mapping_size=17,
)
N_PITCHES = 4


def random_tensors(sizes, spec, seed=0):
    rng = np.random.default_rng(seed)
    tensors = {}

    def draw(name, *shape, scale=0.3):
        tensors[name] = (scale * rng.standard_normal(shape)).astype(np.float16)

    def draw_linear(name, n_out, n_in):
        draw(f"{name}.weight", n_out, n_in)
        draw(f"{name}.bias", n_out)

    def draw_kernel(name, n_out, n_in, size=3):
        draw(f"{name}.weight", n_out, n_in, size, size, scale=0.5 / n_in**0.5)
        draw(f"{name}.bias", n_out)

    style, latent = sizes.style_size, sizes.latent_size
    rows, columns = spec.n_frames >> len(sizes.channels), spec.n_bins >> len(sizes.channels)
    draw("pitch_embedding.weight", N_PITCHES, sizes.pitch_size)
    draw_linear("mapping.0", sizes.mapping_size, latent + sizes.pitch_size + 4)
    draw_linear("mapping.2", style, sizes.mapping_size)
    draw_linear("start", sizes.start_channels * rows * columns, style)
    n_in = sizes.start_channels
    for level, n_out in enumerate(sizes.channels):
        for half, width in (("first", n_in), ("second", n_out)):
            draw_kernel(f"levels.{level}.{half}.convolution", n_out, width)
            draw_linear(f"levels.{level}.{half}.film", 2 * n_out, style)
        if level >= sizes.first_moving_level:
            name = f"levels.{level}.first.motion"
            draw_linear(f"{name}.gains", n_out * (sizes.n_time_codes + 1), style)
            draw(f"{name}.codes", sizes.n_time_codes, rows << level)
            draw(f"{name}.noise", rows << level, columns << level)
        n_in = n_out
    draw("features", N_PITCHES, sizes.n_maps - sizes.n_codes, spec.n_bins // 2)
    draw("codes.weight", N_PITCHES, sizes.n_codes * spec.n_bins // 2)
    draw_kernel("comb", n_in, sizes.n_maps, size=1)
    draw_linear("comb_film", 2 * n_in, style)
    draw_kernel("head", 4 * spec.n_channels, n_in)
    hidden = sizes.equaliser_size
    draw("equaliser.pitch_embedding.weight", N_PITCHES, sizes.equaliser_pitch_size)
    draw_linear("equaliser.network.0", hidden, latent + sizes.equaliser_pitch_size + 2)
    draw_linear("equaliser.network.2", hidden, hidden)
    draw_linear("equaliser.network.4", sizes.n_equaliser_knots * sizes.n_equaliser_bands, hidden)
    draw("equaliser.over_time", spec.n_frames, sizes.n_equaliser_knots)
    draw("equaliser.over_bins", spec.n_bins, sizes.n_equaliser_bands)
    return tensors


@pytest.fixture(scope="session")
def native_spec():
    return SPEC


@pytest.fixture(scope="session")
def native_weights():
    probe = Probe(latent=(0.0,) * 6, pitch=60, velocity=0.5, places=(0,), values=(0.0,))
    tensors = random_tensors(SIZES, SPEC)
    return NativeWeights(architecture=SIZES, probe=probe, tensors=tensors)


@pytest.fixture
def make_note(native_weights):
    """Return what generates some frames of one fixed note from packed weights."""
    from synth.notes.native.program import plan_tile
    from synth.notes.native.run import N_BOARD_WORDS, generate

    def make(packed, first, last, n_threads=1):
        rng = np.random.default_rng(1)
        planned = plan_tile(packed, first, last, n_threads)
        maps = rng.standard_normal((1, SPEC.n_bins // 2, 8)).astype(np.float32)
        maps[..., SIZES.n_maps :] = 0.0
        out = np.empty((SPEC.n_channels, last - first, SPEC.n_bins), np.float32)
        # Nothing may be read that was not written: what is there at first is not finite.
        work, own = (np.full(n, np.nan, np.float32) for n in (planned.n_work, planned.n_own))
        place = planned.program.places["inputs"][0]
        inputs = rng.standard_normal(planned.n_inputs).astype(np.float32)
        work[place : place + planned.n_inputs] = inputs
        generate(planned.program, maps, work, own, out, np.zeros(N_BOARD_WORDS, np.int64))
        return out

    return make
