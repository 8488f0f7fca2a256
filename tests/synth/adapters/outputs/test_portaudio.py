"""Which sound card is taken, by rule and by name, and that PortAudio sees no JACK."""

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


class Silence:
    callback_address = 1
    userdata = 0


def test_a_device_that_is_gone_is_one_line() -> None:
    rescan()
    with pytest.raises(DeviceError, match=r"^Gone \(ALSA\) does not open"):
        PortAudioOutput(device(999, "Gone"), 48_000).start(Silence())
