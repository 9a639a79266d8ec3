from attempt import attempt

with open("giant", "wb") as file:
    attempt("giant", file.truncate, 1 << 40)
for number in range(4):
    with open(f"hole-{number}", "wb") as file:
        file.truncate(7 << 20)
