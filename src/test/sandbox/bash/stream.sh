#: about: output as it comes
#: stream: true
#: stdout-is: a\nb\n
echo a
sleep 0.3
echo b
