"""The comparison with other ways to write the same API: a program of its own, `make bench`."""
