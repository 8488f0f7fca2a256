"""Take each guard out once, in a copy, and show that its test fails.

A test that cannot fail guards nothing. Each row names a file, the guard as it stands there, what
stands there instead, and the test that must notice.

    .venv/bin/python scripts/mutate.py            # all; or words that the test's name must hold
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PATIENCE_S = 900.0  # a copy compiles its kernels anew


@dataclass(frozen=True)
class Mutation:
    """A guard, and who watches it."""

    file: str
    guard: str
    instead: str
    test: str


MUTATIONS = (
    # --- files that somebody gave us
    Mutation(
        "synth/notes/instrument.py",
        "if found != sha256:",
        "if not found:",
        "tests/synth/notes/test_instrument.py::test_one_flipped_bit_is_found",
    ),
    Mutation(
        "synth/notes/onnx_file.py",
        "if domain not in _DEFAULT_DOMAINS or operator not in _OPERATORS:",
        "if domain not in _DEFAULT_DOMAINS:",
        "tests/synth/notes/test_onnx_file.py::test_random_numbers_are_refused",
    ),
    Mutation(
        "synth/rig/audition.py",
        'raise _bad(engine, "its test note is silent")',
        "return",
        "tests/synth/rig/test_audition.py::test_a_silent_instrument_is_refused",
    ),
    Mutation(
        "synth/rig/audition.py",
        "not np.isfinite(out).all()",
        "False",
        "tests/synth/rig/test_audition.py::test_samples_that_are_no_numbers_are_refused",
    ),
    Mutation(
        "synth/rig/crash_marker.py",
        'return bool(marker.get("instrument") == str(instrument.resolve()))',
        "return False",
        "tests/synth/rig/test_crash_marker.py",
    ),
    Mutation(
        "synth/control/presets.py",
        'with part.open("w", encoding="utf-8") as file:',
        'with path.open("w", encoding="utf-8") as file:',
        "tests/synth/control/test_presets.py::test_a_full_disk_leaves_the_old_preset_and_nothing_else",
    ),
    Mutation(
        "synth/native_cache.py",
        "and not status.st_mode & 0o022",
        "",
        "tests/synth/test_native_cache.py::test_a_folder_that_others_can_write_is_not_used",
    ),
    Mutation(
        "synth/notes/onnx_session.py",
        "return onnxruntime.InferenceSession(graph, options, providers=list(providers))",
        "return onnxruntime.InferenceSession(str(path), providers=list(providers))",
        "tests/synth/notes/test_onnx_session.py::test_files_that_are_cut_short_while_it_plays_harm_nothing",
    ),
    Mutation(
        "synth/notes/instrument.py",
        "if hashlib.sha256(content).hexdigest() != self.files[file]:",
        "if file not in self.files:",
        "tests/synth/notes/test_onnx_session.py::test_a_file_that_changes_after_it_was_verified_is_refused",
    ),
    Mutation(
        "training/checkpoint.py",
        "save_file(contiguous, partial, metadata",
        "save_file(contiguous, path, metadata",
        "tests/training/test_checkpoint.py::test_a_full_disk_is_one_line_and_leaves_the_previous_one_whole",
    ),
    Mutation(
        "synth/rig/last_state.py",
        'with part.open("w", encoding="utf-8") as file:',
        'with self._path.open("w", encoding="utf-8") as file:',
        "tests/synth/rig/test_last_state.py::test_a_full_disk_is_one_line_and_leaves_the_old_state_whole",
    ),
    # --- packets
    Mutation(
        "synth/adapters/network/receiver.py",
        "if abs(offset_s - self._offset_s) > _CLOCK_SET_S:",
        "if False:",
        "tests/synth/adapters/network/test_receiver.py::test_what_waits_comes_in_its_time_when_the_clock_is_set",
    ),
    Mutation(
        "synth/adapters/network/receiver.py",
        "if not self._rates.allows(source, len(data)):",
        "if not data:",
        "tests/synth/adapters/network/test_receiver.py::test_a_flood_is_counted_and_the_rest_not_read",
    ),
    Mutation(
        "synth/adapters/osc.py",
        "return any((mapped or address) in network for network in networks)",
        "return bool(networks)",
        "tests/synth/adapters/test_osc.py::test_strangers_are_denied_and_not_answered",
    ),
    # --- devices, signals and the watchdog
    Mutation(
        "synth/adapters/audio_out.py",
        "if now - seen_at > _PATIENCE_S or not output.is_active:",
        "if False:",
        "tests/synth/adapters/test_audio_out.py::test_a_server_that_dies_and_comes_back_is_found_again",
    ),
    Mutation(
        "synth/adapters/outputs/switch.py",
        "while self.n_blocks == n_blocks and time.monotonic() < deadline:",
        "while False:",
        "tests/synth/adapters/outputs/test_switch.py",
    ),
    Mutation(
        "synth/commands/play.py",
        "if session.n_blocks != n_blocks:",
        "if True:",
        "tests/synth/commands/test_play.py::test_the_watchdog_is_not_fed_by_a_callback_that_stands_still",
    ),
    Mutation(
        "synth/commands/signals.py",
        "signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)",
        "pass",
        "tests/synth/commands/test_signals.py::test_an_end_is_seen_at_once_and_from_then_on",
    ),
    Mutation(
        "synth/rig/leaving.py",
        "if link.number == _INTERRUPT or link.number == _TERMINATE:",
        "if False:",
        "tests/synth/rig/test_leaving.py::test_the_end_comes_while_a_library_holds_the_interpreters_lock",
    ),
    Mutation(
        "synth/adapters/closing.py",
        "closing.join(seconds)",
        "closing.join(2.0 * 60.0)",
        "tests/synth/adapters/test_closing.py::test_what_hangs_is_left_with_one_line",
    ),
    # --- samples
    Mutation(
        "synth/realtime/limiter.py",
        "return value if math.isfinite(value) else 0.0",
        "return value",
        "tests/synth/realtime/test_limiter.py::test_what_is_no_number_becomes_silence",
    ),
    Mutation(
        "synth/notes/latents.py",
        "if largest > 1e100:",
        "if False:",
        "tests/synth/notes/test_latents.py::test_a_latent_of_any_length_is_brought_to_the_sphere",
    ),
)


def main() -> int:
    """Try the mutations that were asked for; return 1 where one was not noticed."""
    words = sys.argv[1:]
    chosen = [m for m in MUTATIONS if not words or any(word in m.test for word in words)]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "gansynth-live"
        _copy(copy)
        unnoticed = [mutation for mutation in chosen if not _is_noticed(mutation, copy)]
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} guards are guarded")
    return 1 if unnoticed else 0


def _copy(copy: Path) -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listing.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, copy / name)


def _is_noticed(mutation: Mutation, copy: Path) -> bool:
    path = copy / mutation.file
    before = path.read_text()
    if before.count(mutation.guard) != 1:
        print(f"MOVED      {mutation.file}: {mutation.guard}")
        return False
    path.write_text(before.replace(mutation.guard, mutation.instead))
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-m", "", mutation.test],
            cwd=copy,
            env=os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
    except subprocess.TimeoutExpired:
        print(f"TOO SLOW   {mutation.file}: {mutation.guard}")
        return False
    finally:
        path.write_text(before)
    # 1: a test failed. Anything else (nothing collected, a broken import) shows nothing.
    is_noticed = finished.returncode == 1
    print(f"{'noticed' if is_noticed else 'UNNOTICED':<11}{mutation.file}: {mutation.guard}")
    if not is_noticed:
        print("\n".join(finished.stdout.splitlines()[-8:]))
    sys.stdout.flush()
    return is_noticed


if __name__ == "__main__":
    sys.exit(main())
