"""Others' ways to do the same: inverse transforms of Python's libraries, WaveNet, a plain GANSynth.

Only speed is asked, so the networks have random weights. What is not installed is left out.
"""

import importlib
import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from synth.bench.figures import median_s, rounded
from synth.representation import SpectrogramSpec

N_FRAMES = 128  # of a note: a hop costs a share of it
WAVENET_LAYERS, WAVENET_WIDTH, WAVENET_SKIP = 30, 512, 256  # Engel et al. 2017, section 2.1
WAVENET_CONDITION = 16
N_WAVENET_SAMPLES = 8
MODEL_RATE = 16_000  # Hz, of WaveNet's samples


def measure_istft_peers_us(spec: SpectrogramSpec, *, n_times: int) -> dict[str, float | None]:
    """Measure what a hop costs where a library inverts a whole note, microseconds on one thread.

    Args:
        spec: whose n_fft and hop_length.
        n_times: of which the median is taken.
    """
    rng = np.random.default_rng(0)
    shape = (spec.n_fft // 2 + 1, N_FRAMES)
    note = (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(np.complex64)
    makers: dict[str, Callable[[Any, SpectrogramSpec], Callable[[], object]]] = {
        "torch": _torch_istft,
        "librosa": _librosa_istft,
        "scipy": _scipy_istft,
    }
    found: dict[str, float | None] = {}
    for name, maker in makers.items():
        if importlib.util.find_spec(name) is None:
            found[name] = None
        else:
            found[name] = rounded(1e6 * median_s(maker(note, spec), n_times=n_times) / N_FRAMES)
    return found


def measure_wavenet_s(*, n_times: int) -> float | None:
    """Measure NSynth's autoregressive decoder: seconds for a second of sound, or None.

    Thirty dilated layers 512 wide, one sample at a time, each with its past at hand: the fastest
    way there is to run it, and no cost counted for sampling or conditioning.
    """
    if importlib.util.find_spec("torch") is None:
        return None
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    step = _wavenet_step(torch)

    def play() -> None:
        with torch.inference_mode():
            for _ in range(N_WAVENET_SAMPLES):
                step()

    return rounded(median_s(play, n_times=n_times) / N_WAVENET_SAMPLES * MODEL_RATE)


def measure_plain_gansynth_ms(*, n_times: int) -> float | None:
    """Measure a generator of GANSynth's size, untiled, in the runtime that we use; None: no onnx.

    Seven levels of two 3x3 convolutions, 256 channels falling to 32, 2 x 16 growing to 128 x 1024
    (magenta's mel_prog_hires: 7.3 million parameters, 14 billion products).
    """
    if importlib.util.find_spec("onnx") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plain.onnx"
        path.write_bytes(_plain_gansynth())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    start = np.random.default_rng(0).standard_normal((1, 256, 2, 16)).astype(np.float32)
    return rounded(1e3 * median_s(lambda: session.run(None, {"start": start}), n_times=n_times))


def _torch_istft(note: Any, spec: SpectrogramSpec) -> Callable[[], object]:
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    frames, window = torch.from_numpy(note), torch.hann_window(spec.n_fft)
    return lambda: torch.istft(frames, spec.n_fft, spec.hop_length, window=window)


def _librosa_istft(note: Any, spec: SpectrogramSpec) -> Callable[[], object]:
    librosa = importlib.import_module("librosa")
    return lambda: librosa.istft(note, n_fft=spec.n_fft, hop_length=spec.hop_length)


def _scipy_istft(note: Any, spec: SpectrogramSpec) -> Callable[[], object]:
    signal = importlib.import_module("scipy.signal")
    n_overlap = spec.n_fft - spec.hop_length
    return lambda: signal.istft(note, nperseg=spec.n_fft, noverlap=n_overlap)


def _wavenet_step(torch: Any) -> Callable[[], object]:
    """Return what computes one sample of the decoder."""
    width, skip = WAVENET_WIDTH, WAVENET_SKIP
    draw = torch.randn
    layers = [
        (
            draw(2 * width, 3 * width) * 0.01,  # a kernel of 3 samples, filter and gate
            draw(2 * width, WAVENET_CONDITION) * 0.01,
            draw(width, width) * 0.01,
            draw(skip, width) * 0.01,
        )
        for _ in range(WAVENET_LAYERS)
    ]
    pasts = [draw(2, width) for _ in range(WAVENET_LAYERS)]
    condition = draw(WAVENET_CONDITION)
    ends = draw(skip, skip) * 0.01, draw(256, skip) * 0.01
    first = draw(width)

    def step() -> object:
        x, total = first, torch.zeros(skip)
        for (kernel, conditioning, residual, to_skip), past in zip(layers, pasts, strict=True):
            inner = kernel @ torch.cat([past[0], past[1], x]) + conditioning @ condition
            gated = torch.tanh(inner[:width]) * torch.sigmoid(inner[width:])
            x = x + residual @ gated
            total = total + to_skip @ gated
        return ends[1] @ torch.relu(ends[0] @ torch.relu(total))

    return step


def _plain_gansynth() -> bytes:
    onnx = importlib.import_module("onnx")
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    rng = np.random.default_rng(0)
    nodes, constants = [], [numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "twice")]
    value, n_in = "start", 256
    for level, n_out in enumerate((256, 256, 256, 256, 128, 64, 32)):
        if level:
            nodes.append(
                helper.make_node("Resize", [value, "", "twice"], [f"up{level}"], mode="nearest")
            )
            value = f"up{level}"
        for half in range(2):
            name = f"{level}{half}"
            weights = rng.standard_normal((n_out, n_in, 3, 3)).astype(np.float32)
            constants.append(numpy_helper.from_array(weights * 0.02, f"weights{name}"))
            nodes.append(
                helper.make_node(
                    "Conv", [value, f"weights{name}"], [f"conv{name}"], pads=[1, 1, 1, 1]
                )
            )
            nodes.append(helper.make_node("LeakyRelu", [f"conv{name}"], [f"out{name}"], alpha=0.2))
            value, n_in = f"out{name}", n_out
    graph = helper.make_graph(
        nodes,
        "plain",
        [helper.make_tensor_value_info("start", onnx.TensorProto.FLOAT, [1, 256, 2, 16])],
        [helper.make_tensor_value_info(value, onnx.TensorProto.FLOAT, [1, 32, 128, 1024])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return bytes(model.SerializeToString())
