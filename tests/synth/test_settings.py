import json

import numpy as np
import pytest

from synth import settings
from synth.errors import ConfigError, PresetError
from synth.events import N_PARTS, NoteExpression, SetParameter, SetTimbre
from synth.parameters import find_parameter
from synth.realtime import commands, queue

LATENT = np.array([2.0, 0.0, 0.0, 0.0], np.float32)


@pytest.fixture
def parts():
    return settings.Settings(LATENT)


def set_real(parts, name, real, part=0):
    value = find_parameter(name).to_normalised(real)
    return list(parts.set_parameter(SetParameter(name=name, value=value, part=part)))


def test_a_value_goes_to_its_part_in_its_unit(parts):
    (command,) = set_real(parts, "amp/release", 0.5, part=3)
    assert command == {
        "kind": queue.SET_PART,
        "part": 3,
        "index": commands.RELEASE_S,
        "value": pytest.approx(0.5),
    }
    assert parts.parts[3].real("amp/release") == pytest.approx(0.5)
    assert parts.parts[2].real("amp/release") == pytest.approx(0.25)  # the default


def test_a_fader_at_its_end_is_silence(parts):
    for name in ("amp/volume", "amp/expression", "main/volume"):
        (command,) = parts.set_parameter(SetParameter(name=name, value=0.0))
        assert command["value"] == 0.0
    assert settings.fader_gain(-6.0) == pytest.approx(0.501, abs=1e-3)


def test_bend_adds_wheel_tune_and_concert_pitch(parts):
    set_real(parts, "pitch/bend_range", 12.0)
    set_real(parts, "pitch/tune", 50.0)
    parts.parts[0].wheel = -0.5
    everyone = set_real(parts, "main/a4_hz", 466.1637615)  # a semitone above 440
    assert len(everyone) == N_PARTS
    assert everyone[0]["value"] == pytest.approx(-6.0 + 0.5 + 1.0, abs=1e-4)
    assert everyone[1]["value"] == pytest.approx(1.0, abs=1e-4)


def test_what_only_the_next_note_hears_is_remembered_and_not_sent(parts):
    assert set_real(parts, "pitch/transpose", -12.0) == []
    assert parts.parts[0].transpose == -12.0
    assert set_real(parts, "timbre/morph_ms", 500.0) == []
    assert parts.parts[0].morph_s == pytest.approx(0.5)


def test_an_insensitive_part_plays_every_velocity_alike(parts):
    part = parts.parts[0]
    assert part.heard_velocity(0.3) == pytest.approx(0.3)
    set_real(parts, "amp/velocity_sensitivity", 0.0)
    assert part.heard_velocity(0.1) == part.heard_velocity(1.0) == pytest.approx(100 / 127)


def test_an_unknown_parameter_is_refused(parts):
    with pytest.raises(ConfigError, match="did you mean amp/release"):
        parts.set_parameter(SetParameter(name="amp/relaese", value=0.5))


def test_everything_tells_all_parts_everything(parts):
    told = list(parts.everything())
    for part in range(N_PARTS):
        indices = {c["index"] for c in told if c.get("part") == part}
        assert indices == {
            commands.VOLUME,
            commands.EXPRESSION,
            commands.PAN,
            commands.BEND,
            commands.ATTACK_S,
            commands.DECAY_S,
            commands.SUSTAIN_LEVEL,
            commands.RELEASE_S,
            commands.GLIDE_S,
            commands.PRESSURE_DEPTH,
            commands.SEND,
            commands.VIBRATO_HZ,
            commands.VIBRATO_DEPTH,
            commands.VIBRATO_DELAY_S,
        }
    rooms = {c["index"] for c in told if c["kind"] == queue.SET_ROOM}
    assert rooms == {commands.ROOM_SIZE_S, commands.ROOM_DAMPING}
    assert sum(c["kind"] == queue.SET_MASTER for c in told) == 1


def test_state_survives_json(parts):
    set_real(parts, "amp/pan", 0.5, part=7)
    set_real(parts, "main/volume", -12.0)
    parts.parts[4].latent = np.array([0.0, 1.0, -1.0, np.sqrt(2.0)], np.float32)
    other = settings.Settings(LATENT)
    for event in settings.state_events(json.loads(json.dumps(parts.to_dict())), 4):
        if isinstance(event, SetTimbre):
            other.parts[event.part].latent = np.array(event.latent, np.float32)
        else:
            list(other.set_parameter(event))
    assert other.to_dict() == parts.to_dict()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda state: state.pop("version"),
        lambda state: state.update(version=2),
        lambda state: state.pop("main"),
        lambda state: state["parts"].pop(),
        lambda state: state["parts"][3].pop("timbre"),
        lambda state: state["parts"][3].update(timbre=[1.0, 2.0]),
        lambda state: state["parts"][3].update(timbre=[0.0] * 4),
        lambda state: state["parts"][3].update(timbre=["a"] * 4),
        lambda state: state["parts"][3].update(timbre=[float("nan")] * 4),
        lambda state: state["parts"][3].update(parameters=None),
        lambda state: state["parts"][3]["parameters"].update({"amp/volume": 1.5}),
        lambda state: state["parts"][3]["parameters"].update({"amp/wolume": 0.5}),
        lambda state: state["parts"][3]["parameters"].update({"main/volume": 0.5}),
        lambda state: state["main"].update({"amp/volume": 0.5}),
        lambda state: state["main"].update({"main/volume": True}),
        lambda state: state.update(parts={}),
        lambda state: state["parts"].__setitem__(0, 7),
    ],
)
def test_a_spoilt_state_is_refused(parts, spoil):
    state = parts.to_dict()
    spoil(state)
    with pytest.raises(PresetError, match="engine state"):
        settings.state_events(state, 4)


def test_what_is_no_state_at_all_is_refused():
    for state in (None, [], "x", 7):
        with pytest.raises(PresetError):
            settings.state_events(state, 4)


@pytest.mark.parametrize(("value", "number"), [(None, -1), (0, 0), (5, 5), (-5, 2**62 - 5)])
def test_nobody_is_no_number_of_somebody(value, number):
    assert settings.as_number(value) == number


def test_an_expression_finds_the_note_of_the_same_negative_id():
    event = NoteExpression(note_id=-5, kind="pan", value=0.5)
    assert settings.expression(event)["note_id"] == settings.as_number(-5)
