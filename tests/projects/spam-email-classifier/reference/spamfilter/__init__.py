"""Reads raw mails, says how likely each one is spam, and holds back what is worth it."""
