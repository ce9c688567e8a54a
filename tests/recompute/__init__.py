"""The definitions once more, in plain Python: what the tables must hold, told without their SQL."""
