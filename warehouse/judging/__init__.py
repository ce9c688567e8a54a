"""One line -> one event or one reason: tables and mapped sources become lines first."""
