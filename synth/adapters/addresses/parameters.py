"""Parameters by OSC: every row of the table, as 0..1 and in its unit."""

from functools import partial

from synth.adapters.addresses.table import Action, Address, Controls, Request, Rows, numbers
from synth.adapters.osc_packet import Argument
from synth.parameters import PARAMETERS, Parameter


def parameter_addresses(controls: Controls) -> list[Address]:
    """Return two addresses for each parameter."""
    return [
        parameter_address(controls, parameter, is_raw=is_raw)
        for parameter in PARAMETERS
        for is_raw in (False, True)
    ]


def parameter_address(controls: Controls, parameter: Parameter, *, is_raw: bool) -> Address:
    """Return the address of a parameter: 0..1, or in its unit."""
    limits = (parameter.minimum, parameter.maximum) if is_raw else (0.0, 1.0)
    return Address(
        path=f"/param/{parameter.name}" + ("/raw" if is_raw else ""),
        arguments=parameter.unit or "value" if is_raw else "value",
        description=parameter.description,
        types="f",
        limits=(limits,),
        unit=parameter.unit if is_raw else "",
        is_shared=parameter.is_global,
        plan=partial(_plan, controls, parameter, is_raw),
        ask=partial(_tell, controls, parameter, is_raw),
    )


def _plan(controls: Controls, parameter: Parameter, is_raw: bool, request: Request) -> Action:
    way = _raw_way(parameter, request.arguments) if is_raw else None
    if way is None:
        wanted = f"a value in {parameter.unit or 'its own range'}" if is_raw else "a value 0..1"
        (value,) = numbers(request.arguments, wanted, 1, 1)
        way = parameter.to_normalised(value) if is_raw else value
    part = request.part_or_first
    return partial(controls.set_parameter, parameter.name, way, part, request.source)


def _raw_way(parameter: Parameter, arguments: tuple[Argument, ...]) -> float | None:
    """Return the place of a value that was said in its word: 'tied'; None where it was not."""
    real = parameter.from_word(str(arguments[0])) if len(arguments) == 1 else None
    return None if real is None else parameter.to_normalised(real)


def _tell(controls: Controls, parameter: Parameter, is_raw: bool, part: int) -> Rows:
    read = controls.real if is_raw else controls.value
    return [[read(parameter.name, part), controls.display(parameter.name, part)]]
