"""The page in a real browser, worked by its keyboard; and what the server refuses."""

import io
import json
import re
import shutil
import urllib.error
import urllib.request
import wave

import numpy as np
import pytest

from synth.errors import DeviceError
from training.listening.server import ListeningServer
from training.listening.store import AnswerStore
from training.listening.trials import Stimulus, make_trials

RATE = 16_000
PATIENCE_S = 90
LOUD = (0.2 * np.sin(np.arange(RATE // 4) * 0.2)).astype(np.float32)
STIMULI = [Stimulus(name="note", sounds={"good": LOUD, "bad": 0.1 * LOUD})]


@pytest.fixture
def server(tmp_path):
    with (
        AnswerStore(tmp_path / "answers.sqlite3") as store,
        ListeningServer(
            lambda number: make_trials(STIMULI, ("pair", "abx"), 2, seed=number),
            store,
            RATE,
            "127.0.0.1",
            0,
        ) as server,
    ):
        yield server


def get(url):
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as reply:
        return reply.read()


def post(url, body):
    request = urllib.request.Request(url, data=body, method="POST")
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
        return json.loads(reply.read())


def test_the_page_never_learns_what_it_plays(server):
    text = get(server.url + "trials?listener=Ada").decode()
    names = re.sub(r"[0-9a-f]{16}", "", text)  # what is drawn at random may spell anything
    assert "good" not in names
    assert "bad" not in names
    trials = json.loads(text)
    assert [trial["test"] for trial in trials] == ["pair", "pair", "abx", "abx"]
    assert [len(trial["sounds"]) for trial in trials] == [2, 2, 3, 3]


def test_sounds_are_wav_files(server):
    (trial, *_) = json.loads(get(server.url + "trials"))
    with wave.open(io.BytesIO(get(f"{server.url}sound/{trial['sounds'][0]}.wav"))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (1, RATE, RATE // 4)


def test_an_answer_is_kept_once_and_counted(server):
    (trial, *_) = json.loads(get(server.url + "trials?listener=Ada"))
    body = json.dumps({"trial": trial["trial"], "answer": -2, "seconds": 1.5}).encode()
    for _ in range(2):
        assert post(server.url + "answer", body) == {"ok": True}
    (answer,) = server.store.answers()
    assert (answer.listener, answer.score, answer.seconds) == ("Ada", -2, 1.5)
    assert json.loads(get(server.url + "results"))["n_answers"] == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"{}",
        b"[]",
        b'{"trial": "none", "answer": 0, "seconds": 1}',
        b"x" * 20_000,
    ],
)
def test_what_is_no_answer_is_refused_in_a_word(server, body):
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(server.url + "answer", body)
    with refused.value as reply:
        assert reply.code == 400
        assert json.loads(reply.read())["error"]
    assert len(server.store.answers()) == 0


@pytest.mark.parametrize("path", ["nothing", "sound/none.wav", "../secret"])
def test_what_is_not_there_is_not_found(server, path):
    with pytest.raises(urllib.error.HTTPError) as missing:
        get(server.url + path)
    missing.value.close()
    assert missing.value.code == 404


def test_a_taken_port_is_said(server):
    host, port = server.url.removeprefix("http://").rstrip("/").split(":")
    with pytest.raises(DeviceError, match="choose another --http"):
        ListeningServer(lambda _: ([], {}), server.store, RATE, host, int(port))


@pytest.fixture
def browser():
    from selenium import webdriver

    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert program, "this test needs Chromium (apt install chromium chromium-driver)"
    assert driver, "this test needs chromedriver (apt install chromium-driver)"
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for word in (
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
        "--autoplay-policy=no-user-gesture-required",
    ):
        options.add_argument(word)
    opened = webdriver.Chrome(options, webdriver.ChromeService(driver))
    opened.set_page_load_timeout(PATIENCE_S)
    yield opened
    opened.quit()


@pytest.mark.timeout(400)
def test_a_listener_goes_through_the_whole_test_by_keyboard(server, browser):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.support.ui import WebDriverWait

    def press(keys):
        ActionChains(browser).send_keys(keys).perform()

    def wait_for(name, value):
        WebDriverWait(browser, PATIENCE_S).until(
            lambda page: page.execute_script(f"return document.body.dataset.{name}") == value
        )

    def error():
        return browser.execute_script("return document.getElementById('error').textContent")

    browser.get(server.url)
    wait_for("state", "welcome")
    press("Ada\n")
    for number, (sounds, answer) in enumerate(
        (("ab", "1"), ("ab", "3"), ("abx", "1"), ("abx", "2"))
    ):
        wait_for("trial", str(number))
        press(answer)
        assert error() == "Listen to all of them first."
        press(sounds)
        press(answer)
    wait_for("state", "end")
    answers = server.store.answers()
    assert [answer.test for answer in answers] == ["pair", "pair", "abx", "abx"]
    assert [answer.score for answer in answers[:2]] == [-2, 0]
    assert {answer.listener for answer in answers} == {"Ada"}
    assert all(answer.seconds > 0.0 for answer in answers)
