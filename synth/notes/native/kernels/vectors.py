"""What both kernels say to LLVM: vectors of float32 from and to memory."""

from __future__ import annotations

from llvmlite import ir
from numba.core import cgutils

INT64 = ir.IntType(64)
FLOAT = ir.FloatType()
HALF = ir.HalfType()
_LANE = ir.IntType(32)


def vector_of(lanes: int) -> ir.VectorType:
    """Return the type of so many float32."""
    return ir.VectorType(FLOAT, lanes)


def load(builder: ir.IRBuilder, pointer: ir.Value, index: int, lanes: int) -> ir.Value:
    """Load float32, or half precision as float32, from pointer[index] on; on any boundary."""
    element = pointer.type.pointee
    place = builder.gep(pointer, [INT64(index)])
    place = builder.bitcast(place, ir.VectorType(element, lanes).as_pointer())
    value = builder.load(place, align=4 if element == FLOAT else 2)
    return value if element == FLOAT else builder.fpext(value, vector_of(lanes))


def store(builder: ir.IRBuilder, value: ir.Value, pointer: ir.Value, index: int) -> None:
    """Store float32 from pointer[index] on; on any boundary."""
    place = builder.bitcast(builder.gep(pointer, [INT64(index)]), value.type.as_pointer())
    builder.store(value, place, align=4)


def spread(builder: ir.IRBuilder, value: ir.Value, lanes: int) -> ir.Value:
    """Repeat one float32 in all lanes."""
    unset = ir.Constant(vector_of(lanes), ir.Undefined)
    one = builder.insert_element(unset, value, _LANE(0))
    return builder.shuffle_vector(one, unset, ir.Constant(ir.VectorType(_LANE, lanes), [0] * lanes))


def multiply_add(module: ir.Module, lanes: int) -> ir.Function:
    """Return a * b + c: fused where the processor can, two roundings where it cannot."""
    vector = vector_of(lanes)
    return cgutils.get_or_insert_function(
        module, ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.v{lanes}f32"
    )


def declare(module: ir.Module, name: str, arguments: list[ir.Type], n_pointers: int) -> ir.Function:
    """Begin a function of its own; its first arguments are pointers that do not overlap."""
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), arguments), name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
    for argument in function.args[:n_pointers]:
        argument.add_attribute("noalias")
    return function
