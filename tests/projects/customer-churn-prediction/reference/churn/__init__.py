"""Says who is about to leave, and whom to call at the costs of the day."""
