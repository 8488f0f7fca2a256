"""The judge: a small network that hears pitch, velocity and family of a note.

Like the pitch classifier of GANSynth (Engel et al. 2019, arXiv:1902.08710, §5) it is trained on the
data's training notes, never on generated ones; its answers give pitch accuracy, pitch entropy and
inception score, and its last hidden layer the features in which distributions are compared. Figures
of two judges cannot be compared; each is told beside the same judge's figure for real notes.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.nn import functional

from synth.errors import InputFileError
from training.batches import split_of
from training.data.families import FAMILIES
from training.data.prepared import PreparedSet
from training.log_frequency import N_BINS, N_FRAMES, to_images

FORMAT_VERSION = 1
LEAST_NOTES = 2_000  # of a set that a judge can learn from
N_PITCHES = 128
N_FEATURES = 128
_CHUNK = 64  # notes of one call where nothing is learned
_CHANNELS = (16, 32, 64, 96)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierConfig:
    """How the judge is trained; some ten minutes on one core."""

    n_notes: int = 30_000  # of the training split that it sees, at most
    n_images: int = 90_000  # notes seen, repetitions counted
    n_repetitions: int = 40  # of a note, at most: a small set is learned by then
    batch_size: int = 64
    rate: float = 4e-3  # of Adam, at the top of a single cycle
    validation_fraction: float = 0.05  # held out, as the generator's runs hold them out
    seed: int = 1  # of the split, of the order and of the first weights


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the judge says of some notes."""

    pitch: Tensor  # [batch, N_PITCHES] logits of MIDI numbers
    velocity: Tensor  # [batch, n_velocities] logits
    family: Tensor  # [batch, n_families] logits
    features: Tensor  # [batch, N_FEATURES]


class Network(nn.Module):
    """Four convolutions, time averaged, frequency kept; one hidden layer, three heads."""

    def __init__(self, n_velocities: int) -> None:
        super().__init__()
        one, two, three, four = _CHANNELS
        self.convolutions = nn.Sequential(
            *_convolution(1, one, 5, (2, 2)),
            *_convolution(one, two, 3, (2, 1)),
            *_convolution(two, three, 3, (2, 2)),
            *_convolution(three, four, 3, (2, 2)),
        )
        self.hidden = nn.Linear(four * N_BINS // 8, N_FEATURES)
        self.pitch = nn.Linear(N_FEATURES, N_PITCHES)
        self.velocity = nn.Linear(N_FEATURES, n_velocities)
        self.family = nn.Linear(N_FEATURES, len(FAMILIES))

    def forward(self, images: Tensor) -> Opinions:
        """Judge images, [batch, N_FRAMES, N_BINS], 0..1."""
        x = self.convolutions(4.0 * images[:, None] - 0.5)
        features = functional.silu(self.hidden(x.mean(dim=2).flatten(1)))
        heads = (self.pitch(features), self.velocity(features), self.family(features))
        return Opinions(*heads, features)


@dataclass(frozen=True, slots=True)
class Classifier:
    """A trained judge and where it comes from."""

    network: Network
    facts: Mapping[str, Any]  # velocities, data fingerprint, split, images, accuracies

    @property
    def velocities(self) -> list[int]:
        """MIDI velocities that it tells apart, rising."""
        return list(self.facts["velocities"])

    @torch.no_grad()
    def judge(self, images: Tensor) -> Opinions:
        """Judge any number of images, [n_notes, N_FRAMES, N_BINS]."""
        parts = [self.network(part.float()) for part in images.split(_CHUNK)]
        names = Opinions.__slots__
        return Opinions(*(torch.cat([getattr(part, name) for part in parts]) for name in names))

    def fits(self, data: PreparedSet) -> bool:
        """Tell whether it was trained on this very set."""
        return bool(self.facts["fingerprint"] == fingerprint(data))


def fingerprint(data: PreparedSet) -> str:
    """Name a set: what it was made of, or else a digest of its table of notes."""
    named = data.info.get("fingerprint")
    return str(named) if named else hashlib.sha256(data.notes.tobytes()).hexdigest()


def read_images(
    data: PreparedSet, rows: NDArray[np.int64], progress: Callable[[float], None] | None = None
) -> Tensor:
    """Draw notes of a set, [n_rows, N_FRAMES, N_BINS] as uint8 (0..255): a third of a decibel."""
    images = torch.empty(len(rows), N_FRAMES, N_BINS, dtype=torch.uint8)
    for first in range(0, len(rows), _CHUNK):
        chosen = rows[first : first + _CHUNK]
        audio = np.asarray(data.audio[chosen]).astype(np.float32) / 32_768.0
        drawn = to_images(audio, data.sample_rate)
        images[first : first + len(chosen)] = (255.0 * drawn).round().to(torch.uint8)
        if progress is not None:
            progress((first + len(chosen)) / len(rows))
    return images


def train_classifier(
    data: PreparedSet,
    config: ClassifierConfig | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Classifier:
    """Train a judge on the training notes of a set, and test it on those held out.

    Args:
        data: the set.
        config: None: the usual one.
        progress: is told what is being done, and how much of it is, 0..1.

    Raises:
        InputFileError: the set is too small to hold anything out.
    """
    config = config or ClassifierConfig()
    tell = progress or (lambda _what, _share: None)
    split = split_of(data, config.validation_fraction, config.seed)
    training, held_out = split.train, split.valid
    if len(training) < 2 or len(held_out) < 1:
        raise InputFileError(
            f"{data.path} has {len(data)} notes; a classifier wants 20 or more to learn from"
        )
    rng = np.random.default_rng(config.seed)
    rows = rng.permutation(training)[: config.n_notes]
    # Sorted, so that a disk reads forwards.
    rows.sort()
    images = read_images(data, rows, lambda share: tell("reading notes", share))
    velocities = np.unique(data.velocity)
    targets = _targets(data, rows, velocities)
    torch.manual_seed(config.seed)
    network = Network(len(velocities)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    n_images = min(config.n_images, config.n_repetitions * len(rows))
    n_steps = max(1, n_images // config.batch_size)
    optimiser = torch.optim.Adam(network.parameters(), lr=config.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.rate, total_steps=n_steps + 1, pct_start=0.15
    )
    for step in range(n_steps):
        chosen = torch.from_numpy(rng.integers(len(rows), size=config.batch_size))
        opinions = network(images[chosen].float() / 255.0)
        loss = _loss(opinions, targets[chosen])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        tell("training the classifier", (step + 1) / n_steps)
    classifier = Classifier(
        _in_half(network.eval()),
        {
            "format_version": FORMAT_VERSION,
            "velocities": velocities.tolist(),
            "fingerprint": fingerprint(data),
            "config": asdict(config),
        },
    )
    held_out = np.sort(rng.permutation(held_out)[:2_000])
    facts = _accuracies(classifier, data, held_out)
    return Classifier(classifier.network, {**classifier.facts, **facts})


def save_classifier(classifier: Classifier, path: Path) -> None:
    """Write a judge (half precision) and, beside it, what it is, with its checksum.

    Args:
        classifier: trained.
        path: of the weights, `.safetensors`; the facts go to the same name with `.json`.

    Raises:
        InputFileError: it cannot be written.
    """
    state = classifier.network.state_dict()
    tensors = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in state.items()
    }
    content = save(tensors)
    facts = dict(classifier.facts) | {"sha256": hashlib.sha256(content).hexdigest()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for target, text in ((path, content), (_facts_path(path), _to_json(facts))):
            partial = target.with_name(target.name + ".partial")
            partial.write_bytes(text)
            partial.replace(target)
    except OSError as error:
        raise InputFileError(
            f"cannot write {path}: {error.strerror}; name another file with --out"
        ) from error


def load_classifier(path: Path) -> Classifier:
    """Read a judge and verify its checksum.

    Raises:
        InputFileError: it is missing, damaged or of another version.
    """
    try:
        facts = json.loads(_facts_path(path).read_text())
        content = path.read_bytes()
    except OSError as error:
        raise InputFileError(
            f"classifier {path}: {error.strerror}; make one with `gansynth train-classifier`"
        ) from error
    except ValueError as error:
        raise InputFileError(f"{_facts_path(path)} is no JSON: {error}") from error
    if not isinstance(facts, dict) or facts.get("format_version") != FORMAT_VERSION:
        raise InputFileError(
            f"{_facts_path(path)} has another format version than {FORMAT_VERSION}; train it again"
        )
    found = hashlib.sha256(content).hexdigest()
    if found != facts.get("sha256"):
        raise InputFileError(
            f"classifier {path} is damaged (sha256 {found:.12}… instead of "
            f"{facts.get('sha256')!s:.12}…); train it again"
        )
    try:
        network = Network(len(facts["velocities"]))
        network.load_state_dict(load(content))
    except (SafetensorError, KeyError, RuntimeError) as error:
        raise InputFileError(f"classifier {path}: {error}; train it again") from error
    return Classifier(network.float().eval(), facts)


def _convolution(n_in: int, n_out: int, size: int, stride: tuple[int, int]) -> list[nn.Module]:
    convolution = nn.Conv2d(n_in, n_out, size, stride, size // 2, bias=False)
    return [convolution, nn.BatchNorm2d(n_out), nn.SiLU()]


def _targets(data: PreparedSet, rows: NDArray[np.int64], velocities: NDArray[np.uint8]) -> Tensor:
    """Return [n_rows, 3]: pitch, index of the velocity, family."""
    columns = (
        data.pitch[rows],
        np.searchsorted(velocities, data.velocity[rows]),
        data.family[rows],
    )
    return torch.from_numpy(np.stack([column.astype(np.int64) for column in columns], axis=1))


def _loss(opinions: Opinions, targets: Tensor) -> Tensor:
    pitch = functional.cross_entropy(opinions.pitch, targets[:, 0])
    velocity = functional.cross_entropy(opinions.velocity, targets[:, 1])
    family = functional.cross_entropy(opinions.family, targets[:, 2])
    return pitch + 0.5 * velocity + 0.5 * family


def _accuracies(
    classifier: Classifier, data: PreparedSet, rows: NDArray[np.int64]
) -> dict[str, Any]:
    opinions = classifier.judge(read_images(data, rows) / 255.0)
    targets = _targets(data, rows, np.array(classifier.velocities))
    shares = {
        f"held_out_{name}_accuracy": round(
            (getattr(opinions, name).argmax(dim=1) == targets[:, column]).float().mean().item(), 4
        )
        for column, name in enumerate(("pitch", "velocity", "family"))
    }
    return {**shares, "n_held_out": len(rows)}


def _in_half(network: Network) -> Network:
    """Round the weights as the file holds them, so that what is saved is what was tested."""
    for value in network.state_dict().values():
        if value.is_floating_point():
            value.copy_(value.half().float())
            assert math.isfinite(float(value.abs().max()))
    return network


def _facts_path(path: Path) -> Path:
    return path.with_suffix(".json")


def _to_json(facts: Mapping[str, Any]) -> bytes:
    return (json.dumps(facts, indent=1) + "\n").encode()
