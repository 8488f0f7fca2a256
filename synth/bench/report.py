"""All figures in one run, and each beside its budget."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from synth.adapters.midi_file import load_song
from synth.bench import fluid, generation, onsets, peers, process, voices
from synth.bench.figures import rounded
from synth.config import Backend, Device, EngineConfig
from synth.folders import demo_song
from synth.notes.instrument import Instrument
from synth.offline import open_offline
from synth.render import measure_speed

COLD_ONSET_MS, CHORD_MS, COLD_SHARE = 10.0, 25.0, 0.25
MEMORY_MB, START_S = 600.0, 3.0

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchConfig:
    """How much to measure; the defaults take under two minutes on two cores."""

    n_notes: int = 1000  # cold ones
    n_blocks: int = 100_000  # of the callback
    seconds: float = 10.0  # of playing, for the memory
    has_peers: bool = False
    backend: Backend = "auto"  # of the cold notes
    device: Device = "cpu"
    has_process: bool = True  # start the player as a program

    @property
    def n_times(self) -> int:
        """Repetitions of what is short."""
        return max(3, min(15, self.n_notes // 20))

    @property
    def n_chords(self) -> int:
        """Cold chords of ten."""
        return max(1, self.n_notes // 50)


def run_bench(instrument: Instrument, config: BenchConfig, progress: Progress) -> dict[str, Any]:
    """Measure everything.

    Args:
        instrument: what to play.
        config: how much.
        progress: is told what is being measured.

    Returns:
        The object that `gansynth bench --json` prints.
    """
    figures: dict[str, Any] = {}
    progress("cold and warm notes")
    figures["cold_onset_ms"], figures["warm_onset_blocks"] = onsets.measure_onsets(
        instrument,
        EngineConfig(
            is_prefetching=False, n_voices=32, backend=config.backend, device=config.device
        ),
        n_notes=config.n_notes,
        n_chords=config.n_chords,
    )
    progress("decoding")
    hop_us = voices.measure_hop_us(instrument, n_times=config.n_times)
    progress("the generator")
    _measure_generation(figures, instrument, config, hop_us)
    progress("the callback")
    figures["callback"] = voices.measure_callback(instrument, n_blocks=config.n_blocks)
    figures["decode_hop_us"] = hop_us
    progress("inverse transforms of others")
    figures["istft_peers_us"] = peers.measure_istft_peers_us(
        instrument.spec, n_times=config.n_times
    )
    progress("FluidSynth")
    _measure_songs(figures, instrument, config)
    progress("the machine")
    maker = generation.NoteMaker(instrument)
    figures["gemm_ratio"] = generation.measure_gemm_ratio(maker, n_times=config.n_times)
    figures["wavenet_ratio"] = None
    if config.has_peers:
        progress("WaveNet, and a plain GANSynth")
        _measure_networks(figures, instrument)
    if config.has_process:
        progress("the program")
        figures["memory_mb"] = process.measure_memory_mb(seconds=config.seconds)
        figures["start_s"] = process.measure_start_s()
    figures["cache"] = voices.measure_cache(instrument, n_times=config.n_times)
    return figures


def _measure_generation(
    figures: dict[str, Any], instrument: Instrument, config: BenchConfig, hop_us: float
) -> None:
    maker = generation.NoteMaker(instrument)
    invert_s = 1e-6 * hop_us * instrument.spec.n_frames
    figures["whole_note_ms"], figures["backends"] = generation.measure_whole_note(
        maker, invert_s, n_notes=max(3, config.n_notes // 40)
    )
    cold, whole = figures["cold_onset_ms"]["p99"], figures["whole_note_ms"]["p50"]
    figures["cold_onset_over_whole_note"] = rounded(cold / whole)


def _measure_songs(figures: dict[str, Any], instrument: Instrument, config: BenchConfig) -> None:
    seconds = min(5.0, config.n_blocks / 10_000)
    ours = voices.measure_notes_per_core(instrument, seconds=seconds)
    song = load_song(demo_song(), fluid.SAMPLE_RATE)
    with open_offline(instrument.folder, sample_rate=fluid.SAMPLE_RATE) as (engine, player):
        factor = measure_speed(engine, player, song)
    theirs: float | None = None
    their_factor: float | None = None
    sound_font = fluid.find_sound_font()
    if sound_font is not None and fluid.is_installed():
        chord = voices.held_chord(voices.N_POLYPHONIC)
        theirs = fluid.fluid_notes_per_core(sound_font, chord, seconds=seconds)
        their_factor = fluid.fluid_song_factor(sound_font, song)
    figures["polyphony"] = {
        "notes_per_core": ours,
        "fluidsynth_notes_per_core": theirs,
        "ratio": rounded(ours / theirs) if theirs else None,
    }
    figures["render"] = {
        "realtime_factor": rounded(factor),
        "fluidsynth_realtime_factor": their_factor,
    }


def _measure_networks(figures: dict[str, Any], instrument: Instrument) -> None:
    wavenet_s = peers.measure_wavenet_s(n_times=3)
    spec = instrument.spec
    note_s = 1e-3 * figures["whole_note_ms"]["p50"]
    if wavenet_s is not None:
        our_s = note_s / (spec.n_frames * spec.hop_length / spec.sample_rate)
        figures["wavenet_ratio"] = rounded(wavenet_s / our_s)
    plain_ms = peers.measure_plain_gansynth_ms(n_times=3)
    if plain_ms is not None:
        figures["backends"]["onnx"]["plain_gansynth_ms"] = plain_ms


def describe(figures: dict[str, Any]) -> str:
    """Return the figures as a table, each beside its budget and whether it is met."""
    rows = [_row(*row) for row in _budgets(figures)]
    return "\n".join(rows)


def _budgets(figures: dict[str, Any]) -> list[tuple[str, float | None, str, bool | None]]:
    """List what is measured: its name, figure, budget, and whether it is met (None: no budget)."""
    cold, callback = figures["cold_onset_ms"], figures["callback"]
    share = figures["cold_onset_over_whole_note"]
    chord = cold.get("chord_of_10_p50")
    warm = figures["warm_onset_blocks"]["max"]
    polyphony, render = figures["polyphony"], figures["render"]
    memory, start = figures.get("memory_mb"), figures.get("start_s")
    ratio = polyphony["ratio"]
    hop = figures["decode_hop_us"]
    rows: list[tuple[str, float | None, str, bool | None]] = [
        ("cold note, p50 (ms)", cold["p50"], "", None),
        ("cold note, p99 (ms)", cold["p99"], f"< {COLD_ONSET_MS:g}", cold["p99"] < COLD_ONSET_MS),
        ("cold chord of ten, p50 (ms)", chord, f"< {CHORD_MS:g}", _below(chord, CHORD_MS)),
        ("cold note / whole note", share, f"< {COLD_SHARE:g}", share < COLD_SHARE),
        ("warm note (blocks waited)", warm, "<= 1", warm <= 1),
        ("whole note, p50 (ms)", figures["whole_note_ms"]["p50"], "", None),
        (
            "callback, p99.9 (us)",
            callback["p999_us"],
            f"< {callback['budget_us']:g}",
            callback["p999_us"] < callback["budget_us"],
        ),
        ("one hop (us)", hop, "", None),
        *(
            (f"one hop, {name} (us)", peer, f"> {hop:g}", None if peer is None else peer > hop)
            for name, peer in figures["istft_peers_us"].items()
        ),
        ("notes a core", polyphony["notes_per_core"], "", None),
        ("notes a core, FluidSynth", polyphony["fluidsynth_notes_per_core"], "", None),
        ("ours / FluidSynth's", ratio, ">= 1", None if ratio is None else ratio >= 1.0),
        ("rendering, times real time", render["realtime_factor"], "", None),
        ("FluidSynth rendering", render["fluidsynth_realtime_factor"], "", None),
        ("share of matrix products' rate", figures["gemm_ratio"], "", None),
        ("WaveNet's time / ours", figures["wavenet_ratio"], "", None),
        ("memory (MB)", memory, f"< {MEMORY_MB:g}", _below(memory, MEMORY_MB)),
        ("start (s)", start, f"< {START_S:g}", _below(start, START_S)),
        ("bytes a note in the cache", figures["cache"]["bytes_per_note"], "<= 600000", None),
        ("strike of a cached note (us)", figures["cache"]["hit_us"], "", None),
    ]
    return rows


def _below(value: float | None, limit: float) -> bool | None:
    return None if value is None else value < limit


def _row(name: str, value: float | None, budget: str, is_met: bool | None) -> str:
    figure = "not measured" if value is None else f"{value:.6g}"
    verdict = {True: "met", False: "MISSED", None: ""}[is_met if value is not None else None]
    return f"{name:<34}{figure:>14}  {budget:<12}{verdict}".rstrip()
