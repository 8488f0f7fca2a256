"""The generator in machine code of our own, without a runtime.

`weights` reads what an export laid down, `program` plans a tile, `run` makes it of `layers`, and
`kernels` has the loops that they end in. `generator` is what the worker runs, alone or, for
first tiles, as a `crew`.
"""
