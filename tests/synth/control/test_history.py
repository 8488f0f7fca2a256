"""Undo, redo and A/B, with a clock of our own."""

from synth.control.history import N_STEPS, PAUSE_S, History


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_undo_and_redo_walk_the_states() -> None:
    history: History[str] = History()
    for before in ("a", "b"):
        history.remember(before, None)
    assert "b" == history.undo("c")
    assert "a" == history.undo("b")
    assert history.undo("a") is None
    assert "b" == history.redo("a")
    assert "c" == history.redo("b")
    assert history.redo("c") is None


def test_a_new_edit_ends_what_could_be_redone() -> None:
    history: History[str] = History()
    history.remember("a", None)
    history.undo("b")
    history.remember("a", None)
    assert history.redo("x") is None


def test_one_gesture_is_one_step_until_it_pauses() -> None:
    clock = Clock()
    history: History[int] = History(clock)
    for value in range(5):
        history.remember(value, "fader")
        clock.now_s += 0.9 * PAUSE_S
    clock.now_s += PAUSE_S
    history.remember(5, "fader")
    history.remember(6, "another fader")
    assert [6, 5, 0, None] == [history.undo(9), history.undo(9), history.undo(9), history.undo(9)]


def test_the_oldest_steps_are_forgotten() -> None:
    history: History[int] = History()
    for value in range(N_STEPS + 5):
        history.remember(value, None)
    undone = [history.undo(-1) for _ in range(N_STEPS + 1)]
    assert (5, None) == (undone[-2], undone[-1])


def test_b_begins_as_a_copy_of_a_and_swapping_can_be_undone() -> None:
    history: History[str] = History()
    assert "a" == history.swap("a")
    assert history.is_b
    assert "a" == history.swap("b")
    assert not history.is_b
    assert "b" == history.swap("a")
    assert "a" == history.undo("b")
