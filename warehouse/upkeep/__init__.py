"""How an installation is: what stands, what is wrong, and the cure."""
