"""What the sixteen parts are set to: the one place where MIDI, OSC and presets meet.

Every edge edits the player. It remembers values, turns the timbre pad into a latent, posts events
to the engine and tells its listeners what moved, so that a tablet follows the keyboard's wheel.
"""

import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError, PresetError
from synth.events import N_PARTS, Event, SetParameter, SetTimbre
from synth.parameters import PARAMETERS, Parameter, find_parameter
from synth.presets import Preset, fill_corners

Latent = NDArray[np.float32]  # [latent_size]
Post = Callable[[Event, int], None]  # event, sample offset into the next block

PAD_AXES = ("timbre/x", "timbre/y")
MAX_SEED = 2**31 - 1  # what a 32-bit OSC integer can carry back
_CORNER_SEEDS_APART = 1_000_003  # so that the corners of neighbouring seeds never meet


class Timbres(Protocol):
    """What the player needs to know of an instrument."""

    @property
    def timbre_names(self) -> Sequence[str]:
        """Names of the timbres."""

    def find_timbre(self, words: str) -> Latent:
        """Return the latent of a named timbre or of `seed:N`."""

    def pad_mix(self, corners: Sequence[Latent], x: float, y: float) -> Latent:
        """Mix four corners (bottom left, then clockwise) at a place of the pad, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What moved: the listener asks the player for the values."""

    part: int  # 0..15
    names: tuple[str, ...]  # of parameters
    source: object  # who moved it; None for nobody who should be spared the news
    seed: int | None = None  # of a random timbre


Listener = Callable[[Change], None]


@dataclass(slots=True, kw_only=True)
class _Part:
    """The state of one part."""

    preset: Preset
    corners: tuple[Latent, ...]  # the four latents of the pad
    values: dict[str, float]  # normalised, by parameter name
    homes: dict[str, float]  # the same, as the preset has them


class Player:
    """Sixteen parts, their presets and their edits.

    All methods may be called from any thread but the audio thread.

    Args:
        post: takes events, for example `Engine.post`.
        timbres: of the instrument that the engine plays.
    """

    def __init__(self, post: Post, timbres: Timbres) -> None:
        self._post = post
        self._timbres = timbres
        # Reentrant: a listener asks for values while it is told of a change.
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []
        self._main = {p.name: p.default_normalised for p in PARAMETERS if p.is_global}
        first = self._make_part(_first_preset(timbres.timbre_names))
        self._parts = [
            replace(first, values=dict(first.values), homes=dict(first.homes))
            for _ in range(N_PARTS)
        ]
        for part in range(N_PARTS):
            self._post_part(part)

    # --- asking ----------------------------------------------------------------------------------

    def value(self, name: str, part: int = 0) -> float:
        """Return a parameter's place on its way, 0..1.

        Raises:
            ConfigError: no such parameter.
        """
        parameter = find_parameter(name)
        with self._lock:
            return self._values(parameter, part)[name]

    def real(self, name: str, part: int = 0) -> float:
        """Return a parameter's real value, in its unit."""
        return find_parameter(name).to_real(self.value(name, part))

    def display(self, name: str, part: int = 0) -> str:
        """Return a parameter's value as a player reads it."""
        return find_parameter(name).display(self.value(name, part))

    def home(self, parameter: Parameter, part: int) -> float:
        """Return where the part's preset has a parameter, 0..1."""
        with self._lock:
            return self._parts[part].homes.get(parameter.name, parameter.default_normalised)

    def preset(self, part: int = 0) -> Preset:
        """Return the part as a preset: its name and corners, and every value as it now is."""
        with self._lock:
            state = self._parts[part]
            values = {name: find_parameter(name).to_real(v) for name, v in state.values.items()}
            return replace(state.preset, values=values)

    # --- playing ---------------------------------------------------------------------------------

    def handle(self, event: Event, sample_offset: int = 0, source: object = None) -> None:
        """Take an event of the outside: remember what it sets, and hand it on to the engine.

        Args:
            event: what happens.
            sample_offset: when, in samples from the start of the next block.
            source: who sent it.
        """
        if isinstance(event, SetParameter):
            self._set(event.part, {event.name: event.value}, source, sample_offset)
        else:
            self._post(event, sample_offset)

    # --- turning ---------------------------------------------------------------------------------

    def set_parameter(self, name: str, value: float, part: int = 0, source: object = None) -> None:
        """Set a parameter by its place on its way.

        Args:
            name: "group/name".
            value: 0..1; clipped.
            part: 0..15; parameters of `main` have no part.
            source: who moves it.

        Raises:
            ConfigError: no such parameter.
        """
        self._set(part, {name: value}, source)

    def set_pad(self, x: float, y: float, part: int = 0, source: object = None) -> None:
        """Go to a place on the timbre pad: x right, y up, 0..1."""
        self._set(part, {"timbre/x": x, "timbre/y": y}, source)

    def randomise(self, seed: int | None = None, part: int = 0) -> int:
        """Give a part a random timbre, and three more in the other corners of its pad.

        The pad goes to its bottom left corner, so that what sounds is `seed:N` itself.

        Args:
            seed: 0 or more; the same seed gives the same timbres. None draws one.
            part: 0..15.

        Returns:
            The seed.

        Raises:
            ConfigError: the seed is out of range.
        """
        if seed is None:
            seed = random.randrange(MAX_SEED + 1)
        if not 0 <= seed <= MAX_SEED:
            raise ConfigError(f"timbre seed {seed}: expected 0 to {MAX_SEED}")
        seeds = (seed + corner * _CORNER_SEEDS_APART for corner in range(4))
        words = fill_corners(f"seed:{number}" for number in seeds)
        corners = self._find_corners(words)
        with self._lock:
            state = self._parts[part]
            state.preset = replace(state.preset, name=f"Random {seed}", corners=words)
            state.corners = corners
            state.values.update(dict.fromkeys(PAD_AXES, 0.0))
            state.homes.update(dict.fromkeys(PAD_AXES, 0.0))
            self._post_timbre(part, 0)
            self._tell(Change(part=part, names=PAD_AXES, source=None, seed=seed))
        return seed

    def load(self, preset: Preset, parts: Iterable[int] = range(N_PARTS)) -> None:
        """Give parts a preset: its timbres, its values, and defaults for what it does not name.

        Raises:
            PresetError: the instrument has not the timbres of its corners; nothing has changed.
        """
        try:
            made = self._make_part(preset)
        except ConfigError as err:
            raise PresetError(f"preset {preset.name!r}: {err}") from err
        with self._lock:
            for part in parts:
                self._parts[part] = replace(made, values=dict(made.values), homes=dict(made.homes))
                self._post_part(part)
                self._tell(Change(part=part, names=tuple(made.values), source=None))

    # --- listening -------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> None:
        """Call a function after every change, on the thread that made it. It must not block."""
        with self._lock:
            self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        """Stop calling it."""
        with self._lock:
            self._listeners.remove(listener)

    # --- below -----------------------------------------------------------------------------------

    def _set(
        self, part: int, places: Mapping[str, float], source: object, sample_offset: int = 0
    ) -> None:
        parameters = [find_parameter(name) for name in places]
        with self._lock:
            for parameter in parameters:
                place = min(max(places[parameter.name], 0.0), 1.0)
                self._values(parameter, part)[parameter.name] = place
                if parameter.name not in PAD_AXES:
                    event = SetParameter(name=parameter.name, value=place, part=part)
                    self._post(event, sample_offset)
            if not places.keys().isdisjoint(PAD_AXES):
                self._post_timbre(part, sample_offset)
            self._tell(Change(part=part, names=tuple(places), source=source))

    def _values(self, parameter: Parameter, part: int) -> dict[str, float]:
        return self._main if parameter.is_global else self._parts[part].values

    def _tell(self, change: Change) -> None:
        for listener in self._listeners:
            listener(change)

    def _make_part(self, preset: Preset) -> _Part:
        homes = {p.name: p.default_normalised for p in PARAMETERS if not p.is_global}
        homes |= {n: find_parameter(n).to_normalised(real) for n, real in preset.values.items()}
        corners = self._find_corners(preset.corners)
        return _Part(preset=preset, corners=corners, values=dict(homes), homes=homes)

    def _find_corners(self, words: Sequence[str]) -> tuple[Latent, ...]:
        return tuple(self._timbres.find_timbre(word) for word in words)

    def _post_part(self, part: int) -> None:
        """Bring the engine to what a part is set to."""
        for name, value in self._parts[part].values.items():
            if name not in PAD_AXES:
                self._post(SetParameter(name=name, value=value, part=part), 0)
        self._post_timbre(part, 0)

    def _post_timbre(self, part: int, sample_offset: int) -> None:
        state = self._parts[part]
        x, y = (state.values[axis] for axis in PAD_AXES)
        latent = self._timbres.pad_mix(state.corners, x, y)
        self._post(SetTimbre(latent=tuple(map(float, latent)), part=part), sample_offset)


def timbre_preset(words: str) -> Preset:
    """Make a preset of one timbre (a name, or `seed:N`) in all corners."""
    return Preset(name=words, corners=fill_corners([words]))


def _first_preset(names: Sequence[str]) -> Preset:
    """Lay out the pad for a part that has no preset: names spread over the instrument's list."""
    if not names:
        return Preset(name="Random 0", corners=fill_corners(["seed:0"]))
    spread = [names[len(names) * corner // 4] for corner in range(4)]
    return Preset(name="Init", corners=fill_corners(spread))
