import numpy as np

from synth import compiling
from synth.engine import Engine
from synth.realtime import finish


def test_a_note_is_played_to_its_last_frame_so_that_all_is_compiled(
    tiny_instrument_folder, monkeypatch
):
    planned, levels = [], []
    plan, process = finish.plan_sustain, Engine.process

    def plan_and_tell(planner, pool, slot):
        planned.append(slot)
        plan(planner, pool, slot)

    def process_and_listen(engine, out):
        process(engine, out)
        levels.append(float(np.abs(out).max()))

    monkeypatch.setattr(finish, "plan_sustain", plan_and_tell)
    monkeypatch.setattr(Engine, "process", process_and_listen)
    compiling.compile_all(tiny_instrument_folder)
    assert len(planned) == 1
    assert max(levels) > 0.01
