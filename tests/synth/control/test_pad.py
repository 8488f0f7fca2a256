"""The pad is a value: corners, mutation and the raw latent, on timbres that add up."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from synth.control.pad import latent_at, mutate, read_pad, with_corner, with_raw
from synth.control.presets import Preset, fill_corners
from synth.errors import ConfigError


class Bright:
    name = "bright"
    direction = np.array([0.0, 2.0], np.float32)


class Plane:
    timbre_names = ("bell", "harp")
    macros = (Bright(),)

    def find_timbre(self, words: str) -> NDArray[np.float32]:
        if words.startswith("seed:"):
            return np.array([100.0, float(words[5:])], np.float32)
        if words not in self.timbre_names:
            raise ConfigError(f"no timbre {words!r}")
        return np.array([float(self.timbre_names.index(words)), 1.0], np.float32)

    def pad_mix(
        self, corners: Sequence[NDArray[np.float32]], x: float, y: float
    ) -> NDArray[np.float32]:
        a, b, c, d = corners
        return np.asarray((1 - y) * ((1 - x) * a + x * d) + y * ((1 - x) * b + x * c))


PLANE = Plane()


def make(**changes: object) -> Preset:
    return Preset(name="x", corners=fill_corners(["bell", "harp"]), **changes)  # type: ignore[arg-type]


def test_the_presets_own_timbres_come_before_the_instruments() -> None:
    preset = Preset(
        name="x",
        corners=fill_corners(["mine", "bell"]),
        timbres={"mine": (5.0, 6.0), "unused": (1.0, 1.0)},
    )
    pad = read_pad(preset, PLANE)
    assert [5.0, 6.0] == pad.latents[0].tolist()
    assert {"mine"} == set(pad.own)


@pytest.mark.parametrize("changes", [{"latent": (1.0, 2.0, 3.0)}])
def test_latents_of_another_instrument_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="made for another instrument: this one has 2"):
        read_pad(make(**changes), PLANE)


def test_the_raw_latent_sounds_in_place_of_the_pad_with_macros_on_top() -> None:
    pad = read_pad(make(), PLANE)
    assert [0.5, 1.0] == latent_at(pad, PLANE, 0.5, 0.0, []).tolist()
    raw = with_raw(pad, latent_at(pad, PLANE, 0.5, 0.0, []), 1, [-3.0])
    assert [0.5, -3.0] == latent_at(raw, PLANE, 0.0, 0.0, []).tolist()
    assert [0.5, -2.0] == latent_at(raw, PLANE, 0.0, 0.0, [0.5, 1.0, 1.0]).tolist()
    with pytest.raises(ConfigError, match="zeros points nowhere"):
        with_raw(pad, np.zeros(2, np.float32), 0, [0.0])


def test_a_corner_takes_a_timbre_and_the_raw_latent_ends() -> None:
    raw = with_raw(read_pad(make(), PLANE), np.ones(2, np.float32), 0, [9.0])
    pad = with_corner(raw, 2, "mine", np.array([7.0, 7.0], np.float32), is_own=True)
    assert (None, "mine", (7.0, 7.0)) == (pad.raw, pad.words[2], pad.own["mine"])
    again = with_corner(pad, 2, "bell", PLANE.find_timbre("bell"), is_own=False)
    assert {} == again.own
    with pytest.raises(ConfigError, match="corner 5: expected 1 to 4"):
        with_corner(pad, 4, "bell", PLANE.find_timbre("bell"), is_own=False)


def test_a_mutation_of_nothing_changes_nothing_and_of_all_is_the_random_timbre() -> None:
    pad = read_pad(make(), PLANE)
    for amount, expected in ((0.0, [0.0, 1.0]), (1.0, [100.0, 8.0]), (9.0, [100.0, 8.0])):
        assert expected == mutate(pad, amount, 8, PLANE).latents[0].tolist()
    raw = with_raw(pad, np.zeros(2, np.float32), 0, [50.0])
    mutated = mutate(raw, 0.5, 8, PLANE)
    assert ((75.0, 4.0), pad.words) == (mutated.raw, mutated.words)
