from synth.adapters.midi.held import HeldNotes
from synth.events import (
    AllNotesOff,
    NoteOff,
    NoteOn,
    PitchBend,
    SostenutoPedal,
    SustainPedal,
)


def test_what_is_down_is_let_go_once() -> None:
    held = HeldNotes()
    for event in (
        NoteOn(pitch=60.0, velocity=1.0),
        NoteOn(pitch=61.0, velocity=1.0, part=2, note_id=7),
        NoteOn(pitch=62.0, velocity=1.0),
        NoteOff(pitch=62.0),
        SustainPedal(is_down=True, part=3),
        SostenutoPedal(is_down=True),
        SostenutoPedal(is_down=False),
        PitchBend(value=0.5, part=4),
    ):
        held.watch(event)
    assert [
        NoteOff(pitch=60.0),
        NoteOff(note_id=7, part=2),
        SustainPedal(is_down=False, part=3),
        PitchBend(value=0.0, part=4),
    ] == list(held.let_go())
    assert [] == list(held.let_go())


def test_all_notes_off_leaves_other_parts() -> None:
    held = HeldNotes()
    held.watch(NoteOn(pitch=60.0, velocity=1.0))
    held.watch(NoteOn(pitch=60.0, velocity=1.0, part=1))
    held.watch(AllNotesOff(part=0))
    assert [NoteOff(pitch=60.0, part=1)] == list(held.let_go())
