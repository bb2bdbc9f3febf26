//: about: nobody is reached over the network
//: stdout: error
require('net').connect(53, '1.1.1.1').on('error', (e) => console.log('error', e.code)).on('connect', () => console.log('connected'));
