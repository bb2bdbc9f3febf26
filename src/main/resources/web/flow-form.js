// The form for what a workflow is given: one field for each output of its start node.
import { View, html, icon, nothing, remember } from './state.js';
import { t } from './messages.js';
import { go } from './router.js';
import { field } from './forms.js';
import { begin } from './flow-frames.js';
import { runPath } from './flows.js';

const LONG = /text|message|table|reviews|content|body|input|prompt|question/i;

/** `<cf-flow-form>`: `.flow` as the API tells it; runs the draft, or the published version. */
class FlowForm extends View {
  static properties = { flow: { attribute: false }, values: { state: true }, wrong: { state: true }, failure: { state: true }, running: { state: true }, version: { state: true } };

  constructor() {
    super();
    this.version = '';
    this.wrong = {};
  }

  willUpdate(changed) {
    if (!changed.has('flow') || this.flow?.id === changed.get('flow')?.id) return;
    try {
      this.values = JSON.parse(remember.get(`flow.form.${this.flow.id}`) ?? '{}');
    } catch {
      this.values = {};
    }
  }

  get fields() { return this.flow.parameters ?? []; }

  value(p) {
    const given = this.values[p.name];
    if (given !== undefined) return given;
    const standard = p.schema.default;
    if (standard === undefined) return p.schema.type === 'boolean' ? false : '';
    return typeof standard === 'object' ? JSON.stringify(standard) : standard;
  }

  set(p, value) {
    this.values = { ...this.values, [p.name]: value };
    remember.set(`flow.form.${this.flow.id}`, JSON.stringify(this.values).slice(0, 200_000));
  }

  /** The parameters of the run, or null with what is wrong beside the fields. */
  read() {
    const parameters = {};
    const wrong = {};
    for (const p of this.fields) {
      const given = this.value(p);
      const { type } = p.schema;
      if (type === 'boolean') parameters[p.name] = given === true || given === 'true';
      else if (String(given).trim() === '') { if (p.required) wrong[p.name] = t('flow.form.required'); }
      else if (type === 'integer' || type === 'number') {
        const number = Number(given);
        if (!Number.isFinite(number) || (type === 'integer' && !Number.isInteger(number))) wrong[p.name] = t(`flow.form.${type}`);
        else parameters[p.name] = number;
      } else if (type === 'array' || type === 'object') {
        const value = parsed(given);
        if (value === undefined || (type === 'array') !== Array.isArray(value) || typeof value !== 'object' || value === null) wrong[p.name] = t(`flow.form.${type}`);
        else parameters[p.name] = value;
      } else parameters[p.name] = String(given);
    }
    this.wrong = wrong;
    return Object.keys(wrong).length ? null : parameters;
  }

  async run(e) {
    e?.preventDefault();
    if (this.running) return;
    const parameters = this.read();
    if (!parameters) {
      await this.updateComplete;
      this.querySelector('[aria-invalid=true]')?.focus();
      return;
    }
    Object.assign(this, { running: true, failure: null });
    try {
      go(runPath(await begin(this.flow.id, this.version, parameters)));
    } catch (problem) {
      this.failure = problem;
    } finally {
      this.running = false;
    }
  }

  render() {
    const { flow } = this;
    if (!flow) return nothing;
    const broken = flow.findings?.filter((f) => f.severity === 'error').length;
    return html`<form class="flow-form" novalidate @submit=${this.run} @keydown=${(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) this.run(e); }}>
      ${this.fields.map((p) => this.renderField(p))}
      ${this.fields.length ? nothing : html`<p class="minor">${t(broken ? 'flow.form.broken' : 'flow.form.nothing')}</p>`}
      ${flow.published ? field(t('flow.form.version'), html`<select id="flow-version" @change=${(e) => (this.version = e.target.value)}>
        <option value="">${t('flow.form.draft')}</option><option value=${flow.version}>${t('flow.form.published', { version: flow.version })}</option></select>`, { id: 'flow-version' }) : nothing}
      ${this.failure ? html`<p class="form-failure" role="alert">${icon('warn')}<span>${this.failure.message}</span></p>` : nothing}
      <div class="row"><button class="primary" ?disabled=${this.running || broken}>${icon('run')}${t(this.running ? 'flow.starting' : 'flow.run')}</button>
        <span class="minor only-wide">${t('flow.form.key')}</span></div></form>`;
  }

  renderField(p) {
    const id = `flow-in-${p.name}`;
    const wrong = this.wrong[p.name];
    const { type } = p.schema;
    const shared = { id, value: this.value(p), invalid: wrong ? 'true' : 'false', hint: `${id}-hint` };
    const control = type === 'boolean' ? html`<input type="checkbox" id=${id} .checked=${this.value(p) === true || this.value(p) === 'true'} @change=${(e) => this.set(p, e.target.checked)}>`
      : Array.isArray(p.schema.enum) ? html`<select id=${id} aria-describedby=${shared.hint} @change=${(e) => this.set(p, e.target.value)}>${p.schema.enum.map((one) => html`<option value=${one} ?selected=${String(one) === String(shared.value)}>${one}</option>`)}</select>`
      : type === 'integer' || type === 'number' ? html`<input id=${id} inputmode="decimal" autocomplete="off" aria-invalid=${shared.invalid} aria-describedby=${shared.hint} .value=${String(shared.value)} @input=${(e) => this.set(p, e.target.value)}>`
      : type === 'array' || type === 'object' || LONG.test(p.name) ? html`<textarea id=${id} rows=${type === 'string' ? 6 : 4} class=${type === 'string' ? '' : 'mono'} aria-invalid=${shared.invalid} aria-describedby=${shared.hint} .value=${String(shared.value)} @input=${(e) => this.set(p, e.target.value)}></textarea>`
      : html`<input id=${id} autocomplete="off" aria-invalid=${shared.invalid} aria-describedby=${shared.hint} .value=${String(shared.value)} @input=${(e) => this.set(p, e.target.value)}>`;
    const hint = p.schema.description || (type === 'array' || type === 'object' ? t('flow.form.json') : p.file ? t('flow.form.file') : '');
    return field(p.required ? p.name : t('flow.form.optional', { name: p.name }), control, { id, wrong, hint });
  }
}
customElements.define('cf-flow-form', FlowForm);

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
