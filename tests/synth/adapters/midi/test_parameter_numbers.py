from synth.adapters.midi.parameter_numbers import Entry, ParameterNumbers


def enter(numbers: ParameterNumbers, *pairs: tuple[int, int]) -> Entry | None:
    entry = None
    for controller, value in pairs:
        entry = numbers.control(controller, value)
    return entry


def test_an_entry_has_a_coarse_and_a_fine_part() -> None:
    numbers = ParameterNumbers()
    assert Entry(0, 12, 0) == enter(numbers, (101, 0), (100, 0), (6, 12))
    fine = enter(numbers, (38, 50))
    assert Entry(0, 12, 50) == fine
    assert fine is not None
    assert (12 << 7) + 50 == fine.value


def test_a_selection_clears_the_data() -> None:
    numbers = ParameterNumbers()
    enter(numbers, (101, 0), (100, 1), (6, 64), (38, 5))
    assert Entry(2, 70, 0) == enter(numbers, (100, 2), (6, 70))


def test_the_null_number_and_unregistered_ones_take_no_data() -> None:
    numbers = ParameterNumbers()
    assert enter(numbers, (101, 127), (100, 127), (6, 1)) is None
    assert enter(numbers, (101, 0), (100, 0), (99, 0), (98, 0), (6, 1)) is None
    numbers.reset()
    assert enter(numbers, (6, 1)) is None
