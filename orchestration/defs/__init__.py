"""The pipeline's definitions, one module a stage; everything here is loaded by name."""
