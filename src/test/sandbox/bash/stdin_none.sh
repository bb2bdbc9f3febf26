#: about: no input is an empty one
#: stdout-is: end\n
cat
read -r x || echo end
