"""The error of tables."""


class TableError(TypeError):
    """A table that cannot be created, or that does not store what its fields declare.

    The message says how to fix it.
    """
