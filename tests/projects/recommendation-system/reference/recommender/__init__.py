"""Three lists of ten for each listener: from others, from the titles, and from both."""
