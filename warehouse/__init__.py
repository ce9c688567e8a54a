"""Everything that touches files and tables: landing, lake, warehouse files, serving, exports."""
