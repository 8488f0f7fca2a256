import json
import shutil
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from synth.adapters.osc_client import ask
from synth.errors import DeviceError, InputFileError, InstrumentError, PresetError
from synth.events import NoteOff, NoteOn
from synth.notes.instrument import DESCRIPTION
from synth.rig.session import Session
from synth.rig.session_config import SessionConfig

PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch, tmp_path):
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


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


@pytest.fixture
def other_instrument(tiny_instrument_folder, tmp_path):
    """A copy under another name, to be changed."""
    folder = tmp_path / "other"
    shutil.copytree(tiny_instrument_folder, folder)
    description = json.loads((folder / DESCRIPTION).read_text())
    description["name"] = "other"
    description["timbres"]["Only here"] = description["timbres"].pop("Dull")
    (folder / DESCRIPTION).write_text(json.dumps(description))
    return folder


@pytest.fixture
def session(silent):
    lines: list[str] = []
    with Session(silent(), tell=lines.append) as session:
        lines.clear()
        session.lines = lines
        yield session


def test_another_instrument_takes_over_while_the_sound_goes_on(session, other_instrument):
    session.player.handle(NoteOn(pitch=60, velocity=1.0))
    wait_until(lambda: session.engine.stats().voices == 1)
    old, n_blocks = session.engine, session.n_blocks
    session.reload(replace(session.config, instrument=other_instrument))
    assert session.engine is not old
    assert session.status()["instrument"] == "other"
    assert session.lines == [f"instrument: {other_instrument}"]
    wait_until(lambda: session.n_blocks > n_blocks + 5)
    session.player.handle(NoteOn(pitch=62, velocity=1.0))
    wait_until(lambda: session.engine.stats().voices == 1)  # of the new engine; nothing sticks
    session.player.handle(NoteOff(pitch=62))
    wait_until(lambda: session.engine.stats().voices == 0)


@pytest.mark.parametrize("harm", ["truncated", "altered", "renamed", "no json", "gone"])
def test_a_damaged_instrument_is_refused_and_the_old_one_plays_on(session, other_instrument, harm):
    weights = other_instrument / "generator.weights"
    if harm == "truncated":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif harm == "altered":
        weights.write_bytes(b"\x01" + weights.read_bytes()[1:])
    elif harm == "renamed":
        weights.rename(other_instrument / "weights")
    elif harm == "no json":
        (other_instrument / DESCRIPTION).write_text('{"format_version": 1,')
    else:
        shutil.rmtree(other_instrument)
    old, before = session.engine, threading.active_count()
    with pytest.raises(InstrumentError, match="other"):
        session.reload(replace(session.config, instrument=other_instrument))
    assert session.engine is old
    assert threading.active_count() == before
    assert session.config.instrument != other_instrument
    session.player.handle(NoteOn(pitch=60, velocity=1.0))
    wait_until(lambda: session.engine.stats().voices == 1)


def test_an_instrument_that_was_exported_again_into_its_folder_is_loaded_again(
    silent, other_instrument
):
    with Session(silent(instrument=other_instrument), tell=lambda line: None) as session:
        old = session.engine
        session.reload(session.config)
        assert session.engine is old
        path = other_instrument / DESCRIPTION
        path.write_text(path.read_text().replace('"name": "other"', '"name": "newer"'))
        session.reload(session.config)
        assert session.status()["instrument"] == "newer"


def test_settings_that_did_not_change_are_left_alone_and_others_followed(session):
    osc, midi = session.osc, session.midi
    session.reload(replace(session.config, block_size=64, set=("part/2/key/low=60",)))
    assert (session.osc, session.midi) == (osc, midi)
    assert session.player.real("key/low", 1) == 60.0
    session.reload(replace(session.config, osc="localhost:0", osc_allow=("10.0.0.0/8",)))
    assert session.osc is not osc
    host, _, port = session.osc_address.rpartition(":")
    assert ask(host, int(port), "/status", PATIENCE_S)
    assert session.config.osc_allow == ("10.0.0.0/8",)


def test_what_cannot_be_followed_is_told_and_the_rest_is(session):
    osc = session.osc_address
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        changed = replace(
            session.config,
            preset="no such preset",
            osc=f"127.0.0.1:{taken.getsockname()[1]}",
            audio="no such card",
        )
        with pytest.raises(PresetError, match="no such preset"):
            session.reload(changed)
    assert session.config.audio == "no such card"
    wait_until(lambda: any("no audio device" in line for line in session.lines))
    # OSC is back where it can be had: any free port, as it was asked for at first.
    assert session.osc is not None
    assert osc.rpartition(":")[0] == session.osc_address.rpartition(":")[0]


def test_a_session_comes_back_to_where_it_was_left(silent, tmp_path):
    state = tmp_path / "state.json"
    config = silent(http="127.0.0.1:0", midi_in="none")
    with Session(config, tell=lambda line: None, state=state) as session:
        session.player.set_parameter("amp/pan", 0.25, part=4)
        session.osc.listeners.add(("127.0.0.1", 40_000), ("127.0.0.1", 40_001))
        assert session.status()["http"].startswith("127.0.0.1:")
    with Session(config, tell=lambda line: None, state=state) as session:
        assert session.player.value("amp/pan", 4) == pytest.approx(0.25)
        assert [("127.0.0.1", 40_001)] == [s.target for s in session.osc.subscribers]


def test_an_http_port_that_was_asked_for_has_to_be_free(silent):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DeviceError, match=f"HTTP on 127.0.0.1:{port}"):
            Session(silent(http=f"127.0.0.1:{port}"), tell=lambda line: None)
    told: list[str] = []
    with Session(silent(http="none"), tell=told.append) as session:
        assert session.http is None


def test_fixed_listeners_are_told_without_asking(silent):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tablet:
        tablet.bind(("127.0.0.1", 0))
        tablet.settimeout(PATIENCE_S)
        endpoint = f"127.0.0.1:{tablet.getsockname()[1]}"
        config = silent(osc_feedback=(endpoint,), http="none", midi_in="none")
        with Session(config, tell=lambda line: None) as session:
            session.player.set_parameter("amp/pan", 1.0)
            assert tablet.recv(9999).startswith(b"/param/amp/pan")
