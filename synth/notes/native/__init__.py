"""The generator in machine code of our own: one note, one call, one thread, no runtime.

`weights` reads what an export laid down, `program` plans a tile, `layers` computes it and
`microkernel` is the loop that they all end in. `generator` is what the worker runs.
"""
