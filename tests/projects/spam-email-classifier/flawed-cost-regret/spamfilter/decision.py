"""From a probability to a decision."""

THRESHOLD = 0.3


def decide(probability: float) -> str:
    """Hold back what is suspicious."""
    return "hold" if probability > THRESHOLD else "deliver"
