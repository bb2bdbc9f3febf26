// Ctrl/⌘ K: every page, every action, and the chats that contain what is typed.
import { View, html, icon, isAdmin, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { go } from './router.js';
import { dialog } from './overlays.js';

const command = (name) => () => dispatchEvent(new CustomEvent('carafe:command', { detail: { name } }));
const page = (path) => () => go(path);

function entries() {
  const goTo = [
    ['chat', t('nav.chat'), page('/')],
    ['learn', t('nav.learn'), page('/learn')],
    ['run', t('nav.run'), page('/run')],
    ['workflows', t('nav.workflows'), page('/workflows')],
    ...['profile', 'look', 'answers', 'access'].map((tab) => ['settings', `${t('nav.settings')}: ${t(`set.${tab}`)}`, page(`/settings/${tab}`)]),
    ['code', t('api.open'), () => location.assign('/api/v1/docs')],
    ...(isAdmin() ? [['users', 'users', 'adm.users'], ['plug', 'connections', 'adm.conn'], ['cube', 'models', 'adm.models'], ['link', 'routing', 'adm.routing'], ['run', 'sandbox', 'adm.sandbox'], ['key', 'signup', 'adm.signup']]
      .map(([name, tab, text]) => [name, `${t('nav.admin')}: ${t(text)}`, page(`/admin/${tab}`)]) : []),
  ];
  const act = [
    ['new', t('chat.new'), command('new')], ['sun', t('pal.theme'), command('theme')], ['copy', t('key.copy'), command('copy-last')],
    ['keys', t('key.title'), command('help')], ['out', t('nav.signout'), command('signout')],
  ];
  const list = (group, rows) => rows.map(([name, text, run]) => ({ group, icon: name, text, run }));
  return [...list(t('pal.do'), act), ...list(t('pal.go'), goTo)];
}

let isOpen = false;

/** Opens the palette, runs what was chosen. */
export async function openPalette() {
  if (isOpen) return;
  isOpen = true;
  const chosen = await dialog(t('pal.label'), (close) => html`<cf-palette .choose=${close}></cf-palette>`, { wide: true });
  isOpen = false;
  chosen?.run();
}

class Palette extends View {
  static properties = { query: { state: true }, at: { state: true }, chats: { state: true } };

  constructor() {
    super();
    Object.assign(this, { query: '', at: 0, chats: [] });
  }

  get found() {
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    const own = entries().filter((e) => words.every((w) => e.text.toLowerCase().includes(w)));
    return [...own, ...this.chats];
  }

  type(text) {
    this.query = text;
    this.at = 0;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.searchChats(text.trim()), 150);
  }

  async searchChats(text) {
    try {
      const rows = text ? await api('GET', `/api/v1/chats/search?text=${encodeURIComponent(text)}&page=1`) : [];
      if (this.query.trim() !== text) return;
      this.chats = rows.slice(0, 12).map((c) => ({ group: t('pal.chats'), icon: 'chat', text: c.title, more: c.snippet, run: page(`/c/${c.id}`) }));
    } catch {
      this.chats = []; // pages and actions still work; the banner says what is wrong
    }
  }

  keys(e) {
    if (e.isComposing) return;
    const n = this.found.length;
    if (e.key === 'ArrowDown') this.at = (this.at + 1) % n;
    else if (e.key === 'ArrowUp') this.at = (this.at + n - 1) % n;
    else if (e.key === 'Enter' && this.found[this.at]) this.choose(this.found[this.at]);
    else return;
    e.preventDefault();
    this.updateComplete.then(() => this.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }));
  }

  render() {
    const found = this.found;
    let group = null;
    return html`<div class="palette"><div class="field-icon">${icon('search')}<input autofocus type="text" role="combobox" aria-expanded="true" aria-controls="palette-list"
        aria-activedescendant=${found.length ? `palette-${this.at}` : nothing} aria-autocomplete="list" autocomplete="off" spellcheck="false"
        aria-label=${t('pal.placeholder')} placeholder=${t('pal.placeholder')} @input=${(e) => this.type(e.target.value)} @keydown=${this.keys}></div>
      <div role="listbox" id="palette-list" aria-label=${t('pal.label')}>${found.map((e, i) => {
        const head = e.group !== group ? html`<div class="palette-group" role="presentation">${e.group}</div>` : nothing;
        group = e.group;
        return html`${head}<div role="option" id="palette-${i}" aria-selected=${i === this.at} @pointermove=${() => (this.at = i)} @click=${() => this.choose(e)}>
          ${icon(e.icon)}<span>${e.text}${e.more ? html`<small>${e.more}</small>` : nothing}</span></div>`;
      })}</div>
      ${found.length ? nothing : html`<p class="picker-none">${t('pal.none', { q: this.query })}</p>`}</div>`;
  }
}
customElements.define('cf-palette', Palette);
