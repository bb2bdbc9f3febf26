#: about: the usual tools
#: stdout-is: 3\n2\nB\n6\n
printf '1\n2\n3\n' | wc -l
seq 3 | sed -n 2p
echo b | awk '{print toupper($0)}'
seq 3 | paste -sd+ | bc
