"""What leaves the warehouse as files: recall lists and KPI snapshots."""
