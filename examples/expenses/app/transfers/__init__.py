"""Transfers between accounts."""
