"""Which thread does which work."""

from __future__ import annotations

from dataclasses import dataclass

from synth.notes.generators import NoteGenerator, SharedGenerator


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What one thread may do, and with which sessions."""

    name: str
    generator: NoteGenerator
    does_onsets: bool = False  # first tiles of notes that were struck
    does_tiles: bool = False  # later ones that somebody waits for
    does_tiles_ahead: bool = False  # and those of sounding notes; then notes nobody has struck
    is_urgent: bool = False  # runs before the threads of other programs, where that is permitted
    is_background: bool = False  # yields the processor to the other threads
    shared: SharedGenerator | None = None  # whose first tiles it helps with when it is idle


def live_lanes(
    onsets: NoteGenerator, background: NoteGenerator, n_onset_threads: int = 1
) -> tuple[Lane, ...]:
    """Give first tiles threads of their own: a running call cannot be interrupted.

    Args:
        onsets: of first tiles.
        background: of all tiles.
        n_onset_threads: that make first tiles side by side.
    """
    shared = onsets if n_onset_threads > 1 and isinstance(onsets, SharedGenerator) else None
    return (
        *(
            Lane(
                name=f"onsets {number}",
                generator=onsets,
                does_onsets=True,
                is_urgent=True,
                shared=shared,
            )
            for number in range(n_onset_threads)
        ),
        Lane(
            name="tiles",
            generator=background,
            does_tiles=True,
            does_tiles_ahead=True,
            is_background=True,
        ),
    )


def offline_lanes(generator: NoteGenerator, n_threads: int) -> tuple[Lane, ...]:
    """Let every thread do everything, but keep the first one free for what is waited for.

    Args:
        generator: of all tiles; its calls run side by side.
        n_threads: at least 1.
    """
    return tuple(
        Lane(
            name=f"notes {number}",
            generator=generator,
            does_onsets=True,
            does_tiles=True,
            does_tiles_ahead=number > 0 or n_threads == 1,
        )
        for number in range(n_threads)
    )
