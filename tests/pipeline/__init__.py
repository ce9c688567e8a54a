"""The whole journey: Dagster, dbt, checks and the command line as they run."""
