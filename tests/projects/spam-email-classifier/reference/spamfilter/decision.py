"""From a probability to a decision."""

COST_OF_HOLDING = 5  # a good mail held back
COST_OF_DELIVERING = 1  # a spam mail delivered
# There, (1 - p) * COST_OF_HOLDING and p * COST_OF_DELIVERING are the same.
THRESHOLD = COST_OF_HOLDING / (COST_OF_HOLDING + COST_OF_DELIVERING)


def decide(probability: float) -> str:
    """Hold back where that costs less on average than delivering."""
    return "hold" if probability > THRESHOLD else "deliver"
