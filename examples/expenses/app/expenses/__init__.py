"""Expenses: what was paid from an account."""
