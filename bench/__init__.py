"""Benchmarks: `python -m bench` compares frameworks, `python -m bench growth` varies load and data."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
