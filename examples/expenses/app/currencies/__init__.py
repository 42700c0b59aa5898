"""Currencies: reference data that everyone may read."""
