"""Forgetting people, everywhere."""
