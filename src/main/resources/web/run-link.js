// A program in an address: compressed, behind the #, which browsers never send to the server.
const KEY = 'code=';
const MOST = 400_000; // characters of a program that a link may grow to

const through = async (bytes, transform) => new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(transform)).arrayBuffer());

/** The fragment that holds `program` ({language, files, entry, stdin, args}). */
export async function pack(program) {
  const bytes = await through(new TextEncoder().encode(JSON.stringify(program)), new CompressionStream('deflate-raw'));
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return `#${KEY}${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** The program of a fragment, or null when it holds none that can be read. */
export async function unpack(fragment) {
  if (!fragment.startsWith(`#${KEY}`)) return null;
  try {
    const text = atob(fragment.slice(KEY.length + 1).replaceAll('-', '+').replaceAll('_', '/'));
    const json = await bounded(Uint8Array.from(text, (c) => c.charCodeAt(0)));
    return checked(JSON.parse(json));
  } catch {
    return null; // cut by a mail program, or no link of ours
  }
}

// a link of some bytes could otherwise unfold to gigabytes
async function bounded(bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += part.value;
    if (text.length > MOST) {
      await reader.cancel();
      throw new Error('too long');
    }
  }
  return text;
}

function checked({ language, files, stdin = '', args = '', active = 0 }) {
  const good = typeof language === 'string' && Array.isArray(files) && files.length > 0 && files.length <= 64
    && files.every((f) => typeof f.name === 'string' && typeof f.content === 'string')
    && typeof stdin === 'string' && typeof args === 'string';
  return good ? { language, files: files.map(({ name, content }) => ({ name, content })), stdin, args, active: files[active] ? active : 0 } : null;
}
