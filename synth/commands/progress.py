"""What long work shows on stderr; nothing where that is no terminal."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.progress import Progress as Bar

if TYPE_CHECKING:
    from synth.render import Progress

STARTING = "starting; the first time, the audio thread is compiled: about a minute"

T = TypeVar("T")


@contextmanager
def progress_bar(name: str) -> Iterator["Progress"]:
    """Show a bar, and yield what moves it."""
    console = Console(stderr=True)
    # Disabled, or it prints an empty line into logs.
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(name, total=1.0)
        yield lambda fraction: bar.update(task, completed=fraction)


@contextmanager
def opened(open_context: Callable[[], AbstractContextManager[T]]) -> Iterator[T]:
    """Open what takes its time, saying why nothing is heard yet, and close it in the end."""
    with ExitStack() as stack:
        with Console(stderr=True).status(STARTING):
            context = stack.enter_context(open_context())
        yield context
