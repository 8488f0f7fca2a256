import pytest

from synth.config import EngineConfig
from synth.errors import ConfigError


def test_defaults_are_valid_and_count_spare_voices():
    config = EngineConfig()
    assert config.n_slots_of_voices == config.n_voices + config.n_spare_voices


@pytest.mark.parametrize(
    "values",
    [
        {"sample_rate": 7999},
        {"max_block_size": 0},
        {"n_voices": 0},
        {"n_spare_voices": 0},
        {"steal_fade_ms": 0.0},
        {"max_hops_per_block": 0},
        {"cache_bytes": 10},
        {"n_threads": 0},
        {"n_commands": 1000},
        {"velocity_layers": ()},
        {"velocity_layers": (0.5, 0.5)},
        {"velocity_layers": (0.0, 0.5)},
        {"velocity_layers": (0.5, 1.5)},
    ],
)
def test_what_cannot_work_is_refused_by_name(values):
    with pytest.raises(ConfigError, match=next(iter(values))):
        EngineConfig(**values)


def test_layers_of_velocity_may_be_given():
    assert EngineConfig(velocity_layers=(0.25, 0.5, 1.0)).velocity_layers == (0.25, 0.5, 1.0)
