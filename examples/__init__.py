"""Applications that use the generator."""
