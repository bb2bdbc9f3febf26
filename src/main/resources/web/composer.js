// Where a message is written. What is typed is kept per chat in the browser until the server has it.
import { LitElement } from 'lit';
import { html, icon, nothing, remember } from './state.js';
import { t } from './messages.js';

const touch = matchMedia('(pointer: coarse)');

/** Events: composer-send {content, accepted()}, composer-stop. */
class Composer extends LitElement {
  static properties = { chatId: { attribute: false }, streaming: { type: Boolean }, disabled: { type: Boolean }, failure: { attribute: false }, text: { state: true } };

  createRenderRoot() { return this; }

  get key() { return `draft.${this.chatId ?? 'new'}`; }

  willUpdate(changed) {
    if (changed.has('chatId')) this.text = remember.get(this.key) ?? '';
  }

  updated() {
    const area = this.querySelector('textarea');
    if (area.value !== this.text) area.value = this.text;
    this.grow(area);
  }

  // field-sizing does this where the browser knows it
  grow(area) {
    if (CSS.supports('field-sizing', 'content')) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }

  /** Puts `text` into the box and the cursor behind it. */
  async write(text) {
    this.text = text;
    remember.set(this.key, text);
    await this.updateComplete;
    this.focusEnd();
  }

  focusEnd() {
    const area = this.querySelector('textarea');
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }

  input(e) {
    this.text = e.target.value;
    remember.set(this.key, this.text);
  }

  keys(e) {
    if (e.key !== 'Enter' || e.isComposing || e.shiftKey || (touch.matches && !e.ctrlKey && !e.metaKey)) return;
    e.preventDefault();
    this.send();
  }

  send() {
    const content = this.text.trim();
    if (!content || this.streaming || this.disabled) return;
    const key = this.key;
    const accepted = () => {
      remember.set(key, null);
      this.text = '';
    };
    this.dispatchEvent(new CustomEvent('composer-send', { bubbles: true, detail: { content, accepted } }));
  }

  render() {
    return html`<form class="composer" @submit=${(e) => { e.preventDefault(); this.send(); }}>
      ${this.failure ? html`<p class="composer-failure" role="alert">${icon('warn')}<span>${t('ask.failed', { why: this.failure })}</span></p>` : nothing}
      <div class="composer-box">
        <textarea id="ask" rows="1" aria-label=${t('ask.label')} placeholder=${t('ask.placeholder')} enterkeyhint=${touch.matches ? 'enter' : 'send'}
          maxlength="400000" @input=${this.input} @keydown=${this.keys}></textarea>
        ${this.streaming
          ? html`<button type="button" class="round stop" title=${t('ask.stop')} aria-label=${t('ask.stop')}
              @click=${() => this.dispatchEvent(new CustomEvent('composer-stop', { bubbles: true }))}>${icon('stop')}</button>`
          : html`<button type="submit" class="round primary" title=${t('ask.send')} aria-label=${t('ask.send')}
              ?disabled=${this.disabled || !this.text?.trim()}>${icon('send')}</button>`}
      </div>
      <p class="composer-hint">${touch.matches ? t('ask.hint.touch') : t('ask.hint')}</p>
    </form>`;
  }
}
customElements.define('cf-composer', Composer);
