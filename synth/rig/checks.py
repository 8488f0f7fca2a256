"""What `gansynth doctor` looks at: one function a check, each of which says what to do.

Nothing is changed, and nothing is started that would be heard.
"""

import os
import platform
import resource
import shutil
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from synth.errors import DeviceError, InputFileError, SynthError
from synth.folders import default_instrument

WANTED_PRIORITY = 60  # what JACK gives its clients; above it lie the interrupt threads
MEMORY_BYTES = 900_000_000  # of a player, with its cache full, that has compiled its kernels
CACHE_BYTES = 100_000_000  # of compiled kernels, of several versions
_GOVERNORS = "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"
_FIXED_SPEED = {"performance"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool
    detail: str
    fix: str = ""  # what to do where it is not ok


def check_python() -> Check:
    """Look at the interpreter; the packages have wheels for a few versions only."""
    is_known = (3, 11) <= sys.version_info[:2] < (3, 13)
    fix = "" if is_known else "install Python 3.11 or 3.12"
    return Check(name="python", ok=is_known, detail=platform.python_version(), fix=fix)


def check_settings() -> Check:
    """Look whether the settings file can be followed; none is fine."""
    from synth.rig.session_config import load_settings, settings_path

    try:
        settings = load_settings()
    except InputFileError as error:
        return Check(name="settings", ok=False, detail=str(error), fix="mend or remove the file")
    detail = ", ".join(settings) or "all as they come"
    return Check(name="settings", ok=True, detail=f"{detail} ({settings_path()})")


def check_portaudio() -> Check:
    """Look whether the library that sound cards are played through is there."""
    from synth.adapters.outputs.portaudio import list_devices

    try:
        n_devices = len(list_devices())
    except DeviceError as error:
        return Check(
            name="portaudio", ok=False, detail=str(error), fix="sudo apt install libportaudio2"
        )
    return Check(name="portaudio", ok=True, detail=f"{n_devices} outputs with two channels")


def check_jack() -> Check:
    """Look for a JACK server; none is fine, for there are sound cards."""
    from synth.adapters.outputs.jack import JackOutput

    try:
        jack = JackOutput()
    except DeviceError as error:
        return Check(name="jack", ok=True, detail=f"{error}; not needed where there is a card")
    jack.close()
    detail = f"runs at {jack.sample_rate} Hz, {jack.block_size} samples"
    return Check(name="jack", ok=True, detail=detail)


def check_audio() -> Check:
    """Look for an output."""
    from synth.adapters.audio_out import list_outputs

    try:
        device = list_outputs()[0]
    except DeviceError as error:
        fix = "plug in a sound card or start JACK; `gansynth play` runs silently until then"
        return Check(name="audio", ok=False, detail=str(error), fix=fix)
    return Check(name="audio", ok=True, detail=f"{device} is what `play` takes by itself")


def check_midi() -> Check:
    """Look for the ALSA sequencer, by which keyboards come."""
    from synth.adapters.midi_in import list_ports

    sequencer = Path("/dev/snd/seq")
    if not sequencer.exists():
        fix = "sudo modprobe snd-seq, or play by JACK MIDI or OSC"
        return Check(name="midi", ok=False, detail="no ALSA sequencer", fix=fix)
    if not os.access(sequencer, os.R_OK | os.W_OK):
        fix = "join the group audio: sudo usermod -aG audio $USER, then log in again"
        return Check(name="midi", ok=False, detail=f"{sequencer} is not ours to open", fix=fix)
    ports = ", ".join(list_ports()) or "no keyboard is connected"
    return Check(name="midi", ok=True, detail=ports)


def check_priority() -> Check:
    """Look whether the audio thread may run before everything else."""
    allowed = resource.getrlimit(resource.RLIMIT_RTPRIO)[0]
    is_root = os.geteuid() == 0
    is_ok = is_root or allowed == resource.RLIM_INFINITY or allowed >= WANTED_PRIORITY
    return Check(
        name="priority",
        ok=is_ok,
        detail="any (root)" if is_root else f"up to {allowed}",
        fix="" if is_ok else "add `@audio - rtprio 95` to /etc/security/limits.d, join that group",
    )


def check_governor(pattern: str = _GOVERNORS) -> Check:
    """Look whether the processor keeps its speed, or first has to notice that a note was struck."""
    found = {path.read_text().strip() for path in sorted(Path("/").glob(pattern.lstrip("/")))}
    slow = sorted(found - _FIXED_SPEED)
    return Check(
        name="governor",
        ok=not slow,
        detail=", ".join(sorted(found)) or "this machine does not say",
        fix=f"sudo cpupower frequency-set -g performance (now {slow[0]})" if slow else "",
    )


def check_ports() -> Check:
    """Look whether the OSC port is free, or a player of ours has it."""
    from synth.adapters.osc import parse_endpoint
    from synth.rig.asking import ask_status
    from synth.rig.session_config import SessionConfig, load_settings

    try:
        config = SessionConfig(**load_settings())
    except SynthError:
        config = SessionConfig()
    where = config.osc
    host, port = parse_endpoint(where)
    if host not in {"127.0.0.1", "::1", "localhost"} and not config.osc_allow:
        fix = 'say who may send: osc_allow = ["192.168.1.0/24"], or --osc-allow 192.168.1.0/24'
        return Check(
            name="ports", ok=False, detail=f"{where} takes from this machine only", fix=fix
        )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((host, port))
    except OSError as error:
        try:
            ask_status(where, timeout_s=1.0)
        except DeviceError:
            fix = f"end what has it (ss -ulnp sport = :{port}), or play with --osc HOST:PORT"
            return Check(name="ports", ok=False, detail=f"{where}: {error.strerror}", fix=fix)
        return Check(name="ports", ok=True, detail=f"{where}: a player runs there")
    return Check(name="ports", ok=True, detail=f"{where} is free for OSC")


def check_instrument() -> Check:
    """Verify every byte of the instrument that plays: the settings' own, or the one that ships."""
    from synth.notes.instrument import Instrument
    from synth.rig.session_config import load_settings

    try:
        folder = load_settings().get("instrument") or default_instrument()
    except InputFileError:
        folder = default_instrument()
    try:
        instrument = Instrument.load(folder)
    except SynthError as error:
        fix = f"export or copy it again, or install gansynth again ({folder})"
        return Check(name="instrument", ok=False, detail=str(error), fix=fix)
    n_files, n_timbres = len(instrument.files), len(instrument.timbres)
    detail = f"{instrument.name}, {n_timbres} timbres, {n_files} files are whole, {folder}"
    return Check(name="instrument", ok=True, detail=detail)


def check_memory(path: Path = Path("/proc/meminfo")) -> Check:
    """Look whether the note cache and the rest have room in memory."""
    try:
        lines = path.read_text().splitlines()
        words = next(line.split() for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return Check(name="memory", ok=True, detail="this machine does not say")
    available = int(words[1]) * 1024
    is_ok = available >= MEMORY_BYTES
    detail = f"{available / 1e6:.0f} MB free; a player takes up to {MEMORY_BYTES / 1e6:.0f} MB"
    return Check(name="memory", ok=is_ok, detail=detail, fix="" if is_ok else "end other programs")


def check_kernel_cache() -> Check:
    """Look whether compiled kernels can be kept: without that, every start compiles for minutes."""
    from synth.native_cache import is_kept, native_cache

    if not is_kept():
        return Check(
            name="kernels",
            ok=False,
            detail=f"are kept in {native_cache()} until this computer restarts",
            fix="set NUMBA_CACHE_DIR to a folder of your own that nobody else can write",
        )
    free = shutil.disk_usage(native_cache()).free
    is_ok = free >= CACHE_BYTES
    detail = f"are kept in {native_cache()}, {free / 1e6:.0f} MB free"
    fix = "" if is_ok else f"make room: {CACHE_BYTES / 1e6:.0f} MB are wanted there"
    return Check(name="kernels", ok=is_ok, detail=detail, fix=fix)


def look_within(seconds: float, look: Callable[[], Check]) -> Check:
    """Look at one thing; a server that stands still is a finding, and not the end of the looking.

    Args:
        seconds: to wait for what it finds.
        look: one of `CHECKS`.
    """
    found: list[Check] = []
    looking = threading.Thread(target=lambda: found.append(look()), daemon=True)
    looking.start()
    looking.join(seconds)
    if found:
        return found[0]
    name = look.__name__.removeprefix("check_")
    fix = "start again what it asks (the JACK server, the sound card), then this computer"
    return Check(name=name, ok=False, detail=f"does not answer in {seconds:g} s", fix=fix)


CHECKS: tuple[Callable[[], Check], ...] = (
    check_python,
    check_settings,
    check_portaudio,
    check_jack,
    check_audio,
    check_midi,
    check_priority,
    check_governor,
    check_ports,
    check_instrument,
    check_memory,
    check_kernel_cache,
)
