"""Budgets of categories."""
