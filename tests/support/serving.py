"""An application of the tests behind a real server, with the protocol that `todo serve` has."""

import os

import uvicorn

from app.server_protocol import StrictProtocol


def serve(factory: str) -> None:
    """Serve what this import path makes, on the port that `PORT` names, until a signal comes."""
    uvicorn.run(factory, factory=True, port=int(os.environ["PORT"]), http=StrictProtocol, log_level="error")
