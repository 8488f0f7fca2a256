"""The bank: all presets by name, number, tag and neighbour; the user's own hide the factory's.

Presets that name a programme number have it; the others take the free numbers in the order of
their files. A file that is no preset is named and skipped.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from synth.control import presets
from synth.control.presets import Preset, file_stem, load_preset, preset_files, save_preset
from synth.errors import PresetError
from synth.parameters import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One preset of the bank."""

    program: int  # from 1
    preset: Preset
    path: Path
    is_factory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFile:
    """A file in the bank that is no preset."""

    path: Path
    reason: str


class PresetBank:
    """The presets of some folders; files are read again only where they have changed.

    Args:
        folders: earlier ones hide later ones, and the first is written to; None takes the user's
            and the factory's.
    """

    def __init__(self, folders: Sequence[Path] | None = None) -> None:
        self._folders = tuple(presets.preset_folders() if folders is None else folders)
        self._read: dict[Path, tuple[tuple[int, int], Preset | BadFile]] = {}

    # --- asking ----------------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """Return all presets by their numbers."""
        found = [
            (path, preset) for path, preset in self._files().items() if isinstance(preset, Preset)
        ]
        numbers = _number([preset.program for _, preset in found])
        listed = [
            Entry(program=number, preset=preset, path=path, is_factory=self._is_factory(path))
            for number, (path, preset) in zip(numbers, found, strict=True)
        ]
        return sorted(listed, key=lambda entry: entry.program)

    def bad_files(self) -> list[BadFile]:
        """Return the files that are no presets, and why."""
        return [bad for bad in self._files().values() if isinstance(bad, BadFile)]

    def names(self) -> list[str]:
        """Return the names of all presets by their numbers."""
        return [entry.preset.name for entry in self.entries()]

    def entry(self, name: str) -> Entry:
        """Find a preset by its name, or that of its file; case and punctuation do not matter.

        Raises:
            PresetError: there is none (the nearest is named), or its file is bad.
        """
        stem = file_stem(name)
        entries = self.entries()
        for entry in entries:
            if entry.path.stem == stem:
                return entry
        for entry in entries:
            if file_stem(entry.preset.name) == stem:
                return entry
        for bad in self.bad_files():
            if bad.path.stem == stem:
                raise PresetError(bad.reason)
        known = [entry.path.stem for entry in entries]
        hint = nearest(stem, known) or f"; there are: {', '.join(known) or 'none'}"
        raise PresetError(f"no preset {name!r}{hint}")

    def find(self, name: str) -> Preset:
        """Return a preset by its name; raises as `entry`."""
        return self.entry(name).preset

    def by_program(self, program: int) -> Preset | None:
        """Return the preset of a number, from 1; None where there is none."""
        return next((e.preset for e in self.entries() if e.program == program), None)

    def neighbour(self, name: str, step: int) -> Preset:
        """Return the preset so many steps after a name, round and round.

        Args:
            name: where to start; a name that is not there stands before the first.
            step: 1 the next, -1 the one before.

        Raises:
            PresetError: the bank is empty.
        """
        listed = [entry.preset for entry in self.entries()]
        if not listed:
            raise PresetError(f"there are no presets in {self._folders[0]}; save one first")
        names = [preset.name for preset in listed]
        if name in names:
            return listed[(names.index(name) + step) % len(listed)]
        return listed[0 if step > 0 else -1]

    def search(self, words: str) -> list[Entry]:
        """Return the presets in which every word occurs: in name, tags, description or timbres."""
        wanted = words.casefold().split()
        return [e for e in self.entries() if all(word in _text(e.preset) for word in wanted)]

    def draw(self, seed: int | None = None, words: str = "") -> Preset:
        """Return any preset, or any of those that a search finds.

        Raises:
            PresetError: there is none.
        """
        found = self.search(words)
        if not found:
            raise PresetError(f"no preset with {words!r}; run `gansynth presets list`")
        return random.Random(seed).choice(found).preset

    # --- changing --------------------------------------------------------------------------------

    def save(self, preset: Preset) -> Path:
        """Write a preset into the user's folder; it takes the place of one of that name there.

        Raises:
            PresetError: it cannot be written, or its name leaves no file name.
        """
        path = self._folders[0] / f"{file_stem(preset.name)}.toml"
        save_preset(preset, path)
        return path

    def rename(self, name: str, new_name: str) -> Path:
        """Give a preset another name; one of the factory's stays, and its copy gets the name.

        Raises:
            PresetError: there is none of the name, or one of the new name.
        """
        entry = self.entry(name)
        stem = file_stem(new_name)
        taken = [e for e in self.entries() if e.path != entry.path and e.path.stem == stem]
        if taken:
            raise PresetError(
                f"there is a preset {taken[0].preset.name!r} already; nothing is done"
            )
        path = self.save(replace(entry.preset, name=new_name))
        if not entry.is_factory and path != entry.path:
            entry.path.unlink(missing_ok=True)
        return path

    def tag(self, name: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Preset:
        """Add and remove tags.

        Raises:
            PresetError: no such preset, or it cannot be written.
        """
        entry = self.entry(name)
        removed = {tag.casefold() for tag in remove}
        kept = [tag for tag in entry.preset.tags if tag.casefold() not in removed]
        tags = tuple(dict.fromkeys([*kept, *add]))
        changed = replace(entry.preset, tags=tags)
        path = self._folders[0] / entry.path.name if entry.is_factory else entry.path
        save_preset(changed, path)
        return changed

    # --- below -----------------------------------------------------------------------------------

    def _files(self) -> dict[Path, Preset | BadFile]:
        paths = preset_files(self._folders).values()
        read = {path: self._read_once(path) for path in paths}
        self._read = {path: entry for path, entry in read.items() if entry is not None}
        return {path: preset for path, (_, preset) in self._read.items()}

    def _read_once(self, path: Path) -> tuple[tuple[int, int], Preset | BadFile] | None:
        try:
            stat = path.stat()
        except OSError:
            return None  # it went while we looked
        stamp = (stat.st_mtime_ns, stat.st_size)
        known = self._read.get(path)
        if known is not None and known[0] == stamp:
            return known
        try:
            return stamp, load_preset(path)
        except PresetError as err:
            return stamp, BadFile(path=path, reason=str(err))

    def _is_factory(self, path: Path) -> bool:
        return path.parent != self._folders[0]


def _number(wanted: Sequence[int | None]) -> list[int]:
    """Give everybody a number: the wanted ones first come first served, the others what is free."""
    taken: set[int] = set()
    numbers: list[int | None] = []
    for number in wanted:
        is_free = number is not None and number not in taken
        numbers.append(number if is_free else None)
        if number is not None:
            taken.add(number)
    free = (number for number in range(1, 2 * len(wanted) + 2) if number not in taken)
    return [next(free) if number is None else number for number in numbers]


def _text(preset: Preset) -> str:
    words = (preset.name, preset.description, *preset.tags, *preset.corners)
    return " ".join(words).casefold()
