"""The KPIs of every day, by what users were on it (section 9)."""
