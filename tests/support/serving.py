"""Serve an application of the tests with uvicorn and the protocol of `todo serve`."""

import os

import uvicorn

from app.server_protocol.protocol import StrictProtocol


def serve(factory: str) -> None:
    """Serve the application that a factory creates, on the port `PORT`, until a signal arrives."""
    uvicorn.run(factory, factory=True, port=int(os.environ["PORT"]), http=StrictProtocol, log_level="error")
