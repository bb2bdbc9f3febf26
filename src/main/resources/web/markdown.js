// Markdown to safe DOM. Everything a model writes goes through DOMPurify; the page itself fetches nothing from outside.
import { Marked } from 'marked';
import 'dompurify';
import { t } from './messages.js';
import { highlight } from './highlighting.js';

const purify = globalThis.DOMPurify;

const escape = (text) =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]);

const PLAIN_TAGS = new Set(('b,blockquote,br,code,dd,del,details,div,dl,dt,em,h1,h2,h3,h4,h5,h6,hr,i,ins,kbd,li,mark,ol,p,pre,q,s,samp,small,span,'
  + 'strong,sub,summary,sup,table,tbody,td,th,thead,tr,u,ul').split(','));

// HTML that a model writes: formatting without attributes is kept, everything else is shown as the text it is. So no
// handler or address in it is ever parsed; not even for the sanitiser, where the browser would report it.
const harmless = (text) => text
  .replace(/<!--[^]*?(-->|$)/g, '')
  .replace(/<(?!\/?[a-z])/gi, '&lt;')
  .replace(/<(\/?)([a-z][\w-]*)[^>]*>?/gi, (all, slash, name) => (PLAIN_TAGS.has(name.toLowerCase()) ? `<${slash}${name}>` : escape(all)));

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => harmless(text),
    // An image from elsewhere would tell its server who reads what: it becomes a link. Data images are shown.
    image({ href, title, text }) {
      if (/^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i.test(href)) return `<img src="${escape(href)}" alt="${escape(text)}">`;
      return `<a href="${escape(href)}"${title ? ` title="${escape(title)}"` : ''}>${escape(t('msg.image', { alt: text || href }))}</a>`;
    },
    table(token) {
      const cells = (row, tag) => row.map((cell) => {
        const align = cell.align ? ` class="align-${cell.align}"` : '';
        return `<${tag}${align}>${this.parser.parseInline(cell.tokens)}</${tag}>`;
      }).join('');
      const rows = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('');
      return `<div class="table-box" tabindex="0"><table><thead><tr>${cells(token.header, 'th')}</tr></thead><tbody>${rows}</tbody></table></div>`;
    },
  },
});

const CLEAN = {
  RETURN_DOM_FRAGMENT: true,
  USE_PROFILES: { html: true },
  FORBID_TAGS: ['style', 'form', 'button', 'select', 'option', 'textarea', 'audio', 'video', 'source', 'picture', 'dialog'],
  FORBID_ATTR: ['style', 'id', 'name', 'srcset', 'action', 'formaction', 'autofocus'],
};

purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A' && !/^(https?:\/\/|mailto:|tel:)/i.test(node.getAttribute('href') ?? '')) {
    node.removeAttribute('href'); // a relative address would lead into Carafe itself
  } else if (node.tagName === 'A') {
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer nofollow');
  }
  if (node.tagName === 'IMG' && !/^data:image\//i.test(node.getAttribute('src') ?? '')) node.remove();
  if (node.tagName === 'INPUT') {
    if (node.getAttribute('type') !== 'checkbox') return node.remove();
    node.setAttribute('disabled', '');
    node.setAttribute('aria-label', node.checked ? '☑' : '☐');
  }
});

function block(token) {
  if (token.type === 'code') return codeBlock(token, true);
  const holder = document.createElement('div');
  holder.className = 'block';
  holder.append(purify.sanitize(marked.parser([token]), CLEAN));
  for (const pre of holder.querySelectorAll('pre')) {
    const code = pre.querySelector('code');
    pre.replaceWith(codeBlock({ lang: /language-([\w+#-]+)/.exec(code?.className ?? '')?.[1], text: pre.textContent }, true));
  }
  return holder;
}

function codeBlock({ lang, text }, finished) {
  const name = (lang ?? '').trim().split(/\s/)[0].toLowerCase();
  const box = document.createElement('figure');
  box.className = 'code';
  const head = document.createElement('figcaption');
  const label = document.createElement('span');
  label.textContent = name || t('code.plain');
  const button = document.createElement('cf-copy');
  const pre = document.createElement('pre');
  pre.tabIndex = 0;
  const code = document.createElement('code');
  code.textContent = text;
  button.label = t('code.copy');
  button.text = () => code.textContent;
  pre.append(code);
  head.append(label, button);
  box.append(head, pre);
  box.code = code;
  if (finished && name) highlight(code, name);
  return box;
}

/**
 * Shows a text that may still grow, inside `root`. Finished blocks are rendered once and stay; only the last one is
 * rendered again, and a code block that is still open just gets its new characters.
 */
export class MarkdownView {
  constructor(root) {
    this.root = root;
    this.reset();
  }

  reset() {
    this.root.replaceChildren();
    this.text = '';
    this.settled = 0;
    this.live = null;
  }

  /** Shows `text`; when it does not continue what is shown, everything is drawn anew. */
  set(text, finished) {
    if (!text.startsWith(this.text)) this.reset();
    this.text = text;
    const tokens = this.lex(text);
    const open = finished ? null : tokens.pop();
    for (const token of tokens) {
      this.live?.remove();
      this.live = null;
      if (token.type !== 'space' && token.type !== 'def') this.root.append(block(token));
      this.settled += token.raw.length;
    }
    if (open) this.draw(open);
    else if (finished) this.live?.remove();
  }

  lex(text) {
    // A reference may be used before it is defined: such a text is only drawn right as a whole.
    if (/^ {0,3}\[[^\]\n]+\]:\s/m.test(text)) {
      this.root.replaceChildren();
      this.live = null;
      this.settled = 0;
    }
    const tokens = marked.lexer(text.slice(this.settled));
    // Blank lines at the end belong to a block that may go on (a loose list): keep them with it.
    while (tokens.length > 1 && tokens.at(-1).type === 'space') tokens.at(-2).raw += tokens.pop().raw;
    return tokens;
  }

  draw(token) {
    if (token.type === 'code' && this.live?.code && this.live.lang === token.lang) {
      const shown = this.live.code.textContent;
      if (token.text.startsWith(shown)) this.live.code.append(token.text.slice(shown.length));
      else this.live.code.textContent = token.text;
      return;
    }
    const next = token.type === 'code' ? codeBlock(token, false) : block(token);
    next.lang = token.type === 'code' ? token.lang : '';
    if (this.live) this.live.replaceWith(next);
    else this.root.append(next);
    this.live = next;
  }
}
