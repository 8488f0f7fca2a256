import socket
import threading

import pytest

from synth.errors import DeviceError, InputFileError
from synth.session import Session, SessionConfig


@pytest.fixture
def silent(tiny_instrument_folder):
    """Return the settings of a session that disturbs nobody."""

    def config(**changes) -> SessionConfig:
        settings = {"instrument": tiny_instrument_folder, "audio": "null", "osc": "127.0.0.1:0"}
        return SessionConfig(**(settings | changes))

    return config


def test_a_session_tells_where_it_can_be_played(silent):
    with Session(silent(), tell=lambda line: None) as session:
        facts = dict(word.split("=", 1) for word in session.ready_line().split(" ")[1:])
        assert facts["audio"] == "null"
        assert int(facts["osc"].rpartition(":")[2]) > 0
        assert float(facts["latency_ms"]) >= 0.0
        assert session.status()["osc"] == facts["osc"]


def test_an_osc_port_that_is_taken_closes_what_was_opened(silent):
    before = threading.active_count()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(DeviceError, match=str(port)):
            Session(silent(osc=f"127.0.0.1:{port}"), tell=lambda line: None)
    assert before == threading.active_count()


def test_a_recording_that_cannot_be_written_is_refused(silent, tmp_path):
    with pytest.raises(InputFileError, match="nowhere"):
        Session(silent(record=tmp_path / "nowhere" / "take.wav"), tell=lambda line: None)


def test_a_keyboard_that_was_asked_for_by_name_has_to_be_there(silent):
    with pytest.raises(DeviceError):
        Session(silent(midi_in="no such keyboard"), tell=lambda line: None)
