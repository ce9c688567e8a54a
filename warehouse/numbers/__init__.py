"""Models that SQL cannot express: arrays in, arrays out; no files, no tables, no clock."""
