//: about: arguments and a small environment
//: args: a b
//: stdout-is: [ 'a', 'b' ] /tmp/code HOME,LANG,LOGNAME,PATH,PWD,USER []\n
console.log(process.argv.slice(2), process.cwd(), Object.keys(process.env).sort().join(), process.execArgv);
