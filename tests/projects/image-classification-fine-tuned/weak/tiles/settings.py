"""How the network is trained: once over the pictures, for a start."""

EPOCHS = 1
BATCH = 50
RATE = 3e-3
DECAY = 1e-2
SEED = 7
