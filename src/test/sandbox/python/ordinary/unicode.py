#: about: all of Unicode in source, names, input and output
#: stdin: Grüße 🎉
#: stdout-is: Grüße 🎉 ∑ 名前 8\n
名前 = input()
print(名前, "∑", "名前", len(名前) + len("é".encode()) - 1)
