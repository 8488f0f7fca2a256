"""What the player was set to when it ended, and comes back to.

One JSON file in the user's state folder: a preset for each part (as the TOML of a preset file), the
shared values, the tuning, learned controllers and subscribers. While a state is being restored a
marker lies beside it; a start that finds the marker of one that never ended sets the state aside
and begins afresh, so that no state can keep the player from starting twice.
"""

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import platformdirs

from synth.control.player import Player
from synth.control.presets import format_preset, parse_preset
from synth.control.tuning import load_tuning
from synth.errors import PresetError, SynthError
from synth.events import N_PARTS
from synth.parameters import PARAMETERS_BY_NAME

STATE_VERSION = 1
SAVE_PERIOD_S = 10.0
_MAX_BYTES = 4_000_000
_MTS = "MTS"  # a tuning that came by MIDI has no file


def state_path() -> Path:
    """Return where the last state lies."""
    return Path(platformdirs.user_state_dir("gansynth-live", False)) / "last-state.json"


def collect_state(player: Player) -> dict[str, Any]:
    """Return everything that a player is set to, as plain values for JSON."""
    return {
        "version": STATE_VERSION,
        "main": player.main_values(),
        "parts": [format_preset(player.preset(part)) for part in range(N_PARTS)],
        "tuning": player.tuning.name,
        "learned": player.midi_map.to_list(),
    }


def apply_state(state: Any, player: Player, *, with_presets: bool = True) -> None:
    """Set a player to what `collect_state` returned.

    Args:
        state: from anywhere.
        player: whose instrument may be another one than before.
        with_presets: False leaves the parts as they are.

    Raises:
        SynthError: it is no state, or one of another instrument. Presets change all or none.
    """
    if not isinstance(state, Mapping) or state.get("version") != STATE_VERSION:
        raise PresetError(f"last state: expected one of version {STATE_VERSION}")
    texts, main, learned = state.get("parts"), state.get("main"), state.get("learned")
    if not isinstance(texts, list) or not isinstance(main, Mapping):
        raise PresetError("last state: expected parts and the values that they share")
    if len(texts) != N_PARTS or not all(isinstance(text, str) for text in texts):
        raise PresetError(f"last state: expected {N_PARTS} parts")
    presets = [parse_preset(text, f"last state of part {n}") for n, text in enumerate(texts, 1)]
    player.midi_map.load_list(learned if isinstance(learned, list) else [])
    if with_presets:
        for part, preset in enumerate(presets):
            player.load(preset, [part])
    for name, real in main.items():
        parameter = PARAMETERS_BY_NAME.get(name)
        if parameter is not None and parameter.is_global and isinstance(real, int | float):
            player.set_parameter(name, parameter.to_normalised(real))
    tuning = state.get("tuning")
    if isinstance(tuning, str) and tuning not in {player.tuning.name, _MTS}:
        player.set_tuning(load_tuning(tuning))


class LastState:
    """The file of one player.

    Args:
        path: of the state; None: no state is kept.
        tell: takes one line about a state that is set aside.
    """

    def __init__(self, path: Path | None, tell: Callable[[str], None]) -> None:
        self._path = path
        self._tell = tell
        self._kept = ""  # what we wrote last

    def restore(
        self, player: Player, *, with_presets: bool = True, instrument: str = ""
    ) -> Mapping[str, Any]:
        """Bring a player back to the last state, if there is one that can be used.

        Args:
            player: to set.
            with_presets: False leaves the parts as they are.
            instrument: name of the one that plays; the parts of another one's state are left out.

        Returns:
            The state, for what is not the player's; empty where there is none.
        """
        if self._path is None or not self._path.is_file():
            return {}
        if self._marker.exists():
            self._set_aside("the last start with it did not end well")
            return {}
        with contextlib.suppress(OSError):
            self._marker.touch()
        try:
            state = self._read()
            is_other = isinstance(state, Mapping) and state.get("instrument", "") != instrument
            apply_state(state, player, with_presets=with_presets and not is_other)
        except (SynthError, ValueError, OSError, RecursionError) as err:
            self._set_aside(" ".join(str(err).split()))
            return {}
        return dict(state)

    def settle(self) -> None:
        """Take the marker away: the start has ended, well or with an error that was told."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._marker.unlink(missing_ok=True)

    @contextlib.contextmanager
    def kept(self, player: Player, extra: Callable[[], Mapping[str, Any]]) -> Iterator[None]:
        """Write the state at the end, and now and then when it has changed: power may fail.

        Args:
            player: whose state.
            extra: returns what else belongs to it.
        """
        if self._path is None:
            yield
            return
        moved, ended = threading.Event(), threading.Event()

        def listen(_change: object) -> None:
            moved.set()

        def keep() -> None:
            while not ended.wait(SAVE_PERIOD_S):
                if moved.is_set():
                    moved.clear()
                    self.save(player, extra())

        keeper = threading.Thread(target=keep, name="last-state", daemon=True)
        player.listen(listen)
        keeper.start()
        try:
            yield
        finally:
            player.unlisten(listen)
            ended.set()
            keeper.join()
            # A busy disk may take a second, in which the process cannot even be killed. The end
            # does not wait for it: it is not power that fails now.
            self.save(player, extra(), is_durable=False)

    def save(
        self, player: Player, extra: Mapping[str, Any] | None = None, *, is_durable: bool = True
    ) -> None:
        """Write the state; where that cannot be done, say so and leave the old one.

        Args:
            player: whose.
            extra: what else belongs to it.
            is_durable: wait until the disk has it; False: whoever reads it has it at once, but it
                does not outlive a power failure in the next seconds.
        """
        if self._path is None:
            return
        text = json.dumps(collect_state(player) | dict(extra or {}), ensure_ascii=False, indent=1)
        if text == self._kept and self._path.exists():
            return
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                if is_durable:
                    os.fsync(file.fileno())
            part.replace(self._path)
            self._kept = text
        except OSError as err:
            with contextlib.suppress(OSError):
                part.unlink()
            self._tell(f"state: cannot write {self._path}: {err.strerror or err}")

    @property
    def _marker(self) -> Path:
        assert self._path is not None
        return self._path.with_suffix(".restoring")

    def _read(self) -> Any:
        assert self._path is not None
        if self._path.stat().st_size > _MAX_BYTES:
            raise PresetError(f"{self._path} is no state: larger than {_MAX_BYTES} bytes")
        return json.loads(self._path.read_text(encoding="utf-8"))

    def _set_aside(self, reason: str) -> None:
        assert self._path is not None
        aside = self._path.with_suffix(".bad.json")
        with contextlib.suppress(OSError):
            self._path.replace(aside)
            self._marker.unlink(missing_ok=True)
        self._tell(f"state: {reason}; it is set aside as {aside}, and factory sounds play")
