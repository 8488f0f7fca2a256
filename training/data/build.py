"""Make a set of notes from SoundFonts: resumable, on all cores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from synth.errors import InputFileError
from training.data.families import FAMILIES, SOURCES
from training.data.journal import is_finished, read_info
from training.data.nsynth import NSynthWriter
from training.data.prepared import PreparedWriter
from training.data.sf2 import read_soundfont_info
from training.data.soundfont import (
    Preset,
    RenderedPreset,
    SoundFontConfig,
    file_sha256,
    fingerprint,
    list_presets,
    render_presets,
)

Layout = Literal["prepared", "nsynth"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildConfig:
    """How a set is written and made; what is in it says `SoundFontConfig`."""

    layout: Layout = "prepared"
    n_processes: int = 1
    licence: str | None = None  # of the SoundFonts; None takes what they say themselves


def build_soundfont_set(
    soundfonts: Sequence[Path],
    path: Path,
    config: SoundFontConfig,
    build: BuildConfig,
    on_progress: Progress = lambda _n_finished, _n_all: None,
) -> Mapping[str, Any]:
    """Render SoundFonts into a set at `path`, or go on where an earlier call was stopped.

    Args:
        soundfonts: .sf2 or .sf3 files.
        path: folder of the set; new, empty, or begun by the same call.
        config: what is rendered.
        build: how.
        on_progress: called with the number of finished and of all presets.

    Returns:
        info: `set.json`, of an earlier call where the set was already finished.

    Raises:
        InputFileError: a SoundFont is none, or the folder holds something else or is not writable.
        DeviceError: FluidSynth is not installed.
    """
    presets = list_presets(soundfonts, config)
    mark = f"{build.layout}-{fingerprint(soundfonts, config)}"
    if is_finished(path):
        return _finished_info(path, mark)
    writer = _open_writer(path, mark, config, build)
    try:
        finished = writer.journal.finished
        on_progress(len(finished), len(presets))
        for preset, rendered in render_presets(presets[len(finished) :], config, build.n_processes):
            writer.append(_record(preset, rendered), rendered.audio)
            on_progress(len(finished), len(presets))
        info = _set_info(soundfonts, config, finished) | {"fingerprint": mark}
        info["licence"] = build.licence or _licences(info["soundfonts"])
        if not info["n_notes"]:
            raise InputFileError(
                f"no note is left: {info['n_silent']} are silent, {info['n_clipped']} clip; choose "
                "another gain or other presets, and another --out folder"
            )
        writer.finish(info)
    finally:
        writer.close()
    return info


def _finished_info(path: Path, mark: str) -> dict[str, Any]:
    info = read_info(path)
    if info.get("fingerprint") != mark:
        raise InputFileError(
            f"{path} holds another finished set; choose another --out folder, or remove that one"
        )
    return info


def _open_writer(
    path: Path, mark: str, config: SoundFontConfig, build: BuildConfig
) -> PreparedWriter | NSynthWriter:
    if build.layout == "nsynth":
        return NSynthWriter(path, mark, config.timing.sample_rate)
    return PreparedWriter(path, mark, config.timing.n_samples)


def _record(preset: Preset, rendered: RenderedPreset) -> dict[str, Any]:
    """Say what of a preset is finished: a line of the journal."""
    return {
        "name": preset.name,
        "label": preset.label,
        "family": FAMILIES[preset.family],
        "source": SOURCES[preset.source],
        "program": preset.program,
        "soundfont": preset.soundfont.name,
        "n_silent": rendered.n_silent,
        "n_clipped": rendered.n_clipped,
        "notes": rendered.notes,
    }


def _set_info(
    soundfonts: Sequence[Path], config: SoundFontConfig, records: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "n_notes": sum(len(record["notes"]) for record in records),
        "n_silent": sum(record["n_silent"] for record in records),
        "n_clipped": sum(record["n_clipped"] for record in records),
        "sample_rate": config.timing.sample_rate,
        "hold_s": config.timing.hold_s,
        "release_s": config.timing.release_s,
        "pitches": list(config.pitches),
        "velocities": list(config.velocities),
        "gain": config.gain,
        "silence_db": config.silence_db,
        "soundfonts": [
            {"file": path.name, "sha256": file_sha256(path), **read_soundfont_info(path)}
            for path in soundfonts
        ],
        "instruments": [
            {key: value for key, value in record.items() if key != "notes"}
            | {"n_notes": len(record["notes"])}
            for record in records
        ],
    }


def _licences(soundfonts: Sequence[Mapping[str, str]]) -> str:
    """Quote what the SoundFonts say of their rights."""
    return " | ".join(
        f"{font.get('name', font['file'])}: "
        + ". ".join(font[key] for key in ("copyright", "comments") if font.get(key))
        for font in soundfonts
    )
