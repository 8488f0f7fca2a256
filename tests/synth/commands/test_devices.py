from synth.adapters import audio_out, midi_in
from synth.adapters.outputs.portaudio import AudioDevice
from synth.cli import main
from synth.errors import DeviceError

CARD = AudioDevice(index=3, name="USB Card", host_api="ALSA", sample_rate=44_100)


def test_outputs_and_ports_are_listed_by_the_names_that_play_takes(monkeypatch, capsys):
    monkeypatch.setattr(audio_out, "list_outputs", lambda: [CARD])
    monkeypatch.setattr(midi_in, "list_ports", lambda: ["Keystation 49"])
    assert main(["devices"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert str(CARD) in lines
    assert "Keystation 49" in lines


def test_a_machine_without_a_sound_card_is_told_why(monkeypatch, capsys):
    def fail():
        raise DeviceError("no PortAudio")

    monkeypatch.setattr(audio_out, "list_outputs", fail)
    assert main(["devices"]) == 0
    assert "none: no PortAudio" in capsys.readouterr().out
