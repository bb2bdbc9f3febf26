// What lies above a page: toasts, menus, dialogs, copying.
import { LitElement } from 'lit';
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';

const toasts = [];
let toastView = null;
let nextId = 0;

/** Says something for a while; `action` ({label, run}) is offered in the meantime. Answers a function that takes it away. */
export function toast(text, { action, seconds = action ? 10 : 4, tone = '' } = {}) {
  const item = { id: ++nextId, text, action, tone };
  toasts.push(item);
  if (toasts.length > 4) toasts.shift();
  const close = () => {
    const at = toasts.indexOf(item);
    if (at >= 0) toasts.splice(at, 1);
    toastView?.requestUpdate();
  };
  item.close = close;
  setTimeout(close, seconds * 1000);
  toastView?.requestUpdate();
  return close;
}

class Toasts extends View {
  connectedCallback() {
    super.connectedCallback();
    toastView = this;
    this.setAttribute('role', 'status');
    this.setAttribute('aria-live', 'polite');
    this.popover = 'manual';
  }

  // shown anew each time, so that it lies above a dialog that was opened meanwhile
  updated() {
    if (this.matches(':popover-open')) this.hidePopover();
    if (toasts.length) this.showPopover();
  }

  render() {
    return toasts.map((item) => html`<div class="toast ${item.tone}">
      <span>${item.text}</span>
      ${item.action ? html`<button class="link" @click=${() => { item.close(); item.action.run(); }}>${item.action.label}</button>` : nothing}
      <button class="quiet icon-only" aria-label=${t('app.close')} @click=${item.close}>${icon('close')}</button>
    </div>`);
  }
}
customElements.define('cf-toasts', Toasts);

/** Copies and answers whether it worked. Without the clipboard API (plain http) a selection is copied. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'offscreen';
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/** A button that copies `text` (a string or a function) and says so. */
class CopyButton extends LitElement {
  static properties = { label: {}, text: { attribute: false }, words: { type: Boolean }, done: { state: true } };

  createRenderRoot() { return this; }

  async run() {
    this.done = await copy(typeof this.text === 'function' ? this.text() : this.text);
    setTimeout(() => (this.done = false), 1500);
  }

  render() {
    const label = this.done ? t('app.copied') : (this.label ?? t('app.copy'));
    return html`<button class="quiet ${this.words ? '' : 'icon-only'}" title=${label} aria-label=${label} @click=${this.run}>
      ${icon(this.done ? 'check' : 'copy')}${this.words ? html`<span>${this.done ? t('app.copied') : t('app.copy')}</span>` : nothing}</button>`;
  }
}
customElements.define('cf-copy', CopyButton);

/** A button with a menu. `items`: [{icon, label, run, danger}]; arrow keys move, Escape closes. */
class Menu extends LitElement {
  static properties = { items: { attribute: false }, label: {}, face: { attribute: false }, open: { state: true }, up: { type: Boolean } };

  createRenderRoot() { return this; }

  connectedCallback() {
    super.connectedCallback();
    this.outside = (e) => { if (!this.contains(e.target)) this.close(false); };
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.outside);
  }

  async show() {
    this.open = true;
    document.addEventListener('pointerdown', this.outside);
    await this.updateComplete;
    this.place();
    this.querySelector('[role=menuitem]')?.focus();
  }

  // fixed, so that no scrolling list cuts it off
  place() {
    const list = this.querySelector('.menu');
    const at = this.querySelector('button').getBoundingClientRect();
    const size = list.getBoundingClientRect();
    const above = at.bottom + size.height + 8 > innerHeight;
    list.style.top = `${above ? Math.max(8, at.top - size.height - 4) : at.bottom + 4}px`;
    list.style.left = `${Math.max(8, Math.min(at.right - size.width, innerWidth - size.width - 8))}px`;
    if (at.left < innerWidth / 2 && this.up) list.style.left = `${at.left}px`;
  }

  close(refocus = true) {
    if (!this.open) return;
    this.open = false;
    document.removeEventListener('pointerdown', this.outside);
    if (refocus) this.querySelector('button').focus();
  }

  keys(e) {
    if (!this.open) return;
    const items = [...this.querySelectorAll('[role=menuitem]')];
    const at = items.indexOf(document.activeElement);
    if (e.key === 'Escape') { e.stopPropagation(); this.close(); }
    else if (e.key === 'ArrowDown') items[(at + 1) % items.length]?.focus();
    else if (e.key === 'ArrowUp') items[(at + items.length - 1) % items.length]?.focus();
    else if (e.key === 'Tab') return this.close(false);
    else return;
    e.preventDefault();
  }

  render() {
    return html`<span class="menu-anchor" @keydown=${this.keys}>
      <button class="quiet ${this.face ? 'face' : 'icon-only'}" aria-haspopup="menu" aria-expanded=${!!this.open} aria-label=${this.label ?? t('app.more')}
        title=${this.face ? nothing : this.label ?? t('app.more')} @click=${() => (this.open ? this.close() : this.show())}>${this.face ?? icon('more')}</button>
      ${this.open ? html`<div class="menu" role="menu">${this.items.filter(Boolean).map((item) => html`
        <button role="menuitem" tabindex="-1" class=${item.danger ? 'danger' : ''}
          @click=${() => { this.close(); item.run(); }}>${icon(item.icon)}<span>${item.label}</span></button>`)}</div>` : nothing}
    </span>`;
  }
}
customElements.define('cf-menu', Menu);

/**
 * Opens a modal dialog with `content(close)` (a template) and waits for close(result); Escape answers undefined.
 * The browser keeps the focus inside and gives it back.
 */
export function dialog(title, content, { wide = false, locked = false } = {}) {
  return new Promise((resolve) => {
    const box = document.createElement('cf-dialog');
    Object.assign(box, { heading: title, content, wide, locked, resolve });
    document.body.append(box);
  });
}

class Dialog extends View {
  static properties = { heading: {}, content: { attribute: false } };

  async firstUpdated() {
    const box = this.querySelector('dialog');
    await Promise.all([...box.querySelectorAll('*')].map((part) => part.updateComplete));
    if (!this.isConnected) return;
    box.showModal();
    (box.querySelector('[autofocus]') ?? box.querySelector('input, select, textarea'))?.focus();
  }

  finish(result) {
    this.querySelector('dialog').close();
    this.remove();
    this.resolve(result);
  }

  render() {
    return html`<dialog class="dialog ${this.wide ? 'wide' : ''}" aria-label=${this.heading}
      @cancel=${(e) => { e.preventDefault(); if (!this.locked) this.finish(); }}
      @click=${(e) => { if (e.target === e.currentTarget && !this.locked) this.finish(); }}>
      <div class="dialog-body">
        <header><h2>${this.heading}</h2>${this.locked ? nothing
          : html`<button class="quiet icon-only" aria-label=${t('app.close')} @click=${() => this.finish()}>${icon('close')}</button>`}</header>
        ${this.content((result) => this.finish(result), this)}
      </div></dialog>`;
  }
}
customElements.define('cf-dialog', Dialog);

/** Asks before something that cannot be undone; the text names what will go. */
export const confirmLoss = (title, text, verb = t('app.delete')) =>
  dialog(title, (close) => html`<p>${text}</p>
    <footer><button autofocus @click=${() => close(false)}>${t('app.cancel')}</button>
    <button class="danger" @click=${() => close(true)}>${verb}</button></footer>`);
