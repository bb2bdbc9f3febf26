#: about: both streams, by name too
#: stdin: a b\nc
#: args: x y
#: stdout-is: x y 2 /tmp/code\na b c\nout\n
#: stderr: err1\nerr2\n
#: exit: 3
echo "$1 $2 $# $PWD"
read -r a b
read -r c
echo "$a $b $c"
echo out >/dev/stdout
echo err1 >&2
echo err2 >/dev/stderr
exit 3
