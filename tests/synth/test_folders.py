from pathlib import Path

from synth import folders


def test_a_checkout_reads_the_presets_of_the_repository():
    repository = Path(folders.__file__).resolve().parents[1]
    assert repository / "presets" == folders.factory_presets()


def test_a_wheel_reads_the_presets_inside_the_package(tmp_path, monkeypatch):
    packaged = tmp_path / "synth" / "_presets"
    packaged.mkdir(parents=True)
    monkeypatch.setattr(folders, "_PACKAGE", tmp_path / "synth")
    assert packaged == folders.factory_presets()


def test_instrument_and_song_lie_inside_the_presets():
    assert folders.default_instrument().is_relative_to(folders.factory_presets())
    assert folders.demo_song().is_relative_to(folders.factory_presets())
