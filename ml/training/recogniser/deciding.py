"""From logits to confidences that mean what they say, and from where on a class is told."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from ml.evaluation.metrics import Array
from ml.evaluation.recognition import Answers, Labels, flags, macro_f1_of

_LEVELS = np.linspace(0.05, 0.9, 35)
_LEAST_SCALE = 0.05


@dataclass(frozen=True, slots=True)
class Deciding:
    """A confidence is sigmoid(scale * logit + shift); one of at least ``threshold`` is told."""

    scale: float
    shift: float
    threshold: float

    def answers(self, logits: Array) -> Answers:
        """(n, K) logits as answers."""
        return Answers(confidences(logits, self.scale, self.shift), self.threshold)


def confidences(logits: Array, scale: float, shift: float) -> Array:
    """(n, K) logits -> (n, K) in 0..1."""
    found: Array = expit(scale * logits + shift)
    return found


def fit_deciding(logits: Array, actual: Labels) -> Deciding:
    """By pictures that nothing was learned from.

    Scale and shift by likelihood, one pair for all classes (Platt 1999): a class has too few
    pictures for its own. The threshold is the one of the best macro-F1, none of these included.
    """
    truth = flags(actual, logits.shape[1])
    held = truth[:, :-1]

    def loss(parameters: Array) -> float:
        values = parameters[0] * logits + parameters[1]
        return float(np.mean(np.logaddexp(0.0, values) - held * values))

    found = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead")
    scale, shift = max(float(found.x[0]), _LEAST_SCALE), float(found.x[1])
    sure = confidences(logits, scale, shift)
    whole = np.ones((1, len(actual)))

    def quality(level: float) -> float:
        told = flags(Answers(sure, level).told, logits.shape[1])
        return float(macro_f1_of(told, truth)(whole)[0])

    return Deciding(scale, shift, float(max(_LEVELS.tolist(), key=quality)))
