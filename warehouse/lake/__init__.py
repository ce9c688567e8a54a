"""The raw lake: its layout, what is loaded, what is let in, what was set aside."""
