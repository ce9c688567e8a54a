"""What holds for any input, tried with many."""
