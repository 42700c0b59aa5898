"""How the cost of a request grows with what is stored, sent and open at once: a program of its own, `make growth`."""
