#: about: a name that leads upwards
#: file: ../x = x
#: failed: file name
echo
