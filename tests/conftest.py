"""What tests of several folders share."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

SAMPLE_RATE = 48_000
BLOCK_SIZE = 256
_PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def _stays_ordinary() -> Iterator[None]:
    """Tests run among ordinary threads: in real time one would time what nobody else does."""
    yield
    if hasattr(os, "sched_getscheduler"):
        assert os.SCHED_OTHER == os.sched_getscheduler(0)


@dataclass
class JackServer:
    """A real JACK server of our own, without a sound card; it can die and come back."""

    name: str
    _process: subprocess.Popen[str] | None = field(default=None)

    def start(self) -> None:
        """Start it, in real time where that is permitted, and wait until it answers."""
        for options in (["-R", "-P", "60"], ["-r"]):
            command = ["jackd", *options, "-n", self.name, "-d", "dummy"]
            command += ["-r", str(SAMPLE_RATE), "-p", str(BLOCK_SIZE)]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            if self._answers():
                return
            self.stop()
        pytest.fail("jackd does not start; install jackd2")

    def stop(self) -> None:
        """Kill it, as a crash or a pulled cable would."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Let it go in peace: JACK remembers eight killed servers, and then starts no more."""
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.send_signal(signal.SIGCONT)
            self._process.wait(_PATIENCE_S)
            self._process = None

    def freeze(self) -> None:
        """Let it stand still, as behind a driver that hangs, until it is closed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def ports(self) -> list[str]:
        """List the ports of all its clients."""
        listing = subprocess.run(
            ["jack_lsp"], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
        return listing.stdout.splitlines() if listing.returncode == 0 else []

    def _answers(self) -> bool:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                return False
            if "system:playback_1" in self.ports():
                return True
            time.sleep(0.1)
        return False


@pytest.fixture
def full_disk() -> Callable[[int], contextlib.AbstractContextManager[None]]:
    """Return what lets every write beyond so many bytes of a file fail, as on a full disk."""

    @contextlib.contextmanager
    def limited(n_bytes: int) -> Iterator[None]:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, limits[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    return limited


@pytest.fixture
def jack_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[JackServer]:
    """A running JACK server that programs started by the test will find."""
    assert shutil.which("jackd"), "these tests need jackd2 (apt install jackd2)"
    server = JackServer(f"gansynth-test-{os.getpid()}")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)
    monkeypatch.setenv("JACK_NO_AUDIO_RESERVATION", "1")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    server.start()
    yield server
    server.close()


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the user's presets and last state out of the tests, and the tests out of them."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        yield
