"""What good data is, as Great Expectations suites over frames. Knows no Dagster and no database."""
