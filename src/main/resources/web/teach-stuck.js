// Who has failed an exercise again and again.
import { View, html, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { pageHead } from './forms.js';
import { ago, exact } from './time.js';
import { seconds, trouble } from './learn.js';
import { empty } from './teach.js';
import { openPerson } from './teach-person.js';

class Stuck extends View {
  static properties = { course: { attribute: false }, fails: { state: true }, rows: { state: true }, problem: { state: true } };

  willUpdate(changed) {
    if (changed.has('course')) this.load(5);
  }

  async load(fails) {
    this.fails = fails;
    try {
      this.rows = (await api('GET', `/api/v1/courses/${encodeURIComponent(this.course.id)}/stuck?fails=${fails}`)).stuck;
      this.problem = null;
    } catch (e) {
      this.problem = e;
    }
  }

  render() {
    return html`${pageHead(t('teach.stuck'), t('teach.stuck.text'), html`<label class="inline-field">${t('teach.stuck.fails')}<select @change=${(e) => this.load(Number(e.target.value))}>
        ${[3, 5, 10].map((n) => html`<option value=${n} ?selected=${n === this.fails}>${t('teach.stuck.times', { n })}</option>`)}</select></label>`)}
      ${this.problem ? trouble(this.problem, () => this.load(this.fails)) : !this.rows ? nothing : this.rows.length ? this.renderRows() : empty('check', t('teach.stuck.none'), t('teach.stuck.none.text', { n: this.fails }))}`;
  }

  renderRows() {
    return html`<div class="table-frame" tabindex="0" role="region" aria-label=${t('teach.stuck')}><table class="table stacked"><thead><tr>
      ${['learner', 'exercise', 'attempts', 'last'].map((c) => html`<th scope="col" class=${c === 'attempts' ? 'figure' : ''}>${t(`teach.${c}`)}</th>`)}<th><span class="offscreen">${t('teach.look')}</span></th></tr></thead>
      <tbody>${this.rows.map((row) => html`<tr><td><strong>${row.name}</strong></td><td data-label=${t('teach.exercise')}>${row.title ?? row.exercise}</td>
        <td class="figure" data-label=${t('teach.attempts')}>${row.attempts}</td><td data-label=${t('teach.last')} title=${exact(seconds(row.last_at))}>${ago(seconds(row.last_at))}</td>
        <td class="end"><button class="small" @click=${() => openPerson(this.course.id, { id: row.exercise, title: row.title ?? row.exercise }, row)}>${t('teach.look')}</button></td></tr>`)}</tbody></table></div>`;
  }
}
customElements.define('cf-stuck', Stuck);
