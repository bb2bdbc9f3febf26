// The column of chats: search, groups by time, more while scrolling.
import { View, html, icon, nothing, state, update } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { href } from './router.js';
import { exact, group } from './time.js';
import { deleteChat, storeTitle } from './chat-actions.js';

const PAGE = 60;

class ChatList extends View {
  static properties = { query: { state: true }, renaming: { state: true } };

  constructor() {
    super();
    Object.assign(this, { chats: [], found: null, page: 0, end: false, query: '', active: new Set() });
  }

  connectedCallback() {
    super.connectedCallback();
    this.changed = (e) => this.change(e.detail ?? {});
    addEventListener('carafe:chats', this.changed);
    this.reload();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('carafe:chats', this.changed);
    this.seen?.disconnect();
  }

  change({ removed, renamed, title, busy, active, fresh }) {
    if (fresh) this.active.clear();
    if (busy) this.active[active ? 'add' : 'delete'](busy);
    if (removed) this.chats = this.chats.filter((c) => c.id !== removed);
    if (renamed) this.chats = this.chats.map((c) => (c.id === renamed ? { ...c, title } : c));
    this.requestUpdate();
    if (!busy && !renamed) this.reload();
  }

  /** Reads the newest page again and keeps what was loaded below it. */
  async reload() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.fetchPage(1), 30); // several changes at once: one request
  }

  async fetchPage(page) {
    if (this.busy) return;
    this.busy = true;
    try {
      const rows = await api('GET', `/api/v1/chats/?page=${page}`);
      const fresh = new Set(rows.map((c) => c.id));
      const oldest = rows.at(-1)?.updated_at ?? 0;
      const kept = page === 1 ? this.chats.filter((c) => !fresh.has(c.id) && c.updated_at < oldest) : this.chats.filter((c) => !fresh.has(c.id));
      this.chats = (page === 1 ? [...rows, ...(rows.length < PAGE ? [] : kept)] : [...kept, ...rows]).slice(0, 20_000);
      this.page = Math.max(this.page, page);
      if (rows.length < PAGE) this.end = true;
      this.problem = null;
    } catch (e) {
      this.problem = e;
    }
    this.loaded = true;
    this.busy = false;
    this.requestUpdate();
  }

  search(text) {
    this.query = text;
    clearTimeout(this.typing);
    if (!text.trim()) { this.found = null; return; }
    this.typing = setTimeout(async () => {
      this.asked?.abort();
      this.asked = new AbortController();
      try {
        this.found = await api('GET', `/api/v1/chats/search?text=${encodeURIComponent(text.trim())}&page=1`, undefined, { signal: this.asked.signal });
        this.problem = null;
      } catch (e) {
        if (e.name === 'AbortError') return;
        this.problem = e;
      }
      this.requestUpdate();
    }, 180);
  }

  updated() {
    const sentinel = this.querySelector('.list-more');
    if (sentinel === this.watched) return;
    this.seen?.disconnect();
    this.watched = sentinel;
    if (!sentinel) return;
    this.seen = new IntersectionObserver(([entry]) => entry.isIntersecting && this.fetchPage(this.page + 1), { rootMargin: '400px' });
    this.seen.observe(sentinel);
  }

  render() {
    const rows = this.query.trim() ? this.found : this.chats;
    return html`<div class="list-head">
        <h2>${t('chat.list')}</h2>
        <a class="button primary" data-go href=${href('/')} aria-keyshortcuts="Control+Shift+O">${icon('new')}${t('chat.new')}</a>
        <button class="quiet icon-only only-narrow" aria-label=${t('app.close')} @click=${() => update({ drawer: false })}>${icon('close')}</button>
      </div>
      <div class="field-icon list-search">${icon('search', 'small')}<input type="search" id="chat-search" autocomplete="off" aria-label=${t('chat.search')} placeholder=${t('chat.search')}
        .value=${this.query} @input=${(e) => this.search(e.target.value)} @keydown=${(e) => { if (e.key === 'Escape' && this.query) { e.stopPropagation(); this.search(''); } }}></div>
      <nav class="list-rows" aria-label=${t('chat.list')}>
        ${this.problem && !rows?.length ? html`<p class="list-note">${this.problem.message} <button class="link" @click=${this.reload}>${t('app.retry')}</button></p>` : nothing}
        ${rows ? this.renderGroups(rows) : nothing}
        ${this.renderNone(rows)}
        ${!this.query.trim() && !this.end && this.page ? html`<div class="list-more"></div>` : nothing}
      </nav>`;
  }

  renderNone(rows) {
    if (this.problem || rows?.length || !this.loaded) return nothing;
    if (!this.query.trim()) return html`<p class="list-note">${t('chat.none')}</p>`;
    return rows ? html`<p class="list-note">${t('chat.search.none', { q: this.query.trim() })}
      <button class="link" @click=${() => this.search('')}>${t('chat.search.clear')}</button></p>` : nothing;
  }

  renderGroups(rows) {
    const groups = new Map();
    for (const chat of rows) {
      const name = group(chat.updated_at);
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(chat);
    }
    return [...groups].map(([name, chats]) => html`<h3>${name}</h3><ul>${chats.map((c) => this.renderRow(c))}</ul>`);
  }

  renderRow(chat) {
    const open = state.route.id === chat.id;
    if (this.renaming === chat.id) return this.renderRename(chat);
    return html`<li class="list-row ${open ? 'open' : ''}">
      <a data-go href=${href(`/c/${chat.id}`)} aria-current=${open ? 'page' : nothing} title="${chat.title}&#10;${exact(chat.updated_at)}"
        @keydown=${(e) => { if (e.key === 'F2') this.startRename(chat); if (e.key === 'Delete') deleteChat(chat); }}>
        <span class="list-title">${chat.title}</span>
        ${chat.snippet ? html`<small>${chat.snippet}</small>` : nothing}</a>
      ${this.active.has(chat.id) ? html`<span class="dot" role="img" aria-label=${t('chat.busy')}></span>` : nothing}
      <cf-menu .items=${[
        { icon: 'edit', label: t('app.rename'), run: () => this.startRename(chat) },
        { icon: 'trash', label: t('app.delete'), danger: true, run: () => deleteChat(chat) },
      ]} label="${t('app.more')}: ${chat.title}"></cf-menu></li>`;
  }

  async startRename(chat) {
    this.renaming = chat.id;
    await this.updateComplete;
    this.querySelector('.list-rename').select();
  }

  renderRename(chat) {
    const end = async (save, value) => {
      if (this.renaming !== chat.id) return;
      this.renaming = null;
      const title = save && (await storeTitle(chat, value));
      if (title) dispatchEvent(new CustomEvent('carafe:command', { detail: { name: 'title', chat_id: chat.id, title } }));
    };
    return html`<li class="list-row"><input class="list-rename" maxlength="200" aria-label=${t('chat.title')} .value=${chat.title}
      @blur=${(e) => end(true, e.target.value)}
      @keydown=${(e) => {
        if (e.isComposing) return;
        if (e.key === 'Enter') end(true, e.target.value);
        if (e.key === 'Escape') { e.stopPropagation(); end(false); }
      }}></li>`;
  }
}
customElements.define('cf-chat-list', ChatList);
