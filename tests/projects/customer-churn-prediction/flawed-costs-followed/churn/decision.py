"""From probabilities to decisions, by the threshold that was best when the model was trained."""

import numpy as np


def break_even(missed: float, contact: float) -> float:
    """The probability from which contacting costs less on average."""
    return contact / (contact + missed)


def decide(probability: np.ndarray, threshold: float) -> np.ndarray:
    return np.where(probability > threshold, "contact", "leave")
