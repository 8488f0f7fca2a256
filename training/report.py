"""A page to look at and to listen to: `gansynth evaluate --report DIR`."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from synth.errors import ConfigError, InputFileError
from synth.notes.instrument import Instrument
from synth.wav import WavWriter
from training.evaluation_sources import Source, of_instrument
from training.metrics.played import sound_all
from training.pictures import draw_learning_curve, draw_rainbowgram

if TYPE_CHECKING:
    from training.evaluate import Evaluator

PAGE = "index.html"
LOG_NAME = "log.jsonl"  # of a run
_N_NOTES = 12  # that can be heard

# Every figure that the page explains, in the order of its table.
_FIGURES = {
    "pitch_accuracy": "Notes whose pitch the classifier names",
    "f0_within_50_cents": "Notes within 50 cents by an independent tracker (CREPE)",
    "pitch_entropy": "How sure the classifier is (nats, less is surer)",
    "ndb": "Cells (k-means) whose share differs from that of training notes",
    "ndb_k": "Cells in all",
    "fid": "Fréchet distance of the classifier's features from training notes",
    "kid": "Kernel distance of the same",
    "inception_score": "Inception score on the classifier's pitches",
    "velocity_rank_correlation": "Rank correlation of level and brightness with velocity",
    "velocity_level_rank_correlation": "... of level",
    "velocity_centroid_rank_correlation": "... of brightness",
    "recorded_level_rank_correlation": "Rank correlation of level with the recordings'",
    "recorded_centroid_rank_correlation": "... of brightness with the recordings'",
    "nearest_velocity_accuracy": "Notes nearest to the recording of their own velocity",
    "latent_diversity": "Mean distance of two timbres, dB",
    "interpolation_smoothness": "Evenness of the way between timbres (1: even)",
    "nearest_neighbour_distance": "Median distance to the nearest training note (memorising: 0)",
    "attack_ratio": "Rise time of struck notes, beside their recordings'",
    "silent_tail_dbfs": "Level where recordings have ended, dBFS (95 % are below)",
    "motion_db": "Change of level every 20 ms while held, dB",
    "n_compared": "Notes in the comparisons of distributions",
    "n_samples": "Notes",
    "seed": "Seed",
}
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { padding: .2em .8em; border-bottom: 1px solid #ddd; text-align: right; }
th:first-child, td:first-child { text-align: left; }
.notes { display: grid; grid-template-columns: repeat(auto-fill, minmax(22em, 1fr)); gap: 1.5em; }
.notes img { width: 100%; } audio { width: 100%; height: 2em; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A note to be heard beside its recording."""

    title: str
    stem: str  # of its files
    sounds: Mapping[str, NDArray[np.float32]]  # "recording", "instrument": [n_samples]


def write_report(
    folder: Path,
    evaluator: Evaluator,
    metrics: Mapping[str, Any],
    runs: Sequence[Path] = (),
    tell: Callable[[str, float], None] = lambda _what, _share: None,
) -> Path:
    """Write the page, its pictures and its sounds.

    Args:
        folder: made where it does not exist; files of an earlier report are replaced.
        evaluator: which measured.
        metrics: what it found.
        runs: folders of training runs, whose logs become learning curves.
        tell: is told how far it is.

    Returns:
        The page.

    Raises:
        ConfigError: no instrument was measured, only runs.
        InputFileError: the folder cannot be written.
    """
    rate, instrument = evaluator.data.sample_rate, evaluator.instrument
    if not isinstance(instrument, Instrument):
        raise ConfigError("a report tells of an instrument; export one of the runs")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        examples = choose_examples(evaluator, of_instrument(instrument))
        for number, example in enumerate(examples):
            for kind, audio in example.sounds.items():
                name = f"{example.stem}-{kind}"
                with WavWriter(folder / f"{name}.wav", rate, n_channels=1) as file:
                    file.write(np.ascontiguousarray(audio[None], np.float32))
                draw_rainbowgram(folder / f"{name}.png", audio, rate)
            tell("report", (number + 1) / len(examples))
        curves = [run for run in runs if draw_curve(run, folder / f"{run.name}-learning.png")]
        text = page(instrument.name, metrics, examples, [run.name for run in curves])
        partial = folder / (PAGE + ".partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(folder / PAGE)
    except OSError as error:
        raise InputFileError(
            f"cannot write the report {folder}: {error.strerror}; name another folder"
        ) from error
    return folder / PAGE


def choose_examples(evaluator: Evaluator, source: Source) -> list[Example]:
    """Take held-out notes, and sound what the instrument makes of them."""
    rows = evaluator.notes.held_out[:_N_NOTES]
    made = sound_all(source, evaluator.decoder, evaluator.note_list(source, rows))
    recordings = evaluator.read(rows)
    examples = []
    for number, row in enumerate(rows):
        data = evaluator.data
        name = evaluator.notes.timbres[int(data.instrument[row])]
        title = f"{name}, pitch {data.pitch[row]}, velocity {data.velocity[row]}"
        sounds = {"recording": recordings[number], "instrument": made[number]}
        examples.append(Example(title=title, stem=f"note-{number:02d}", sounds=sounds))
    return examples


def page(
    name: str, metrics: Mapping[str, Any], examples: Sequence[Example], curves: Sequence[str]
) -> str:
    """Compose the page.

    Args:
        name: of the instrument.
        metrics: of `training.evaluate.evaluate_instrument`.
        examples: notes whose files lie beside the page.
        curves: runs whose learning curve lies there.
    """
    rows = {
        key: metrics[key] for key in ("real", "model", "random", "mid_points") if key in metrics
    }
    rows |= metrics.get("runs", {})
    parts = [f"<h1>{html.escape(name)}</h1>", "<h2>Figures</h2>", figures_table(rows)]
    if "inversion" in metrics:
        parts += ["<h2>Ways of inversion</h2>", inversion_tables(metrics["inversion"])]
    parts += [
        f"<h2>Learning, {html.escape(run)}</h2><img src='{html.escape(run)}-learning.png'>"
        for run in curves
    ]
    parts += ["<h2>Held-out notes, recorded and generated</h2>", "<div class='notes'>"]
    parts += [_example(example) for example in examples]
    parts.append("</div>")
    body = "\n".join(parts)
    title = f"{html.escape(name)}: evaluation"
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{title}</title>"
        f"<style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def figures_table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Lay figures out, one a line, one column a row of the evaluation."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in rows)
    lines = [f"<tr><th>figure</th>{head}</tr>"]
    for key, meaning in _FIGURES.items():
        cells = "".join(f"<td>{_cell(row.get(key))}</td>" for row in rows.values())
        lines.append(f"<tr><td title='{key}'>{html.escape(meaning)}</td>{cells}</tr>")
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def inversion_tables(inversion: Mapping[str, Any]) -> str:
    """Lay the comparison of inversions out, real notes and generated ones side by side."""
    columns = {
        "spectral_convergence_db": "convergence, dB",
        "level_error_db": "level, dB",
        "attack_ratio": "attack",
        "seconds_per_note": "s a note",
    }
    titles = "".join(
        f"<th>{kind}: {title}</th>" for kind in ("real", "model") for title in columns.values()
    )
    lines = [f"<tr><th>method</th>{titles}</tr>"]
    for real, model in zip(inversion["real"], inversion["model"], strict=True):
        cells = "".join(f"<td>{_cell(row[key])}</td>" for row in (real, model) for key in columns)
        lines.append(f"<tr><td>{html.escape(real['method'])}</td>{cells}</tr>")
    choice = html.escape(str(inversion["choice"]))
    return f"<table>\n{chr(10).join(lines)}\n</table>\n<p>The player uses: {choice}.</p>"


def draw_curve(run: Path, path: Path) -> bool:
    """Draw a run's learning curve from its log; False where it has none."""
    try:
        lines = (run / LOG_NAME).read_text().splitlines()
    except OSError:
        return False
    entries = []
    for line in lines:
        try:
            entries.append(json.loads(line))
        except ValueError:
            continue  # a line that a killed run left unfinished
    return draw_learning_curve(path, entries)


def _example(example: Example) -> str:
    parts = [f"<div><h3>{html.escape(example.title)}</h3>"]
    for kind in example.sounds:
        file = f"{example.stem}-{kind}"
        parts.append(
            f"<p>{kind}<br><img src='{file}.png' alt='rainbowgram'>"
            f"<audio controls preload='none' src='{file}.wav'></audio></p>"
        )
    return "".join(parts) + "</div>"


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else html.escape(str(value))
