import numpy as np
import pandas as pd

from recommender.newcomers import fit, score


def test_rate_is_worked_out_by_hand():
    heard = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    np.testing.assert_allclose(fit(pd.DataFrame(), heard).rate, [3 / 4, 3 / 4])


def test_everybody_gets_the_same():
    heard = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    found = score(pd.DataFrame({"user_id": ["U-1", "U-2"]}), fit(pd.DataFrame(), heard))
    np.testing.assert_allclose(found, np.log([[1, 3 / 4], [1, 3 / 4]]))
