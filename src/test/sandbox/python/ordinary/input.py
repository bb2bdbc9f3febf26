#: about: input() with a prompt, and its end
#: stdin: Ada\n36
#: stdout-is: Name? Age? Ada is 36\nend\n
#: exit: 0
name = input("Name? ")
age = int(input("Age? "))
print(name, "is", age)
try:
    input()
except EOFError:
    print("end")
