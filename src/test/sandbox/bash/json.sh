#: about: the request's own letters: quotes, backslashes, tabs, all of Unicode
#: args: a"b\\c ü🎉
#: file: d/f.txt = "\\\t
#: stdin: "\\
#: stdout-is: a"b\\\\c|ü🎉|"\\\t|"\\\n
printf '%s|%s|%s|%s\n' "$1" "$2" "$(cat d/f.txt)" "$(cat)"
