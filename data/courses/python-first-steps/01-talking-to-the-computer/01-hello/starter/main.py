# Change the text, then add a second line below.
print("Hello")
