"""Exit together with the supervisor of the worker processes."""

import asyncio
import signal
from multiprocessing import parent_process


def exit_with_supervisor() -> None:
    """Have a worker process shut down when its supervisor ends, even by SIGKILL.

    Otherwise it would keep the port, and serve without anything to restart it. Needs a running event loop.
    """
    supervisor = parent_process()
    if supervisor is None:
        return
    loop, sentinel = asyncio.get_running_loop(), supervisor.sentinel

    def stop() -> None:
        loop.remove_reader(sentinel)  # it stays readable
        signal.raise_signal(signal.SIGTERM)

    loop.add_reader(sentinel, stop)
