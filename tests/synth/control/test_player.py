"""The player: edits reach the engine, are remembered, and are told to listeners once."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from synth.control.bank import PresetBank
from synth.control.change import Change
from synth.control.channels import HEARING
from synth.control.part import PAD_PARAMETERS, timbre_preset
from synth.control.player import Player
from synth.control.presets import (
    Preset,
    fill_corners,
    format_preset,
    load_preset,
    parse_preset,
)
from synth.errors import ConfigError, PresetError
from synth.events import Event, NoteOn, SetParameter, SetTimbre, TurnController
from synth.parameters import PARAMETERS, find_parameter


class FlatTimbres:
    """Timbres on a plane: a name's latent is its place in the list, the pad mixes straight."""

    timbre_names = ("bell", "flute", "harp", "oboe", "viola")
    macros = ()

    def find_timbre(self, words: str) -> NDArray[np.float32]:
        if words.startswith("seed:"):
            return np.array([float(words[5:]), 1.0], np.float32)
        if words not in self.timbre_names:
            raise ConfigError(f"no timbre {words!r}")
        return np.array([self.timbre_names.index(words), 0.0], np.float32)

    def pad_mix(
        self, corners: Sequence[NDArray[np.float32]], x: float, y: float
    ) -> NDArray[np.float32]:
        bottom_left, top_left, top_right, bottom_right = corners
        bottom = (1 - x) * bottom_left + x * bottom_right
        return np.asarray((1 - y) * bottom + y * ((1 - x) * top_left + x * top_right))


class Stage:
    """A player, what it posts and what it tells."""

    def __init__(self) -> None:
        self.posted: list[Event] = []
        self.changes: list[Change] = []
        self.player = Player(lambda event, offset: self.posted.append(event), FlatTimbres())
        self.player.listen(self.changes.append)
        self.at_start = list(self.posted)
        self.posted.clear()


@pytest.fixture
def stage() -> Stage:
    return Stage()


BELLS = Preset(
    name="Bells",
    corners=("bell", "flute", "harp", "oboe"),
    values={"amp/release": 2.0, "timbre/x": 1.0, "timbre/y": 1.0},
)


def test_every_part_starts_with_a_timbre_and_its_parameters(stage: Stage) -> None:
    timbres = [event for event in stage.at_start if isinstance(event, SetTimbre)]
    assert list(range(16)) == [event.part for event in timbres]
    names = {e.name for e in stage.at_start if isinstance(e, SetParameter) and e.part == 9}
    assert names == {p.name for p in PARAMETERS if not p.is_global} - PAD_PARAMETERS - {*HEARING}


def test_a_value_is_remembered_posted_and_told(stage: Stage) -> None:
    stage.player.set_parameter("amp/release", 0.5, part=3, source="me")
    assert [SetParameter(name="amp/release", value=0.5, part=3)] == stage.posted
    assert [Change(part=3, names=("amp/release",), source="me")] == stage.changes
    assert 0.5 == stage.player.value("amp/release", 3)
    assert find_parameter("amp/release").default_normalised == stage.player.value("amp/release", 2)


def test_a_value_beyond_its_way_stops_at_the_end(stage: Stage) -> None:
    stage.player.set_parameter("amp/pan", 7.0)
    stage.player.set_parameter("amp/sustain", -1.0)
    assert (1.0, 0.0) == (stage.player.value("amp/pan"), stage.player.value("amp/sustain"))


def test_an_unknown_name_changes_nothing(stage: Stage) -> None:
    with pytest.raises(ConfigError, match="no parameter"):
        stage.player.set_parameter("amp/nonsense", 0.5)
    assert not stage.posted
    assert not stage.changes


def test_a_global_value_is_the_same_in_all_parts(stage: Stage) -> None:
    stage.player.set_parameter("main/a4_hz", 0.0, part=4)
    assert [400.0, 400.0] == [stage.player.real("main/a4_hz", part) for part in (0, 15)]


def test_the_pad_moves_the_timbre_and_never_reaches_the_engine_as_a_parameter(
    stage: Stage,
) -> None:
    stage.player.load(BELLS, parts=[0])
    stage.posted.clear()
    stage.player.set_pad(0.0, 0.0)
    stage.player.set_pad(0.0, 1.0)
    stage.player.set_parameter("timbre/x", 1.0)
    stage.player.handle(SetParameter(name="timbre/y", value=0.0))
    latents = [event.latent[0] for event in stage.posted if isinstance(event, SetTimbre)]
    # Bottom left, top left, top right, bottom right: the corners in their order.
    assert [0.0, 1.0, 2.0, 3.0] == latents
    assert len(stage.posted) == 4


def test_notes_pass_through(stage: Stage) -> None:
    note = NoteOn(pitch=60.0, velocity=1.0)
    stage.player.handle(note)
    assert [note] == stage.posted
    assert not stage.changes


def test_a_preset_sets_what_it_names_and_resets_the_rest(stage: Stage) -> None:
    stage.player.set_parameter("amp/attack", 0.9)
    stage.player.load(BELLS, parts=[0, 5])
    assert stage.player.real("amp/release") == pytest.approx(2.0)
    assert 0.0 == stage.player.value("amp/attack")
    assert "Bells" == stage.player.preset(5).name
    assert "Init" == stage.player.preset(1).name
    assert stage.posted[-1] == SetTimbre(latent=(2.0, 0.0), part=5)


def test_parts_that_share_a_preset_are_edited_apart(stage: Stage) -> None:
    stage.player.load(BELLS)
    stage.player.set_parameter("amp/release", 0.0, part=1)
    assert stage.player.real("amp/release", 0) == pytest.approx(2.0)


def test_a_preset_of_another_instrument_changes_nothing(stage: Stage) -> None:
    stage.player.load(BELLS)
    stage.posted.clear()
    wrong = Preset(name="Wrong", corners=fill_corners(["theremin"]))
    with pytest.raises(PresetError, match="'Wrong': no timbre 'theremin'"):
        stage.player.load(wrong)
    assert not stage.posted
    assert "Bells" == stage.player.preset().name


def test_a_part_can_be_saved_as_it_sounds_and_comes_back(stage: Stage) -> None:
    stage.player.load(BELLS)
    stage.player.set_pad(0.25, 0.75)
    saved = parse_preset(format_preset(stage.player.preset()))
    stage.player.load(timbre_preset("viola"))
    stage.player.load(saved)
    values = [stage.player.value(name) for name in ("timbre/x", "timbre/y", "amp/release")]
    release = find_parameter("amp/release").to_normalised(2.0)
    assert values == pytest.approx([0.25, 0.75, release])


def test_a_random_timbre_is_its_seed_and_tells_it(stage: Stage) -> None:
    stage.player.set_pad(0.5, 0.5)
    assert 7 == stage.player.randomise(7)
    assert stage.posted[-1] == SetTimbre(latent=(7.0, 1.0))
    assert 7 == stage.changes[-1].seed
    assert 0.0 == stage.player.value("timbre/x")
    stage.player.set_pad(1.0, 1.0)
    latest = stage.posted[-1]
    assert isinstance(latest, SetTimbre)
    assert latest.latent[0] > 100.0  # another corner, another timbre


def test_drawn_seeds_differ(stage: Stage) -> None:
    assert len({stage.player.randomise() for _ in range(8)}) > 1
    with pytest.raises(ConfigError, match="seed -1"):
        stage.player.randomise(-1)


def test_controllers_rest_where_the_preset_put_the_parameter(stage: Stage) -> None:
    stage.player.load(BELLS)
    stage.player.set_parameter("timbre/x", 0.1)
    assert 1.0 == stage.player.home(find_parameter("timbre/x"), 0)


def test_a_controller_at_rest_leaves_the_parameter_where_the_preset_put_it(stage: Stage) -> None:
    stage.player.load(BELLS)
    attack = find_parameter("amp/attack")
    stage.player.set_parameter("timbre/x", 0.1)
    stage.player.handle(TurnController(name="timbre/x", value=0.0))
    stage.player.handle(TurnController(name="amp/attack", value=64 / 127))
    stage.player.handle(TurnController(name="amp/volume", value=0.25, part=2))
    assert (1.0, attack.default_normalised) == (
        stage.player.value("timbre/x"),
        stage.player.value("amp/attack"),
    )
    assert 0.25 == stage.player.value("amp/volume", 2)


def test_a_preset_leaves_splits_as_they_are_unless_it_names_them(stage: Stage) -> None:
    stage.player.set_parameter("key/low", 60 / 127, part=1)
    stage.player.load(BELLS)
    assert 60.0 == stage.player.real("key/low", 1)
    low = Preset(name="Low", corners=BELLS.corners, values={"key/high": 59.0, "key/channel": 1.0})
    stage.player.load(low, [1])
    names = ("key/low", "key/high", "key/channel")
    assert [60.0, 59.0, 1.0] == [stage.player.real(name, 1) for name in names]
    stage.player.undo(1)
    assert [60.0, 127.0, 0.0] == [stage.player.real(name, 1) for name in names]


def test_a_saved_sound_takes_no_split_along_that_was_not_its_own(
    stage: Stage, tmp_path: Path
) -> None:
    stage.player.bank = PresetBank([tmp_path])
    stage.player.load(Preset(name="Low", corners=BELLS.corners, values={"key/high": 59.0}), [0])
    stage.player.set_parameter("key/low", 0.25)
    stage.player.set_parameter("key/high", 0.5)
    values = load_preset(stage.player.save("Mine")).values
    assert (64.0, False) == (values["key/high"], "key/low" in values)
    assert find_parameter("amp/attack").name in values


def test_a_listener_may_ask_and_may_leave(stage: Stage) -> None:
    heard: list[str] = []

    def listener(change: Change) -> None:
        heard.append(stage.player.display(change.names[0], change.part))

    stage.player.listen(listener)
    stage.player.set_parameter("amp/pan", 1.0)
    stage.player.unlisten(listener)
    stage.player.set_parameter("amp/pan", 0.0)
    assert ["+1.00"] == heard


def test_many_threads_leave_the_last_value_in_player_and_engine_alike(stage: Stage) -> None:
    def turn(offset: int) -> None:
        for step in range(200):
            stage.player.set_parameter("amp/pan", ((step * 7 + offset) % 100) / 100.0)

    threads = [threading.Thread(target=turn, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    latest = stage.posted[-1]
    assert isinstance(latest, SetParameter)
    assert latest.value == stage.player.value("amp/pan")
