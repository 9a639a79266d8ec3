"""What ``make run`` and ``make test`` start: folders, secrets, identities and processes."""
