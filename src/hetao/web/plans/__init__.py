"""The plan: ledger, lights, assessment."""
