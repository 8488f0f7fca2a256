import pytest

from synth.adapters.midi_file import Song
from synth.bench import fluid
from synth.events import NoteOff, NoteOn, SustainPedal

SOUND_FONT = fluid.find_sound_font()

pytestmark = pytest.mark.skipif(
    SOUND_FONT is None or not fluid.is_installed(), reason="FluidSynth or a sound font is missing"
)


def test_a_held_note_sounds_until_it_is_let_go():
    with fluid.FluidSynth(SOUND_FONT) as synth:
        synth.handle(SustainPedal(is_down=False))
        synth.handle(NoteOn(pitch=60, velocity=0.8))
        synth.render(4800)
        assert abs(synth._out).max() > 1e-3
        synth.handle(NoteOff(pitch=60))
        synth.render(480_000)
        assert abs(synth._out).max() < 1e-3


def test_chords_and_songs_are_faster_than_they_sound():
    chord = [NoteOn(pitch=60 + n, velocity=0.8) for n in range(4)]
    assert fluid.fluid_notes_per_core(SOUND_FONT, chord, seconds=0.2) > 4.0
    song = Song(events=((100, chord[0]),), n_samples=9600, sample_rate=48_000)
    assert fluid.fluid_song_factor(SOUND_FONT, song) > 0.1
