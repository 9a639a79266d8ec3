for number in range(2000):
    open(f"file-{number}", "w").close()
print("ESCAPED inodes")
