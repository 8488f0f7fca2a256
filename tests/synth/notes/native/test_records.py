"""What a plan writes down is what a kernel reads."""

import re
from pathlib import Path

import pytest

from synth.notes.native import generator, layers, records, run
from synth.notes.native.kernels import winograd

KERNELS = "\n".join(Path(module.__file__).read_text() for module in (layers, run, winograd))
GENERATOR = Path(generator.__file__).read_text()
DTYPES = [name for name in vars(records) if name.endswith("_DTYPE")]


@pytest.mark.parametrize("name", DTYPES)
def test_every_field_is_read_by_a_kernel(name):
    unread = [
        field
        for field in getattr(records, name).names
        if not re.search(rf"\.{field}\b(?! = )", KERNELS) and f'["{field}"]' not in GENERATOR
    ]
    assert unread == []


def test_kinds_of_tickets_are_told_apart():
    kinds = (records.DENSE, records.START, records.COMB, records.STRIP, records.EQUALISE)
    assert len(set(kinds)) == len(kinds)
