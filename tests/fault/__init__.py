"""Bad input, two at once, killed half-way, a store that does not answer."""
