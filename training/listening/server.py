"""The local page of a listening test: standard library only, loopback only.

`GET /` the page; `GET /trials?listener=NAME` a fresh series, without its key; `GET /sound/ID.wav`;
`POST /answer` {trial, answer, seconds}; `GET /results` the summary.
"""

from __future__ import annotations

import io
import json
import threading
import wave
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import numpy as np

from synth.errors import DeviceError
from training.listening.statistics import summary
from training.listening.store import AnswerStore
from training.listening.trials import Audio, Trial

PAGE = "page.html"
_MAXIMUM_BODY = 10_000  # bytes of an answer
_MAXIMUM_NAME = 60

Series = tuple[list[Trial], Mapping[str, Audio]]
DrawTrials = Callable[[int], Series]  # (number of the series): trials and sounds


class ListeningServer:
    """Serves the page until it is closed."""

    def __init__(
        self, draw: DrawTrials, store: AnswerStore, sample_rate: int, host: str, port: int
    ) -> None:
        """Open the port.

        Args:
            draw: makes the trials of each listener.
            store: of the answers.
            sample_rate: of the sounds, Hz.
            host: address to listen on.
            port: 0 takes any free one.

        Raises:
            DeviceError: the port is taken, or the address not ours.
        """
        self.store = store
        self.sample_rate = sample_rate
        self._draw = draw
        self._lock = threading.Lock()
        self._trials: dict[str, tuple[Trial, str]] = {}  # by identifier: trial, listener
        self._sounds: dict[str, Audio] = {}
        self._n_series = 0
        handler = type("Handler", (_Handler,), {"test": self})
        try:
            self._http = ThreadingHTTPServer((host, port), handler)
        except OSError as error:
            raise DeviceError(
                f"cannot listen on {host}:{port}: {error.strerror}; choose another --http"
            ) from error
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where the page is."""
        host, port = self._http.server_address[:2]
        return f"http://{host!s}:{port}/"

    def begin_series(self, listener: str) -> list[dict[str, Any]]:
        """Draw a listener's trials; what the page gets to know of them."""
        with self._lock:
            number = self._n_series
            self._n_series += 1
        trials, sounds = self._draw(number)
        with self._lock:
            self._sounds.update(sounds)
            self._trials.update({trial.identifier: (trial, listener) for trial in trials})
        return [
            {"trial": trial.identifier, "test": trial.test, "sounds": list(trial.sounds)}
            for trial in trials
        ]

    def take_answer(self, identifier: str, answer: int, seconds: float) -> None:
        """Keep an answer.

        Raises:
            ValueError: there is no such trial, or no such answer to it.
        """
        with self._lock:
            found = self._trials.get(identifier)
        if found is None:
            raise ValueError(f"no trial {identifier!r:.40}")
        trial, listener = found
        self.store.add(trial.grade(listener, answer, seconds))

    def sound(self, name: str) -> bytes | None:
        """Return a WAV file, or None where there is no such sound."""
        with self._lock:
            audio = self._sounds.get(name)
        return None if audio is None else wav_bytes(audio, self.sample_rate)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    test: ListeningServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Serve the page, a series, a sound or the results."""
        url = urlsplit(self.path)
        if url.path == "/":
            page = files("training.listening").joinpath(PAGE).read_bytes()
            self._send(HTTPStatus.OK, page, "text/html; charset=utf-8")
        elif url.path == "/trials":
            words = parse_qs(url.query).get("listener", [""])
            self._send_json(self.test.begin_series(words[0].strip()[:_MAXIMUM_NAME] or "anonymous"))
        elif url.path == "/results":
            self._send_json(summary(self.test.store.answers()))
        elif url.path.startswith("/sound/"):
            name = url.path.removeprefix("/sound/").removesuffix(".wav")
            content = self.test.sound(name)
            if content is None:
                self._refuse(HTTPStatus.NOT_FOUND, f"no sound {name!r:.40}")
            else:
                self._send(HTTPStatus.OK, content, "audio/wav")
        else:
            self._refuse(HTTPStatus.NOT_FOUND, f"no page {url.path!r:.40}")

    def do_POST(self) -> None:
        """Take an answer."""
        try:
            words = json.loads(self._body())
            seconds = float(words["seconds"])
            self.test.take_answer(str(words["trial"]), int(words["answer"]), seconds)
        except (KeyError, TypeError, ValueError) as error:
            self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        else:
            self._send_json({"ok": True})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing on stderr."""

    def _body(self) -> bytes:
        """Read what was sent, if it has the length of an answer."""
        length = int(self.headers.get("Content-Length", "0"))
        if not 0 < length <= _MAXIMUM_BODY:
            raise ValueError(f"a body of {length} bytes")
        return self.rfile.read(length)

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        # What was not read of a body must not be taken for the next request.
        self.close_connection = True
        self._send(status, json.dumps({"error": reason}).encode(), "application/json")

    def _send_json(self, value: Any) -> None:
        self._send(HTTPStatus.OK, json.dumps(value).encode(), "application/json")

    def _send(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)


def wav_bytes(audio: Audio, sample_rate: int) -> bytes:
    """Encode a sound as a mono WAV file, 16 bit."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes((np.clip(audio, -1.0, 1.0) * 32_767).astype("<i2").tobytes())
    return buffer.getvalue()
