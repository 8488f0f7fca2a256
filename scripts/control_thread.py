"""Say how late a thread is that does nothing: what a machine takes from a real-time thread.

Once a block it adds up numbers that lie in its cache, a tenth of the block long: it touches no new
memory, asks for nothing but the clock, and other threads cannot add to its own time on the
processor. A block is late as the audio thread's is: the thread had the processor longer than the
block lasts. A host that stops a virtual core without telling the guest does that, and firmware.

    scripts/control_thread.py --minutes 10
"""

import argparse
import json
import sys

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from synth.notes.priority import run_in_real_time
from synth.realtime.processor import thread_ns, wall_ns

_N_SUMMED = 4096
_SHARE_OF_BLOCK = 0.1
_PRIORITY = 1  # below all that sounds
_usleep = types.ExternalFunction("usleep", types.intc(types.uint32))


@njit
def run_blocks(
    n_blocks: int, block_ns: int, taken_ns: NDArray[np.int64], timespec: NDArray[np.int64]
) -> float:
    """Work a tenth of every block, and enter how long each had the processor.

    Args:
        n_blocks: how many.
        block_ns: their length.
        taken_ns: [n_blocks]; overwritten.
        timespec: [2]; scratch of the clock.

    Returns:
        The sum, so that nobody leaves the work out.
    """
    numbers, total = np.ones(_N_SUMMED, np.float32), 0.0
    for block in range(n_blocks):
        began, busy = wall_ns(timespec), thread_ns(timespec)
        while thread_ns(timespec) - busy < _SHARE_OF_BLOCK * block_ns:
            for number in numbers:
                total += float(number)
        taken_ns[block] = thread_ns(timespec) - busy
        rest_us = (block_ns - (wall_ns(timespec) - began)) // 1000
        if rest_us > 0:
            _usleep(types.uint32(rest_us))
    return total


def main() -> int:
    """Run, and print figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--block-us", type=float, default=64e6 / 48_000)
    args = parser.parse_args()
    n_blocks, block_ns = int(60e6 * args.minutes / args.block_us), int(1000.0 * args.block_us)
    timespec = np.zeros(2, np.int64)
    run_blocks(1, block_ns, np.zeros(1, np.int64), timespec)  # compiled
    taken_ns = np.ones(n_blocks, np.int64)  # written before: no page is new
    is_real_time = run_in_real_time(_PRIORITY)
    run_blocks(n_blocks, block_ns, taken_ns, timespec)
    figures = {
        "blocks": n_blocks,
        "late_blocks": int(np.count_nonzero(taken_ns > block_ns)),
        "max_us": float(taken_ns.max()) / 1e3,
        "is_real_time": is_real_time,
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
