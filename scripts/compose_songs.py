"""Write the songs of presets/songs beside the demo: three pieces in the public domain.

* `gymnopedie.mid`: E. Satie, Gymnopédie no. 1 (1888), the first sixteen bars: chords under a
  pedal, soft velocities, and a melody whose timbre wanders over its pad.
* `greensleeves.mid`: English, 16th century: plucked chords, a flute that bends into its notes, and
  a choir for the refrain.
* `mountain-king.mid`: E. Grieg, In the Hall of the Mountain King (1875): from pianissimo to
  fortissimo, faster and faster, on layers of velocity.

Programme numbers are those of the factory bank. Run it after a change and commit what it writes;
`scripts/render_songs.py` makes the excerpts.
"""

import sys
from pathlib import Path

import mido
from compose_demo import TICKS_PER_BEAT, Events, note, track

EIGHTH = TICKS_PER_BEAT // 2
WALTZ = 3 * TICKS_PER_BEAT
BAR = 4 * TICKS_PER_BEAT
_BEND_UP = 8191

# A line is a row of (pitch, beats); no pitch is a rest.
Line = tuple[tuple[int | None, float], ...]

GYMNOPEDIE: Line = (
    *((None, 1), (78, 1), (81, 1), (79, 1), (78, 1), (73, 1), (71, 1), (73, 1), (74, 1), (69, 3)),
    (66, 12),
    *((None, 1), (78, 1), (81, 1), (79, 1), (78, 1), (73, 1), (71, 1), (73, 1), (74, 1), (69, 3)),
)
# Bass, and the chord on the second beat; the two bars alternate.
GYMNOPEDIE_CHORDS = ((43, (59, 62, 66)), (38, (57, 61, 66)))
GYMNOPEDIE_BARS = 16

GREENSLEEVES: Line = (
    *((72, 2), (74, 1), (76, 1.5), (78, 0.5), (76, 1), (74, 2), (71, 1)),
    *((67, 1.5), (69, 0.5), (71, 1), (72, 2), (69, 1), (69, 1.5), (68, 0.5), (69, 1)),
    *((71, 2), (68, 1), (64, 2), (69, 1)),
    *((72, 2), (74, 1), (76, 1.5), (78, 0.5), (76, 1), (74, 2), (71, 1)),
    *((67, 1.5), (69, 0.5), (71, 1), (72, 1.5), (71, 0.5), (69, 1)),
    *((68, 1.5), (66, 0.5), (68, 1), (69, 6)),
)
GREENSLEEVES_REFRAIN: Line = (
    *((79, 3), (79, 1.5), (78, 0.5), (76, 1), (74, 2), (71, 1)),
    *((67, 1.5), (69, 0.5), (71, 1), (72, 2), (69, 1), (69, 1.5), (68, 0.5), (69, 1)),
    *((71, 2), (68, 1), (64, 3)),
    *((79, 3), (79, 1.5), (78, 0.5), (76, 1), (74, 2), (71, 1)),
    *((67, 1.5), (69, 0.5), (71, 1), (72, 1.5), (71, 0.5), (69, 1)),
    *((68, 1.5), (66, 0.5), (68, 1), (69, 6)),
)
A_MINOR, C_MAJOR, G_MAJOR = (45, 52, 57, 60), (48, 55, 60, 64), (43, 50, 55, 59)
F_MAJOR, E_MAJOR = (41, 48, 53, 57), (40, 47, 52, 56)
# One chord a bar.
GREENSLEEVES_CHORDS = (
    *(A_MINOR, A_MINOR, G_MAJOR, G_MAJOR, A_MINOR, F_MAJOR, E_MAJOR, E_MAJOR),
    *(A_MINOR, A_MINOR, G_MAJOR, G_MAJOR, A_MINOR, E_MAJOR, A_MINOR, A_MINOR),
)
REFRAIN_CHORDS = (
    *(C_MAJOR, C_MAJOR, G_MAJOR, G_MAJOR, A_MINOR, F_MAJOR, E_MAJOR, E_MAJOR),
    *(C_MAJOR, C_MAJOR, G_MAJOR, G_MAJOR, A_MINOR, E_MAJOR, A_MINOR, A_MINOR),
)

KING: Line = (
    *((47, 0.5), (49, 0.5), (50, 0.5), (52, 0.5), (54, 0.5), (50, 0.5), (54, 1)),
    *((53, 0.5), (49, 0.5), (53, 1), (52, 0.5), (48, 0.5), (52, 1)),
    *((47, 0.5), (49, 0.5), (50, 0.5), (52, 0.5), (54, 0.5), (50, 0.5), (54, 0.5), (59, 0.5)),
    *((57, 0.5), (54, 0.5), (50, 0.5), (54, 0.5), (57, 2)),
)
KING_ABOVE: Line = (
    *((54, 0.5), (56, 0.5), (58, 0.5), (59, 0.5), (61, 0.5), (58, 0.5), (61, 1)),
    *((62, 0.5), (58, 0.5), (62, 1), (61, 0.5), (58, 0.5), (61, 1)),
    *((54, 0.5), (56, 0.5), (58, 0.5), (59, 0.5), (61, 0.5), (58, 0.5), (61, 1)),
    *((62, 0.5), (58, 0.5), (62, 1), (61, 2)),
)
# Which line, how many octaves up, beats a minute and velocity: four bars each.
KING_PHRASES = (
    (KING, 0, 112, 44),
    (KING_ABOVE, 0, 120, 62),
    (KING, 0, 132, 78),
    (KING_ABOVE, 1, 148, 92),
    (KING, 1, 168, 108),
    (KING, 1, 190, 122),
)
B_MINOR, F_SHARP = (35, (59, 62, 66)), (30, (58, 61, 66))


def main() -> None:
    """Compose the songs into the folder given, or to where they ship."""
    shipped = Path(__file__).resolve().parents[1] / "presets" / "songs"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else shipped
    for name, compose in SONGS.items():
        compose().save(folder / f"{name}.mid")


def gymnopedie() -> mido.MidiFile:
    """Compose the piece by Satie."""
    chords: Events = []
    for bar in range(GYMNOPEDIE_BARS):
        bass, chord = GYMNOPEDIE_CHORDS[bar % 2]
        start = bar * WALTZ
        chords += _pedal(start, WALTZ)
        chords += note(start, WALTZ - 30, bass, 64)
        for pitch in chord:
            chords += note(start + TICKS_PER_BEAT, 2 * TICKS_PER_BEAT - 30, pitch, 52)
    first = 4 * WALTZ
    melody = _line(GYMNOPEDIE, first, velocity=62)
    # While its longest note is held, the melody goes once around the pad.
    held = first + 12 * TICKS_PER_BEAT
    melody += _sweep(1, held, 9 * TICKS_PER_BEAT, (0, 110, 110, 0))
    melody += _sweep(74, held, 9 * TICKS_PER_BEAT, (64, 70, 110, 64))
    return _song(72, ("piano", 0, 5, chords), ("melody", 1, 97, melody))


def greensleeves() -> mido.MidiFile:
    """Compose the English tune: verse and refrain."""
    n_verse = len(GREENSLEEVES_CHORDS) * WALTZ
    harp: Events = []
    for bar, chord in enumerate((*GREENSLEEVES_CHORDS, *REFRAIN_CHORDS)):
        harp += _pedal(bar * WALTZ, WALTZ)
        for step, tone in enumerate((0, 1, 2, 3, 2, 1)):
            start = bar * WALTZ + step * EIGHTH
            harp += note(start, EIGHTH, chord[tone], 66 - 4 * step + bar // 2)
    flute = _line(GREENSLEEVES, 0, velocity=78)
    # Every long note is reached from below, as a flute is breathed into.
    for start, pitch, n_beats in _notes(GREENSLEEVES, 0):
        if n_beats >= 2 and pitch is not None:
            flute += _bend(start, TICKS_PER_BEAT // 2, -2600)
    choir: Events = []
    for bar, chord in enumerate(REFRAIN_CHORDS):
        for pitch in chord[1:]:
            choir += note(n_verse + bar * WALTZ, WALTZ - 20, pitch, 50 + bar)
    violin = _line(GREENSLEEVES_REFRAIN, n_verse, velocity=92)
    violin += _bend(n_verse, TICKS_PER_BEAT, -4096)
    return _song(
        138,
        ("harp", 0, 47, harp),
        ("flute", 1, 74, flute),
        ("choir", 2, 53, choir),
        ("violin", 3, 41, violin),
    )


def mountain_king() -> mido.MidiFile:
    """Compose the piece by Grieg: six phrases, each faster and louder than the one before."""
    low, high, chords, tempi = [], [], [], []
    for number, (line, octaves, beats_per_minute, velocity) in enumerate(KING_PHRASES):
        start = number * 4 * BAR
        tempi.append((start, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(beats_per_minute))))
        low += _line(line, start, velocity=velocity, length=0.6)
        if octaves:
            high += _line(line, start, velocity=velocity, length=0.6, semitones=12 * octaves)
        bass, chord = F_SHARP if line is KING_ABOVE else B_MINOR
        for beat in range(16):
            place = start + beat * TICKS_PER_BEAT
            chords += note(place, EIGHTH - 20, bass + 12 * (beat % 2), velocity)
            for pitch in chord:
                chords += note(place + EIGHTH, EIGHTH - 40, pitch, max(20, velocity - 14))
    end = len(KING_PHRASES) * 4 * BAR
    for pitch in (35, 47, 54, 59, 62, 66, 71):
        chords += note(end, TICKS_PER_BEAT, pitch, 127)
        low += note(end, TICKS_PER_BEAT, pitch - 12 if pitch > 47 else pitch, 120)
    low += _sweep(1, 0, end, (0, 20, 64, 110))
    return _song(
        tempi,
        ("bassoon", 0, 71, low),
        ("brass", 1, 62, high),
        ("pizzicato", 2, 46, chords),
    )


def _song(tempo: float | Events, *parts: tuple[str, int, int, Events]) -> mido.MidiFile:
    """Lay parts (name, channel, number of the preset from 1, events) out as a MIDI file."""
    song = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT)
    if not isinstance(tempo, list):
        tempo = [(0, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)))]
    tempi, now = mido.MidiTrack(), 0
    for tick, message in tempo:
        tempi.append(message.copy(time=tick - now))
        now = tick
    song.tracks.append(tempi)
    for name, channel, program, events in parts:
        song.tracks.append(track(name, channel, program - 1, events))
    return song


def _notes(line: Line, start: int) -> list[tuple[int, int | None, float]]:
    """Return (tick, pitch, beats) of a line's notes and rests."""
    placed = []
    for pitch, n_beats in line:
        placed.append((start, pitch, n_beats))
        start += round(n_beats * TICKS_PER_BEAT)
    return placed


def _line(
    line: Line, start: int, *, velocity: int, length: float = 0.97, semitones: int = 0
) -> Events:
    """Play a line; what falls on a beat is a little stronger."""
    events: Events = []
    for tick, pitch, n_beats in _notes(line, start):
        if pitch is not None:
            accent = 5 if (tick - start) % TICKS_PER_BEAT == 0 else 0
            n_ticks = round(length * n_beats * TICKS_PER_BEAT)
            events += note(tick, n_ticks, pitch + semitones, min(127, velocity + accent))
    return events


def _pedal(start: int, n_ticks: int) -> Events:
    return [
        (start, mido.Message("control_change", control=64, value=127)),
        (start + n_ticks - 20, mido.Message("control_change", control=64, value=0)),
    ]


def _bend(start: int, n_ticks: int, depth: int) -> Events:
    """Begin a note off its pitch and come home."""
    n_steps = 12
    steps = [
        (start + n_ticks * step // n_steps, depth * (n_steps - step) // n_steps)
        for step in range(n_steps + 1)
    ]
    return [
        (tick, mido.Message("pitchwheel", pitch=max(-_BEND_UP, min(value, _BEND_UP))))
        for tick, value in steps
    ]


def _sweep(control: int, start: int, n_ticks: int, values: tuple[int, ...]) -> Events:
    """Move a controller from value to value, in even times."""
    n_steps = 24 * (len(values) - 1)
    events: Events = []
    for step in range(n_steps + 1):
        place = step * (len(values) - 1) / n_steps
        below = min(int(place), len(values) - 2)
        value = values[below] + (values[below + 1] - values[below]) * (place - below)
        message = mido.Message("control_change", control=control, value=round(value))
        events.append((start + n_ticks * step // n_steps, message))
    return events


SONGS = {
    "gymnopedie": gymnopedie,
    "greensleeves": greensleeves,
    "mountain-king": mountain_king,
}


if __name__ == "__main__":
    main()
