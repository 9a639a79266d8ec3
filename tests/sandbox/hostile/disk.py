with open("/tmp/x", "wb") as temporary, open("x", "wb") as file:
    while True:
        temporary.write(b"x" * (1 << 20))
        file.write(b"x" * (1 << 20))
