#: about: as much as the disk holds
#: status: ok
#: stderr: No space left
cat /dev/zero >big
echo done
