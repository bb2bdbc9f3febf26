// The form that adds a local model: from this computer, an address, a Python package or the server's disk.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api, refusal } from './api.js';
import { field } from './forms.js';
import { dialog, toast } from './overlays.js';
import { bytes } from './time.js';

const ROOT = '/api/v1/models/local';
const WAYS = ['upload', 'address', 'package', 'path'];
const STARTS = ['GGUF', 'PK\u0003\u0004'];
let uploads = 0;

addEventListener('beforeunload', (e) => { if (uploads) e.preventDefault(); });

/** Opens the form; `begun` is called when something is on its way. */
export const addModel = (limits, begun) =>
  dialog(t('adm.models.add'), (close) => html`<cf-model-add .limits=${limits} .begun=${begun} .close=${close}></cf-model-add>`);

/** Sends the file itself, so that neither side holds it in memory. Its progress is told by the server's list. */
async function upload(file, name, sum, begun) {
  const query = new URLSearchParams({ name, ...(sum && { sha256: sum }) });
  uploads++;
  setTimeout(begun, 300);
  try {
    const response = await fetch(`${ROOT}/upload?${query}`, { method: 'POST', credentials: 'same-origin', body: file, headers: { 'Content-Type': 'application/octet-stream' } });
    if (!response.ok) throw refusal(response.status, await response.json().catch(() => null), 0);
  } catch (e) {
    toast(e.status ? e.message : t('err.network'), { tone: 'bad', seconds: 8 });
  } finally {
    uploads--;
    begun();
  }
}

class ModelAdd extends View {
  static properties = { way: { state: true }, wrong: { state: true }, failure: { state: true } };

  constructor() {
    super();
    this.way = 'upload';
  }

  async submit(e) {
    e.preventDefault();
    this.wrong = this.failure = null;
    const { source, name, sum } = e.target.elements;
    const given = { name: name.value.trim(), sha256: sum.value.trim().toLowerCase() };
    this.wrong = this.way === 'upload' ? await this.unfit(source.files[0]) : source.value.trim() ? null : t('adm.models.add.nosource');
    if (this.wrong) return source.focus();
    if (this.way === 'upload') {
      const [file] = source.files;
      upload(file, given.name ? `${given.name}.gguf` : file.name, given.sha256, this.begun);
      return this.close(true);
    }
    try {
      await api('POST', `${ROOT}/adds`, { [this.way]: source.value.trim(), ...(given.name && { name: given.name }), ...(given.sha256 && { sha256: given.sha256 }) });
      this.close(true);
    } catch (error) {
      this.failure = error.message;
    }
  }

  /** What speaks against a file, before gigabytes of it are sent. */
  async unfit(file) {
    if (!file) return t('adm.models.add.nofile');
    if (this.limits && file.size > this.limits.file) return t('adm.models.add.toolarge', { size: bytes(file.size), most: bytes(this.limits.file) });
    const start = new TextDecoder('latin1').decode(await file.slice(0, 4).arrayBuffer());
    return STARTS.includes(start) ? null : t('adm.models.add.notgguf');
  }

  choose(way) {
    this.way = way;
    this.wrong = this.failure = null;
  }

  render() {
    const label = this.way === 'upload' ? 'file' : this.way;
    const common = { id: 'm-source', hint: t(`adm.models.add.${label}.hint`, { size: this.limits ? bytes(this.limits.file) : '–' }), wrong: this.wrong };
    const control = this.way === 'upload'
      ? html`<input id="m-source" name="source" type="file" accept=".gguf,.whl,.zip" aria-invalid=${!!this.wrong} aria-describedby="m-source-hint">`
      : html`<input id="m-source" name="source" type=${this.way === 'address' ? 'url' : 'text'} autocomplete="off" spellcheck="false" maxlength="4000" aria-invalid=${!!this.wrong} aria-describedby="m-source-hint">`;
    return html`<form novalidate @submit=${this.submit}>
      <fieldset class="ways"><legend>${t('adm.models.add.from')}</legend>${WAYS.map((way) => html`<label class="way"><input type="radio" name="way" value=${way}
        .checked=${way === this.way} ?autofocus=${way === this.way} @change=${() => this.choose(way)}><span>${t(`adm.models.add.${way}`)}</span></label>`)}</fieldset>
      ${field(t(`adm.models.add.${label}`), control, common)}
      <details class="optional"><summary>${t('adm.models.add.more')}</summary>
        ${field(t('adm.models.add.name'), html`<input id="m-name" name="name" maxlength="100" autocomplete="off" spellcheck="false" aria-describedby="m-name-hint">`, { id: 'm-name', hint: t('adm.models.add.name.hint') })}
        ${field(t('adm.models.add.sum'), html`<input id="m-sum" name="sum" maxlength="64" autocomplete="off" spellcheck="false" aria-describedby="m-sum-hint">`, { id: 'm-sum', hint: t('adm.models.add.sum.hint') })}</details>
      ${this.failure ? html`<p class="form-failure" role="alert">${icon('warn')}<span>${this.failure}</span></p>` : nothing}
      <footer><button type="button" @click=${() => this.close()}>${t('app.cancel')}</button><button class="primary">${t('adm.models.add.go')}</button></footer></form>`;
  }
}
customElements.define('cf-model-add', ModelAdd);
