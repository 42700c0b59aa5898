"""Examples, to copy from: nothing in `app` or `routers` imports them."""
