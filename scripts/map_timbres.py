"""Draw the timbre space: docs/timbre-map.png.

    scripts/map_timbres.py [--instrument DIR] [--out FILE.png]

Latents of instruments are points on a sphere in 64 dimensions that lie nearly as far apart as they
can, so their own distances show little. The map shows how they sound: every named timbre plays
three notes, and places are chosen so that distances on the paper follow those of the sounds (metric
multidimensional scaling by SMACOF: de Leeuw 1977; Borg & Groenen 2005, §8.6). Grey dots are random
timbres, put beside the named ones that they sound like.
"""

import argparse
from pathlib import Path

import matplotlib as mpl
import numpy as np

from synth.folders import default_instrument
from synth.notes.encoder import LAST_FRAME, note_picture, picture_distance_db
from synth.notes.generators import OnnxGenerator
from synth.notes.instrument import Instrument
from synth.notes.latents import Latent, random_timbre
from synth.representation import to_magnitude_and_advance

PITCHES = (48, 60, 72)
VELOCITY = 100 / 127
N_RANDOM = 60
N_TILES = 2  # 1 s of each note
N_ITERATIONS = 400


def main() -> None:
    """Draw the map."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instrument", type=Path, default=default_instrument(), metavar="DIR")
    docs = Path(__file__).resolve().parents[1] / "docs"
    parser.add_argument("--out", type=Path, default=docs / "timbre-map.png", metavar="FILE.png")
    args = parser.parse_args()
    instrument = Instrument.load(args.instrument)
    generator = OnnxGenerator(instrument, warm_batches=())
    named = [pictures(generator, timbre.latent) for timbre in instrument.timbres.values()]
    strays = [
        pictures(generator, random_timbre(instrument.latents, seed, instrument.prior))
        for seed in range(N_RANDOM)
    ]
    distances = np.array([[distance_db(a, b) for b in named] for a in named])
    places = scale(distances)
    to_named = np.array([[distance_db(stray, name) for name in named] for stray in strays])
    draw(instrument, places, beside(to_named, places), args.out)
    shown = np.linalg.norm(places[:, None] - places[None], axis=2)
    above = np.triu_indices(len(places), 1)
    likeness = np.corrcoef(shown[above], distances[above])[0, 1]
    print(f"{args.out}: {len(places)} timbres; distances correlate by {likeness:.2f}")


def pictures(generator: OnnxGenerator, latent: Latent) -> list[np.ndarray]:
    """Play a timbre's notes and return their pictures."""
    spec = generator.instrument.spec
    low, high = generator.instrument.pitch_range
    drawn = []
    for pitch in PITCHES:
        at = np.array([min(max(pitch, low), high)])
        tiles = [
            generator.generate(tile, latent[None], at, np.array([VELOCITY]))[0]
            for tile in generator.tiles[:N_TILES]
        ]
        magnitude, _ = to_magnitude_and_advance(np.concatenate(tiles, axis=1), spec)
        drawn.append(note_picture(magnitude, int(at[0]), LAST_FRAME, spec))
    return drawn


def distance_db(a: list[np.ndarray], b: list[np.ndarray]) -> float:
    """Return how different two timbres sound, mean over their notes."""
    return float(np.mean([picture_distance_db(x, y) for x, y in zip(a, b, strict=True)]))


def scale(distances: np.ndarray) -> np.ndarray:
    """Place points so that their distances follow the given ones: [n, n] to [n, 2]."""
    n = len(distances)
    # Classical scaling is the start, so that the map is the same every time.
    centring = np.eye(n) - 1.0 / n
    values, vectors = np.linalg.eigh(-0.5 * centring @ distances**2 @ centring)
    largest = [-1, -2]  # the map is wider than it is high
    places = vectors[:, largest] * np.sqrt(np.maximum(values[largest], 1e-9))
    for _ in range(N_ITERATIONS):
        shown = np.linalg.norm(places[:, None] - places[None], axis=2)
        ratio = -np.divide(distances, shown, out=np.zeros_like(shown), where=shown > 1e-12)
        np.fill_diagonal(ratio, 0.0)
        np.fill_diagonal(ratio, -ratio.sum(axis=1))
        places = ratio @ places / n  # Guttman's transform
    return np.asarray(places)


def beside(to_named: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Place sounds among named ones, by how like them they are: [n, n_named] to [n, 2]."""
    weight = 1.0 / np.maximum(to_named, 1e-6) ** 6
    return np.asarray(weight @ places / weight.sum(axis=1, keepdims=True))


def draw(instrument: Instrument, places: np.ndarray, strays: np.ndarray, out: Path) -> None:
    """Draw the map, a colour for each family."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    families = sorted({timbre.family for timbre in instrument.timbres.values()})
    colours = dict(zip(families, plt.get_cmap("tab20").colors[::1], strict=False))
    figure, axes = plt.subplots(figsize=(11, 8))
    axes.scatter(*strays.T, s=10, color="0.8", label="random")
    for (name, timbre), (x, y) in zip(instrument.timbres.items(), places, strict=True):
        axes.scatter(x, y, s=36, color=colours[timbre.family])
        axes.annotate(name, (x, y), xytext=(4, 3), textcoords="offset points", fontsize=7)
    for family, colour in colours.items():
        axes.scatter([], [], s=36, color=colour, label=family)
    axes.legend(fontsize=8, ncols=2)
    axes.set_aspect("equal")
    axes.set_xlabel("dB")
    axes.set_ylabel("dB")
    axes.set_title(f"Timbres of {instrument.name} by how they sound")
    figure.tight_layout()
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
