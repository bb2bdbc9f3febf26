//: about: bytes that are no text
//: stdout-is: \xff\xfe\xe2\x82
process.stdout.write(Buffer.from([0xff, 0xfe, 0xe2, 0x82]));
