// The chat page: one conversation, its branches, and the answer that may be coming in.
import { repeat } from 'lit/repeat';
import { View, html, icon, nothing, remember, state, update } from './state.js';
import { t } from './messages.js';
import { api, probe } from './api.js';
import { go } from './router.js';
import { History } from './history.js';
import { deleteChat, renameChat } from './chat-actions.js';
import { copy, toast } from './overlays.js';
import './composer.js';
import './model-picker.js';
import './empty-chat.js';

// What messages need is fetched with the first of them, all at once and not one after the other.
const messageParts = () => Promise.all([import('./message.js'), import('./markdown.js'), import('marked'), import('dompurify')]);
const SHOWN = 50; // messages drawn at first; older ones come while scrolling up

class Conversation extends View {
  static properties = { chatId: { attribute: false }, failure: { state: true }, sending: { state: true }, shown: { state: true } };

  constructor() {
    super();
    this.history = new History();
    this.streams = new Map();
    this.shown = SHOWN;
    this.follow = true;
  }

  connectedCallback() {
    super.connectedCallback();
    this.back = () => (this.problem ? this.load() : this.catchUp());
    this.commands = (e) => this.command(e.detail);
    addEventListener('carafe:back', this.back);
    addEventListener('carafe:command', this.commands);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('carafe:back', this.back);
    removeEventListener('carafe:command', this.commands);
    this.resize?.disconnect();
    this.detach();
  }

  willUpdate(changed) {
    if (changed.has('chatId') && this.loaded !== (this.chatId ?? null)) this.load();
  }

  /** What palette, keys and server events ask of the open conversation. */
  command({ name, chat_id: id, title }) {
    if (name === 'stop') this.stop();
    if (name === 'focus') this.querySelector('cf-composer')?.focusEnd();
    if (name === 'copy-last') this.copyLast();
    if (name === 'title' && id === this.chatId) { this.title = title; this.requestUpdate(); }
  }

  async copyLast() {
    const last = this.history.path().findLast((m) => m.role === 'assistant' && m.content);
    if (last && (await copy(last.content))) toast(t('app.copied'));
  }

  get streaming() { return this.history.last()?.state === 'streaming'; }

  get model() {
    const known = (id) => state.models?.some((m) => m.id === id);
    const wishes = [this.picked, this.history.lastModel(), state.settings.models?.[0], remember.get('model'), state.config?.default_models?.split?.(',')[0]];
    return wishes.find((id) => id && known(id)) ?? state.models?.[0]?.id ?? null;
  }

  async load() {
    const id = (this.loaded = this.chatId ?? null);
    this.detach();
    Object.assign(this, { history: new History(), title: '', problem: null, failure: null, picked: null, shown: SHOWN, follow: true, loading: !!id });
    if (!id) return this.ready();
    const parts = messageParts();
    try {
      const chat = await api('GET', `/api/v1/chats/${encodeURIComponent(id)}`);
      await parts;
      if (this.loaded !== id) return;
      this.history = new History(chat.chat.history);
      this.title = chat.title;
    } catch (e) {
      if (this.loaded !== id) return;
      this.problem = e;
    }
    this.loading = false;
    await this.ready();
  }

  async ready() {
    this.requestUpdate();
    await this.updateComplete;
    const last = this.history.last();
    if (last?.state === 'streaming') this.attach(last.id);
    this.toEnd();
    if (!matchMedia('(pointer: coarse)').matches && !document.querySelector('dialog[open]')) this.querySelector('cf-composer')?.focusEnd();
  }

  /** After a lost connection: what the server has in the meantime. */
  async catchUp() {
    const id = this.loaded;
    if (!id || this.sending) return;
    try {
      const chat = await api('GET', `/api/v1/chats/${encodeURIComponent(id)}`);
      if (this.loaded !== id) return;
      this.detach();
      this.history = new History(chat.chat.history);
      await this.ready();
    } catch (e) {
      if (e.status) toast(e.message, { tone: 'bad' });
    }
  }

  /** One turn: a new message, an edited one, or another answer. The server owns it from here on. */
  async turn(request, accepted) {
    this.failure = null;
    this.sending = true;
    const { system, params = {} } = state.settings;
    const chatId = this.loaded;
    try {
      const started = await api('POST', '/api/v1/chats/turns', {
        chat_id: chatId, model: this.model, ...request,
        params: { ...(params.temperature != null && { temperature: params.temperature }), ...(params.max_tokens && { max_tokens: params.max_tokens }), ...(system && { system }) },
      });
      await messageParts();
      accepted?.();
      if (this.loaded !== chatId) return; // the reader went elsewhere meanwhile
      this.history.begin(started, request, this.model);
      remember.set('model', this.model);
      if (!chatId) {
        this.loaded = this.chatId = started.chat_id;
        this.title = request.content.split('\n')[0].slice(0, 60);
        go(`/c/${started.chat_id}`);
        dispatchEvent(new CustomEvent('carafe:chats'));
      }
      this.follow = true;
      this.requestUpdate();
      await this.updateComplete;
      this.attach(started.message_id);
      this.toEnd();
    } catch (e) {
      this.failure = e.status === 409 ? t('err.busy') : e.message;
    } finally {
      this.sending = false;
    }
  }

  /** Listens to an answer. The browser reconnects by itself and is given all of the text again as a snapshot. */
  attach(id) {
    const chat = this.loaded;
    const message = this.history.get(id);
    const source = new EventSource(`/api/v1/chats/${encodeURIComponent(chat)}/messages/${encodeURIComponent(id)}/stream`);
    this.streams.get(id)?.close();
    this.streams.set(id, source);
    const on = (name, act) => source.addEventListener(name, (e) => {
      act(JSON.parse(e.data));
      this.paint(id);
    });
    on('snapshot', (s) => Object.assign(message, { content: s.content ?? '', reasoning: s.reasoning ?? '' }));
    on('delta', (d) => {
      if (d.content) message.content += d.content;
      if (d.reasoning) message.reasoning = (message.reasoning ?? '') + d.reasoning;
    });
    on('done', (end) => {
      source.close();
      this.streams.delete(id);
      Object.assign(message, { done: true, ...end });
      this.announce(message);
      this.requestUpdate();
    });
    source.addEventListener('error', () => {
      probe();
      if (source.readyState !== EventSource.CLOSED || this.streams.get(id) !== source) return;
      this.streams.delete(id);
      setTimeout(() => this.catchUp(), 1500);
    });
  }

  detach() {
    for (const source of this.streams.values()) source.close();
    this.streams.clear();
  }

  paint(id) {
    this.dirty ??= new Set();
    if (!this.dirty.size) requestAnimationFrame(() => {
      for (const one of this.dirty) this.querySelector(`cf-message[data-id="${CSS.escape(one)}"]`)?.refresh();
      this.dirty.clear();
      this.keepEnd();
    });
    this.dirty.add(id);
  }

  announce(message) {
    this.querySelector('.announcer').textContent = message.state === 'error' ? t('err.title')
      : message.state === 'done' ? `${t('msg.done')} ${message.content.slice(0, 300)}` : t('msg.stopped');
  }

  async stop() {
    if (!this.streaming) return;
    try {
      await api('POST', `/api/tasks/chat/${encodeURIComponent(this.loaded)}/stop`);
    } catch (e) {
      toast(e.message, { tone: 'bad' });
    }
  }

  again(message) {
    return this.turn({ parent_id: message.role === 'user' ? message.id : message.parentId });
  }

  switchTo(id) {
    this.history.show(id);
    this.requestUpdate();
    const body = { chat: { history: { currentId: this.history.currentId } } };
    api('POST', `/api/v1/chats/${encodeURIComponent(this.loaded)}`, body).catch((e) => toast(e.message, { tone: 'bad' }));
  }

  get scroller() { return this.querySelector('.thread'); }

  scrolled() {
    const el = this.scroller;
    const follow = el.scrollHeight - el.scrollTop - el.clientHeight < 48;
    if (follow !== this.follow) { this.follow = follow; this.requestUpdate(); }
    if (el.scrollTop < 600 && this.shown < this.history.path().length) this.older();
  }

  async older() {
    if (this.growing) return;
    this.growing = true;
    const el = this.scroller;
    const below = el.scrollHeight - el.scrollTop;
    this.shown += SHOWN;
    await this.updateComplete;
    el.scrollTop = el.scrollHeight - below;
    this.growing = false;
  }

  toEnd() {
    this.follow = true;
    const el = this.scroller;
    if (el) el.scrollTop = el.scrollHeight;
    this.requestUpdate();
  }

  keepEnd() {
    const el = this.scroller;
    if (el && this.follow) el.scrollTop = el.scrollHeight;
  }

  updated() {
    const inner = this.querySelector('.reading');
    if (inner && inner !== this.observed) {
      this.resize?.disconnect();
      this.resize = new ResizeObserver(() => this.keepEnd());
      this.resize.observe(this.observed = inner);
    }
    document.title = this.title ? `${this.title} · Carafe` : 'Carafe';
  }

  render() {
    if (this.problem) return this.renderProblem();
    const path = this.history.path();
    return html`<section class="conversation" aria-label=${this.title || t('chat.new')}
        @message-again=${(e) => this.again(e.detail.message)}
        @message-edit=${(e) => this.turn({ parent_id: e.detail.message.parentId ?? null, content: e.detail.content }, e.detail.done)}
        @message-switch=${(e) => this.switchTo(e.detail.id)}
        @composer-send=${(e) => this.turn({ parent_id: this.history.currentId ?? null, content: e.detail.content }, e.detail.accepted)}
        @composer-stop=${this.stop} @input=${messageParts} @model-pick=${(e) => { this.picked = e.detail.id; remember.set('model', this.picked); this.requestUpdate(); }}>
      ${this.renderHead()}
      ${path.length || this.loading ? this.renderThread(path) : html`<div class="thread blank"><cf-empty-chat
          @try=${(e) => this.querySelector('cf-composer').write(e.detail)}></cf-empty-chat></div>`}
      <div class="dock">
        ${this.follow || !path.length ? nothing : html`<button class="latest" @click=${this.toEnd}>${icon('latest', 'small')}${t('msg.latest')}</button>`}
        <cf-composer .chatId=${this.chatId} ?streaming=${this.streaming} ?disabled=${!this.model || this.sending || !state.online} .failure=${this.failure}></cf-composer>
      </div>
      <div class="announcer offscreen" aria-live="polite"></div>
    </section>`;
  }

  renderThread(path) {
    const from = Math.max(0, path.length - this.shown);
    const busy = this.streaming || this.sending;
    return html`<div class="thread" tabindex="0" role="region" aria-label=${t('msg.list')} @scroll=${this.scrolled}><div class="reading">
      ${this.loading ? html`<div class="skeleton" aria-label=${t('app.loading')}><i></i><i></i><i></i></div>` : nothing}
      ${from ? html`<button class="link older" @click=${this.older}>${t('msg.older')}</button>` : nothing}
      ${this.keyed(path.slice(from), busy)}
    </div></div>`;
  }

  // keyed: older messages come in above without touching those that are shown
  keyed(messages, busy) {
    return repeat(messages, (m) => m.id, (m) => html`<cf-message data-id=${m.id} .message=${m} .siblings=${this.history.siblings(m.id)} ?busy=${busy}></cf-message>`);
  }

  renderHead() {
    return html`<header class="conv-head">
      <button class="quiet icon-only only-narrow" aria-label=${t('chat.open')} title=${t('chat.open')} @click=${() => update({ drawer: true })}>${icon('list')}</button>
      <cf-model-picker .value=${this.model}></cf-model-picker>
      ${this.loaded ? html`<h1 class="conv-title" title=${this.title}>${this.title || t('chat.new')}</h1>` : html`<span></span>`}
      ${this.loaded ? html`<cf-menu .items=${[
        { icon: 'edit', label: t('app.rename'), run: () => this.rename() },
        { icon: 'trash', label: t('app.delete'), danger: true, run: () => deleteChat({ id: this.loaded, title: this.title }) },
      ]}></cf-menu>` : html`<span class="head-space"></span>`}
    </header>`;
  }

  async rename() {
    const title = await renameChat({ id: this.loaded, title: this.title });
    if (title) { this.title = title; this.requestUpdate(); }
  }

  renderProblem() {
    const gone = [401, 403, 404].includes(this.problem.status);
    return html`<section class="conversation"><header class="conv-head">
      <button class="quiet icon-only only-narrow" aria-label=${t('chat.open')} @click=${() => update({ drawer: true })}>${icon('list')}</button></header>
      <div class="blank-state">${icon(gone ? 'compass' : 'warn', 'large')}
      <h1>${gone ? t('app.notfound') : t('err.load')}</h1><p>${gone ? t('app.notfound.text') : this.problem.message}</p>
      <div class="row center">${gone ? nothing : html`<button class="primary" @click=${this.load}>${t('app.retry')}</button>`}
      <a class="button" data-go href="/">${t('app.tochat')}</a></div></div></section>`;
  }
}
customElements.define('cf-conversation', Conversation);
