"""A whole year, in minutes: by a command of its own."""
