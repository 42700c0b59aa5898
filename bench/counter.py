"""What the work of this process is counted in: instructions where the processor tells, else CPU time."""

import ctypes
import os
import platform
import struct
import time
from collections.abc import Callable

INSTRUCTIONS, SECONDS = "instructions", "seconds of CPU"
_PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
_INHERIT_EXCLUDE_KERNEL_AND_HYPERVISOR = 1 << 1 | 1 << 5 | 1 << 6


def counter(kind: int = 0, event: int = 1) -> tuple[str, Callable[[], float]]:
    """The unit, and what tells how much was used since the process began; call it before threads start.

    `kind` and `event` are perf_event_open(2)'s; by default, the instructions in user mode, threads included.
    """
    attributes = (ctypes.c_char * 112)()
    struct.pack_into("IIQ", attributes, 0, kind, 112, event)
    struct.pack_into("Q", attributes, 40, _INHERIT_EXCLUDE_KERNEL_AND_HYPERVISOR)
    number = _PERF_EVENT_OPEN.get(platform.machine())
    if number is not None and platform.system() == "Linux":
        file = ctypes.CDLL(None).syscall(number, attributes, 0, -1, -1, 0)
        if file >= 0:
            return INSTRUCTIONS, lambda: int.from_bytes(os.read(file, 8), "little")
    return SECONDS, time.process_time
