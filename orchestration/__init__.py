"""What runs, when, guarded by what: Dagster definitions and the command line. No SQL, no rules."""
