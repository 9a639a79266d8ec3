"""From a probability to a decision."""

THRESHOLD = 0.5


def decide(probability: float) -> str:
    """Hold back what is rather spam than not."""
    return "hold" if probability > THRESHOLD else "deliver"
