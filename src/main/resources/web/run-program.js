// A program as the Run page holds it: one set of files per language, the input, and the options.

export const EXAMPLES = {
  python: { title: 'Python', name: 'main.py', code: `import time

for i in range(1, 4):
    print("Hello", i)
    time.sleep(0.3)

print("The first squares:", [n * n for n in range(1, 8)])
` },
  javascript: { title: 'JavaScript', name: 'main.js', code: `const squares = [1, 2, 3, 4, 5, 6, 7].map((n) => n * n);
console.log('The first squares:', squares.join(', '));
` },
  bash: { title: 'Bash', name: 'main.sh', code: `for i in 1 2 3; do
  echo "Hello $i"
done
` },
  c: { title: 'C', name: 'main.c', code: `#include <stdio.h>

int main(void) {
    for (int i = 1; i <= 3; i++) printf("Hello %d\\n", i);
    return 0;
}
` },
};

const example = (language) => {
  const { name, code } = EXAMPLES[language] ?? { name: 'main.txt', code: '' };
  return { files: [{ name, content: code }], active: 0 };
};

export class Program {
  constructor(language = 'python') {
    Object.assign(this, { language, sets: { [language]: example(language) }, stdin: '', args: '', timeout: 0, safety: 'off' });
  }

  /** From a link. */
  static of({ language, files, active, stdin, args }) {
    const program = new Program(language);
    program.sets[language] = { files, active };
    return Object.assign(program, { stdin, args });
  }

  /** From what `stored` gave; anything that is not that is a new program. */
  static restored(text) {
    try {
      const { language, sets, stdin, args, timeout, safety } = JSON.parse(text);
      const good = Object.values(sets).every((s) => s.files.length && s.files.every((f) => typeof f.name === 'string' && typeof f.content === 'string'));
      if (good && sets[language]) return Object.assign(new Program(language), { sets, stdin, args, timeout, safety });
    } catch { /* nothing was stored, or by another version */ }
    return new Program();
  }

  stored() {
    const { language, sets, stdin, args, timeout, safety } = this;
    return JSON.stringify({ language, sets, stdin, args, timeout, safety });
  }

  shared() {
    const { language, files, active, stdin, args } = this;
    return { language, files, active, stdin, args };
  }

  get set() { return this.sets[this.language]; }
  get files() { return this.set.files; }
  get file() { return this.files[this.active]; }
  get active() { return Math.min(this.set.active, this.files.length - 1); }
  set active(at) { this.set.active = at; }
  /** The file that is run: the first. */
  get entry() { return this.files[0]; }

  switchTo(language) {
    this.language = language;
    this.sets[language] ??= example(language);
  }

  add(name) {
    this.files.push({ name, content: '' });
    this.active = this.files.length - 1;
  }

  /** Takes the shown file away; answers what brings it back. */
  remove() {
    const { set, active, file } = this;
    set.files.splice(active, 1);
    set.active = Math.max(0, active - 1);
    return () => {
      set.files.splice(active, 0, file);
      set.active = active;
    };
  }

  reset() {
    this.sets[this.language] = example(this.language);
    Object.assign(this, { stdin: '', args: '' });
  }

  /** The body of the call that runs it. */
  request(id, args) {
    return {
      run_id: id, language: this.language, files: this.files.map(({ name, content }) => ({ name, content })), entrypoint: this.entry.name,
      stdin: this.stdin, args, ...(this.timeout && { timeout: this.timeout }), ...(this.language === 'python' && { safety: this.safety }),
    };
  }
}
