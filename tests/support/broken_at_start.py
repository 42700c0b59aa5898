"""An owner provider that the command `todo serve` can import, but the application cannot."""

from itertools import count
from multiprocessing import parent_process

from app.owner import OwnerProvider, trusted_header

_accesses = count()


def __getattr__(name: str) -> OwnerProvider:
    if name == "owner" and (parent_process() is not None or next(_accesses)):
        raise RuntimeError("it is broken now")
    return trusted_header
