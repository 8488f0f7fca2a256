"""What the sixteen parts are set to: the one place where MIDI, OSC and presets meet.

Every edge edits the player. It remembers values, turns the timbre pad into a latent, posts events
to the engine and tells its listeners what moved, so that a tablet follows the keyboard's wheel.
"""

import contextlib
import logging
import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from synth.control.bank import PresetBank
from synth.control.change import Change, Listener
from synth.control.channels import CHANNEL, HEARING, OMNI, Ear, Ears, ears_of, let_go
from synth.control.history import History
from synth.control.midi_map import MidiMap
from synth.control.pad import Pad, Timbres, mutate, read_pad, with_corner, with_raw
from synth.control.part import (
    MACROS,
    MAX_SEED,
    PAD_AXES,
    PAD_PARAMETERS,
    Part,
    find_latent,
    first_preset,
    hearing_as,
    make_part,
    on_other_instrument,
    random_preset,
)
from synth.control.presets import Preset
from synth.control.tuning import EQUAL, Tuning
from synth.errors import ConfigError, PresetError
from synth.events import (
    N_PARTS,
    Event,
    PlayerEvent,
    SelectProgram,
    SetParameter,
    SetTimbre,
    SetTuning,
    TurnController,
)
from synth.parameters import PARAMETERS, Parameter, find_parameter

_log = logging.getLogger(__name__)

Post = Callable[[Event, int], None]  # event, sample offset into the next block

_UNHEARD = PAD_PARAMETERS.union(HEARING, [OMNI])  # that the engine has no use for
_GESTURES_OF_PLAYING = ("midi",)  # wheels and pedals are played, not edited: no steps to undo


class Player:
    """Sixteen parts, their presets and their edits.

    All methods may be called from any thread but the audio thread.

    Args:
        post: takes events, for example `Engine.post`.
        timbres: of the instrument that the engine plays.
        bank: of presets; None: the user's own and the factory's.
    """

    def __init__(self, post: Post, timbres: Timbres, bank: PresetBank | None = None) -> None:
        self._post = post
        self._timbres = timbres
        self.bank = PresetBank() if bank is None else bank
        self.midi_map = MidiMap()
        self.tuning: Tuning = EQUAL
        # Reentrant: a listener asks for values while it is told of a change.
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []
        self._ears: Ears | None = None  # who hears which channel; None: to be found out
        self._gesture: object = None  # of edits that belong together
        self._main = {p.name: p.default_normalised for p in PARAMETERS if p.is_global}
        first = make_part(first_preset(timbres.timbre_names), timbres)
        self._parts = [first] * N_PARTS
        self._histories = [History[Part]() for _ in range(N_PARTS)]
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
            values = self._main if parameter.is_global else self._parts[part].values
            return values[name]

    def real(self, name: str, part: int = 0) -> float:
        """Return a parameter's real value, in its unit."""
        return find_parameter(name).to_real(self.value(name, part))

    def display(self, name: str, part: int = 0) -> str:
        """Return a parameter's value as a player reads it; a macro's with its name."""
        shown = find_parameter(name).display(self.value(name, part))
        if name not in MACROS:
            return shown
        number = MACROS.index(name)
        macros = self._timbres.macros
        return f"{shown} {macros[number].name}" if number < len(macros) else "unused"

    def home(self, parameter: Parameter, part: int) -> float:
        """Return where the part's preset has a parameter, 0..1."""
        with self._lock:
            return self._parts[part].homes.get(parameter.name, parameter.default_normalised)

    def ears(self, channel: int) -> tuple[Ear, ...]:
        """Return the parts that hear a MIDI channel, 0..15."""
        with self._lock:
            if self._ears is None:
                self._ears = ears_of([part.values for part in self._parts], self._main)
            return self._ears[channel]

    def preset(self, part: int = 0) -> Preset:
        """Return the part as a preset: its timbres and every value as they now are."""
        return self._parts[part].as_preset()

    def corners(self, part: int = 0) -> tuple[str, ...]:
        """Return the words of the pad's corners: bottom left, then clockwise."""
        return self._parts[part].pad.words

    def latent(self, part: int = 0) -> tuple[float, ...]:
        """Return the point of the latent space that sounds, before the macros."""
        return tuple(map(float, self._parts[part].latent(self._timbres, with_macros=False)))

    @property
    def timbre_names(self) -> tuple[str, ...]:
        """Names of the instrument's timbres."""
        return tuple(self._timbres.timbre_names)

    @property
    def macro_names(self) -> tuple[str, ...]:
        """Names of the instrument's macros, the first for macro/1."""
        return tuple(macro.name for macro in self._timbres.macros)

    def is_b(self, part: int = 0) -> bool:
        """True while B of A and B sounds."""
        return self._histories[part].is_b

    # --- playing ---------------------------------------------------------------------------------

    def handle(self, event: PlayerEvent, sample_offset: int = 0, source: object = None) -> None:
        """Take an event of the outside: remember what it sets, and hand it on to the engine.

        Args:
            event: what happens.
            sample_offset: when, in samples from the start of the next block.
            source: who sent it.
        """
        if isinstance(event, SetParameter):
            self._set(event.part, {event.name: event.value}, source, sample_offset)
        elif isinstance(event, TurnController):
            turned = find_parameter(event.name)
            place = turned.from_controller(event.value, self.home(turned, event.part))
            self._set(event.part, {event.name: place}, source, sample_offset)
        elif isinstance(event, SelectProgram):
            self._select(event, sample_offset)
        elif isinstance(event, SetTuning):
            self.set_tuning(
                Tuning(name="MTS", cents_of_pitch=event.cents_of_pitch, is_live=event.is_live),
                source,
            )
        else:
            self._post(event, sample_offset)

    # --- turning ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def edit(self) -> Iterator[None]:
        """Take what is done inside as one edit: nobody else's comes between, one undo for all."""
        with self._lock:
            outer = self._gesture
            self._gesture = object() if outer is None else outer
            try:
                yield
            finally:
                self._gesture = outer

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

    def set_corner(self, corner: int, word: str, part: int = 0) -> str:
        """Give a corner of the pad a timbre.

        Args:
            corner: 0..3, from the bottom left clockwise.
            word: a timbre's name, `seed:N`, "random", or a preset's name.
            part: 0..15.

        Returns:
            The corner's name: for "random" the seed that was drawn.

        Raises:
            ConfigError: no such corner, or no timbre and no preset of that name.
        """
        if word.casefold() == "random":
            word = f"seed:{random.randrange(MAX_SEED + 1)}"
        latent, is_own = find_latent(word, self._timbres, self.bank)
        with self._lock:
            pad = with_corner(self._parts[part].pad, corner, word, latent, is_own=is_own)
            self._edit_pad(part, pad)
        return word

    def mutate(self, amount: float, part: int = 0, seed: int | None = None) -> int:
        """Turn the part's timbres towards random ones, 0 nothing .. 1 all the way.

        Returns:
            The seed, which makes the same mutation of the same timbres again.
        """
        if seed is None:
            seed = random.randrange(MAX_SEED - N_PARTS)
        with self._lock:
            self._edit_pad(part, mutate(self._parts[part].pad, amount, seed, self._timbres))
        return seed

    def set_latent(self, first: int, values: Sequence[float], part: int = 0) -> None:
        """Set numbers of the latent itself; it sounds in place of the pad until that moves.

        Args:
            first: place of the first value, from 0.
            values: any finite numbers.
            part: 0..15.

        Raises:
            ConfigError: there are not so many places.
        """
        with self._lock:
            state = self._parts[part]
            latent = state.latent(self._timbres, with_macros=False)
            pad = with_raw(state.pad, latent, first, values)
            self._edit_pad(part, pad, gesture="latent", addresses=())

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
        preset = random_preset(seed)
        pad = read_pad(preset, self._timbres)
        centred = dict.fromkeys(PAD_AXES, 0.0)
        with self._lock:
            state = self._parts[part]
            made = replace(
                state,
                preset=replace(state.preset, name=preset.name, program=None),
                pad=pad,
                values={**state.values, **centred},
                homes={**state.homes, **centred},
            )
            self._replace(part, made, None)
            self._post_timbre(part, 0)
            self._tell(Change(part=part, names=PAD_AXES, seed=seed, addresses=_PAD_NEWS))
        return seed

    # --- presets ---------------------------------------------------------------------------------

    def load(
        self, preset: Preset, parts: Iterable[int] = range(N_PARTS), sample_offset: int = 0
    ) -> None:
        """Give parts a preset: its timbres, its values, and defaults for what it does not name.

        Which keys and channel a part hears stays, where the preset does not name it.

        Raises:
            PresetError: the instrument has not the timbres of its corners; nothing has changed.
        """
        try:
            made = make_part(preset, self._timbres)
        except ConfigError as err:
            raise PresetError(f"preset {preset.name!r}: {err}") from err
        with self._lock:
            for part in parts:
                self._replace(part, hearing_as(self._parts[part], made), None)
                self._show(part, sample_offset)

    def save(self, name: str, part: int = 0) -> Path:
        """Write a part into the bank under a name, and call the part by it.

        Raises:
            PresetError: it cannot be written, or the name leaves no file name.
        """
        sound = self._parts[part].as_preset(with_hearing=False)
        path = self.bank.save(replace(sound, name=name, program=None))
        with self._lock:
            state = self._parts[part]
            self._parts[part] = replace(state, preset=replace(state.preset, name=name))
            self._tell(Change(part=part, addresses=("/preset/load",)))
        return path

    def step_preset(self, step: int, part: int = 0) -> str:
        """Load the bank's next preset (1) or the one before (-1); return its name.

        Raises:
            PresetError: the bank is empty, or the preset is not for this instrument.
        """
        preset = self.bank.neighbour(self._parts[part].preset.name, step)
        self.load(preset, [part])
        return preset.name

    # --- undoing ---------------------------------------------------------------------------------

    def undo(self, part: int = 0) -> bool:
        """Go back one edit of a part; False at the beginning."""
        return self._go(part, self._histories[part].undo)

    def redo(self, part: int = 0) -> bool:
        """Take the last undo back; False where there was none."""
        return self._go(part, self._histories[part].redo)

    def swap_ab(self, part: int = 0) -> bool:
        """Go from A to B or back: two versions of a part to compare. Returns true for B."""
        self._go(part, self._histories[part].swap)
        return self._histories[part].is_b

    def _go(self, part: int, step: Callable[[Part], Part | None]) -> bool:
        with self._lock:
            state = step(self._parts[part])
            if state is not None:
                self._put(part, state)
                self._show(part)
            return state is not None

    # --- what all parts share --------------------------------------------------------------------

    def set_tuning(self, tuning: Tuning, source: object = None) -> None:
        """Give the keys other pitches; sounding notes follow."""
        with self._lock:
            self.tuning = tuning
            self._post(tuning.event, 0)
            self._tell(Change(part=0, source=source, addresses=("/tuning/load",)))

    def main_values(self) -> dict[str, float]:
        """Return the real values of the parameters that all parts share."""
        return {name: self.real(name) for name in self._main}

    def play_on(self, post: Post, timbres: Timbres) -> None:
        """Play another instrument from now on: presets stay, as far as it has their timbres.

        Args:
            post: of the engine that plays it.
            timbres: of the instrument.
        """
        with self._lock:
            self._post, self._timbres = post, timbres
            for name, value in self._main.items():
                self._post(SetParameter(name=name, value=value, part=0), 0)
            self._post(self.tuning.event, 0)
            for part, state in enumerate(self._parts):
                self._parts[part] = on_other_instrument(state, timbres)
                self._histories[part] = History()  # older states hold the other's latents
                self._show(part)

    # --- listening -------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> None:
        """Call a function after every change, on the thread that made it. It must not block."""
        with self._lock:
            self._listeners = [*self._listeners, listener]

    def unlisten(self, listener: Listener) -> None:
        """Stop calling it."""
        with self._lock:
            self._listeners = [other for other in self._listeners if other != listener]

    def tell(self, part: int, addresses: tuple[str, ...]) -> None:
        """Tell the listeners what somebody else has changed (MIDI learn)."""
        with self._lock:
            self._tell(Change(part=part, addresses=addresses))

    # --- below -----------------------------------------------------------------------------------

    def _select(self, event: SelectProgram, sample_offset: int) -> None:
        """Load the preset of a number; a number without one, or one that does not fit, is left."""
        found = self.bank.by_program(event.program)
        if found is None:
            _log.info("program %d has no preset", event.program)
            return
        try:
            self.load(found, [event.part], sample_offset)
        except PresetError as err:
            _log.info("program %d: %s", event.program, err)

    def _set(
        self, part: int, places: Mapping[str, float], source: object, sample_offset: int = 0
    ) -> None:
        parameters = [find_parameter(name) for name in places]
        ways = {p.name: min(max(places[p.name], 0.0), 1.0) for p in parameters}
        with self._lock:
            state = self._parts[part]
            local = {p.name: ways[p.name] for p in parameters if not p.is_global}
            if local:
                moved = replace(state, values={**state.values, **local})
                if not local.keys().isdisjoint(PAD_AXES):
                    moved = replace(moved, pad=replace(state.pad, raw=None))
                self._replace(part, moved, (source, *local))
            for parameter in parameters:
                place = ways[parameter.name]
                if parameter.is_global:
                    before, self._main[parameter.name] = self._main[parameter.name], place
                    if parameter.name == OMNI and before != place:
                        self._hear(range(N_PARTS))
                if parameter.name not in _UNHEARD:
                    event = SetParameter(name=parameter.name, value=place, part=part)
                    self._post(event, sample_offset)
            if not PAD_PARAMETERS.isdisjoint(places):
                self._post_timbre(part, sample_offset)
            self._tell(Change(part=part, names=tuple(places), source=source))

    def _replace(self, part: int, state: Part, gesture: tuple[object, ...] | None) -> None:
        """Put a new state in place of a part's, and remember the old one."""
        if gesture is None or gesture[0] not in _GESTURES_OF_PLAYING:
            self._histories[part].remember(self._parts[part], self._gesture or gesture)
        self._put(part, state)

    def _put(self, part: int, state: Part) -> None:
        before, self._parts[part] = self._parts[part], state
        self._ears = None
        if before.values[CHANNEL] != state.values[CHANNEL]:
            self._hear([part])

    def _hear(self, parts: Iterable[int]) -> None:
        """Let parts hear another channel: what the old one held down is let go."""
        self._ears = None
        for part in parts:
            for event in let_go(part):
                self._post(event, 0)

    def _edit_pad(
        self,
        part: int,
        pad: Pad,
        gesture: str | None = None,
        addresses: tuple[str, ...] = ("/timbre/corner",),
    ) -> None:
        key = None if gesture is None else (None, gesture)
        self._replace(part, replace(self._parts[part], pad=pad), key)
        self._post_timbre(part, 0)
        self._tell(Change(part=part, addresses=addresses))

    def _show(self, part: int, sample_offset: int = 0) -> None:
        """Bring engine and listeners to a part that has been exchanged as a whole."""
        self._post_part(part, sample_offset)
        self._tell(Change(part=part, names=tuple(self._parts[part].values), addresses=_PART_NEWS))

    def _tell(self, change: Change) -> None:
        for listener in self._listeners:
            listener(change)

    def _post_part(self, part: int, sample_offset: int = 0) -> None:
        """Bring the engine to what a part is set to."""
        for name, value in self._parts[part].values.items():
            if name not in _UNHEARD:
                event = SetParameter(name=name, value=value, part=part)
                self._post(event, sample_offset)
        self._post_timbre(part, sample_offset)

    def _post_timbre(self, part: int, sample_offset: int) -> None:
        latent = self._parts[part].latent(self._timbres)
        self._post(SetTimbre(latent=tuple(map(float, latent)), part=part), sample_offset)


_PAD_NEWS = ("/timbre/corner", "/preset/load")
_PART_NEWS = (*_PAD_NEWS, "/ab")
