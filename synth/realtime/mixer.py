"""Render blocks: commands in, voices mixed, block out.

`render_block` is the only way in, for the callback, the offline renderer and the tests alike. It
depends on its state alone. A block is cut into quanta at every event, so events are exact to the
sample; inside a quantum each voice is resampled from its decoded samples, shaped, placed and added.

Decoding is bounded: what a voice needs within the quantum is decoded first (at a note's start that
is a copy); the rest of the allowance decodes ahead, nearest deadline first, so the hops of a chord
that was struck at once spread over the quanta of half a hop.
"""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numba import carray, types
from numpy.typing import NDArray

from synth.realtime.choir import find_choir, is_at_rest, is_central, join_choir, sing
from synth.realtime.commands import apply_commands
from synth.realtime.envelope import ENDED, RELEASE, write_envelope
from synth.realtime.intake import digest_block, look
from synth.realtime.intrinsics import as_pointer
from synth.realtime.kernel import REORDERED, native, realtime
from synth.realtime.layout import QUANTUM
from synth.realtime.limiter import limit
from synth.realtime.resample import MAXIMUM_STEP, N_AFTER, choose_band, resample_block
from synth.realtime.reverb import add_reverb
from synth.realtime.state import (
    curves_of,
    diffusers_of,
    engine_of,
    filters_of,
    geometry_of,
    limiter_of,
    mix_of,
    mono_of,
    part_gains_of,
    part_ratios_of,
    parts_of,
    reverb_of,
    room_of,
    samples_of,
    seen_of,
    sends_of,
    state_at,
    steps_of,
    voices_of,
)
from synth.realtime.streams import append_hop, release_stream
from synth.realtime.tone import colour
from synth.realtime.vibrato import swing
from synth.realtime.voices import (
    FADING,
    FREE,
    PATIENCE_S,
    QUIET_PEAK,
    QUIET_S,
    SOUNDING,
    WAITING,
    begin_sound,
    end_voice,
    is_sounding,
    next_release,
)

SETTLED = 1e-6  # a smoothed value this near to its target is there
PEAK_FALL = 0.98  # per quantum of 64 samples: a voice's level is remembered for about 70 ms
LOUDEST = 1e6  # a sample above it is as broken as one that is no number


@lru_cache(maxsize=1)
def compile_render() -> Any:
    """Compile what `state.render` is the address of.

    Thread: control.
    """
    return native(_render, types.void(types.int64, types.int64, types.int64))


def _render(address: int, out: int, n_samples: int) -> None:
    render_block(carray(as_pointer(out), (n_samples, 2), np.float32), state_at(address))


@realtime
def render_block(out: NDArray[np.float32], state: Any) -> None:
    """Render the next samples of the engine.

    Args:
        out: [n_samples, 2]; overwritten whole, left and right in [-1, 1].
        state: the engine's arrays.

    Thread: audio.
    """
    engine = engine_of(state)
    look(state, out.shape[0])
    n_done = 0
    while n_done < out.shape[0]:
        n = apply_commands(state, min(QUANTUM, out.shape[0] - n_done))
        _wake_voices(state)
        n = next_release(voices_of(state), engine.clock, n)
        _mix_quantum(state, out[n_done : n_done + n])
        engine.clock += n
        n_done += n
    digest_block(state, out)


@realtime
def _wake_voices(state: Any) -> None:
    """Start the voices whose frames have come, release those whose time has come."""
    engine, voices, seen = engine_of(state), voices_of(state), seen_of(state)
    patience = int(PATIENCE_S * engine.sample_rate)
    for i in range(voices.shape[0]):
        voice = voices[i]
        if voice.state == WAITING:
            if seen[voice.slot] > 0:
                begin_sound(state, i)
            elif engine.clock - voice.release_at > patience:
                end_voice(state, i)
                engine.n_dropped += 1
        if voice.state == SOUNDING and voice.stage < RELEASE and engine.clock >= voice.release_at:
            voice.stage = RELEASE
            release_stream(state, i)


@realtime
def _mix_quantum(state: Any, out: NDArray[np.float32]) -> None:
    engine, voices = engine_of(state), voices_of(state)
    n = out.shape[0]
    mix = mix_of(state)[:, :n]
    mix[:, :] = np.float32(0.0)
    sends = sends_of(state)[:, :n]
    sends[:, :] = np.float32(0.0)
    _write_part_curves(state, n)
    engine.n_choirs = 0
    for i in range(voices.shape[0]):
        if is_sounding(voices[i]) and not _let_sing(state, i, n):
            _mix_voice(state, i, n)
    mono = mono_of(state)[0, :n]
    for c in range(engine.n_choirs):
        _add_central(state, sing(state, c, mono), mono)
    _decode_ahead(state, n)
    add_reverb(reverb_of(state), room_of(state), diffusers_of(state), sends, mix)
    master = curves_of(state)[0, :n]
    engine.master = _smooth(engine.master, engine.master_target, engine.smoothing, master)
    for i in range(n):
        mix[0, i] *= np.float32(master[i])
        mix[1, i] *= np.float32(master[i])
    limit(limiter_of(state), mix, out)


@realtime
def _write_part_curves(state: Any, n: int) -> None:
    """Write the gains and the pitch ratio of every part that sounds.

    A part that was silent takes new settings at once: a note that begins now begins with them.
    """
    parts, curves = parts_of(state), curves_of(state)
    gains, ratios = part_gains_of(state), part_ratios_of(state)
    for p in range(parts.shape[0]):
        part = parts[p]
        if part.n_voices == 0:
            part.gain = part.volume * part.expression
            part.pan = part.pan_target
            part.bend = part.bend_target
    _count_voices(state)
    factor = engine_of(state).smoothing
    for p in range(parts.shape[0]):
        part = parts[p]
        if part.n_voices == 0:
            continue
        target = part.volume * part.expression
        gain, pan, ratio = curves[0, :n], curves[1, :n], ratios[p, :n]
        part.gain = _smooth(part.gain, target, factor, gain)
        part.pan = _smooth(part.pan, part.pan_target, factor, pan)
        part.bend = _smooth(part.bend, part.bend_target, factor, ratio)
        _semitones_to_ratios(ratio)
        swing(part, factor, engine_of(state).sample_rate, ratio)
        _place(gain, pan, gains[p, 0], gains[p, 1])


@realtime
def _count_voices(state: Any) -> None:
    parts, voices = parts_of(state), voices_of(state)
    n_active = 0
    for p in range(parts.shape[0]):
        parts[p].n_voices = 0
    for i in range(voices.shape[0]):
        if is_sounding(voices[i]):
            parts[voices[i].part].n_voices += 1
        if voices[i].state != FREE:
            n_active += 1
    engine_of(state).n_active = n_active


@realtime
def _let_sing(state: Any, i: int, n: int) -> bool:
    """Let a voice that is at rest sing with others; False where it is not, or cannot."""
    voice = voices_of(state)[i]
    if not is_at_rest(voice, parts_of(state)[voice.part]):
        return False
    choir = find_choir(state, i, n)
    if choir < 0:
        return False
    peak = join_choir(state, choir, i, n)
    if math.isnan(peak):
        engine_of(state).n_non_finite += 1
        end_voice(state, i)
    else:
        _note_peak(voice, peak, n)
        _end_if_done(state, i)
    return True


@realtime
def _note_peak(voice: Any, peak: float, n: int) -> None:
    voice.peak = max(peak, voice.peak * PEAK_FALL)
    voice.n_quiet = voice.n_quiet + n if peak < QUIET_PEAK else 0


@realtime
def _mix_voice(state: Any, i: int, n: int) -> None:
    """Add one voice to the mix."""
    voice = voices_of(state)[i]
    steps = steps_of(state)[:n]
    mono = mono_of(state)[0, :n]
    n_needed = int(voice.fraction + _write_steps(state, i, steps)) + N_AFTER + 1
    while voice.written - voice.read < n_needed:
        append_hop(state, i)
    band = choose_band(max(voice.last_step, steps[n - 1]))
    voice.read, voice.fraction = resample_block(
        samples_of(state)[i], voice.read, voice.fraction, steps, filters_of(state)[band], mono
    )
    voice.last_step = steps[n - 1]
    if not _loudness(mono) < LOUDEST:  # also where it is no number
        engine_of(state).n_non_finite += 1
        end_voice(state, i)
        return
    _shape(state, i, mono)
    _add(state, i, mono)
    _end_if_done(state, i)


@realtime
def _write_steps(state: Any, i: int, steps: NDArray[np.float64]) -> float:
    """Write how far each output sample moves in the voice's samples; return their sum."""
    voice = voices_of(state)[i]
    n = steps.shape[0]
    ratio = curves_of(state)[0, :n]
    voice.bend = _smooth(voice.bend, voice.bend_target, engine_of(state).smoothing, ratio)
    _semitones_to_ratios(ratio)
    part_ratio = part_ratios_of(state)[voice.part]
    total = 0.0
    for j in range(n):
        steps[j] = min(voice.step * part_ratio[j] * ratio[j], MAXIMUM_STEP)
        total += steps[j]
    if voice.glide != 0.0:
        total = _glide(voice, steps)
    return total


@realtime
def _glide(voice: Any, steps: NDArray[np.float64]) -> float:
    """Slide towards the voice's own pitch; return the sum of the steps."""
    total = 0.0
    for j in range(steps.shape[0]):
        glide = voice.glide + voice.glide_step
        # It is there when it would cross to the other side.
        voice.glide = 0.0 if glide * voice.glide <= 0.0 else glide
        steps[j] = min(steps[j] * 2.0 ** (voice.glide / 12.0), MAXIMUM_STEP)
        total += steps[j]
    return total


@realtime
def _shape(state: Any, i: int, mono: NDArray[np.float32]) -> None:
    """Lay envelope, velocity and the fade of a stolen voice over the voice's samples."""
    voice = voices_of(state)[i]
    n = mono.shape[0]
    envelope = mono_of(state)[1, :n]
    write_envelope(voice, parts_of(state)[voice.part], envelope)
    fade_step = engine_of(state).fade_step if voice.state == FADING else 0.0
    fade = voice.fade
    velocity_gain = voice.velocity_gain
    colour(voice, parts_of(state)[voice.part], engine_of(state).smoothing, mono)
    if voice.entry < 1.0:
        _fade_in(voice, engine_of(state).fade_step, envelope)
    peak = np.float32(0.0)
    if fade_step == 0.0:
        for j in range(n):
            mono[j] *= np.float32(envelope[j] * fade * velocity_gain)
    else:
        for j in range(n):
            fade = max(0.0, fade - fade_step)
            mono[j] *= np.float32(envelope[j] * fade * velocity_gain)
    for j in range(n):
        peak = max(peak, abs(mono[j]))
    voice.fade = fade
    _note_peak(voice, peak, n)


@realtime
def _fade_in(voice: Any, step: float, envelope: NDArray[np.float32]) -> None:
    for j in range(envelope.shape[0]):
        voice.entry = min(1.0, voice.entry + step)
        envelope[j] *= np.float32(voice.entry)


@realtime
def _add(state: Any, i: int, mono: NDArray[np.float32]) -> None:
    """Place a voice in the stereo picture and add it."""
    voice = voices_of(state)[i]
    n = mono.shape[0]
    if is_central(voice):
        _add_central(state, voice.part, mono)
        return
    factor = engine_of(state).smoothing
    volume, pan = curves_of(state)[0, :n], curves_of(state)[1, :n]
    voice.volume = _smooth(voice.volume, voice.volume_target, factor, volume)
    voice.pan = _smooth(voice.pan, voice.pan_target, factor, pan)
    gains = part_gains_of(state)[voice.part]
    mix = mix_of(state)
    for j in range(n):
        value = np.float32(mono[j] * volume[j])
        curves_of(state)[0, j] = value * gains[0, j] * np.float32(min(1.0, 1.0 - pan[j]))
        curves_of(state)[1, j] = value * gains[1, j] * np.float32(min(1.0, 1.0 + pan[j]))
        mix[0, j] += np.float32(curves_of(state)[0, j])
        mix[1, j] += np.float32(curves_of(state)[1, j])
    send = parts_of(state)[voice.part].send
    if send > 0.0:
        sends = sends_of(state)
        for j in range(n):
            sends[0, j] += np.float32(send * curves_of(state)[0, j])
            sends[1, j] += np.float32(send * curves_of(state)[1, j])


@realtime
def _add_central(state: Any, number: int, mono: NDArray[np.float32]) -> None:
    n = mono.shape[0]
    left, right = part_gains_of(state)[number, 0, :n], part_gains_of(state)[number, 1, :n]
    mix = mix_of(state)
    for j in range(n):
        mix[0, j] += mono[j] * left[j]
        mix[1, j] += mono[j] * right[j]
    send = np.float32(parts_of(state)[number].send)
    if send > 0.0:
        sends = sends_of(state)
        for j in range(n):
            sends[0, j] += send * (mono[j] * left[j])
            sends[1, j] += send * (mono[j] * right[j])


@realtime
def _end_if_done(state: Any, i: int) -> None:
    voice = voices_of(state)[i]
    n_quiet = int(QUIET_S * engine_of(state).sample_rate)
    if voice.stage == ENDED or voice.fade <= 0.0 or voice.n_quiet > n_quiet:
        end_voice(state, i)


@realtime
def _decode_ahead(state: Any, n: int) -> None:
    """Spend this quantum's allowance on the voices that run dry soonest.

    The allowance is twice what all voices consume in the time, so that hops that fall due together
    are spread, and never more than the limit.
    """
    voices = voices_of(state)
    hop_length = geometry_of(state).hop_length
    demand = 0.0
    for i in range(voices.shape[0]):
        if is_sounding(voices[i]):
            demand += voices[i].last_step * n / hop_length
    for _ in range(min(engine_of(state).max_hops, 1 + int(2.0 * demand))):
        nearest = _nearest_deadline(voices, n, hop_length // 2)
        if nearest < 0:
            return
        append_hop(state, nearest)


@realtime
def _nearest_deadline(voices: NDArray[Any], n: int, reserve: int) -> int:
    """Find the voice that runs dry first among those below their reserve; -1: none is."""
    nearest = -1
    deadline = np.inf
    for i in range(voices.shape[0]):
        voice = voices[i]
        if not is_sounding(voice):
            continue
        n_ahead = voice.written - voice.read - N_AFTER - 1 - voice.last_step * n
        if n_ahead < reserve and n_ahead / voice.last_step < deadline:
            nearest = i
            deadline = n_ahead / voice.last_step
    return nearest


@realtime
def _smooth(value: float, target: float, factor: float, out: NDArray[np.float64]) -> float:
    """Write a one-pole way from value to target and return where it is at the end."""
    if abs(target - value) < SETTLED:
        out[:] = target
        return target
    for i in range(out.shape[0]):
        value = target + (value - target) * factor
        out[i] = value
    return value


@realtime
def _semitones_to_ratios(bend: NDArray[np.float64]) -> None:
    # At rest, which is nearly always, one power serves the quantum.
    ratio = 2.0 ** (bend[0] / 12.0)
    is_resting = bend[0] == bend[-1]
    for i in range(bend.shape[0]):
        bend[i] = ratio if is_resting else 2.0 ** (bend[i] / 12.0)


@realtime
def _place(
    gain: NDArray[np.float64],
    pan: NDArray[np.float64],
    left: NDArray[np.float32],
    right: NDArray[np.float32],
) -> None:
    # Equal power: both sides at -3 dB in the middle.
    angle = (pan[0] + 1.0) * (math.pi / 4.0)
    to_left, to_right = math.cos(angle), math.sin(angle)
    is_resting = pan[0] == pan[-1]
    for i in range(gain.shape[0]):
        if not is_resting:
            angle = (pan[i] + 1.0) * (math.pi / 4.0)
            to_left, to_right = math.cos(angle), math.sin(angle)
        left[i] = gain[i] * to_left
        right[i] = gain[i] * to_right


@realtime(fastmath=REORDERED)
def _loudness(mono: NDArray[np.float32]) -> float:
    total = 0.0
    for i in range(mono.shape[0]):
        total += abs(mono[i])
    return total
