// One operation: what it takes and answers, how to call it, and a form that does.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { bounds, examples, isPublic, resolve, typeName } from './api-spec.js';
import { code, fields, inline, prose } from './api-schema.js';
import { curl, javascript, python, requestOf } from './api-samples.js';
import { send } from './api-send.js';
import { bytes, number } from './time.js';

const SAMPLES = { curl: ['bash', curl], JavaScript: ['javascript', javascript], Python: ['python', python] };

class Operation extends View {
  static properties = {
    operation: { attribute: false }, open: { type: Boolean }, reading: { type: Boolean }, apiKey: { attribute: false },
    values: { state: true }, sample: { state: true }, answer: { state: true }, sending: { state: true },
  };

  constructor() {
    super();
    Object.assign(this, { values: null, sample: 'curl', answer: null, sending: null });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sending?.abort();
  }

  willUpdate(changed) {
    if (!changed.has('operation')) return;
    const { op } = this.operation;
    this.parameters = (op.parameters ?? []).map(resolve);
    this.media = op.requestBody?.content['application/json'];
    const first = examples(this.media)[0];
    this.values = {
      params: Object.fromEntries(this.parameters.filter((p) => p.required).map((p) => [p.name, String(p.example ?? '')])),
      body: first ? JSON.stringify(first.value, null, 2) : '',
    };
  }

  get request() { return requestOf(this.operation, this.parameters, this.values); }

  set(change) { this.values = { ...this.values, ...change }; }

  async send(e) {
    e.preventDefault();
    const stop = new AbortController();
    this.sending = stop;
    this.answer = null;
    await send(this.request, this.apiKey, stop.signal, (answer) => { if (this.sending === stop) this.answer = answer; });
    if (this.sending === stop) this.sending = null;
  }

  render() {
    const { id, method, path, op } = this.operation;
    const shown = this.open || this.reading;
    const head = html`<span class="api-method ${method}">${method.toUpperCase()}</span>
      <span class="api-path ${op.deprecated ? 'old' : ''}">${path}</span><span class="api-summary">${op.summary}</span>
      ${op.deprecated ? html`<span class="tag old">${t('api.deprecated')}</span>` : nothing}`;
    return html`<article class="api-op" id=${id} aria-labelledby="head-${id}">
      <h3 class="api-head" id="head-${id}">${this.reading ? html`<span class="api-line">${head}</span>`
        : html`<button class="api-line" aria-expanded=${!!this.open} aria-controls="body-${id}" @click=${() => this.dispatchEvent(new CustomEvent('fold'))}>${head}${icon('down', 'small')}</button>`}</h3>
      <div class="api-body" id="body-${id}" ?hidden=${!shown}>${shown ? this.renderBody() : nothing}</div></article>`;
  }

  renderBody() {
    const { op } = this.operation;
    return html`<div class="api-columns"><div class="api-text">
        ${prose(op.description)}
        ${this.renderFacts()}${this.renderParameters()}
        ${op.requestBody ? html`<section><h4>${t('api.body')}</h4><p>${inline(op.requestBody.description ?? '')}</p>${fields(this.media.schema)}</section>` : nothing}
        <section><h4>${t('api.answers')}</h4>${Object.entries(op.responses).map(([status, response]) => this.renderResponse(status, resolve(response)))}</section>
      </div><div class="api-side">${this.renderSamples()}${this.reading ? nothing : this.renderForm()}</div></div>`;
  }

  renderFacts() {
    const { op } = this.operation;
    const limit = op['x-rate-limit'];
    const size = op['x-max-body-bytes'] ?? (op.requestBody ? 1_048_576 : 0);
    const facts = [
      op.deprecated ? [t('api.successor'), html`<code>${op['x-successor']}</code>`] : null,
      [t('api.who'), isPublic(op) ? t('api.public') : op['x-permission'] ? html`<code>${op['x-permission']}</code>` : t('api.account')],
      limit ? [t('api.limit'), html`${t('api.perminute', { n: limit.per_minute })} <code>${limit.setting}</code>`] : null,
      size ? [t('api.size'), bytes(size)] : null,
    ].filter(Boolean);
    return html`<dl class="api-facts">${facts.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>`;
  }

  renderParameters() {
    if (!this.parameters.length) return nothing;
    return html`<section><h4>${t('api.parameters')}</h4><ul class="api-fields">${this.parameters.map((p) => html`<li>
      <p class="api-field"><code>${p.name}</code> <span class="api-type">${typeName(p.schema)}</span> <span class="api-bound">${p.in}</span>
      ${p.required ? html`<span class="tag">${t('api.required')}</span>` : nothing}${bounds(p.schema).map((one) => html`<span class="api-bound">${one}</span>`)}</p>
      <p class="minor">${inline(p.description)}</p></li>`)}</ul></section>`;
  }

  renderResponse(status, response) {
    const codes = response['x-error-codes'] ?? [];
    return html`<details class="api-answer" ?open=${status.startsWith('2') || (this.reading && !codes.length)}>
      <summary><span class="api-status s${status[0]}">${status}</span> <span>${inline(response.description)}</span></summary>
      ${codes.length ? html`<p class="api-codes">${codes.map((one) => html`<code>${one}</code> `)}</p>` : nothing}
      ${Object.entries(response.content ?? {}).map(([type, media]) => html`<p class="minor">${type}</p>${codes.length ? nothing : fields(media.schema)}
        ${examples(media).map(({ name, value }) => code(value, name))}`)}</details>`;
  }

  renderSamples() {
    const [language, write] = SAMPLES[this.sample];
    return html`<section><div class="api-tabs" role="group" aria-label=${t('api.samples')}>${Object.keys(SAMPLES).map((name) =>
      html`<button class="small quiet" aria-pressed=${name === this.sample} @click=${() => (this.sample = name)}>${name}</button>`)}</div>
      <cf-code .text=${write(this.request, location.origin, isPublic(this.operation.op))} .language=${language} .label=${this.sample}></cf-code></section>`;
  }

  renderForm() {
    const { id, op } = this.operation;
    const given = examples(this.media);
    return html`<form class="api-try" @submit=${this.send} aria-label=${t('api.try')}>
      <h4>${t('api.try')}</h4>
      ${this.parameters.map((p) => html`<div class="field"><label for="${id}-${p.name}">${p.name}${p.required ? ' *' : ''}</label>
        <input id="${id}-${p.name}" autocomplete="off" ?required=${p.required} placeholder=${p.example ?? ''} .value=${this.values.params[p.name] ?? ''}
          @input=${(e) => this.set({ params: { ...this.values.params, [p.name]: e.target.value.trim() } })}></div>`)}
      ${op.requestBody ? html`<div class="field"><label for="${id}-body">${t('api.body')}</label>
        ${given.length > 1 ? html`<select aria-label=${t('api.example')} @change=${(e) => this.set({ body: JSON.stringify(given[e.target.selectedIndex].value, null, 2) })}>${given.map(({ name }) => html`<option>${name}</option>`)}</select>` : nothing}
        <textarea id="${id}-body" class="mono" rows="8" spellcheck="false" .value=${this.values.body} @input=${(e) => this.set({ body: e.target.value })}></textarea>
        ${this.renderBodyNote()}</div>` : nothing}
      <div class="row"><button class="primary" ?disabled=${this.sending}>${icon('send')}${t('api.send')}</button>
        ${this.sending ? html`<button type="button" @click=${() => this.sending.abort()}>${icon('stop')}${t('app.cancel')}</button>` : nothing}</div>
      <div aria-live="polite">${this.answer ? this.renderAnswer() : nothing}</div></form>`;
  }

  renderBodyNote() {
    try { JSON.parse(this.values.body); } catch (e) { return html`<small class="wrong">${t('api.notjson', { why: e.message })}</small>`; }
    return nothing;
  }

  renderAnswer() {
    const { status, statusText, ms, headers, text, size, cut, running, failed } = this.answer;
    if (failed) return html`<p class="verdict bad">${icon('warn')}<span>${failed}</span></p>`;
    const said = resolve(this.operation.op.responses[status])?.description;
    return html`<div class="api-result"><p class="api-result-line"><span class="api-status s${String(status)[0]}">${status} ${statusText}</span>
        <span>${number(ms, ms < 10 ? 1 : 0)} ms</span><span>${bytes(size)}</span>${running ? html`<span class="dot"></span>` : nothing}</p>
      ${said ? html`<p class="minor">${inline(said)}</p>` : nothing}
      ${text ? html`<cf-code .text=${text} .language=${headers.some(([name, value]) => name === 'content-type' && value.includes('json')) ? 'json' : ''} .label=${t('api.result')}></cf-code>` : nothing}
      ${cut ? html`<p class="minor">${t('api.cut')}</p>` : nothing}
      <details><summary>${t('api.headers', { n: headers.length })}</summary><dl class="api-headers">${headers.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></details></div>`;
  }
}
customElements.define('cf-operation', Operation);
