"""`gansynth listen` as it is typed."""

import argparse
import json
import signal
import subprocess
import sys
import urllib.request

import pytest

from synth.errors import ConfigError, InputFileError, SynthError
from training.listening.cli import add_listen_command
from training.listening.store import Answer, AnswerStore

RUN_COMMAND = "import sys; from synth.cli import main; sys.exit(main())"


def listen(*words):
    parser = argparse.ArgumentParser()
    add_listen_command(parser.add_subparsers())
    args = parser.parse_args(["listen", *(str(word) for word in words)])
    return args.run(args)


def test_a_test_is_served_until_it_is_ended_and_its_results_are_printed(
    tone_instrument, tone_set, tmp_path
):
    words = ["listen", "--instrument", tone_instrument, "--data", tone_set.path, "--notes", "2"]
    words += ["--trials", "1", "--http", "127.0.0.1:0", "--answers", tmp_path / "a.sqlite3"]
    server = subprocess.Popen(
        [sys.executable, "-c", RUN_COMMAND, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    ready, url = server.stdout.readline().split()[:2]
    assert ready == "ready"
    with urllib.request.urlopen(url + "trials?listener=Ada", timeout=60) as reply:
        (trial, _abx) = json.loads(reply.read())
    body = json.dumps({"trial": trial["trial"], "answer": 2, "seconds": 1.0}).encode()
    with urllib.request.urlopen(url + "answer", data=body, timeout=60) as reply:
        assert json.loads(reply.read()) == {"ok": True}
    server.send_signal(signal.SIGINT)
    rest, _ = server.communicate(timeout=120)
    assert server.returncode == 0
    assert "1 wins" in rest
    assert "Wilcoxon p" in rest


def test_results_are_printed_without_serving_anything(tmp_path, capsys):
    path = tmp_path / "answers.sqlite3"
    facts = {"listener": "Ada", "test": "pair", "stimulus": "note", "seconds": 1.0}
    with AnswerStore(path) as store:
        store.add(Answer(**facts, first="a", second="b", score=-1, trial="t"))
    assert listen("--results", "--answers", path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["wins"] == {"a": 1, "b": 0}


def test_results_of_nothing_are_refused(tmp_path):
    with pytest.raises(InputFileError, match="--answers"):
        listen("--results", "--answers", tmp_path / "none.sqlite3")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "--instrument is missing"),
        (["--instrument", "x", "--trials", "0"], "wanted 1 or more"),
        (["--instrument", "x", "--http", "nowhere"], "HOST:PORT"),
    ],
)
def test_wrong_words_are_refused(tmp_path, words, reason):
    with pytest.raises(ConfigError, match=reason):
        listen(*words, "--answers", tmp_path / "a.sqlite3")
    assert not list(tmp_path.iterdir())


def test_an_instrument_that_is_none_leaves_no_file(tmp_path):
    with pytest.raises(SynthError, match="none"):
        listen("--instrument", tmp_path / "none", "--answers", tmp_path / "a.sqlite3")
    assert not list(tmp_path.iterdir())
