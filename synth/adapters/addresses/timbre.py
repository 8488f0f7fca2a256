"""Timbre by OSC: the pad, its corners, random ones and mutations, the raw latent; and undoing."""

from dataclasses import replace
from functools import partial

from synth.adapters.addresses.parameters import parameter_address
from synth.adapters.addresses.table import (
    Action,
    Address,
    Controls,
    Request,
    Rows,
    counted,
    is_pressed,
    nothing,
    numbers,
    text,
    texts,
    whole,
)
from synth.control.presets import N_CORNERS
from synth.parameters import find_parameter

PAD_AXES = ("timbre/x", "timbre/y")
_MAX_SEED = 2**31 - 1
_MORPH = find_parameter("timbre/morph_ms")
_A_CORNER = "a timbre's name, seed:N, random, or a preset's name"


def timbre_addresses(controls: Controls) -> list[Address]:
    """Return the addresses of the timbre pad and its history."""
    return [
        Address(
            path="/timbre/xy",
            arguments="x y",
            description="Place on the timbre pad: x right, y up",
            types="ff",
            limits=((0.0, 1.0), (0.0, 1.0)),
            plan=partial(_plan_place, controls),
            ask=lambda part: [[controls.value(axis, part) for axis in PAD_AXES]],
        ),
        Address(
            path="/timbre/corner",
            arguments="n name",
            description=f"Corner 1-4, from the bottom left clockwise: {_A_CORNER}",
            types="is",
            limits=((1, N_CORNERS), None),
            plan=partial(_plan_corner, controls),
            ask=lambda part: list(enumerate(controls.corners(part), 1)),
        ),
        *(
            Address(
                path=f"/timbre/corner/{number}",
                arguments="name",
                description=f"Corner {number}: {_A_CORNER}",
                types="s",
                plan=partial(_plan_one_corner, controls, number),
                ask=partial(_tell_corner, controls, number),
            )
            for number in range(1, N_CORNERS + 1)
        ),
        Address(
            path="/timbre/random",
            arguments="[seed]",
            description="Random timbres in all corners; the same seed gives the same",
            types="i",
            limits=((0, _MAX_SEED),),
            is_button=True,
            plan=partial(_plan_random, controls),
        ),
        Address(
            path="/timbre/mutate",
            arguments="amount [seed]",
            description="Turn all corners towards random timbres: 0 nothing, 1 all the way",
            types="fi",
            limits=((0.0, 1.0), (0, _MAX_SEED)),
            plan=partial(_plan_mutate, controls),
        ),
        Address(
            path="/timbre/z",
            arguments="i v …",
            description="Numbers of the latent itself, from number i on; until the pad is moved",
            types="if",
            plan=partial(_plan_latent, controls),
            ask=lambda part: [[0, *controls.latent(part)]],
        ),
        replace(
            parameter_address(controls, _MORPH, is_raw=True),
            path="/timbre/morph_ms",
            arguments="ms",
        ),
        Address(
            path="/timbre/names",
            arguments="",
            description="The instrument's timbres by name",
            is_shared=True,
            ask=lambda _: [list(controls.timbre_names)],
        ),
        _button("/undo", "Take the last edit back", controls.undo if controls else None),
        _button("/redo", "Do again what was taken back", controls.redo if controls else None),
        Address(
            path="/ab",
            arguments="[b]",
            description="Go from A to B or back: two versions to compare; 0 A, 1 B",
            types="i",
            limits=((0, 1),),
            is_button=True,
            plan=partial(_plan_ab, controls),
            ask=lambda part: [[int(controls.is_b(part))]],
        ),
    ]


def _button(path: str, description: str, action: object) -> Address:
    return Address(
        path=path,
        arguments="",
        description=description,
        is_button=True,
        plan=partial(_plan_button, action),
    )


def _plan_button(action: object, request: Request) -> Action:
    if not is_pressed(request.arguments):
        return nothing
    assert callable(action)

    def press() -> None:
        action(request.part_or_first)

    return press


def _plan_place(controls: Controls, request: Request) -> Action:
    x, y = numbers(request.arguments, "x y", 2, 2)
    return partial(controls.set_pad, x, y, request.part_or_first, request.source)


def _plan_corner(controls: Controls, request: Request) -> Action:
    counted(request.arguments, f"a corner and {_A_CORNER}", 1, 2)
    (given,) = numbers(request.arguments[:1], "a corner", 1, 1)
    number = whole(given, "corner", 1, N_CORNERS)
    if len(request.arguments) == 1:
        return lambda: [[number, controls.corners(request.part_or_first)[number - 1]]]
    word = text(request.arguments[1], _A_CORNER)
    return _set_corner(controls, number, word, request.part_or_first)


def _plan_one_corner(controls: Controls, number: int, request: Request) -> Action:
    (word,) = texts(request.arguments, _A_CORNER, 1, 1)
    return _set_corner(controls, number, word, request.part_or_first)


def _set_corner(controls: Controls, number: int, word: str, part: int) -> Action:
    def put() -> None:
        controls.set_corner(number - 1, word, part)

    return put


def _tell_corner(controls: Controls, number: int, part: int) -> Rows:
    return [[controls.corners(part)[number - 1]]]


def _plan_random(controls: Controls, request: Request) -> Action:
    seeds = numbers(request.arguments, "[seed]", 0, 1)
    seed = whole(seeds[0], "seed", 0, _MAX_SEED) if seeds else None

    def draw() -> None:
        controls.randomise(seed, request.part_or_first)

    return draw


def _plan_mutate(controls: Controls, request: Request) -> Action:
    given = numbers(request.arguments, "amount [seed]", 1, 2)
    seed = whole(given[1], "seed", 0, _MAX_SEED) if len(given) > 1 else None

    def mutate() -> None:
        controls.mutate(given[0], request.part_or_first, seed)

    return mutate


def _plan_latent(controls: Controls, request: Request) -> Action:
    first, *values = numbers(request.arguments, "i v …", 2, 4097)
    index = whole(first, "number of the latent", 0, 4095)
    return partial(controls.set_latent, index, values, request.part_or_first)


def _plan_ab(controls: Controls, request: Request) -> Action:
    wanted = numbers(request.arguments, "nothing, 0 for A or 1 for B", 0, 1)
    part = request.part_or_first

    def swap() -> None:
        if not wanted or controls.is_b(part) != bool(wanted[0]):
            controls.swap_ab(part)

    return swap
