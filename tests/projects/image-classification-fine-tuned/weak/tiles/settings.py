"""How the network is trained: not at all, so its last layer guesses."""

EPOCHS = 0
BATCH = 50
RATE = 3e-3
DECAY = 1e-2
SEED = 7
