"""What stands between engine and output looks like an engine to the output."""

import pytest

from synth.adapters.outputs.source import CallbackSource, Source
from synth.adapters.outputs.switch import Switch
from synth.adapters.outputs.tape import Tape
from synth.engine import Engine


@pytest.mark.parametrize("kind", [Engine, Switch, Tape])
def test_whoever_renders_has_all_that_an_output_needs(kind):
    wanted = {name for protocol in (CallbackSource, Source) for name in vars(protocol)}
    wanted = {name for name in wanted if not name.startswith("_")}
    assert wanted >= {"callback_address", "userdata", "n_blocks", "prepare", "process"}
    assert [name for name in wanted if not hasattr(kind, name)] == []
