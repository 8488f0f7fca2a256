import numpy as np
import pytest

from synth.control.part import MAX_SEED, first_preset, make_part, on_other_instrument, random_preset
from synth.control.presets import Preset, fill_corners, format_preset, parse_preset
from synth.errors import ConfigError
from synth.notes.instrument import Instrument
from synth.notes.latents import slerp
from synth.parameters import PARAMETERS


def test_a_part_is_its_preset_and_comes_back_from_its_file(tiny_instrument: Instrument) -> None:
    preset = Preset(name="x", corners=fill_corners(["Dull", "Bright"]), values={"timbre/x": 0.25})
    part = make_part(preset, tiny_instrument)
    dull, bright = (tiny_instrument.find_timbre(name) for name in ("Dull", "Bright"))
    np.testing.assert_allclose(part.latent(tiny_instrument), slerp(dull, bright, 0.25), atol=1e-5)
    again = make_part(parse_preset(format_preset(part.as_preset())), tiny_instrument)
    assert part.values == pytest.approx(again.values)
    assert {p.name for p in PARAMETERS if not p.is_global} == set(part.values)


def test_a_random_preset_is_its_seed_in_the_first_corner() -> None:
    assert "seed:7" == random_preset(7).corners[0]
    assert 4 == len(set(random_preset(7).corners))
    for seed in (-1, MAX_SEED + 1):
        with pytest.raises(ConfigError, match="timbre seed"):
            random_preset(seed)


def test_first_presets_spread_over_the_names() -> None:
    assert ("a", "b", "c", "d") == first_preset(["a", "b", "c", "d"]).corners
    assert "seed:0" == first_preset([]).corners[0]


def test_a_part_goes_to_another_instrument_with_or_without_its_timbres(
    tiny_instrument: Instrument,
) -> None:
    part = make_part(Preset(name="x", corners=fill_corners(["Dull"])), tiny_instrument)
    assert part.pad.words == on_other_instrument(part, tiny_instrument).pad.words

    class Other:
        timbre_names = ("theremin",)
        macros = ()

        def find_timbre(self, words: str) -> np.ndarray:
            if words not in ("theremin", "seed:0"):
                raise ConfigError(f"no timbre {words!r}")
            return np.ones(3, np.float32)

        def pad_mix(self, corners: object, x: float, y: float) -> np.ndarray:
            return np.ones(3, np.float32)

    assert ("theremin",) * 4 == on_other_instrument(part, Other()).pad.words
