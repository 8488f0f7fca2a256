import numpy as np
import pytest

from synth.errors import ConfigError, InstrumentError, PresetError
from synth.events import NoteOn
from synth.offline import open_offline


def test_the_first_block_waits_for_its_frames_and_sounds(tiny_instrument_folder):
    out = np.zeros((2048, 2), np.float32)
    with open_offline(tiny_instrument_folder) as (engine, player):
        player.handle(NoteOn(pitch=60, velocity=0.8))
        engine.process(out)
    assert np.abs(out).max() > 0.01


def test_a_timbre_fills_the_pad_of_every_part(tiny_instrument_folder):
    with open_offline(tiny_instrument_folder, timbre="seed:5") as (_engine, player):
        assert {player.preset(part).name for part in range(16)} == {"seed:5"}


@pytest.mark.parametrize(
    ("error", "options"),
    [(PresetError, {"preset": "nosuch"}), (ConfigError, {"timbre": "nosuch"})],
)
def test_what_is_not_there_is_named_before_anything_starts(tiny_instrument_folder, error, options):
    with pytest.raises(error, match="nosuch"), open_offline(tiny_instrument_folder, **options):
        pass


def test_an_instrument_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InstrumentError, match="no such folder"), open_offline(tmp_path / "none"):
        pass
