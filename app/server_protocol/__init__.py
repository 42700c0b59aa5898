"""The HTTP/1.1 protocol of the server, stricter than uvicorn's."""
