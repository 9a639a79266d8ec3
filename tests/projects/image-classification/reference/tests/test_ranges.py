import numpy as np
from tiles import augmentation


def test_every_kind_of_change_occurs():
    rng = np.random.default_rng(5)
    pictures = np.full((400, 24, 24), 0.5, np.float32)
    found = augmentation.augment(rng, pictures)
    levels = [len(np.unique(picture.round(3))) for picture in found]
    covered = np.mean([count == 2 for count in levels])
    darker = np.mean([picture.max() < 0.45 for picture in found])
    assert 0.15 < covered < 0.35
    assert 0.05 < darker < 0.3


def test_light_is_drawn_over_the_whole_range():
    rng = np.random.default_rng(6)
    found = augmentation.random_light(rng, np.full((500, 2, 2), 0.2, np.float32)) / 0.2
    assert 0.2 <= found.min() < 0.24
    assert 2.2 < found.max() <= 2.41
