from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from synth.control.bank import PresetBank
from synth.control.part import (
    MAX_SEED,
    find_latent,
    first_preset,
    hearing_as,
    make_part,
    on_other_instrument,
    random_preset,
    timbre_preset,
)
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


def test_a_new_part_hears_what_the_one_before_heard(tiny_instrument: Instrument) -> None:
    preset = Preset(name="x", corners=fill_corners(["Dull"]), values={"key/low": 30.0})
    before = make_part(
        replace(preset, values={"key/low": 60.0, "key/high": 80.0, "amp/pan": 1.0}), tiny_instrument
    )
    after = hearing_as(before, make_part(preset, tiny_instrument)).as_preset()
    reals = [after.values[name] for name in ("key/low", "key/high", "amp/pan")]
    assert [30.0, 80.0, 0.0] == pytest.approx(reals)


def test_a_corner_may_be_a_preset_of_the_bank(tiny_instrument: Instrument, tmp_path: Path) -> None:
    bank = PresetBank([tmp_path])
    bank.save(timbre_preset("Bright"))
    bank.save(replace(timbre_preset("Bright"), name="My Own"))
    bright = tiny_instrument.find_timbre("Bright")
    for word, is_own in (("bright", False), ("my own", True)):
        latent, is_found_in_bank = find_latent(word, tiny_instrument, bank)
        np.testing.assert_allclose(latent, bright, atol=1e-6)
        assert is_own == is_found_in_bank
    with pytest.raises(ConfigError, match="Nobody"):
        find_latent("Nobody", tiny_instrument, bank)


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
