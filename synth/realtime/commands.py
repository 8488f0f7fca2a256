"""Carry out what the control side asked for, each at its sample.

The ring is read in order; a command whose time has not come ends the quantum there, so that the
next one begins with it. A command that comes late takes effect at once.
"""

import math
from typing import Any

from synth.realtime import queue
from synth.realtime.envelope import attack_step, fall_factor
from synth.realtime.kernel import realtime
from synth.realtime.reverb import set_damping, set_size
from synth.realtime.state import (
    command_ends_of,
    commands_of,
    engine_of,
    parts_of,
    reverb_of,
    voices_of,
)
from synth.realtime.touch import move_sostenuto, press_key, retune
from synth.realtime.voices import (
    FREE,
    aim_at,
    move_pedal,
    release_all,
    release_note,
    silence_all,
    start_note,
)

# Values of a part (SET_PART).
VOLUME, EXPRESSION, PAN, BEND, ATTACK_S, DECAY_S, SUSTAIN_LEVEL, RELEASE_S = range(8)
GLIDE_S, PRESSURE, PRESSURE_DEPTH, SEND = range(8, 12)
VIBRATO_HZ, VIBRATO_DEPTH, VIBRATO_DELAY_S = range(12, 15)
# Values of the room (SET_ROOM).
ROOM_SIZE_S, ROOM_DAMPING = range(2)
# Expressions of a note (EXPRESS).
NOTE_BEND, NOTE_VOLUME, NOTE_PAN, NOTE_TIMBRE, NOTE_PRESSURE = range(5)


@realtime
def apply_commands(state: Any, n: int) -> int:
    """Apply all commands that are due and count the samples until the next one, at most n.

    Thread: audio.
    """
    engine = engine_of(state)
    commands, ends = commands_of(state), command_ends_of(state)
    while ends[queue.HEAD] < engine.n_commands_seen:
        command = commands[ends[queue.HEAD] & (commands.shape[0] - 1)]
        if command.time > engine.clock:
            return min(n, command.time - engine.clock)
        _apply(state, command)
        queue.drop_first(ends)
    return n


@realtime
def _apply(state: Any, command: Any) -> None:
    kind = command.kind
    if kind == queue.START:
        start_note(state, command)
    elif kind == queue.RELEASE:
        release_note(state, command.part, command.note_id, command.key)
    elif kind == queue.PEDAL:
        move_pedal(state, command.part, command.value > 0.5)
    elif kind == queue.SET_PART:
        _set_part(state, command)
    elif kind == queue.EXPRESS:
        _express(state, command)
    elif kind == queue.RELEASE_ALL:
        release_all(state, command.part)
    elif kind == queue.SILENCE_ALL:
        silence_all(state, command.part)
    elif kind == queue.SET_MASTER:
        engine_of(state).master_target = command.value
    elif kind == queue.MORPH:
        aim_at(state, command.serial, command.slot, command.value)
    else:
        _apply_rare(state, command)


@realtime
def _apply_rare(state: Any, command: Any) -> None:
    kind = command.kind
    if kind == queue.SOSTENUTO:
        move_sostenuto(state, command.part, command.value > 0.5)
    elif kind == queue.RETUNE:
        retune(state, command.serial, command.ratio, command.pitch)
    elif kind == queue.PRESS_KEY:
        press_key(state, command.part, command.key, command.value)
    elif kind == queue.SET_ROOM and command.index == ROOM_SIZE_S:
        set_size(reverb_of(state), command.value, engine_of(state).sample_rate)
    elif kind == queue.SET_ROOM:
        set_damping(reverb_of(state), command.value)


@realtime
def _set_part(state: Any, command: Any) -> None:
    part = parts_of(state)[command.part]
    value = command.value
    sample_rate = engine_of(state).sample_rate
    index = command.index
    if index == VOLUME:
        part.volume = value
    elif index == EXPRESSION:
        part.expression = value
    elif index == PAN:
        part.pan_target = value
    elif index == BEND:
        part.bend_target = value
    elif index >= GLIDE_S:
        _set_part_manner(part, index, value)
    elif index == ATTACK_S:
        part.attack_step = attack_step(value, sample_rate)
    elif index == DECAY_S:
        part.decay_factor = fall_factor(value, sample_rate)
    elif index == SUSTAIN_LEVEL:
        part.sustain = value
    elif index == RELEASE_S:
        part.release_factor = fall_factor(value, sample_rate)


@realtime
def _set_part_manner(part: Any, index: int, value: float) -> None:
    if index == GLIDE_S:
        part.glide_s = value
    elif index == PRESSURE:
        part.pressure = value
    elif index == PRESSURE_DEPTH:
        part.pressure_depth = value
    elif index == SEND:
        part.send = value
    elif index == VIBRATO_HZ:
        part.vibrato_hz = value
    elif index == VIBRATO_DEPTH:
        part.vibrato_depth = value
    elif index == VIBRATO_DELAY_S:
        part.vibrato_delay_s = value


@realtime
def _express(state: Any, command: Any) -> None:
    if not math.isfinite(command.value):
        return
    voices = voices_of(state)
    for i in range(voices.shape[0]):
        voice = voices[i]
        is_meant = voice.note_id == command.note_id and voice.part == command.part
        if voice.state == FREE or not is_meant:
            continue
        if command.index == NOTE_BEND:
            voice.bend_target = command.value
        elif command.index == NOTE_VOLUME:
            voice.volume_target = command.value
        elif command.index == NOTE_PAN:
            voice.pan_target = command.value
        elif command.index == NOTE_TIMBRE:
            voice.timbre = command.value
        elif command.index == NOTE_PRESSURE:
            voice.pressure = command.value
