// One message of a conversation: the text of a person or the answer of a model, with what can be done about it.
import { LitElement } from 'lit';
import { html, icon, isAdmin, nothing, state } from './state.js';
import { t } from './messages.js';
import { MarkdownView } from './markdown.js';
import { copy, toast } from './overlays.js';
import { exact, number } from './time.js';

/**
 * Events that bubble to the conversation: message-again, message-edit {content}, message-switch {id}.
 * `message` is changed in place while it streams; refresh() draws what is new.
 */
class Message extends LitElement {
  static properties = { message: { attribute: false }, siblings: { attribute: false }, busy: { type: Boolean }, editing: { state: true } };

  createRenderRoot() { return this; }

  connectedCallback() {
    super.connectedCallback();
    if (this.streaming) this.clock();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
    this.timer = null;
  }

  get streaming() { return this.message.state === 'streaming'; }

  clock() {
    this.since ??= performance.now();
    this.timer ??= setInterval(() => {
      if (this.streaming && !this.message.content) return this.requestUpdate();
      clearInterval(this.timer);
      this.timer = null;
    }, 1000);
  }

  /** Draws the growth of a streaming answer; the frame around it only when its shape changes. */
  refresh() {
    const shape = `${this.message.state}${!!this.message.content}${!!this.message.reasoning}`;
    if (shape !== this.shape) {
      this.shape = shape;
      this.requestUpdate();
    } else this.paint();
  }

  updated() {
    this.paint();
  }

  paint() {
    if (this.message.role === 'user') return;
    const prose = this.querySelector('.prose');
    if (this.proseRoot !== prose) {
      this.proseRoot = prose;
      this.view = new MarkdownView(prose);
    }
    this.view.set((this.message.content ?? '').replace(/\r\n?/g, '\n'), !this.streaming);
    const thoughts = this.querySelector('.thoughts-text');
    if (thoughts && thoughts.textContent !== this.message.reasoning) thoughts.textContent = this.message.reasoning;
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { message: this.message, ...detail } }));
  }

  render() {
    return this.message.role === 'user' ? this.renderPerson() : this.renderAnswer();
  }

  renderPerson() {
    const { content, timestamp } = this.message;
    if (this.editing) return this.renderEditor();
    return html`<article class="msg person" aria-label=${t('msg.you')}>
      <div class="bubble" title=${exact(timestamp)}>${content}</div>
      <div class="msg-actions" role="group" aria-label=${t('msg.actions')}>
        ${this.renderSiblings()}
        <cf-copy .text=${content} label=${t('app.copy')}></cf-copy>
        <button class="quiet icon-only" title=${t('app.edit')} aria-label=${t('app.edit')} ?disabled=${this.busy}
          @click=${this.startEdit}>${icon('edit')}</button>
      </div></article>`;
  }

  async startEdit() {
    this.editing = true;
    await this.updateComplete;
    const area = this.querySelector('textarea');
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }

  async endEdit() {
    this.editing = false;
    await this.updateComplete;
    this.querySelector('.msg-actions button:last-child')?.focus();
  }

  renderEditor() {
    const save = () => {
      const content = this.querySelector('textarea').value.trim();
      if (content) this.tell('message-edit', { content, done: () => (this.editing = false) });
    };
    const keys = (e) => {
      if (e.isComposing) return;
      if (e.key === 'Escape') { e.stopPropagation(); this.endEdit(); }
      if (e.key === 'Enter' && (e.metaKey || e.ctrlKey)) save();
    };
    return html`<article class="msg person editing"><textarea class="edit-box" aria-label=${t('ask.label')} rows="3"
        .value=${this.message.content} @keydown=${keys}></textarea>
      <div class="row end"><button @click=${this.endEdit}>${t('app.cancel')}</button>
      <button class="primary" @click=${save}>${t('msg.edit.send')}</button></div></article>`;
  }

  renderAnswer() {
    const { message } = this;
    const model = state.models?.find((m) => m.id === message.model)?.name ?? message.model ?? '';
    const thinking = this.streaming && !message.content;
    return html`<article class="msg answer" aria-label=${model} aria-busy=${this.streaming}>
      <div class="msg-from"><svg class="icon mark" aria-hidden="true"><use href="#i-carafe"></use></svg><span title=${exact(message.timestamp)}>${model}</span></div>
      ${message.reasoning ? html`<details class="thoughts" ?open=${false}>
        <summary>${icon('bulb', 'small')}${thinking ? t('msg.thinking') : t('msg.thought')}</summary>
        <div class="thoughts-text"></div></details>` : nothing}
      <div class="prose"></div>
      ${thinking && !message.reasoning ? this.renderWaiting() : nothing}
      ${message.state === 'cancelled' ? html`<p class="msg-note">${t('msg.stopped')}</p>` : nothing}
      ${message.state === 'done' && !message.content ? html`<p class="msg-note">${t('msg.empty')}</p>` : nothing}
      ${message.state === 'error' ? this.renderError() : nothing}
      ${this.streaming ? nothing : html`<div class="msg-actions" role="group" aria-label=${t('msg.actions')}>
        ${this.renderSiblings()}
        <cf-copy .text=${() => message.content} label=${t('app.copy')}></cf-copy>
        <button class="quiet icon-only" title=${t('msg.again')} aria-label=${t('msg.again')} ?disabled=${this.busy}
          @click=${() => this.tell('message-again')}>${icon('again')}</button>
        ${this.renderUsage()}
      </div>`}
    </article>`;
  }

  renderWaiting() {
    const seconds = Math.floor((performance.now() - (this.since ?? performance.now())) / 1000);
    return html`<p class="waiting"><span class="pulse" aria-hidden="true"><i></i><i></i><i></i></span>
      <span>${seconds >= 2 ? t('msg.waiting.s', { s: seconds }) : nothing}</span></p>`;
  }

  renderUsage() {
    const { usage, first_ms: first, total_ms: total } = this.message;
    if (!usage?.output_tokens) return nothing;
    const out = number(usage.output_tokens);
    const text = first !== undefined && total > first
      ? t('msg.usage', { out, first: number(first / 1000, 2), rate: number(usage.output_tokens / ((total - first) / 1000), 0) })
      : t('msg.usage.short', { out });
    return html`<span class="msg-usage">${text}</span>`;
  }

  renderSiblings() {
    const ids = this.siblings ?? [];
    if (ids.length < 2) return nothing;
    const at = ids.indexOf(this.message.id);
    const step = (to, name, label) => html`<button class="quiet icon-only" title=${label} aria-label=${label}
      ?disabled=${this.busy || !ids[to]} @click=${() => this.tell('message-switch', { id: ids[to] })}>${icon(name)}</button>`;
    return html`<span class="siblings" role="group" aria-label=${t('msg.version', { i: at + 1, n: ids.length })}>
      ${step(at - 1, 'left', t('msg.prev'))}<span class="figures" aria-hidden="true">${at + 1}/${ids.length}</span>${step(at + 1, 'right', t('msg.next'))}</span>`;
  }

  renderError() {
    const { error, content } = this.message;
    const text = error?.content ?? t('err.unknown');
    return html`<div class="problem" role="alert">${icon('warn')}<div>
      <strong>${t('err.title')}</strong>
      <p>${text.length > 200 ? `${text.slice(0, 200)}…` : text} ${content ? t('err.means') : t('err.means.empty')}</p>
      <div class="row">
        <button class="primary" ?disabled=${this.busy} @click=${() => this.tell('message-again')}>${icon('again')}${t('app.retry')}</button>
        ${isAdmin() ? html`<a class="button" data-go href="/admin/connections">${t('err.connections')}</a>` : nothing}
      </div>
      <details><summary>${t('app.details')}</summary><pre>${text}</pre>
        <button class="link" @click=${async () => toast(await copy(`${this.message.model}\n${text}`) ? t('app.copied') : t('err.unknown'))}>${t('err.copy')}</button></details>
    </div></div>`;
  }
}
customElements.define('cf-message', Message);
