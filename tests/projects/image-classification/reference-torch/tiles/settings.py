"""How the network is trained: chosen on tiles that were put aside."""

EPOCHS = 20
BATCH = 50
RATE = 3e-3
DECAY = 1e-2
SEED = 7
