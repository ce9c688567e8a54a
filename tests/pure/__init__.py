"""One part at a time, on files and databases of its own."""
