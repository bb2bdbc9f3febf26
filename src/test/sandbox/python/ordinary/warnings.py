#: about: a warning of the compiler is shown once
#: exit: 0
#: stdout: hello
#: stderr: SyntaxWarning: "is" with
x = 1
if x is 1:
    print("hello")
