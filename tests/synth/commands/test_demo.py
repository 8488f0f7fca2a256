import threading
import time
import wave

import pytest

from synth.cli import main
from synth.commands import demo, play
from synth.control.player import Player
from synth.control.presets import PresetError
from synth.rig.session import Session, SessionConfig


class Timbres:
    """An instrument that knows two of the song's three timbres."""

    timbre_names = ("Harp", "Flute")
    macros = ()

    def find_timbre(self, words):
        if words.startswith("seed:"):
            return [0.5, float(words.removeprefix("seed:"))]
        if words not in self.timbre_names:
            raise PresetError(f"no timbre {words}")
        return [float(self.timbre_names.index(words)), 1.0]

    def pad_mix(self, corners, x, y):
        return corners[0]


def test_the_parts_are_dressed_as_far_as_the_instrument_can():
    player = Player(lambda event, offset: None, Timbres())
    demo.dress(player)
    assert [player.preset(part).name for part in range(3)] == ["Harp", "Init", "Flute"]


def test_without_a_device_the_demo_is_rendered_and_its_place_told(
    tiny_instrument_folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(play, "_has_audio", lambda: False)
    monkeypatch.chdir(tmp_path)
    assert main(["play", "--demo", "--instrument", str(tiny_instrument_folder)]) == 0
    out = tmp_path / "gansynth-demo.wav"
    assert str(out) in capsys.readouterr().out
    with wave.open(str(out)) as file:
        assert file.getnframes() / file.getframerate() > 34.0


@pytest.mark.slow
def test_the_demo_can_be_ended_early(tiny_instrument_folder):
    config = SessionConfig(instrument=tiny_instrument_folder, audio="null", osc="127.0.0.1:0")
    ended = threading.Event()
    with Session(config, tell=lambda line: None) as session:
        threading.Timer(1.0, ended.set).start()
        started_s = time.monotonic()
        demo.play_demo(session, ended)
        assert time.monotonic() - started_s < 2.0
        assert session.engine.stats().blocks > 0
