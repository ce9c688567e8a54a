"""Tests: pure, pipeline, golden, properties, guards, real data."""
