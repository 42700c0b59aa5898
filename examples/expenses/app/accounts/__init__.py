"""Accounts: where money is."""
