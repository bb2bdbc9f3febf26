// The model of the conversation: a button that opens a searchable list.
import { View, html, icon, nothing, state } from './state.js';
import { t } from './messages.js';
import { loadModels } from './api.js';

/** Event: model-pick {id}. A combobox in the sense of ARIA: the cursor stays in the search box, arrows move the choice. */
class ModelPicker extends View {
  static properties = { value: {}, open: { state: true }, query: { state: true }, at: { state: true }, busy: { state: true } };

  constructor() {
    super();
    this.query = '';
    this.outside = (e) => { if (!this.contains(e.target)) this.close(false); };
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.outside);
  }

  get found() {
    const words = this.query.toLowerCase().split(/\s+/);
    return (state.models ?? []).filter((m) => words.every((w) => `${m.name} ${m.id}`.toLowerCase().includes(w))).slice(0, 200);
  }

  async show() {
    this.open = true;
    this.query = '';
    this.at = Math.max(0, this.found.findIndex((m) => m.id === this.value));
    document.addEventListener('pointerdown', this.outside);
    await this.updateComplete;
    this.querySelector('input').focus();
    this.reveal();
  }

  close(refocus = true) {
    this.open = false;
    document.removeEventListener('pointerdown', this.outside);
    if (refocus) this.querySelector('button').focus();
  }

  pick(model) {
    if (!model) return;
    this.close();
    this.dispatchEvent(new CustomEvent('model-pick', { bubbles: true, detail: { id: model.id } }));
  }

  reveal() {
    this.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  async keys(e) {
    if (e.isComposing) return;
    const last = this.found.length - 1;
    const to = { ArrowDown: Math.min(last, this.at + 1), ArrowUp: Math.max(0, this.at - 1), Home: 0, End: last }[e.key];
    if (to !== undefined) {
      e.preventDefault();
      this.at = to;
      await this.updateComplete;
      this.reveal();
    } else if (e.key === 'Enter') {
      e.preventDefault();
      this.pick(this.found[this.at]);
    } else if (e.key === 'Escape') {
      e.stopPropagation();
      this.close();
    } else if (e.key === 'Tab') this.close(false);
  }

  async refresh() {
    this.busy = true;
    try { await loadModels(true); } finally { this.busy = false; }
  }

  render() {
    const model = state.models?.find((m) => m.id === this.value);
    const face = model?.name ?? this.value ?? t('model.choose');
    return html`<div class="picker">
      <button class="quiet face" aria-haspopup="listbox" aria-expanded=${!!this.open} aria-label="${t('model.pick')}: ${face}" ?disabled=${!state.models?.length}
        @click=${() => (this.open ? this.close() : this.show())}>
        <span class="face-text">${face}</span>${model?.connection_type === 'local' ? html`<span class="tag">${t('model.local')}</span>` : nothing}${icon('down', 'small')}</button>
      ${this.open ? this.renderList() : nothing}</div>`;
  }

  renderList() {
    const found = this.found;
    return html`<div class="picker-panel">
      <div class="field-icon">${icon('search', 'small')}<input type="text" role="combobox" aria-expanded="true" aria-controls="model-list" aria-autocomplete="list" autocomplete="off" spellcheck="false"
        aria-activedescendant=${found.length ? `model-${this.at}` : nothing} aria-label=${t('model.search')} placeholder=${t('model.search')}
        .value=${this.query} @keydown=${this.keys} @input=${(e) => { this.query = e.target.value; this.at = 0; }}></div>
      <ul role="listbox" id="model-list" aria-label=${t('model.pick')}>
        ${found.map((m, i) => html`<li role="option" id="model-${i}" aria-selected=${i === this.at} class=${m.id === this.value ? 'chosen' : ''}
          @pointermove=${() => (this.at = i)} @click=${() => this.pick(m)}>
          <span class="option-name">${m.name ?? m.id}</span>
          ${m.connection_type === 'local' ? html`<span class="tag">${t('model.local')}</span>` : nothing}
          ${m.id === this.value ? icon('check', 'small') : nothing}</li>`)}
      </ul>
      ${found.length ? nothing : html`<p class="picker-none">${t('model.none')}</p>`}
      <button class="link picker-refresh" ?disabled=${this.busy} @click=${this.refresh}>${icon('again', 'small')}${t('model.refresh')}</button>
    </div>`;
  }
}
customElements.define('cf-model-picker', ModelPicker);
