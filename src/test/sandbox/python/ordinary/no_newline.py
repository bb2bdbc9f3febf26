#: about: what has no line end is sent at the end
#: stdout-is: 0 1 2 done
for i in range(3):
    print(i, end=" ")
print("done", end="")
