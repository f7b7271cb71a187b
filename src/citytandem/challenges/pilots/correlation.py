"""How much a value says about the next one, and what that takes away from a series.

Residuals of a short series look less related than the errors are, because the model has followed some of them. So the
relation is taken that would be expected to leave residuals like these (Cheang & Reinsel 2000 have the same aim).
"""

from __future__ import annotations

import numpy as np

from citytandem.challenges.ranking.criteria import Floats

# Beyond, a series is as good as one value that wanders.
MOST = 0.98


def lag_one(residuals: Floats) -> float:
    """The correlation of each residual with the next."""
    squares = float(residuals @ residuals)
    return float(residuals[1:] @ residuals[:-1]) / squares if squares > 0 else 0.0


def expected_lag_one(design: Floats, correlation: float) -> float:
    """What `lag_one` of the residuals is about, where errors follow an AR(1) with this correlation.

    The ratio of the expectations: trace(A M R M) / trace(M R) with the shift A, the residual maker M = I - QQ', and R.
    """
    count = len(design)
    basis = np.linalg.qr(design)[0]
    followed = _related(basis, correlation)
    inner = basis.T @ followed
    return float(
        (
            (count - 1) * correlation
            - np.sum(basis[1:] * followed[:-1])
            - np.sum(followed[1:] * basis[:-1])
            + np.sum((basis[1:] @ inner) * basis[:-1])
        )
        / (count - np.trace(inner))
    )


def correlation_of(residuals: Floats, design: Floats) -> float:
    """The AR(1) correlation of the errors, from 0 to MOST, that explains the residuals of a least-squares fit."""
    from scipy.optimize import brentq

    seen = lag_one(residuals)
    if seen <= expected_lag_one(design, 0.0):
        return 0.0
    if seen >= expected_lag_one(design, MOST):
        return MOST
    return float(brentq(lambda correlation: expected_lag_one(design, correlation) - seen, 0.0, MOST, xtol=1e-6))


def covariance(residuals: Floats, design: Floats, correlation: float) -> Floats:
    """The covariance of least-squares coefficients where errors follow an AR(1); 0 gives the usual one."""
    inverse: Floats = np.asarray(np.linalg.pinv(design), dtype=float)
    basis = np.linalg.qr(design)[0]
    left = len(design) - float(np.trace(basis.T @ _related(basis, correlation)))
    spread = float(residuals @ residuals) / left
    result: Floats = spread * inverse @ _related(inverse.T, correlation)
    return result


def _related(columns: Floats, correlation: float) -> Floats:
    """The matrix of correlations, correlation ** |i - j|, times columns."""
    from scipy.linalg import matmul_toeplitz

    result: Floats = matmul_toeplitz(correlation ** np.arange(len(columns), dtype=float), columns)
    return result
