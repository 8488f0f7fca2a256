"""What an export lays down for the native generator: `native.json`.

It names the network's sizes, where each of its tensors lies in `generator.weights`, which the ONNX
graphs read too, and a few values of one note, so that a player knows by itself whether what its
machine computes is what was exported.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.errors import InstrumentError
from synth.notes.instrument import Instrument

FORMAT = 1
_TYPES: dict[str, np.dtype[np.floating[Any]]] = {
    "float16": np.dtype("<f2"),
    "float32": np.dtype("<f4"),
}
_MOST_CHANNELS = 4096
_MOST_LEVELS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """Sizes of `training.model.generator.Generator`."""

    latent_size: int
    pitch_size: int  # of the embedded pitch
    style_size: int
    start_channels: int
    channels: tuple[int, ...]  # of levels 0, 1, ...
    n_normalised_levels: int
    first_moving_level: int
    n_time_codes: int
    n_codes: int  # learned maps of a pitch
    n_maps: int  # known ones and learned ones at the finest level
    n_equaliser_bands: int  # 0: it has none
    n_equaliser_knots: int
    equaliser_pitch_size: int
    equaliser_size: int  # of its hidden layers
    mapping_size: int = 0  # of the layer in front of the style; 0: style_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Values of one first tile."""

    latent: tuple[float, ...]
    pitch: int
    velocity: float  # 0..1
    places: tuple[int, ...]  # in the flattened spectrogram
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeWeights:
    """A generator's sizes and tensors."""

    architecture: Architecture
    probe: Probe
    tensors: Mapping[str, NDArray[np.floating[Any]]]  # by name in the module; half or single

    def take(self, name: str, *shape: int) -> NDArray[np.floating[Any]]:
        """Return a tensor.

        Raises:
            ValueError: it is missing, or of another shape.
        """
        if name not in self.tensors:
            raise ValueError(f"{name} is missing")
        tensor = self.tensors[name]
        if tensor.shape != shape:
            raise ValueError(f"{name} is {list(tensor.shape)}, wanted {list(shape)}")
        return tensor

    def single(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Return a tensor in single precision; see `take`."""
        return np.ascontiguousarray(self.take(name, *shape), dtype=np.float32)


def describe(
    architecture: Architecture, probe: Probe, file: str, tensors: Mapping[str, Mapping[str, Any]]
) -> str:
    """Write `native.json`.

    Args:
        architecture: of the network.
        probe: of its first tile.
        file: that holds the tensors.
        tensors: name: offset (bytes), shape, type ("float16" or "float32").
    """
    head = {
        "format": FORMAT,
        "architecture": asdict(architecture),
        "probe": asdict(probe),
        "weights": file,
    }
    lines = [f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in tensors.items()]
    return json.dumps(head)[:-1] + ',\n "tensors": {\n' + ",\n".join(lines) + "\n }\n}\n"


def read_native_weights(instrument: Instrument, file: str) -> NativeWeights:
    """Read `native.json` and the tensors that it names.

    Raises:
        InstrumentError: it does not read as one, or names what is not there.
    """
    path = instrument.path(file)
    try:
        description = json.loads(instrument.read(file))
        _check_head(description, instrument)
        content = instrument.read(description["weights"])
        return NativeWeights(
            architecture=_sizes(description["architecture"]),
            probe=_probe(description["probe"], instrument),
            tensors={
                str(name): _tensor(content, entry) for name, entry in description["tensors"].items()
            },
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InstrumentError(f"instrument file {path}: {one_reason(error)}") from error


def one_reason(error: Exception) -> str:
    """Say what is wrong with a file whose content was not what was expected."""
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)[:200]


def _check_head(description: Mapping[str, Any], instrument: Instrument) -> None:
    if description["format"] != FORMAT:
        raise ValueError(f"has format {description['format']!r}, this player reads {FORMAT}")
    if description["weights"] not in instrument.files:
        raise ValueError(f"takes weights from {description['weights']!r:.60}, which is not listed")


def _sizes(values: Mapping[str, Any]) -> Architecture:
    known = {field.name: field.default is MISSING for field in fields(Architecture)}
    required = {name for name, is_required in known.items() if is_required}
    if wrong := set(values) - set(known) | required - set(values):
        raise ValueError(f"missing or unknown sizes: {', '.join(sorted(map(str, wrong)))}")
    channels = tuple(values["channels"])
    sizes = [*channels, *(value for name, value in values.items() if name != "channels")]
    if not all(type(size) is int and 0 <= size <= _MOST_CHANNELS for size in sizes):
        raise ValueError(f"sizes are {sizes!r:.80}, wanted integers of 0 to {_MOST_CHANNELS}")
    if not 2 <= len(channels) <= _MOST_LEVELS or min(channels) < 1:
        raise ValueError(f"channels are {channels!r:.80}, wanted 2 to {_MOST_LEVELS} positive ones")
    return Architecture(**{**values, "channels": channels})


def _probe(values: Mapping[str, Any], instrument: Instrument) -> Probe:
    probe = Probe(
        latent=tuple(map(float, values["latent"])),
        pitch=int(values["pitch"]),
        velocity=float(values["velocity"]),
        places=tuple(map(int, values["places"])),
        values=tuple(map(float, values["values"])),
    )
    spec = instrument.spec
    size = spec.n_channels * instrument.tiles[0].n_frames * spec.n_bins
    if not probe.places or len(probe.places) != len(probe.values):
        raise ValueError(f"its probe has {len(probe.places)} places, {len(probe.values)} values")
    if not all(0 <= place < size for place in probe.places):
        raise ValueError(f"its probe looks beyond the {size} values of a first tile")
    return probe


def _tensor(content: bytes, entry: Mapping[str, Any]) -> NDArray[np.floating[Any]]:
    kind, shape, offset = _TYPES[entry["type"]], tuple(map(int, entry["shape"])), entry["offset"]
    count = int(np.prod(shape, dtype=np.int64))
    if min(shape, default=1) < 0 or offset < 0 or offset + count * kind.itemsize > len(content):
        raise ValueError(f"a tensor of shape {list(shape)} ends beyond its file")
    return np.frombuffer(content, kind, count, offset).reshape(shape)
