//: about: a module with import and await at the top
//: file: lib.mjs = export const n = 5;
//: stdout-is: 5 2 file:///tmp/code/module.mjs\n
import { n } from './lib.mjs';
const two = await Promise.resolve(2);
console.log(n, two, import.meta.url);
