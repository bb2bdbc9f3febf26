#: about: pipes, jobs, substitution, arrays, coprocesses
#: stdout-is: 3 job b ok\n
a=(a b c)
(sleep 0.05; echo job >f) &
wait
coproc cat
echo ok >&"${COPROC[1]}"
read -r x <&"${COPROC[0]}"
echo "$(printf '%s\n' "${a[@]}" | wc -l) $(cat <(cat f)) ${a[1]} $x"
