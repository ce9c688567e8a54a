"""What the checks at the two borders measure; what is good is said in quality/suites."""
