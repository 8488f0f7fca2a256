"""What a key's velocity becomes: which layer of the instrument, and how loud."""

from collections.abc import Sequence
from itertools import pairwise

SOFT_PEDAL = 0.6  # of the velocity, which is learned: softer and duller, as one string is
STEEPEST_CURVE = 3.0  # exponent


def velocity_gain(velocity: float, layer: float, lowest_layer: float) -> float:
    """Compute the gain that stands in for the velocities between two layers.

    What a velocity sounds like is learned; a layer's own velocity has gain 1. Between layers a
    gentle slope keeps neighbouring velocities apart without a step back where an insensitive timbre
    changes layers; below the softest layer, where nothing was learned, it falls to silence as
    General MIDI's does.

    Args:
        velocity: 0..1, as it was played.
        layer: 0..1, of the frames.
        lowest_layer: 0..1.
    """
    exponent = 2.0 if velocity < lowest_layer else 0.5
    return float((velocity / layer) ** exponent)


def curved_velocity(velocity: float, curve: float) -> float:
    """Bend a keyboard's velocities: a heavy hand plays softly, or a light one loudly.

    Args:
        velocity: 0..1.
        curve: -1 loud already when lightly struck, 0 as it is, 1 loud only when hard struck.
    """
    return float(velocity ** (STEEPEST_CURVE**curve))


def layers_between(trained: Sequence[float]) -> tuple[float, ...]:
    """Return the velocities that notes are generated at: those that were trained, and one between.

    A generator takes any velocity, and what it makes of one between two lies between them: 9 in
    place of 5 halve the error of level and brightness (six timbres, two pitches; 17 would halve it
    again, and take four times as long to make in advance).

    Args:
        trained: 0..1, rising.
    """
    between = [(low + high) / 2.0 for low, high in pairwise(trained)]
    return tuple(sorted([*trained, *between]))
