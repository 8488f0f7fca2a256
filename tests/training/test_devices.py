"""Devices: one process, and two that share a batch."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from synth.errors import ConfigError
from training.config import CONFIGS, config_to_dict
from training.data.prepared import NOTE_DTYPE
from training.devices import (
    mean_over_processes,
    n_free_bytes,
    open_devices,
    share_gradients,
)
from training.journal import LOG_NAME

TORCHRUN = Path(sys.executable).with_name("torchrun")
# What a process of the test does: the same steps, logged each time.
PROGRAM = """
import sys, json, pathlib, numpy as np
import training.loop
from training.config import config_from_dict
from training.data.prepared import PreparedSet
folder = pathlib.Path(sys.argv[1])
config = config_from_dict(json.loads((folder / "config.json").read_text()))
notes = np.load(folder / "notes.npy")
data = PreparedSet(path=folder, audio=np.load(folder / "audio.npy"), notes=notes,
                   info={"instruments": [{"name": "Noise", "family": "flute"}]})
training.loop._LOG_STEPS = 1
training.loop.train(config, data, pathlib.Path(sys.argv[2]), device="cpu")
"""


def test_data_are_kept_on_gpus_only() -> None:
    assert n_free_bytes(torch.device("cpu")) == 0


def test_one_process_keeps_its_values() -> None:
    fabric = open_devices("cpu", bf16=False, batch_size=4)
    assert fabric.device == torch.device("cpu")
    assert mean_over_processes(fabric, torch.tensor(3.0)).item() == 3.0
    weight = torch.ones(2, requires_grad=True)
    weight.sum().backward()
    share_gradients(fabric, [weight])
    assert torch.equal(weight.grad, torch.ones(2))


def test_a_batch_that_cannot_be_shared_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(ConfigError, match=r"batch_size is 4.*multiple of 3"):
        open_devices("cpu", bf16=False, batch_size=4)


@pytest.mark.slow
def test_two_processes_learn_what_one_learns_from_the_doubled_batch(tmp_path: Path) -> None:
    smoke = CONFIGS["smoke"]
    config = replace(
        smoke,
        bf16=False,
        n_images=24,
        adversarial=replace(smoke.adversarial, share=0.5),
        validation_fraction=0.0,
    )
    notes = np.zeros(8, NOTE_DTYPE)
    notes["pitch"], notes["velocity"] = np.arange(60, 68), 100
    rng = np.random.default_rng(0)
    np.save(tmp_path / "audio.npy", rng.integers(-9000, 9000, (8, config.spec.n_samples), "int16"))
    np.save(tmp_path / "notes.npy", notes)
    (tmp_path / "config.json").write_text(json.dumps(config_to_dict(config)))
    (tmp_path / "program.py").write_text(PROGRAM)

    losses = []
    for n_processes in (1, 2):
        run_dir = tmp_path / f"run{n_processes}"
        start = [TORCHRUN, "--nproc-per-node", str(n_processes), "--master-port", "0"]
        command = [*start, "--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0"]
        subprocess.run(
            [*command, tmp_path / "program.py", tmp_path, run_dir],
            check=True,
            capture_output=True,
            timeout=240,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())},
        )
        entries = [json.loads(line) for line in (run_dir / LOG_NAME).read_text().splitlines()]
        losses.append([entry["loss"] for entry in entries if "loss" in entry])
    assert len(losses[0]) == len(losses[1]) == 6
    np.testing.assert_allclose(losses[0], losses[1], rtol=2e-3)
