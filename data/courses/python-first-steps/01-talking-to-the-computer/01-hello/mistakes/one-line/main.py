print("Hello, world! I am learning Python.")
