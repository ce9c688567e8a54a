"""Rules as data: which rule files are in effect, and the proof that they are sound."""
