"""A made-up shop: seed, users, days -> a landing folder of Segment lines; no real person in it."""
