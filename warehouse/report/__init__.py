"""The morning page about one day, and that of the last complete week: self-contained HTML files."""
