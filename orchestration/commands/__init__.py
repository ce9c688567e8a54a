"""The commands of `userops`, by subject. Heavy packages are imported when a command needs them."""
