"""Parameters by OSC: every row of the table, as 0..1 and in its unit."""

from functools import partial

from synth.adapters.addresses.table import Action, Address, Controls, Request, Rows, numbers
from synth.parameters import PARAMETERS, Parameter


def parameter_addresses(controls: Controls) -> list[Address]:
    """Return two addresses for each parameter."""
    return [
        address
        for parameter in PARAMETERS
        for address in (_faded(controls, parameter), _raw(controls, parameter))
    ]


def _faded(controls: Controls, parameter: Parameter) -> Address:
    return Address(
        path=f"/param/{parameter.name}",
        arguments="value",
        description=parameter.description,
        types="f",
        limits=((0.0, 1.0),),
        is_shared=parameter.is_global,
        plan=partial(_plan, controls, parameter, False),
        ask=partial(_tell, controls, parameter, False),
    )


def _raw(controls: Controls, parameter: Parameter) -> Address:
    return Address(
        path=f"/param/{parameter.name}/raw",
        arguments=parameter.unit or "value",
        description=parameter.description,
        types="f",
        limits=((parameter.minimum, parameter.maximum),),
        unit=parameter.unit,
        is_shared=parameter.is_global,
        plan=partial(_plan, controls, parameter, True),
        ask=partial(_tell, controls, parameter, True),
    )


def _plan(controls: Controls, parameter: Parameter, is_raw: bool, request: Request) -> Action:
    wanted = f"a value in {parameter.unit or 'its own range'}" if is_raw else "a value 0..1"
    (value,) = numbers(request.arguments, wanted, 1, 1)
    way = parameter.to_normalised(value) if is_raw else value
    part = request.part_or_first
    return partial(controls.set_parameter, parameter.name, way, part, request.source)


def _tell(controls: Controls, parameter: Parameter, is_raw: bool, part: int) -> Rows:
    read = controls.real if is_raw else controls.value
    return [[read(parameter.name, part), controls.display(parameter.name, part)]]
