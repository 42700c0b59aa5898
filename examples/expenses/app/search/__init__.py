"""The search in several resources."""
