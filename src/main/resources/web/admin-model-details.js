// Everything a local model's file says about itself: licence, template, checksum, and its process's last words.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { bytes, exact, number } from './time.js';

const isLink = (text) => /^https?:\/\//.test(text ?? '');

class ModelDetails extends View {
  static properties = { path: {}, model: { state: true }, problem: { state: true } };

  async connectedCallback() {
    super.connectedCallback();
    try {
      this.model = await api('GET', this.path);
    } catch (e) {
      this.problem = e;
    }
  }

  render() {
    if (this.problem) return html`<p class="form-failure" role="alert">${icon('warn')}<span>${this.problem.message}</span></p>`;
    const m = this.model;
    if (!m) return html`<p class="minor">${t('app.loading')}</p>`;
    const licence = [m.license, m.license_name].filter(Boolean).join(', ') || t('adm.models.nolicence');
    const rows = [
      ['adm.models.licence', html`${licence}${isLink(m.license_link) ? html` · <a href=${m.license_link} target="_blank" rel="noreferrer noopener">${m.license_link}</a>` : nothing}`],
      ['adm.models.author', m.author],
      ['adm.models.size', bytes(m.size)],
      ['adm.models.context', m.context && number(m.context)],
      ['adm.models.arch', m.architecture],
      ['adm.models.quantization', m.quantization],
      ['adm.models.file', m.file],
      ['adm.models.source', m.source],
      ['adm.models.added', m.added && exact(Date.parse(m.added) / 1000)],
      ['adm.models.add.sum', m.sha256 && html`<code class="wrap">${m.sha256}</code>`],
    ];
    return html`${m.reason ? html`<p class="verdict bad">${icon('warn', 'small')}<span>${m.reason}</span></p>` : nothing}
      ${m.description ? html`<p>${m.description}</p>` : nothing}
      <dl class="pairs">${rows.filter(([, value]) => value).map(([key, value]) => html`<dt>${t(key)}</dt><dd>${value}</dd>`)}</dl>
      <h3>${t('adm.models.template')}</h3>
      ${m.template ? html`<div class="boxed-text"><cf-copy .text=${m.template}></cf-copy><pre tabindex="0" role="region" aria-label=${t('adm.models.template')}>${m.template}</pre></div>`
        : html`<p class="minor">${t('adm.models.template.none')}</p>`}
      ${m.errors.length ? html`<details><summary>${t('adm.models.errors')}</summary><div class="boxed-text"><cf-copy .text=${m.errors.join('\n')}></cf-copy>
        <pre tabindex="0" role="region" aria-label=${t('adm.models.errors')}>${m.errors.join('\n')}</pre></div></details>` : nothing}`;
  }
}
customElements.define('cf-model-details', ModelDetails);
