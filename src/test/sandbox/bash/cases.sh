#: about: several cases, each in a new folder
#: wall-ms: 10000
#: case: 1
#: case: 2
#: case: x
#: exit: 0, 0, 5
#: stdout: files 1
echo "files $(ls -A | wc -l) $(ls -A /tmp)"
touch left /tmp/left
read -r n
[ "$n" != x ] || exit 5
