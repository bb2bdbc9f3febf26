// Every hint that learners got.
import { View, html, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { pageHead } from './forms.js';
import { ago, exact } from './time.js';
import { seconds, trouble } from './learn.js';
import { empty, exercises } from './teach.js';

class HintsGiven extends View {
  static properties = { course: { attribute: false }, rows: { state: true }, problem: { state: true }, more: { state: true }, exercise: { state: true } };

  willUpdate(changed) {
    if (changed.has('course')) this.begin('');
  }

  begin(exercise) {
    Object.assign(this, { exercise, page: 0, rows: null });
    this.next();
  }

  async next() {
    const { exercise } = this;
    try {
      const { hints } = await api('GET', `/api/v1/courses/${encodeURIComponent(this.course.id)}/hints?page=${this.page + 1}${exercise ? `&exercise=${encodeURIComponent(exercise)}` : ''}`);
      if (exercise !== this.exercise) return;
      this.page += 1;
      Object.assign(this, { rows: [...(this.rows ?? []), ...hints], more: hints.length >= 20, problem: null });
    } catch (e) {
      this.problem = e;
    }
  }

  render() {
    const titles = new Map(exercises(this.course).map((l) => [l.id, l.title]));
    return html`${pageHead(t('teach.hints'), t('teach.hints.text'), html`<label class="inline-field">${t('teach.exercise')}<select @change=${(e) => this.begin(e.target.value)}>
        <option value="">–</option>${[...titles].map(([id, title]) => html`<option value=${id}>${title}</option>`)}</select></label>`)}
      ${this.problem ? trouble(this.problem, () => this.next()) : nothing}
      ${!this.rows ? nothing : this.rows.length ? html`<ul class="hint-list">${this.rows.map((h) => html`<li class="panel"><p class="hint-who"><strong>${h.name}</strong><span>${titles.get(h.exercise) ?? h.exercise}</span>
          <span class="tag">${t(`help.kind.${h.kind}`)}</span><span class="minor" title=${exact(seconds(h.created_at))}>${ago(seconds(h.created_at))}</span></p>
          ${h.title ? html`<h3>${h.title}</h3>` : nothing}<p class="hint-text">${h.text}</p></li>`)}</ul>
        ${this.more ? html`<div class="pager"><button @click=${this.next}>${t('teach.more')}</button></div>` : nothing}` : empty('bulb', t('teach.hints.none'), t('teach.hints.none.text'))}`;
  }
}
customElements.define('cf-hints-given', HintsGiven);
