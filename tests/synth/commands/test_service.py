import pytest

from synth.cli import main
from synth.commands import service
from synth.rig.unit_file import unit_path


@pytest.fixture(autouse=True)
def told(monkeypatch, tmp_path):
    """Stand in for systemctl: take down what it is told; every answer is `told.answer`."""

    class Told(list[tuple[str, ...]]):
        answer = ""

    told = Told()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def systemctl(*words: str) -> str:
        told.append(words)
        return told.answer

    monkeypatch.setattr(service, "_systemctl", systemctl)
    return told


def test_install_writes_the_unit_and_enables_it(told, capsys):
    assert main(["service", "install"]) == 0
    assert unit_path().read_text().startswith("# Written by")
    assert [words[0] for words in told] == ["daemon-reload", "enable"]
    assert str(unit_path()) in capsys.readouterr().out


def test_without_systemd_the_unit_is_written_and_the_rest_told(told, capsys):
    told.answer = "Failed to connect to bus"
    assert main(["service", "install"]) == 0
    assert unit_path().exists()
    assert "systemctl --user enable --now" in capsys.readouterr().out


def test_settings_that_would_not_start_are_refused_before_anything_is_written(tmp_path, capsys):
    (tmp_path / "gansynth-live").mkdir()
    (tmp_path / "gansynth-live" / "settings.toml").write_text("audo = 'jack'")
    assert main(["service", "install"]) == 3
    assert "did you mean audio" in capsys.readouterr().err
    assert not unit_path().exists()


def test_uninstall_stops_it_and_takes_the_unit_away_once(told, capsys):
    main(["service", "install"])
    told.clear()
    assert main(["service", "uninstall"]) == 0
    assert told[0][:2] == ("disable", "--now")
    assert not unit_path().exists()
    assert main(["service", "uninstall"]) == 0
    assert "not installed" in capsys.readouterr().out


def test_status_of_what_is_not_installed_or_does_not_answer_is_4(told, capsys):
    assert main(["service", "status"]) == 4
    assert "not installed" in capsys.readouterr().err
    main(["service", "install"])
    told.answer = "inactive"
    (unit_path().parents[2] / "gansynth-live").mkdir()
    settings = unit_path().parents[2] / "gansynth-live" / "settings.toml"
    settings.write_text("osc = '127.0.0.1:9'")  # nobody plays at "discard"
    assert main(["service", "status"]) == 4
    captured = capsys.readouterr()
    assert "inactive" in captured.out
    assert "no player answers" in captured.err
