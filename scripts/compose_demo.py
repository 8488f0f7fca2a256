"""Write presets/songs/demo.mid: the song of `scripts/play --demo`.

The harp plays the first bars of J. S. Bach's prelude in C (BWV 846, in the public domain) with the
pedal, a cello holds its bass, and a flute sings a line of our own above. Run it after a change and
commit the file it writes.
"""

import sys
from itertools import pairwise
from pathlib import Path

import mido

TICKS_PER_BEAT = 480
BAR = 4 * TICKS_PER_BEAT
SIXTEENTH = TICKS_PER_BEAT // 4
BEATS_PER_MINUTE = 84

# One chord a bar, from the bass up; the harp plays 1 2 3 4 5 3 4 5, twice.
HARP = (
    (60, 64, 67, 72, 76),
    (60, 62, 69, 74, 77),
    (59, 62, 67, 74, 77),
    (60, 64, 67, 72, 76),
    (60, 64, 69, 76, 81),
    (60, 62, 66, 69, 74),
    (59, 62, 67, 74, 79),
    (59, 60, 64, 67, 72),
    (57, 60, 64, 67, 72),
    (50, 57, 62, 66, 72),
    (55, 59, 62, 67, 71),
)
LAST_CHORD = (48, 55, 60, 64, 72)
FIGURE = (0, 1, 2, 3, 4, 2, 3, 4) * 2
CELLO = (48, 48, 47, 48, 48, 48, 47, 47, 45, 38, 43, 36)

# Each note: bar, beat, how many beats, pitch.
FLUTE = (
    (2, 0, 4, 74),
    (3, 0, 3, 76),
    (3, 3, 1, 79),
    (4, 0, 3, 81),
    (4, 3, 1, 76),
    (5, 0, 2, 78),
    (5, 2, 2, 81),
    (6, 0, 3, 79),
    (6, 3, 1, 74),
    (7, 0, 2, 76),
    (7, 2, 2, 79),
    (8, 0, 3, 76),
    (8, 3, 1, 72),
    (9, 0, 2, 74),
    (9, 2, 2, 78),
    (10, 0, 2, 79),
    (10, 2, 2, 77),
    (11, 0, 4, 76),
)

# Events are (tick, message); messages at one tick keep the order in which they were made.
Events = list[tuple[int, mido.Message]]


def main() -> None:
    """Compose the song and write it to the path given, or to where it ships."""
    shipped = Path(__file__).resolve().parents[1] / "presets" / "songs" / "demo.mid"
    compose().save(sys.argv[1] if len(sys.argv) > 1 else shipped)


def compose() -> mido.MidiFile:
    """Return the song: a tempo track and one track for each of the three parts."""
    song = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT)
    tempo = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(BEATS_PER_MINUTE))])
    song.tracks.append(tempo)
    for name, channel, program, events in (
        ("harp", 0, 46, _harp()),
        ("cello", 1, 42, _cello()),
        ("flute", 2, 73, _flute()),
    ):
        song.tracks.append(track(name, channel, program, events))
    return song


def _harp() -> Events:
    events: Events = []
    for bar, chord in enumerate(HARP):
        # The pedal is lifted for a moment at every bar line, as a pianist does.
        events.append((bar * BAR, mido.Message("control_change", control=64, value=127)))
        events.append((bar * BAR + BAR - 20, mido.Message("control_change", control=64, value=0)))
        for step, tone in enumerate(FIGURE):
            accent = {0: 14, 8: 8}.get(step, 0)
            velocity = 48 + 3 * bar + accent + 2 * tone
            events += note(bar * BAR + step * SIXTEENTH, SIXTEENTH, chord[tone], velocity)
    last_bar = len(HARP) * BAR
    for tone, pitch in enumerate(LAST_CHORD):
        start = last_bar + tone * SIXTEENTH // 2
        events += note(start, last_bar + BAR - start, pitch, 84 - 6 * tone)
    return events


def _cello() -> Events:
    events: Events = []
    for bar, pitch in enumerate(CELLO):
        events += note(bar * BAR, BAR - 10, pitch, 52 + 3 * bar)
    return events


def _flute() -> Events:
    events: Events = []
    for bar, beat, n_beats, pitch in FLUTE:
        start = bar * BAR + beat * TICKS_PER_BEAT
        velocity = 60 + 4 * bar - (12 if beat else 0)
        events += note(start, n_beats * TICKS_PER_BEAT - 20, pitch, velocity)
    return events


def note(start: int, n_ticks: int, pitch: int, velocity: int) -> Events:
    """Return a note's beginning and end."""
    return [
        (start, mido.Message("note_on", note=pitch, velocity=velocity)),
        (start + n_ticks, mido.Message("note_off", note=pitch, velocity=64)),
    ]


def track(name: str, channel: int, program: int, events: Events) -> mido.MidiTrack:
    """Lay events out as a track that first chooses its programme (from 0)."""
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    track.append(mido.Message("program_change", channel=channel, program=program))
    ordered = sorted(events, key=lambda event: event[0])
    ticks = [0, *(tick for tick, _ in ordered)]
    for (before, tick), (_, message) in zip(pairwise(ticks), ordered, strict=True):
        track.append(message.copy(channel=channel, time=tick - before))
    return track


if __name__ == "__main__":
    main()
