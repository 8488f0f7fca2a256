"""Who sounds: starting, releasing, stealing and ending voices.

There are more voices in memory than the polyphony limit allows to play; a stolen voice moves to the
spare ones by fading out over some milliseconds while the new note already sounds (as in sfizz; a
voice that is cut at once clicks). Who is stolen: released before held by the pedal before held by a
key, the quiet and the old first, the lowest held key late, and a chord that was just struck last.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth.realtime.envelope import ATTACK, RELEASE, SUSTAIN
from synth.realtime.heads import NO_SLOT
from synth.realtime.kernel import realtime
from synth.realtime.layout import NO_PITCH
from synth.realtime.queue import POLY, TIED, push_retired
from synth.realtime.resample import N_BEFORE
from synth.realtime.state import (
    engine_of,
    geometry_of,
    heads_of,
    parts_of,
    retired_ends_of,
    retired_of,
    samples_of,
    voices_of,
)
from synth.realtime.tone import NEUTRAL, corner_factor

# States of a voice. WAITING: struck, its frames are not there yet. FADING: stolen or silenced.
FREE, WAITING, SOUNDING, FADING = range(4)

TIED_FIRST_HOP = 3  # a tied note begins behind its attack, 0.1 s in
NEVER = np.int64(2**62)
MINIMUM_NOTE_S = 0.02  # a key that is up before its note has begun still sounds as long as this
CHORD_S = 0.05  # notes struck within this time of each other are one chord
PATIENCE_S = 2.0  # a released note whose frames come even later is dropped
QUIET_PEAK = 1e-5  # -100 dB
QUIET_S = 0.5  # a voice that was inaudible for so long has ended


@realtime
def steal_priority(voice: Any, clock: int, sample_rate: float, lowest_key: float) -> float:
    """Rate how little a voice would be missed; the highest is stolen.

    Args:
        voice: record of VOICE_DTYPE, not free and not fading.
        clock: now, in output samples.
        sample_rate: Hz.
        lowest_key: the lowest key that is held.

    Thread: audio.
    """
    age_s = (clock - voice.struck_at) / sample_rate
    quietness_db = -20.0 * math.log10(max(voice.peak, QUIET_PEAK))
    priority = quietness_db + 10.0 * min(age_s, 10.0)
    if voice.is_held == 1:
        if voice.key <= lowest_key:
            priority -= 1000.0
    elif voice.is_pedalled == 1 or voice.is_sostenuto == 1:
        priority += 1000.0
    else:
        priority += 2000.0
    if age_s < CHORD_S:
        priority -= 5000.0
    return priority


@realtime
def choose_victim(voices: NDArray[Any], clock: int, sample_rate: float) -> int:
    """Find the voice to steal, or -1 where none is left that is not fading already.

    Thread: audio.
    """
    lowest_key = np.inf
    for i in range(voices.shape[0]):
        voice = voices[i]
        if voice.state != FREE and voice.is_held == 1 and voice.key < lowest_key:
            lowest_key = voice.key
    victim = -1
    highest = -np.inf
    for i in range(voices.shape[0]):
        voice = voices[i]
        if voice.state in (FREE, FADING):
            continue
        priority = steal_priority(voice, clock, sample_rate, lowest_key)
        if priority > highest:
            highest = priority
            victim = i
    return victim


@realtime
def start_note(state: Any, command: Any) -> None:
    """Give a struck note a voice, stealing one where the limit is reached.

    Thread: audio.
    """
    engine = engine_of(state)
    _release_same_key(state, command)
    if _count_playing(voices_of(state)) >= engine.n_polyphony:
        victim = choose_victim(voices_of(state), engine.clock, engine.sample_rate)
        if victim >= 0:
            fade_out(state, victim)
            engine.n_steals += 1
    i = _find_free(voices_of(state))
    if i < 0:
        i = _faintest(voices_of(state))
        end_voice(state, i)
        engine.n_cuts += 1
    voice = voices_of(state)[i]
    if not _is_any_key_down(voices_of(state), command.part):
        parts_of(state)[command.part].vibrato_age_s = 0.0
    _follow_note_before(state, voice, command)
    voice.state = WAITING
    voice.part = command.part
    voice.note_id = command.note_id
    voice.slot = command.slot
    voice.next_slot = NO_SLOT
    heads_of(state)[i, 1].slot = NO_SLOT
    voice.key = command.key
    voice.serial = command.serial
    voice.struck_at = engine.clock
    voice.started_at = NEVER
    voice.release_at = NEVER
    voice.is_held = 1
    voice.is_pedalled = 0
    voice.is_sostenuto = 0
    voice.fade = 1.0
    voice.velocity_gain = command.value
    voice.volume = 1.0
    voice.volume_target = 1.0
    voice.pan = 0.0
    voice.pan_target = 0.0
    voice.bend = 0.0
    voice.bend_target = 0.0
    voice.timbre = NEUTRAL
    voice.pressure = 0.0
    voice.corner = corner_factor(command.pitch, engine.sample_rate)
    voice.step = command.ratio
    voice.last_step = command.ratio
    _empty(state, i)


@realtime
def _is_any_key_down(voices: Any, part: int) -> bool:
    for i in range(voices.shape[0]):
        if voices[i].state != FREE and voices[i].part == part and voices[i].is_held == 1:
            return True
    return False


@realtime
def _empty(state: Any, i: int) -> None:
    """Forget what a voice has decoded and what its filters remember."""
    voice = voices_of(state)[i]
    voice.read = N_BEFORE
    voice.fraction = 0.0
    voice.written = N_BEFORE
    voice.n_hops = voice.first_hop
    voice.low = 0.0
    voice.shelf_db = 0.0
    voice.swell_db = 0.0
    voice.peak = 1.0
    voice.n_quiet = 0
    samples_of(state)[i, :N_BEFORE] = 0.0


@realtime
def _follow_note_before(state: Any, voice: Any, command: Any) -> None:
    """Begin at the pitch, and if tied in the middle, of the note that the part played before."""
    engine, part = engine_of(state), parts_of(state)[command.part]
    before = _newest(voices_of(state), command.part)
    start = part.last_pitch
    if before >= 0:
        start = voices_of(state)[before].pitch + voices_of(state)[before].glide
    is_tied = command.index == TIED and before >= 0 and voices_of(state)[before].is_held == 1
    voice.stage = ATTACK
    voice.level = 0.0
    voice.entry = 1.0
    voice.first_hop = 0
    if is_tied:
        voice.stage = min(voices_of(state)[before].stage, SUSTAIN)
        voice.level = voices_of(state)[before].level
        voice.entry = 0.0
        voice.first_hop = min(TIED_FIRST_HOP, geometry_of(state).n_onset_hops - 1)
    voice.glide = 0.0
    voice.glide_step = 0.0
    slides = part.glide_s > 0.0 and start != NO_PITCH
    if slides and (is_tied or command.index != TIED):
        voice.glide = start - command.pitch
        voice.glide_step = -voice.glide / max(1.0, part.glide_s * engine.sample_rate)
    voice.pitch = command.pitch
    voice.way = command.index
    part.last_pitch = command.pitch
    if command.index != POLY:
        _give_up_waiting(state, command.part)


@realtime
def _newest(voices: NDArray[Any], part: int) -> int:
    """Find the voice of a part that began last and is not fading, or -1."""
    newest = -1
    for i in range(voices.shape[0]):
        voice = voices[i]
        if voice.state != SOUNDING or voice.part != part:
            continue
        if newest < 0 or voice.serial > voices[newest].serial:
            newest = i
    return newest


@realtime
def _give_up_waiting(state: Any, part: int) -> None:
    """End what a part that plays one note at a time was about to play."""
    voices = voices_of(state)
    for i in range(voices.shape[0]):
        if voices[i].state == WAITING and voices[i].part == part:
            end_voice(state, i)


@realtime
def is_sounding(voice: Any) -> bool:
    """Say whether a voice is in the mix.

    Thread: audio.
    """
    return voice.state in (SOUNDING, FADING)


@realtime
def begin_sound(state: Any, i: int) -> None:
    """Let a waiting voice sound from now on: its frames are there.

    A key that went up before this moment is released after the time that it was held, so a late
    note is as long as it was played.

    Thread: audio.
    """
    engine = engine_of(state)
    voice = voices_of(state)[i]
    voice.state = SOUNDING
    voice.started_at = engine.clock
    voice.volume = voice.volume_target
    voice.pan = voice.pan_target
    voice.bend = voice.bend_target
    if voice.way != POLY:
        _silence_others(state, i)
    if voice.release_at != NEVER:
        n_minimum = int(MINIMUM_NOTE_S * engine.sample_rate)
        voice.release_at = engine.clock + max(n_minimum, voice.release_at - voice.struck_at)


@realtime
def _silence_others(state: Any, i: int) -> None:
    """Fade out what else a part plays that plays one note at a time."""
    voices = voices_of(state)
    for j in range(voices.shape[0]):
        if j != i and voices[j].state == SOUNDING and voices[j].part == voices[i].part:
            fade_out(state, j)


@realtime
def release_note(state: Any, part: int, note_id: int, key: float) -> None:
    """Let go of one key: the oldest held note of that id, or without an id of that pitch.

    Thread: audio.
    """
    found = -1
    voices = voices_of(state)
    for i in range(voices.shape[0]):
        voice = voices[i]
        if voice.state == FREE or voice.is_held == 0 or voice.part != part:
            continue
        is_named = voice.note_id == note_id if note_id >= 0 else voice.key == key
        if is_named and (found < 0 or voice.serial < voices[found].serial):
            found = i
    if found >= 0:
        let_go(state, found, parts_of(state)[part].is_pedal_down == 1)


@realtime
def let_go(state: Any, i: int, is_pedal_down: bool) -> None:
    """Lift the key of a voice; the pedal may hold it further.

    Thread: audio.
    """
    voice = voices_of(state)[i]
    voice.is_held = 0
    if is_pedal_down:
        voice.is_pedalled = 1
    elif voice.is_sostenuto == 0:
        schedule_release(state, i)


@realtime
def schedule_release(state: Any, i: int) -> None:
    """Release a voice now, or once it has sounded for a moment.

    Thread: audio.
    """
    engine = engine_of(state)
    voice = voices_of(state)[i]
    voice.is_held = 0
    voice.is_pedalled = 0
    voice.is_sostenuto = 0
    if voice.release_at == NEVER:
        voice.release_at = engine.clock
        if voice.state == SOUNDING:
            n_minimum = int(MINIMUM_NOTE_S * engine.sample_rate)
            voice.release_at = max(engine.clock, voice.started_at + n_minimum)


@realtime
def move_pedal(state: Any, part: int, is_down: bool) -> None:
    """Press or lift the pedal of a part; lifting releases what it held.

    Thread: audio.
    """
    parts_of(state)[part].is_pedal_down = 1 if is_down else 0
    if is_down:
        return
    voices = voices_of(state)
    for i in range(voices.shape[0]):
        voice = voices[i]
        if voice.state != FREE and voice.part == part and voice.is_pedalled == 1:
            voice.is_pedalled = 0
            if voice.is_sostenuto == 0:
                schedule_release(state, i)


@realtime
def release_all(state: Any, part: int) -> None:
    """Let go of every key of a part (-1: of all); a pedal that is down still holds.

    Thread: audio.
    """
    voices = voices_of(state)
    for i in range(voices.shape[0]):
        voice = voices[i]
        if voice.state != FREE and voice.is_held == 1 and (part < 0 or voice.part == part):
            let_go(state, i, parts_of(state)[voice.part].is_pedal_down == 1)


@realtime
def silence_all(state: Any, part: int) -> None:
    """Fade every voice of a part (-1: of all) out at once; also what only waits for its frames.

    Thread: audio.
    """
    voices = voices_of(state)
    for i in range(voices.shape[0]):
        if voices[i].state != FREE and (part < 0 or voices[i].part == part):
            fade_out(state, i)


@realtime
def fade_out(state: Any, i: int) -> None:
    """Take a voice away without a click; one that has not sounded yet goes at once.

    Thread: audio.
    """
    voice = voices_of(state)[i]
    voice.is_held = 0
    voice.is_pedalled = 0
    if voice.state == WAITING:
        end_voice(state, i)
    elif voice.state == SOUNDING:
        voice.state = FADING


@realtime
def end_voice(state: Any, i: int) -> None:
    """Free a voice and send its slots back.

    Thread: audio.
    """
    voice = voices_of(state)[i]
    return_slot(state, voice.serial, voice.slot)
    return_slot(state, voice.serial, voice.next_slot)
    return_slot(state, voice.serial, heads_of(state)[i, 1].slot)
    voice.next_slot = NO_SLOT
    heads_of(state)[i, 1].slot = NO_SLOT
    voice.state = FREE
    voice.is_held = 0
    voice.is_pedalled = 0


@realtime
def return_slot(state: Any, serial: int, slot: int) -> None:
    """Send a slot back that a note does not play any more.

    Thread: audio.
    """
    if slot != NO_SLOT and not push_retired(
        retired_of(state), retired_ends_of(state), serial, slot
    ):
        engine_of(state).n_retire_full += 1


@realtime
def aim_at(state: Any, serial: int, slot: int, morph_s: float) -> None:
    """Let a note cross to the frames of another slot as soon as they are complete.

    The latest target wins; a note that has ended sends the slot back.

    Thread: audio.
    """
    voices = voices_of(state)
    for i in range(voices.shape[0]):
        voice = voices[i]
        if voice.state != FREE and voice.serial == serial:
            return_slot(state, serial, voice.next_slot)
            voice.next_slot = slot
            voice.morph_s = morph_s
            return
    return_slot(state, serial, slot)


@realtime
def next_release(voices: NDArray[Any], clock: int, limit: int) -> int:
    """Find how many samples may be mixed before a voice is to be released, at most `limit`.

    Thread: audio.
    """
    n = limit
    for i in range(voices.shape[0]):
        voice = voices[i]
        if voice.state == SOUNDING and voice.stage < RELEASE and voice.release_at > clock:
            n = min(n, voice.release_at - clock)
    return n


@realtime
def _release_same_key(state: Any, command: Any) -> None:
    # A key that is struck again sounds once, as on a piano. Notes with ids of their own may share
    # a pitch (OSC, MPE).
    voices = voices_of(state)
    for i in range(voices.shape[0]):
        voice = voices[i]
        if voice.state == FREE or voice.part != command.part or voice.key != command.key:
            continue
        if voice.note_id >= 0 and command.note_id >= 0 and voice.note_id != command.note_id:
            continue
        schedule_release(state, i)


@realtime
def _count_playing(voices: NDArray[Any]) -> int:
    n_playing = 0
    for i in range(voices.shape[0]):
        if voices[i].state == WAITING or voices[i].state == SOUNDING:
            n_playing += 1
    return n_playing


@realtime
def _find_free(voices: NDArray[Any]) -> int:
    for i in range(voices.shape[0]):
        if voices[i].state == FREE:
            return i
    return -1


@realtime
def _faintest(voices: NDArray[Any]) -> int:
    # All spare voices are fading: cut the one that is nearest to silence.
    faintest = 0
    for i in range(voices.shape[0]):
        if voices[i].fade * voices[i].peak < voices[faintest].fade * voices[faintest].peak:
            faintest = i
    return faintest
