"""What a run tells while it goes: a progress bar, log.jsonl, and a TensorBoard."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from training.batches import NoteSource
from training.config import TrainingConfig
from training.stages.stage import Networks
from training.validation import show

LOG_NAME = "log.jsonl"
BOARD_NAME = "tensorboard"


class Journal:
    """One run's record; a context manager.

    Args:
        run_dir: The run's folder; an existing record is continued.
        is_silent: Tell nothing: another process of the same run does.
    """

    def __init__(self, run_dir: Path, *, is_silent: bool = False) -> None:
        self._run_dir = run_dir
        self._is_silent = is_silent
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, disable=is_silent)
        self._task = self._bar.add_task("training", total=1.0)
        self._log: Any = None
        self._board: Any = None
        self._last: tuple[int, float] | None = None

    def step(
        self, stage: str, n_images: int, n_seconds: float, progress: float, terms: dict[str, float]
    ) -> None:
        """Write down one step.

        Args:
            stage: Its name.
            n_images: Seen so far.
            n_seconds: Of the whole run.
            progress: 0..1 of the whole run.
            terms: The loss's terms; "loss" is their sum.
        """
        rounded = {name: round(value, 4) for name, value in terms.items()}
        entry = {"stage": stage, "images": n_images, "seconds": round(n_seconds, 1), **rounded}
        self._write(entry)
        if self._board:
            for name, value in terms.items():
                self._board.add_scalar(f"{stage}/{name}", value, n_images)
        speed = ""
        if self._last is not None and n_seconds > self._last[1]:
            speed = f"{(n_images - self._last[0]) / (n_seconds - self._last[1]):.1f} images/s, "
        self._last = n_images, n_seconds
        description = f"{stage}: {n_images} images, {speed}loss {terms['loss']:.3f}"
        self._bar.update(self._task, completed=progress, description=description)

    def write(self, n_images: int, measures: dict[str, float]) -> None:
        """Write down what was measured on held-out notes."""
        self._write({"images": n_images, **measures})
        if self._board:
            for name, value in measures.items():
                self._board.add_scalar(f"validation/{name}", value, n_images)

    def show(
        self,
        n_images: int,
        average: Networks,
        source: NoteSource,
        config: TrainingConfig,
        device: torch.device,
    ) -> None:
        """Put pictures and sounds on the TensorBoard, where there is one."""
        if self._board:
            show(self._board, n_images, average, source, config, device)
            self._board.flush()

    def tell(self, line: str) -> None:
        """Say something that the user should know."""
        if not self._is_silent:
            self._bar.console.print(line)

    def __enter__(self) -> Self:
        if self._is_silent:
            return self
        self._log = (self._run_dir / LOG_NAME).open("a")
        self._board = _open_board(self._run_dir / BOARD_NAME)
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_silent:
            return
        self._bar.stop()
        self._log.close()
        if self._board:
            self._board.close()

    def _write(self, entry: dict[str, Any]) -> None:
        if self._log:
            self._log.write(json.dumps(entry) + "\n")
            self._log.flush()


def _open_board(folder: Path) -> Any:
    """Open a TensorBoard, or nothing where its package is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder))
