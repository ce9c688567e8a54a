"""The morning page: one self-contained HTML file about one day."""
