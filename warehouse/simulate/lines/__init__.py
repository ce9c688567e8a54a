"""Events as text: columns -> JSON lines -> one compressed file per day received."""
