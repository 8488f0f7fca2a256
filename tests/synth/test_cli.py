import argparse
import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from synth import cli
from synth.errors import ConfigError, DeviceError, InputFileError


@pytest.fixture
def command(monkeypatch):
    """Install one command, `try`, whose work is the function given."""

    def install(run) -> None:
        def build_parser() -> argparse.ArgumentParser:
            parser = cli.OneLineParser(prog="gansynth")
            subparsers = parser.add_subparsers(required=True)
            subparsers.add_parser("try").set_defaults(run=run)
            return parser

        monkeypatch.setattr(cli, "build_parser", build_parser)

    return install


def _raiser(error: BaseException):
    def run(_args: argparse.Namespace) -> int:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (ConfigError("block size 0: expected 1 to 4096"), 2),
        (InputFileError("song.mid is no MIDI file"), 3),
        (DeviceError("no audio device 'x'"), 4),
        (OSError(28, "No space left on device"), 3),
    ],
)
def test_an_error_is_one_line_on_stderr_and_its_exit_code(command, capsys, error, exit_code):
    command(_raiser(error))
    assert exit_code == cli.main(["try"])
    printed = capsys.readouterr()
    assert not printed.out
    assert f"gansynth: error: {error}\n" == printed.err


def test_a_message_of_many_lines_is_printed_as_one(command, capsys):
    command(_raiser(InputFileError("first\n  second")))
    cli.main(["try"])
    assert capsys.readouterr().err == "gansynth: error: first second\n"


def test_a_missing_package_of_the_extras_says_how_to_install_it(command, capsys):
    command(_raiser(ModuleNotFoundError("No module named 'torch'", name="torch.nn")))
    assert cli.main(["try"]) == 2
    assert "'torch', which is not installed; run `pip install" in capsys.readouterr().err


def test_a_missing_module_of_our_own_is_a_bug_and_not_hidden(command):
    command(_raiser(ModuleNotFoundError("No module named 'synth.x'", name="synth.x")))
    with pytest.raises(ModuleNotFoundError):
        cli.main(["try"])


def test_an_interrupt_leaves_quietly(command, capsys):
    command(_raiser(KeyboardInterrupt()))
    assert cli.main(["try"]) == 130
    assert not capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["sing"], ["presets"], ["presets", "show"]])
def test_wrong_usage_is_one_line_and_code_2(capsys, words):
    with pytest.raises(SystemExit) as leaving:
        cli.main(words)
    assert leaving.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_plug_in_that_does_not_load_is_named_and_keeps_nobody_from_playing(monkeypatch, capsys):
    broken = EntryPoint("broken", "no_such_module:add_command", cli.PLUGIN_GROUP)
    monkeypatch.setattr(cli, "entry_points", lambda group: [broken])
    assert "presets" in cli.build_parser().format_help()
    assert "command broken is not available" in capsys.readouterr().err


def test_a_reader_that_has_gone_is_no_error():
    lister = f"{sys.executable} -m synth.cli presets list"
    piped = f"set -o pipefail; {lister} | head -c 0"
    finished = subprocess.run(["bash", "-c", piped], capture_output=True, text=True, check=False)
    assert (0, "") == (finished.returncode, finished.stderr)
