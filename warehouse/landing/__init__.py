"""What arrived: days, files, their bytes line by line, and taking lines out of them."""
