"""Timbres stay on their sphere, mix along it, and are drawn alike everywhere."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.errors import ConfigError
from synth.notes.latents import (
    Prior,
    find_timbre,
    mutate,
    normalise,
    pad_mix,
    random_timbre,
    slerp,
    timbre_digest,
)

SIZE = 64
RNG = np.random.default_rng(5)
TIMBRES = {name: RNG.standard_normal(SIZE) for name in ("Cello", "Harp", "Oboe", "Marimba", "Tuba")}


def angle_degrees(a: np.ndarray, b: np.ndarray) -> float:
    cosine = np.dot(normalise(a), normalise(b)) / len(a)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


@given(st.integers(0, 2**31), st.floats(0.0, 1.0))
def test_everything_between_two_timbres_lies_on_the_sphere(seed: int, fraction: float) -> None:
    a, b = np.random.default_rng(seed).standard_normal((2, SIZE))
    assert np.linalg.norm(slerp(a, b, fraction)) == pytest.approx(np.sqrt(SIZE), rel=1e-6)


def test_slerp_moves_at_an_even_pace() -> None:
    a, b = TIMBRES["Cello"], TIMBRES["Harp"]
    points = [slerp(a, b, fraction) for fraction in np.linspace(0.0, 1.0, 6)]
    steps = [angle_degrees(low, high) for low, high in pairwise(points)]
    np.testing.assert_allclose(steps, angle_degrees(a, b) / 5, rtol=1e-3)


def test_slerp_begins_and_ends_at_its_ends() -> None:
    a, b = TIMBRES["Cello"], TIMBRES["Harp"]
    np.testing.assert_allclose(slerp(a, b, 0.0), normalise(a), atol=1e-6)
    np.testing.assert_allclose(slerp(a, b, 1.0), normalise(b), atol=1e-6)


def test_slerp_between_opposite_timbres_passes_through_a_right_angle() -> None:
    a = TIMBRES["Oboe"]
    middle = slerp(a, -a, 0.5)
    assert angle_degrees(a, middle) == pytest.approx(90.0, abs=0.01)


def test_slerp_between_equal_timbres_stays() -> None:
    a = TIMBRES["Oboe"]
    np.testing.assert_allclose(slerp(a, 3.0 * a, 0.3), normalise(a), atol=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "name"),
    [(0, 0, "Cello"), (0, 1, "Harp"), (1, 1, "Oboe"), (1, 0, "Marimba"), (-3, 7, "Harp")],
)
def test_corners_of_the_pad_run_clockwise_from_bottom_left(x: float, y: float, name: str) -> None:
    corners = [TIMBRES[corner] for corner in ("Cello", "Harp", "Oboe", "Marimba")]
    np.testing.assert_allclose(pad_mix(corners, x, y), normalise(TIMBRES[name]), atol=1e-6)


def test_the_bottom_edge_of_the_pad_mixes_its_two_corners_only() -> None:
    corners = [TIMBRES[corner] for corner in ("Cello", "Harp", "Oboe", "Marimba")]
    np.testing.assert_allclose(
        pad_mix(corners, 0.25, 0.0), slerp(TIMBRES["Cello"], TIMBRES["Marimba"], 0.25), atol=1e-6
    )


def test_a_pad_of_three_corners_is_refused() -> None:
    with pytest.raises(ConfigError, match="4 corners, got 3"):
        pad_mix([TIMBRES["Cello"]] * 3, 0.5, 0.5)


def test_a_seed_draws_the_same_timbre_whatever_the_order_of_names() -> None:
    reordered = dict(reversed(TIMBRES.items()))
    assert np.array_equal(random_timbre(TIMBRES, 7), random_timbre(reordered, 7))


def test_random_timbres_differ_from_each_other_and_from_the_named_ones() -> None:
    drawn = [random_timbre(TIMBRES, seed) for seed in range(40)]
    angles = [angle_degrees(a, b) for i, a in enumerate(drawn) for b in drawn[:i]]
    to_named = [min(angle_degrees(a, b) for b in TIMBRES.values()) for a in drawn]
    assert np.median(angles) > 30.0
    assert np.median(to_named) > 15.0


def test_without_noise_a_random_timbre_lies_between_named_ones() -> None:
    drawn = random_timbre(TIMBRES, 3, Prior(noise=0.0)).astype(np.float64)
    basis = np.stack(list(TIMBRES.values()), axis=1)
    weights, *_ = np.linalg.lstsq(basis, drawn, rcond=None)
    np.testing.assert_allclose(basis @ weights, drawn, atol=1e-5)
    assert np.all(weights > -1e-6)
    assert 2 <= np.count_nonzero(weights > 1e-6) <= 3


def test_an_instrument_of_one_timbre_still_draws() -> None:
    drawn = random_timbre({"only": TIMBRES["Tuba"]}, 1)
    assert angle_degrees(drawn, TIMBRES["Tuba"]) < 12.0


@pytest.mark.parametrize(("amount", "degrees"), [(0.0, 0.0), (0.1, 9.0), (1.0, 90.0)])
def test_mutation_turns_by_its_amount(amount: float, degrees: float) -> None:
    mutated = mutate(TIMBRES["Harp"], amount, seed=2)
    assert angle_degrees(TIMBRES["Harp"], mutated) == pytest.approx(degrees, abs=0.05)


def test_two_seeds_mutate_two_ways() -> None:
    a, b = (mutate(TIMBRES["Harp"], 0.3, seed) for seed in (1, 2))
    assert angle_degrees(a, b) > 20.0


def test_a_name_is_found_whatever_its_case() -> None:
    assert np.array_equal(find_timbre("cELLo", TIMBRES), normalise(TIMBRES["Cello"]))


def test_seed_n_is_the_random_timbre_of_that_seed() -> None:
    assert np.array_equal(find_timbre("seed:12", TIMBRES), random_timbre(TIMBRES, 12))


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="no timbre 'Celo'; did you mean 'Cello'"):
        find_timbre("Celo", TIMBRES)


@pytest.mark.parametrize("spec", ["seed:", "seed:-1", "seed:x", "seed:1.5"])
def test_a_seed_that_is_no_number_is_refused(spec: str) -> None:
    with pytest.raises(ConfigError, match="integer"):
        find_timbre(spec, TIMBRES)


@pytest.mark.parametrize("latent", [np.zeros(8), np.full(8, np.nan), np.ones((2, 4))])
def test_a_latent_without_a_direction_is_refused(latent: np.ndarray) -> None:
    with pytest.raises(ConfigError, match="latent"):
        normalise(latent)


def test_a_digest_names_the_direction_not_the_length() -> None:
    # A power of two scales without rounding.
    assert timbre_digest(TIMBRES["Harp"]) == timbre_digest(4.0 * TIMBRES["Harp"])
    assert timbre_digest(TIMBRES["Harp"]) != timbre_digest(TIMBRES["Oboe"])


def test_a_prior_survives_its_dictionary() -> None:
    prior = Prior(most_timbres=4, noise=0.02)
    assert Prior.from_dict(prior.to_dict()) == prior


@pytest.mark.parametrize(
    "change",
    [{"noise": -0.1}, {"least_timbres": 0}, {"most_timbres": 1}, {"nois": 1}, {"noise": "x"}],
)
def test_a_prior_that_cannot_be_is_refused(change: dict) -> None:
    with pytest.raises(ConfigError, match="prior"):
        Prior.from_dict(Prior().to_dict() | change)


def test_a_latent_of_any_length_is_brought_to_the_sphere():
    for length in (1e-9, 1.0, 1e300):
        np.testing.assert_allclose(
            normalise([3.0 * length, -4.0 * length]), [0.6 * 2**0.5, -0.8 * 2**0.5], rtol=1e-6
        )
