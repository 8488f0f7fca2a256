"""What happens to notes that sound already: the sostenuto pedal, aftertouch, another tuning."""

from typing import Any

from synth.realtime.kernel import realtime
from synth.realtime.state import voices_of
from synth.realtime.voices import FREE, schedule_release


@realtime
def move_sostenuto(state: Any, part: int, is_down: bool) -> None:
    """Press or lift the sostenuto pedal of a part: it holds the keys that are down just now.

    Thread: audio.
    """
    voices = voices_of(state)
    for i in range(voices.shape[0]):
        voice = voices[i]
        if voice.state == FREE or voice.part != part:
            continue
        if is_down:
            voice.is_sostenuto = max(voice.is_sostenuto, voice.is_held)
        elif voice.is_sostenuto == 1:
            voice.is_sostenuto = 0
            if voice.is_held == 0 and voice.is_pedalled == 0:
                schedule_release(state, i)


@realtime
def press_key(state: Any, part: int, key: float, pressure: float) -> None:
    """Press a key that is down further (polyphonic aftertouch).

    Thread: audio.
    """
    voices = voices_of(state)
    for i in range(voices.shape[0]):
        if voices[i].state != FREE and voices[i].part == part and voices[i].key == key:
            voices[i].pressure = pressure


@realtime
def retune(state: Any, serial: int, ratio: float, pitch: float) -> None:
    """Give a sounding note another pitch.

    Thread: audio.
    """
    voices = voices_of(state)
    for i in range(voices.shape[0]):
        if voices[i].state != FREE and voices[i].serial == serial:
            voices[i].step = ratio
            voices[i].pitch = pitch
