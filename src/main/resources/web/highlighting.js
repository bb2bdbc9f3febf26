// Colours for code. The highlighter and each language are fetched when a text needs them; without them code stays plain.
const ALIASES = {
  js: 'javascript', mjs: 'javascript', jsx: 'javascript', node: 'javascript', ts: 'typescript', tsx: 'typescript',
  py: 'python', python3: 'python', sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', html: 'xml', svg: 'xml', vue: 'xml',
  yml: 'yaml', 'c++': 'cpp', c: 'cpp', h: 'cpp', cc: 'cpp', hpp: 'cpp', cs: 'csharp', 'c#': 'csharp', rs: 'rust', golang: 'go',
  rb: 'ruby', kt: 'kotlin', kts: 'kotlin', md: 'markdown', toml: 'ini', docker: 'dockerfile', make: 'makefile', postgres: 'sql',
  postgresql: 'sql', sqlite: 'sql', mysql: 'sql', patch: 'diff', jsonc: 'json', json5: 'json',
};
const KNOWN = new Set(['bash', 'cpp', 'csharp', 'css', 'diff', 'dockerfile', 'go', 'ini', 'java', 'javascript', 'json', 'kotlin', 'lua',
  'makefile', 'markdown', 'php', 'python', 'r', 'ruby', 'rust', 'scala', 'sql', 'swift', 'typescript', 'xml', 'yaml']);

const loaded = new Map();

function language(name) {
  if (!loaded.has(name)) {
    loaded.set(name, Promise.all([import('highlight.js/core'), import(`highlight.js/${name}`)])
      .then(([{ default: hljs }, { default: grammar }]) => {
        hljs.registerLanguage(name, grammar);
        return hljs;
      }));
  }
  return loaded.get(name);
}

/** Colours the text of `code` as `name`, if that is a language we know. Longer than 100,000 characters stays plain. */
export async function highlight(code, name) {
  const id = ALIASES[name] ?? name;
  const text = code.textContent;
  if (!KNOWN.has(id) || text.length > 100_000) return;
  try {
    const hljs = await language(id);
    if (code.textContent === text) code.innerHTML = hljs.highlight(text, { language: id, ignoreIllegals: true }).value;
  } catch {
    loaded.delete(id); // the server was away: the next block tries again
  }
}
