"""Seeded splits of a set into what is trained on, tuned on and tested on."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synth.errors import ConfigError

PARTS: Final = ("train", "valid", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Rows of a set, sorted; together they are all of it, each row once."""

    train: NDArray[np.int64]
    valid: NDArray[np.int64]
    test: NDArray[np.int64]

    @classmethod
    def from_codes(cls, codes: NDArray[np.uint8]) -> Self:
        """Build a split from each row's part, an index into `PARTS`: [n_notes]."""
        return cls(**{name: np.flatnonzero(codes == code) for code, name in enumerate(PARTS)})

    def to_codes(self) -> NDArray[np.uint8]:
        """Return each row's part, as `from_codes` takes it."""
        codes = np.zeros(self.train.size + self.valid.size + self.test.size, np.uint8)
        for code, name in enumerate(PARTS):
            codes[getattr(self, name)] = code
        return codes


def split_notes(
    n_notes: int, seed: int, *, valid_fraction: float = 0.05, test_fraction: float = 0.05
) -> Split:
    """Split by note, as GANSynth does: every instrument is in every part, no note in two.

    Args:
        n_notes: length of the set.
        seed: the same seed gives the same split of the same set.
        valid_fraction: of the notes.
        test_fraction: of the notes.
    """
    parts = _draw(n_notes, seed, valid_fraction, test_fraction)
    return Split(**{name: np.sort(rows) for name, rows in parts.items()})


def split_instruments(
    instrument: ArrayLike,
    seed: int,
    *,
    valid_fraction: float = 0.05,
    test_fraction: float = 0.05,
) -> Split:
    """Split by instrument, as NSynth does: no instrument is in two parts.

    Args:
        instrument: [n_notes] instrument index of each row.
        seed: the same seed gives the same split of the same instruments.
        valid_fraction: of the instruments.
        test_fraction: of the instruments.
    """
    instrument = np.asarray(instrument)
    instruments = np.unique(instrument)
    parts = _draw(instruments.size, seed, valid_fraction, test_fraction)
    return Split(
        **{
            name: np.flatnonzero(np.isin(instrument, instruments[chosen]))
            for name, chosen in parts.items()
        }
    )


def _draw(
    n_items: int, seed: int, valid_fraction: float, test_fraction: float
) -> dict[str, NDArray[np.int64]]:
    """Draw items for the three parts; a part that is wanted has at least one."""
    if min(valid_fraction, test_fraction) < 0 or valid_fraction + test_fraction >= 1:
        raise ConfigError(
            f"fractions are {valid_fraction} (valid) and {test_fraction} (test), wanted 0 or more "
            "and less than 1 together"
        )
    n_valid, n_test = (
        max(1, round(fraction * n_items)) if fraction else 0
        for fraction in (valid_fraction, test_fraction)
    )
    if n_valid + n_test >= n_items:
        raise ConfigError(
            f"{n_items} item(s) cannot be split in three; give more, or a fraction of 0"
        )
    order = np.random.Generator(np.random.PCG64(seed)).permutation(n_items)
    valid, test, train = np.split(order, (n_valid, n_valid + n_test))
    return {"train": train, "valid": valid, "test": test}
