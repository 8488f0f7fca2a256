"""Which sound card is taken, by rule and by name, and that PortAudio sees no JACK."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sounddevice

from synth.adapters.outputs.portaudio import (
    AudioDevice,
    PortAudioOutput,
    choose_devices,
    list_devices,
    load_sounddevice,
    rescan,
)
from synth.errors import DeviceError


def device(index: int, name: str) -> AudioDevice:
    return AudioDevice(index=index, name=name, host_api="ALSA", sample_rate=48_000)


HDMI = device(0, "HDA Intel HDMI: 0 (hw:0,3)")
CARD = device(1, "Scarlett 2i2: USB Audio (hw:1,0)")
PULSE = device(2, "pulse")
DEFAULT = device(3, "default")
ALL = [HDMI, CARD, PULSE, DEFAULT]


def test_the_sound_server_comes_first_and_the_rest_in_its_order() -> None:
    pipewire = device(6, "pipewire")
    assert [PULSE, DEFAULT, HDMI, CARD] == choose_devices(ALL)
    assert [pipewire, PULSE, HDMI] == choose_devices([HDMI, PULSE, pipewire])


@pytest.mark.parametrize("wanted", ["scarlett", "SCARLETT 2i2", "hw:1", "1"])
def test_a_device_is_found_by_part_of_its_name_or_its_number(wanted: str) -> None:
    assert [CARD] == choose_devices(ALL, wanted)


def test_a_whole_name_beats_a_part() -> None:
    assert [DEFAULT] == choose_devices([device(9, "default surround"), DEFAULT], "default")


def test_a_name_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(DeviceError, match=r"no audio device 'fireface'; there are: pulse; run"):
        choose_devices([PULSE], "fireface")
    with pytest.raises(DeviceError, match="no audio device"):
        choose_devices([])


def test_a_changed_sounddevice_is_refused_before_it_can_crash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Changed:
        def __init__(self, kind: str, callback: object) -> None: ...

    monkeypatch.setattr(sounddevice, "_StreamBase", Changed)
    with pytest.raises(DeviceError, match=r"install sounddevice 0\.5"):
        load_sounddevice()


def test_portaudio_never_sees_the_jack_server_that_it_would_die_with(jack_server: object) -> None:
    rescan()
    apis = {api["name"]: api["devices"] for api in sounddevice.query_hostapis()}
    assert not [name for name, devices in apis.items() if "JACK" in name and devices]
    assert all("JACK" not in entry.host_api for entry in list_devices())


THROUGH_PORTAUDIO = """
import sounddevice  # before ours is asked for, so PortAudio sees the server of this test
import time
from synth.adapters.outputs.portaudio import AudioDevice, PortAudioOutput
from tests_engine import NativeCounter

(index,) = [n for n, d in enumerate(sounddevice.query_devices()) if d["name"] == "system"]
device = AudioDevice(index=index, name="system", host_api="JACK", sample_rate=48000)
source = NativeCounter()
output = PortAudioOutput(device, 44100)
assert 48000 == output.sample_rate  # the device's own, as it refuses ours
output.start(source)
time.sleep(1.0)
assert output.is_active and output.latency_ms > 0.0
output.close()
assert not output.is_active
print(int(source.n_blocks[0]), int(source.n_samples[0]))
"""

ENGINE = """
import numpy as np
from numba import carray, types
from synth.adapters.outputs.foreign_calls import c_callback

class NativeCounter:
    def __init__(self):
        self.counts = np.zeros(2, np.int64)
        self.n_blocks, self.n_samples = self.counts[:1], self.counts[1:]
        self.callback_address = count_block.address
        self.userdata = self.counts.ctypes.data

@c_callback(
    types.intc(
        types.voidptr, types.voidptr, types.ulong, types.voidptr, types.ulong, types.voidptr
    )
)
def count_block(_in, out, n, _time, _flags, userdata):
    block = carray(out, (np.int64(n), 2), np.float32)
    for sample in range(np.int64(n)):
        block[sample, 0] = block[sample, 1] = 0.0
    counts = carray(userdata, (2,), np.int64)
    counts[0] += 1
    counts[1] += np.int64(n)
    return 0
"""


def test_portaudio_calls_native_code_back_through_the_seam(
    jack_server: object, tmp_path: Path
) -> None:
    # In a program of its own: PortAudio keeps the server in mind for as long as a program lives.
    (tmp_path / "tests_engine.py").write_text(ENGINE)
    finished = subprocess.run(
        [sys.executable, "-c", THROUGH_PORTAUDIO],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    assert 0 == finished.returncode, finished.stderr
    n_blocks, n_samples = map(int, finished.stdout.split())
    # A second at 48 kHz; starting and ending cost some, a busy machine too.
    assert 24_000 < n_samples < 72_000
    assert 256 * n_blocks == n_samples


ALSA = """
</usr/share/alsa/alsa.conf>
pcm.!default { type null }
pcm.quiet { type null hint { show on description "nothing" } }
"""

THROUGH_ALSA = """
import os
import time
from synth.adapters.outputs import portaudio
from synth.notes.priority import AUDIO_PRIORITY, run_in_real_time
from tests_engine import NativeCounter

(device,) = [d for d in portaudio.list_devices() if d.name.startswith("quiet")]
source, output = NativeCounter(), portaudio.PortAudioOutput(device, 48000, 256)
before = portaudio._foreign_threads()
output.start(source)
(thread,) = portaudio._foreign_threads() - before
time.sleep(0.1)
policy, priority = os.sched_getscheduler(thread), os.sched_getparam(thread).sched_priority
output.close()
assert source.n_blocks[0] > 0
is_permitted = run_in_real_time(1)
assert (policy, priority) == ((os.SCHED_FIFO, AUDIO_PRIORITY) if is_permitted else (0, 0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ALSA is Linux's")
def test_the_audio_thread_runs_before_those_that_make_first_notes(tmp_path: Path) -> None:
    (tmp_path / "tests_engine.py").write_text(ENGINE)
    (tmp_path / "asound.conf").write_text(ALSA)
    changes = {"PYTHONPATH": str(tmp_path), "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")}
    finished = subprocess.run(
        [sys.executable, "-c", THROUGH_ALSA],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | changes,
    )
    assert 0 == finished.returncode, finished.stderr


class Silence:
    callback_address = 1
    userdata = 0


def test_a_device_that_is_gone_is_one_line() -> None:
    rescan()
    with pytest.raises(DeviceError, match=r"^Gone \(ALSA\) does not open"):
        PortAudioOutput(device(999, "Gone"), 48_000).start(Silence())
