"""The page holds the figures, and what is written into it is text."""

import json

import numpy as np
import pytest

from training.report import Example, draw_curve, figures_table, inversion_tables, page

ROW = {"pitch_accuracy": 0.9731, "fid": 12.34567, "f0_within_50_cents": None}


def test_figures_are_laid_out_and_missing_ones_are_dashes():
    table = figures_table({"real": ROW, "model": ROW | {"fid": 99.0}})
    assert "<th>real</th><th>model</th>" in table
    assert "<td>12.35</td><td>99</td>" in table
    assert "<td>–</td>" in table


def test_inversions_are_laid_out_side_by_side():
    row = {"level_error_db": 0.0, "attack_ratio": None, "seconds_per_note": 0.5}
    real = [{"method": "A & B", "spectral_convergence_db": -20.5, **row}]
    model = [{"method": "A & B", "spectral_convergence_db": -9.5, **row}]
    table = inversion_tables({"real": real, "model": model, "choice": "A & B"})
    assert "A &amp; B" in table
    assert table.index("-20.5") < table.index("-9.5")


def test_names_cannot_become_markup():
    sounds = {"recording": np.zeros(4, np.float32)}
    example = Example(title="<script>1</script>", stem="note-00", sounds=sounds)
    text = page("<b>bold</b>", {"real": ROW}, [example], [])
    assert "<script>" not in text
    assert "<b>" not in text
    assert "note-00-recording.wav" in text


@pytest.mark.parametrize("has_log", [True, False])
def test_a_learning_curve_needs_a_log(tmp_path, has_log):
    if has_log:
        lines = [json.dumps({"images": k, "loss": 1.0 / k}) for k in range(1, 5)]
        (tmp_path / "log.jsonl").write_text("\n".join([*lines, '{"images": 5, "lo']))
    assert draw_curve(tmp_path, tmp_path / "curve.png") == has_log
    assert (tmp_path / "curve.png").exists() == has_log
