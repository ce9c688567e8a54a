"""What readers open: published versions of the marts, whole and checkable."""
