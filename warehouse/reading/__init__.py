"""Landed files -> judged batches: streams, lines, tables, and the two speeds of one judge."""
