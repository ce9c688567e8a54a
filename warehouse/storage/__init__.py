"""Disk and bucket: places, objects, files that appear whole or not at all."""
