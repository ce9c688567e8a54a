"""What people and the shop do, one module a theme: population, visits -> named events."""
