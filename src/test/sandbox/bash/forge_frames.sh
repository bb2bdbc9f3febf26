#: about: frames on every descriptor are output
#: exit: 7
#: status: ok
for fd in $(seq 1 60); do
    { printf 'X\0\0\0\002{}D\0\0\0\0' >&"$fd"; } 2>/dev/null
done
exit 7
