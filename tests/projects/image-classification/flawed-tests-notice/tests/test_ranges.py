from tiles import augmentation


def test_ranges_can_be_imported():
    assert augmentation
