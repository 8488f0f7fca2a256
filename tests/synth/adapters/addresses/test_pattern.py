import time

import pytest

from synth.adapters.addresses.pattern import compile_pattern, is_pattern
from synth.errors import ConfigError


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("/param/*/pan", "/param/amp/pan", "/param/a/b/pan"),
        ("/mnot?", "/mnote", "/mnot"),
        ("/part/[1-3]/x", "/part/2/x", "/part/4/x"),
        ("/part/[!1-3]/x", "/part/4/x", "/part/2/x"),
        ("/{undo,redo}", "/redo", "/ab"),
        ("/a.b*", "/a.bc", "/axbc"),
        ("/[a^-]", "/^", "/b"),
    ],
)
def test_patterns_mean_what_osc_says(pattern: str, fits: str, fits_not: str) -> None:
    assert is_pattern(pattern)
    assert compile_pattern(pattern).fullmatch(fits)
    assert not compile_pattern(pattern).fullmatch(fits_not)


@pytest.mark.parametrize(
    "pattern", ["/[a", "/{a", "/[z-a]", "/" + "a" * 300 + "*", "/*a*a*a*a*a*a*"]
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError, match="pattern"):
        compile_pattern(pattern)


def test_many_stars_side_by_side_are_one() -> None:
    started_s = time.process_time()
    assert not compile_pattern("/" + "*" * 150 + "x").fullmatch("/" + "a" * 1000)
    assert time.process_time() - started_s < 1.0
