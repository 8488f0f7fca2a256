import llvmlite.binding as llvm
from llvmlite import ir

from synth.notes.native.kernels import vectors


def written(lanes, element):
    """A function that loads, repeats, multiplies, adds and stores."""
    module = ir.Module()
    floats = vectors.FLOAT.as_pointer()
    function = vectors.declare(module, "f", [element.as_pointer(), floats], n_pointers=2)
    function.linkage = "external"
    builder = ir.IRBuilder(function.append_basic_block())
    value = vectors.load(builder, function.args[0], 3, lanes)
    one = vectors.spread(builder, builder.load(function.args[1]), lanes)
    fused = vectors.multiply_add(module, lanes)
    vectors.store(builder, builder.call(fused, [value, one, value]), function.args[1], 5)
    builder.ret_void()
    return str(module)


def test_llvm_accepts_what_is_written():
    for lanes in (4, 8, 16):
        for element in (vectors.FLOAT, vectors.HALF):
            llvm.parse_assembly(written(lanes, element)).verify()


def test_half_precision_is_widened_at_once():
    text = written(8, vectors.HALF)
    assert "fpext <8 x half>" in text
    assert "load <8 x half>" in text
    assert "fpext" not in written(8, vectors.FLOAT)
