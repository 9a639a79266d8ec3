"""Predicts and explains house prices from an estate agency's export."""
