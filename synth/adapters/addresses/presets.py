"""Presets, tunings and MIDI learn by OSC; everything by name, never by path."""

from collections.abc import Callable, Sequence
from functools import partial

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
from synth.adapters.osc_packet import Argument
from synth.control.assignment import read_address
from synth.control.presets import MAX_PROGRAM
from synth.control.tuning import load_tuning, tuning_names
from synth.errors import ConfigError

_MAX_TAGS = 100
_MAX_LIST_BYTES = 8000  # of names in one packet


def preset_addresses(controls: Controls) -> list[Address]:
    """Return the addresses of the bank."""
    return [
        Address(
            path="/preset/load",
            arguments="name",
            description="Load a preset by its name, or by its number",
            types="s",
            plan=partial(_plan_load, controls),
            ask=lambda part: [[controls.preset(part).name]],
        ),
        Address(
            path="/preset/save",
            arguments="[name]",
            description="Save under a name; without one, under its own",
            types="s",
            is_button=True,
            plan=partial(_plan_save, controls),
        ),
        _step(controls, "/preset/next", 1, "Load the next preset of the bank"),
        _step(controls, "/preset/prev", -1, "Load the preset before"),
        Address(
            path="/preset/random",
            arguments="[seed]",
            description="Load any preset",
            types="i",
            is_button=True,
            plan=partial(_plan_random, controls),
        ),
        Address(
            path="/preset/list",
            arguments="",
            description="The names of all presets, by their numbers",
            is_shared=True,
            ask=lambda _: _packed(controls.bank.names()),
        ),
        Address(
            path="/preset/search",
            arguments="words",
            description="The names of presets in which all words occur",
            types="s",
            is_shared=True,
            plan=partial(_plan_search, controls),
        ),
        Address(
            path="/preset/rename",
            arguments="name new_name",
            description="Give a preset another name",
            types="ss",
            is_shared=True,
            plan=partial(_plan_rename, controls),
        ),
        Address(
            path="/preset/tag",
            arguments="name tag …",
            description="Add tags to a preset; -tag takes one away",
            types="ss",
            is_shared=True,
            plan=partial(_plan_tag, controls),
        ),
        Address(
            path="/tuning/load",
            arguments="name",
            description="Tune all keys to a scale by its name; equal goes back",
            types="s",
            is_shared=True,
            plan=partial(_plan_tuning, controls),
            ask=lambda _: [[controls.tuning.name]],
        ),
        Address(
            path="/tuning/list",
            arguments="",
            description="The names of all tunings",
            is_shared=True,
            ask=lambda _: _packed(tuning_names()),
        ),
        Address(
            path="/learn",
            arguments="address",
            description="Bind the MIDI controller that moves next to a parameter; '' stops",
            types="s",
            is_shared=True,
            plan=partial(_plan_learn, controls),
            ask=lambda _: [[_waiting(controls)]],
        ),
        Address(
            path="/learn/clear",
            arguments="[address]",
            description="Forget the controller of a parameter, or all learned ones",
            types="s",
            is_button=True,
            is_shared=True,
            plan=partial(_plan_forget, controls),
        ),
        Address(
            path="/learn/list",
            arguments="",
            description="What is learned: address, controller, channel",
            is_shared=True,
            ask=lambda _: _bindings(controls),
        ),
    ]


def _step(controls: Controls, path: str, step: int, description: str) -> Address:
    def plan(request: Request) -> Action:
        if not is_pressed(request.arguments):
            return nothing
        return _quietly(lambda: controls.step_preset(step, request.part_or_first))

    return Address(path=path, arguments="", description=description, is_button=True, plan=plan)


def _plan_load(controls: Controls, request: Request) -> Action:
    (given,) = counted(request.arguments, "a preset's name", 1, 1)
    if isinstance(given, str):
        preset = controls.bank.find(text(given, "a preset's name"))
    else:
        program = whole(float(given), "preset", 1, MAX_PROGRAM)
        preset = controls.bank.by_program(program)
        if preset is None:
            raise ConfigError(f"no preset has the number {program}")
    return partial(controls.load, preset, [request.part_or_first])


def _plan_save(controls: Controls, request: Request) -> Action:
    part = request.part_or_first
    (given,) = counted(request.arguments, "a name", 0, 1) or (1,)
    if not isinstance(given, str) and not is_pressed([given]):
        return nothing
    name = text(given, "a name") if isinstance(given, str) else controls.preset(part).name
    return _quietly(lambda: controls.save(name, part))


def _plan_random(controls: Controls, request: Request) -> Action:
    seeds = numbers(request.arguments, "[seed]", 0, 1)
    preset = controls.bank.draw(int(seeds[0]) if seeds else None)
    return partial(controls.load, preset, [request.part_or_first])


def _plan_search(controls: Controls, request: Request) -> Action:
    words = " ".join(str(argument) for argument in request.arguments)
    return lambda: _packed([entry.preset.name for entry in controls.bank.search(words)])


def _plan_rename(controls: Controls, request: Request) -> Action:
    old, new = texts(request.arguments, "a name and a new name", 2, 2)
    return _quietly(lambda: controls.bank.rename(old, new))


def _plan_tag(controls: Controls, request: Request) -> Action:
    name, *tags = texts(request.arguments, "a preset's name, and tags", 2, _MAX_TAGS)
    add = [tag for tag in tags if not tag.startswith("-")]
    remove = [tag[1:] for tag in tags if tag.startswith("-")]
    return _quietly(lambda: controls.bank.tag(name, add, remove))


def _plan_tuning(controls: Controls, request: Request) -> Action:
    (name,) = texts(request.arguments, "a tuning's name", 1, 1)
    return partial(controls.set_tuning, load_tuning(name), request.source)


def _plan_learn(controls: Controls, request: Request) -> Action:
    (word,) = counted(request.arguments, "a parameter's address", 1, 1)
    wanted = None if word == "" else _parameter(word, request.part_or_first)

    def wait() -> None:
        controls.midi_map.waiting = wanted
        controls.tell(0, ("/learn",))

    return wait


def _plan_forget(controls: Controls, request: Request) -> Action:
    word = request.arguments[0] if request.arguments else 1
    if not isinstance(word, str) and not is_pressed([word]):
        return nothing
    wanted = _parameter(word, request.part_or_first) if isinstance(word, str) else None

    def forget() -> None:
        if wanted is None:
            controls.midi_map.clear_all()
        else:
            controls.midi_map.clear(*wanted)
        controls.tell(0, ("/learn/list",))

    return forget


def _parameter(word: Argument, part: int) -> tuple[str, int]:
    """Read the address of a parameter, of the part that was named before if it names none."""
    parameter, named = read_address(str(word))
    return parameter.name, part if named is None else named


def _waiting(controls: Controls) -> str:
    waiting = controls.midi_map.waiting
    return "" if waiting is None else _spoken(*waiting)


def _bindings(controls: Controls) -> Rows:
    rows = [
        [_spoken(b.name, b.part), b.controller, b.channel + 1] for b in controls.midi_map.bindings
    ]
    return rows or [[]]


def _spoken(name: str, part: int) -> str:
    return f"/part/{part + 1}/param/{name}" if part else f"/param/{name}"


def _packed(names: Sequence[str]) -> Rows:
    """Lay names out in as few packets as a network takes."""
    rows: list[list[Argument]] = [[]]
    n_bytes = 0
    for name in names:
        n_bytes += len(name.encode()) + 5
        if n_bytes > _MAX_LIST_BYTES and rows[-1]:
            rows.append([])
            n_bytes = 0
        rows[-1].append(name)
    return rows


def _quietly(action: Callable[[], object]) -> Action:
    """Do something whose result is told by feedback."""

    def act() -> None:
        action()

    return act
