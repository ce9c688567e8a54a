"""The build databases: who may write, how they are opened, tables another engine made."""
