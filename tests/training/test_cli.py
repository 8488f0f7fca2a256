import argparse

import pytest

from training.cli import add_export_command, parse_numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [("60", (60,)), ("21-24", (21, 22, 23, 24)), ("0-1,40,1", (0, 1, 40))],
)
def test_numbers_are_lists_of_numbers_and_ranges(text, expected):
    assert expected == parse_numbers(text)


@pytest.mark.parametrize("text", ["", "a", "1-", "-5", "9-8", "1,,2"])
def test_what_is_no_list_of_numbers_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError):
        parse_numbers(text)


def test_export_takes_a_run_and_says_how_well_the_forms_agree(monkeypatch, tmp_path, capsys):
    from training import export

    def export_run(run_dir, folder, **options):
        assert (run_dir, folder) == (tmp_path / "run", tmp_path / "out")
        assert options == {"name": "Mine", "licence": None, "boundaries": (8, 32)}
        return export.ExportReport(
            folder=folder,
            n_bytes=18_700_000,
            onnx_error=3e-6,
            torchscript_error=0.0,
            tile_error=0.0,
            rounding_error=2e-3,
        )

    monkeypatch.setattr(export, "export_run", export_run)
    parser = argparse.ArgumentParser()
    add_export_command(parser.add_subparsers())
    words = ["--run", str(tmp_path / "run"), "--out", str(tmp_path / "out"), "--name", "Mine"]
    args = parser.parse_args(["export", *words, "--tiles", "8,32"])
    assert args.run(args) == 0
    assert "18.7 MB; largest errors: ONNX 3.0e-06" in capsys.readouterr().out
