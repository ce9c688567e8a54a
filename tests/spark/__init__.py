"""What needs Spark: `make test-spark` installs it and runs these."""
