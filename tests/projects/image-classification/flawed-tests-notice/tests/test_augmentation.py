from tiles import augmentation


def test_augmentation_can_be_imported():
    assert augmentation
