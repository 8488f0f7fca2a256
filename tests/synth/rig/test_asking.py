import pytest

from synth.errors import DeviceError
from synth.rig import asking
from synth.rig.asking import ask_status
from synth.rig.running import announced


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.fixture
def asked(monkeypatch):
    """Take down who is asked; the answer is an empty status."""
    asked = []

    def ask(host: str, port: int, *_: object) -> tuple[str, ...]:
        asked.append((host, port))
        return ("{}",)

    monkeypatch.setattr(asking, "ask", ask)
    return asked


def test_the_one_that_was_named_is_asked_first_then_the_one_that_runs_then_the_settings(
    asked, tmp_path
):
    ask_status(None)
    (tmp_path / "gansynth-live").mkdir(exist_ok=True)
    (tmp_path / "gansynth-live" / "settings.toml").write_text("osc = '127.0.0.1:7'")
    ask_status(None)
    with announced("127.0.0.1:8"):
        ask_status(None)
        ask_status("10.0.0.1:9")
    assert asked == [("127.0.0.1", 9000), ("127.0.0.1", 7), ("127.0.0.1", 8), ("10.0.0.1", 9)]


@pytest.mark.parametrize("answer", [(), ("no json",), ("[1]",)])
def test_something_else_that_answers_is_no_player(monkeypatch, answer):
    monkeypatch.setattr(asking, "ask", lambda *_: answer)
    with pytest.raises(DeviceError, match="no player of gansynth"):
        ask_status("127.0.0.1:1")
