"""First tiles never queue behind other work; offline a thread stays free for what is waited for."""

from synth.notes.generators import OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.lanes import live_lanes, offline_lanes


def test_live_one_thread_does_nothing_but_first_tiles(tiny_instrument: Instrument) -> None:
    generator = OnnxGenerator(tiny_instrument, tiles=(0,), warm_batches=())
    onsets, tiles = live_lanes(generator, generator)
    assert (onsets.does_onsets, onsets.does_tiles, onsets.is_background) == (True, False, False)
    assert (tiles.does_onsets, tiles.does_tiles_ahead, tiles.is_background) == (False, True, True)


def test_live_several_threads_make_first_tiles_side_by_side(tiny_instrument: Instrument) -> None:
    generator = OnnxGenerator(tiny_instrument, tiles=(0,), warm_batches=())
    lanes = live_lanes(generator, generator, n_onset_threads=2)
    assert [(lane.does_onsets, lane.is_urgent) for lane in lanes] == [
        (True, True),
        (True, True),
        (False, False),
    ]
    assert len({lane.name for lane in lanes}) == 3


def test_who_makes_first_tiles_helps_with_them_and_nobody_else(tiny_instrument: Instrument) -> None:
    class Shared(OnnxGenerator):
        def help(self, timeout_s: float) -> bool:
            return timeout_s < 0.0

    generator = Shared(tiny_instrument, tiles=(0,), warm_batches=())
    lanes = live_lanes(generator, generator, n_onset_threads=2)
    assert [lane.shared for lane in lanes] == [generator, generator, None]
    assert all(lane.shared is None for lane in live_lanes(generator, generator))


def test_offline_all_threads_do_all_but_one_works_never_ahead(tiny_instrument: Instrument) -> None:
    generator = OnnxGenerator(tiny_instrument, tiles=(0,), warm_batches=())
    lanes = offline_lanes(generator, 3)
    assert all(lane.does_onsets and lane.does_tiles for lane in lanes)
    assert [lane.does_tiles_ahead for lane in lanes] == [False, True, True]
    assert len({lane.name for lane in lanes}) == 3


def test_offline_a_single_thread_does_everything(tiny_instrument: Instrument) -> None:
    generator = OnnxGenerator(tiny_instrument, tiles=(0,), warm_batches=())
    (lane,) = offline_lanes(generator, 1)
    assert lane.does_tiles_ahead
