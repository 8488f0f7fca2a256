"""What a generated note is judged by."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from synth.representation import SpectrogramSpec
from training.config import ReconstructionLossConfig

# Below its frame's loudest bin by this much, a bin's phase is noise and not worth learning.
_IF_RANGE_DB = 60.0
_AUDIBLE_SLOPE_DB = 6.0
_FLOOR_DB = 80.0  # below a note's loudest bin: where a discriminator stops looking


def reconstruction_loss(
    generated: Tensor,
    target: Tensor,
    spec: SpectrogramSpec,
    config: ReconstructionLossConfig,
    first_frame: int = 0,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Compare generated notes with the recordings they stand for.

    L1 on log-magnitude, since the ear hears ratios, counting audible bins more; squared distance
    on the (cos, sin) of the IF, counting loud bins only, since the phase of silence is noise.

    Every term is a mean over notes, so that several processes may share a batch.

    Args:
        generated: [batch, 3, n, n_bins], frames first_frame, first_frame + 1, ... of the notes.
        target: [batch, 3, n_frames, n_bins], the whole recordings.
        spec: Their mapping; the IF must be a pair.
        config: Weights.
        first_frame: The first frame of `generated`.

    Returns:
        The weighted sum, and its terms by name.
    """
    generated, target = generated.float(), target.float()
    frames = slice(first_frame, first_frame + generated.shape[2])
    note_peak = target[:, 0].amax(dim=(1, 2), keepdim=True)
    target = target[:, :, frames]
    unit_db = decibels_per_unit(spec)
    below_note = (target[:, 0] - note_peak) * unit_db
    below_frame = (target[:, 0] - target[:, 0].amax(dim=2, keepdim=True)) * unit_db
    audible = torch.sigmoid((below_note + config.audible_range_db) / _AUDIBLE_SLOPE_DB)
    time = _frame_weights(spec, config, target.device)[frames]

    # Partials are few bins among many; without a weight of their own the median of all the quiet
    # bins around them is learned first, and notes come out 10 dB too soft.
    peak = (1.0 + below_frame / config.loud_range_db).clamp(min=0.0) * audible
    weight = time[:, None] * (1.0 + config.audible * audible + config.loud * peak)
    magnitude = (weight * (generated[:, 0] - target[:, 0]).abs()).mean()
    band = band_distance(generated[:, 0], target[:, 0], spec, config, note_peak, time)

    # Row 0 holds an initial phase, which nothing in the conditioning foretells.
    loud = audible * (1.0 + below_frame / _IF_RANGE_DB).clamp(min=0.0).square()
    loud = loud * time[:, None]
    error = (generated[:, 1:] - target[:, 1:]).square().sum(dim=1)
    known = slice(1 if first_frame == 0 else 0, None)
    loud, error = loud[:, known], error[:, known]
    per_note = (loud * error).sum(dim=(1, 2)) / loud.sum(dim=(1, 2)).clamp(min=1e-6)
    frequency = per_note.mean()

    colour, velocity = colour_distances(generated[:, 0], target[:, 0], spec, config)

    terms = {
        "magnitude": magnitude,
        "band": band,
        "colour": colour,
        "velocity": velocity,
        "frequency": frequency,
    }
    total = torch.stack([getattr(config, name) * term for name, term in terms.items()]).sum()
    return total, terms


def band_distance(
    generated: Tensor,
    target: Tensor,
    spec: SpectrogramSpec,
    config: ReconstructionLossConfig,
    note_peak: Tensor,
    time: Tensor,
) -> Tensor:
    """Compare levels in bands: power is added up, so where in the band a partial lies is free.

    Args:
        generated: [batch, n, n_bins], normalised log-power.
        target: the same of the recordings.
        spec: Their mapping.
        config: Width of the bands.
        note_peak: [batch, 1, 1], the loudest bin of each whole recording.
        time: [n], weights of the frames.

    Returns:
        L1 in normalised units; audible bands count more.
    """
    size = config.n_band_bins
    levels = []
    for image in (generated, target):
        power = torch.exp((image - spec.log_power_offset) / spec.log_power_gain)
        pooled = functional.avg_pool1d(power, size, stride=size // 2)
        levels.append(spec.log_power_gain * torch.log(pooled + spec.log_offset))
    below_note = (levels[1] - note_peak) * decibels_per_unit(spec)
    audible = torch.sigmoid((below_note + config.audible_range_db) / _AUDIBLE_SLOPE_DB)
    weight = time[:, None] * (0.2 + config.audible * audible)
    return (weight * (levels[0] - levels[1]).abs()).mean()


def colour_distances(
    generated: Tensor, target: Tensor, spec: SpectrogramSpec, config: ReconstructionLossConfig
) -> tuple[Tensor, Tensor]:
    """Compare what velocity changes most: the mean power in third octaves.

    Bin by bin the best guess of an uncertain level is its median, so that what is uncertain comes
    out too soft, and notes too dull; the power of many bins together leaves no such way out.

    What one key sounds like struck softly and struck hard differs by less than what the model
    mistakes in both. So the change from the one to the other is compared by itself: row i of the
    batch with row i + batch / 2, which are two velocities of one note where notes come in pairs.

    Args:
        generated: [batch, n, n_bins], normalised log-power.
        target: the same of the recordings.
        spec: Their mapping.
        config: What is audible.

    Returns:
        L1 in normalised units, over the bands that are audible in the recording; and that of the
        change within pairs, 0 if `config.velocity` is 0.
    """
    to_bands = _third_octaves(spec, target.device)
    levels = []
    for image in (generated, target):
        power = torch.exp((image - spec.log_power_offset) / spec.log_power_gain).mean(dim=1)
        levels.append(spec.log_power_gain * torch.log(power @ to_bands + spec.log_offset))
    db = levels[1] * decibels_per_unit(spec)
    below = db - db.amax(dim=1, keepdim=True)
    audible = torch.sigmoid((below + config.audible_range_db) / _AUDIBLE_SLOPE_DB)
    error = levels[0] - levels[1]
    per_note = (audible * error.abs()).sum(dim=1) / audible.sum(dim=1)
    if config.velocity == 0.0:
        return per_note.mean(), per_note.new_zeros(())
    first, second = error.chunk(2)
    in_both = torch.minimum(*audible.chunk(2))
    per_pair = (in_both * (first - second).abs()).sum(dim=1) / in_both.sum(dim=1)
    return per_note.mean(), per_pair.mean()


@lru_cache(maxsize=8)
def _third_octaves(spec: SpectrogramSpec, device: torch.device) -> Tensor:
    """Sums bins into third octaves of 1 kHz, [n_bins, n_bands]; those too narrow share a band."""
    if spec.scale == "mel":  # evenly spaced on the ear's own scale already
        band = torch.arange(spec.n_bins) * 24 // spec.n_bins
    else:
        hz = torch.arange(1, spec.n_bins + 1) * (spec.sample_rate / spec.n_fft)
        band = torch.floor(3.0 * torch.log2(hz / 1000.0) + 0.5).long()
    _, band = torch.unique(band, return_inverse=True)
    return functional.one_hot(band).float().to(device)


def _frame_weights(
    spec: SpectrogramSpec, config: ReconstructionLossConfig, device: torch.device
) -> Tensor:
    weights = torch.ones(spec.n_frames, device=device)
    weights[: config.n_onset_frames] = config.onset
    return weights


def audible_image(
    image: Tensor, note_peak: Tensor, spec: SpectrogramSpec, config: ReconstructionLossConfig
) -> Tensor:
    """Draw a spectrogram as a discriminator should see it: what cannot be heard is even.

    Args:
        image: [batch, 3, n, n_bins], normalised, generated or recorded.
        note_peak: [batch, 1, 1], the loudest bin of each recording.
        spec: Their mapping.
        config: What is audible.

    Returns:
        [batch, 3, n, n_bins]: level above the floor, 1 at the peak and -1 at the floor and below;
        cos and sin of the IF, faded to 0 where the level makes them noise.
    """
    image = image.float()
    db = (image[:, :1] - note_peak[:, None]) * decibels_per_unit(spec)
    level = (1.0 + db * (2.0 / _FLOOR_DB)).clamp(min=-1.0)
    weight = torch.sigmoid((db.detach() + config.audible_range_db) / _AUDIBLE_SLOPE_DB)
    return torch.cat([level, weight * image[:, 1:]], dim=1)


def log_spectral_distance_db(generated: Tensor, target: Tensor, spec: SpectrogramSpec) -> Tensor:
    """Mean absolute level difference over the bins that are audible in either note.

    Args:
        generated: [batch, n_channels, n_frames, n_bins], normalised.
        target: the same.
        spec: Their mapping.

    Returns:
        [batch], dB, over bins within 60 dB of the louder note's maximum.
    """
    unit_db = decibels_per_unit(spec)
    a, b = generated[:, 0].float() * unit_db, target[:, 0].float() * unit_db
    louder = torch.maximum(a, b)
    audible = louder > louder.amax(dim=(1, 2), keepdim=True) - 60.0
    return ((a - b).abs() * audible).sum(dim=(1, 2)) / audible.sum(dim=(1, 2))


def decibels_per_unit(spec: SpectrogramSpec) -> float:
    """How many dB one unit of the normalised log-power is."""
    return 10.0 / math.log(10.0) / spec.log_power_gain
