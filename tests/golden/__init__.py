"""Hand-written days and public data, against results made elsewhere."""
