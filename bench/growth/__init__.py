"""How a request's cost grows with what is stored, sent and open at once: a program, `make growth`."""
