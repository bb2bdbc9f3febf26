// Administration: the models on this machine, the memory they take, and everything that can be picked.
import { View, html, icon, nothing, state } from './state.js';
import { t } from './messages.js';
import { api, loadModels } from './api.js';
import { attempt, pageHead } from './forms.js';
import { href } from './router.js';
import { confirmLoss, dialog, toast } from './overlays.js';
import { bytes, number } from './time.js';
import { addModel } from './admin-model-add.js';
import './admin-model-details.js';

const ROOT = '/api/v1/models/local';
const at = (model) => `${ROOT}/${encodeURIComponent(model.id)}`;
const TONES = { loaded: 'good', loading: 'warn', failed: 'bad', unloaded: 'off' };
const count = (key, n) => (n === 1 ? t(`${key}.one`) : t(key, { n: number(n) }));

class AdminModels extends View {
  static properties = { answer: { state: true }, problem: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.gone = true;
  }

  async load() {
    clearTimeout(this.timer);
    try {
      const before = this.answer;
      this.answer = await api('GET', ROOT);
      this.problem = null;
      this.tell(before);
    } catch (e) {
      this.problem = e;
    }
    if (this.gone) return;
    clearTimeout(this.timer); // of a call in the meantime
    const busy = this.answer?.adds.some((a) => a.state === 'running') || this.answer?.models.some((m) => m.state === 'loading');
    this.timer = setTimeout(() => this.load(), busy ? 700 : document.hidden ? 30_000 : 5_000);
  }

  /** Says what has been added since the last look. */
  tell(before) {
    const done = this.answer.adds.filter((a) => a.state === 'done' && before?.adds.some((b) => b.id === a.id && b.state === 'running'));
    for (const { model } of done) toast(t('adm.models.adding.done', { name: model }));
    for (const model of this.answer.models) {
      if (before?.models.find((m) => m.id === model.id)?.state !== 'loading') continue;
      if (model.state === 'loaded') toast(t('adm.models.loaded', model));
      if (model.state === 'failed') toast(model.reason, { tone: 'bad', seconds: 8 });
    }
    const ids = (answer) => answer?.models.map((m) => m.id).join(' ');
    if (before && ids(before) !== ids(this.answer)) loadModels().catch((e) => toast(e.message, { tone: 'bad' }));
  }

  async add() {
    await addModel(this.answer?.limits, () => this.load());
    this.load();
  }

  async start(model) {
    await attempt(() => api('POST', `${at(model)}/load`));
    this.load();
  }

  /** A call that breaks answers off when it is forced; asks for that first. */
  async freed(model, call) {
    try {
      await call('');
      return true;
    } catch (e) {
      if (e.status !== 409) return toast(e.message, { tone: 'bad', seconds: 8 });
    }
    if (!(await confirmLoss(t('adm.models.busy', model), t('adm.models.busy.text'), t('adm.models.busy.go')))) return false;
    return attempt(async () => { await call('?force=true'); return true; });
  }

  async unload(model) {
    if ((await this.freed(model, (how) => api('POST', `${at(model)}/unload${how}`))) === true) toast(t('adm.models.unloaded', model));
    this.load();
  }

  async discard(model) {
    if (!(await confirmLoss(t('adm.models.remove.ask', model), t('adm.models.remove.text', { size: bytes(model.size) }), t('adm.models.remove')))) return;
    if ((await this.freed(model, (how) => api('DELETE', `${at(model)}${how}`))) === true) toast(t('adm.models.removed', model));
    this.load();
  }

  details(model) {
    return dialog(model.name, () => html`<cf-model-details .path=${at(model)}></cf-model-details>`, { wide: true });
  }

  async cancel(add) {
    await attempt(() => api('DELETE', `${ROOT}/adds/${add.id}`));
    this.load();
  }

  render() {
    const add = html`<button class="primary" @click=${this.add}>${icon('plus')}${t('adm.models.add')}</button>`;
    const { models, adds, hint } = this.answer ?? {};
    const shown = adds?.filter((a) => a.state !== 'done') ?? [];
    return html`${pageHead(t('adm.models'), t('adm.models.text'), models?.length ? add : nothing)}
      ${this.problem ? html`<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${this.problem.message}</p>
        <button @click=${this.load}>${t('app.retry')}</button></div></div>` : nothing}
      ${models?.length ? this.renderMemory() : nothing}
      ${shown.length ? html`<section class="block-section"><h2>${t('adm.models.adding')}</h2><ul class="cards">${shown.map((a) => this.renderAdd(a))}</ul></section>` : nothing}
      ${models ? html`<section class="block-section"><h2>${t('adm.models.local')}</h2>
        ${models.length ? html`<ul class="cards">${models.map((m) => this.renderModel(m))}</ul>`
          : html`<div class="blank-state boxed">${icon('cube', 'large')}<h3>${t('adm.models.local.none')}</h3><p>${t('adm.models.local.none.text')}</p>${add}</div>`}
        <p class="minor">${t('adm.models.command')}</p><div class="command"><code>${hint}</code><cf-copy .text=${hint}></cf-copy></div></section>` : nothing}
      <section class="block-section"><h2>${t('adm.models.all')}</h2>${this.renderAll()}
        <p class="minor"><a data-go href=${href('/admin/routing')}>${t('adm.models.routing')}</a></p></section>`;
  }

  renderMemory() {
    const { memory, limits, models } = this.answer;
    const held = models.filter((m) => m.memory);
    const share = (n) => `${Math.min(100, (100 * n) / memory.budget).toFixed(1)}%`;
    const parts = held.map((m) => t('adm.models.memory.part', { name: m.name, size: bytes(m.memory.reserved), slots: number(m.memory.slots), context: number(m.memory.context) }));
    const use = t('adm.models.memory.use', { used: bytes(memory.reserved), budget: bytes(memory.budget) });
    return html`<section class="panel memory"><header><h2>${t('adm.models.memory')}</h2><span>${use}</span></header>
      <svg class="memory-bar" role="img" aria-label="${[use, ...parts].join('; ')}" height="12">${this.renderParts(held, share)}</svg>
      ${held.length ? html`<ul class="legend">${held.map((m, i) => html`<li class="part-${i % 4}">${parts[i]}</li>`)}</ul>` : html`<p class="minor">${t('adm.models.memory.none')}</p>`}
      <p class="minor">${t('adm.models.memory.text', { threads: count('adm.models.threads', limits.threads), slots: count('adm.models.answers', limits.slots),
        idle: t('adm.models.minutes', { n: number(limits.idle_seconds / 60, 1) }) })}</p></section>`;
  }

  // drawn, since the policy of the pages allows no style attributes
  renderParts(held, share) {
    const box = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    let start = 0;
    held.forEach((m, i) => {
      const part = document.createElementNS(box.namespaceURI, 'rect');
      const values = { x: share(start), width: share(m.memory.reserved), y: 0, height: 12, class: `part-${i % 4}` };
      for (const [name, value] of Object.entries(values)) part.setAttribute(name, value);
      box.append(part);
      start += m.memory.reserved;
    });
    return box;
  }

  renderAdd(a) {
    const ended = a.state !== 'running';
    const word = t(ended ? 'adm.models.adding.forget' : 'adm.models.adding.cancel', { source: a.source });
    return html`<li class="connection"><div class="connection-head"><span class="connection-icon">${icon('cube')}</span>
      <div class="who"><strong>${a.source}</strong><span>${ended ? t(`adm.models.adding.${a.state}`)
        : a.total ? t('adm.models.adding.of', { done: bytes(a.done), total: bytes(a.total) }) : bytes(a.done)}</span></div>
      <button aria-label=${word} @click=${() => this.cancel(a)}>${t(ended ? 'adm.models.dismiss' : 'app.cancel')}</button></div>
      ${ended ? nothing : html`<progress aria-label=${a.source} max=${a.total ?? 1} value=${a.total ? a.done : nothing}></progress>`}
      ${a.problem ? html`<p class="verdict bad" role="alert">${icon('warn', 'small')}<span>${a.problem}</span></p>` : nothing}</li>`;
  }

  renderModel(m) {
    const busy = m.memory;
    const sound = m.context > 0;
    return html`<li class="connection"><div class="connection-head"><span class="connection-icon">${icon('cube')}</span>
      <div class="who"><strong>${m.name}</strong><span>${m.id}</span></div>
      ${this.renderState(m)}
      <div class="row nowrap">${busy ? html`<button aria-label=${t('adm.models.unloadof', m)} @click=${() => this.unload(m)}>${t('adm.models.unload')}</button>`
        : sound ? html`<button aria-label=${t('adm.models.loadof', m)} @click=${() => this.start(m)}>${t('adm.models.load')}</button>` : nothing}
        <cf-menu label="${t('app.more')}: ${m.name}" .items=${[
          { icon: 'info', label: t('adm.models.details'), run: () => this.details(m) },
          { icon: 'trash', label: t('adm.models.remove'), danger: true, run: () => this.discard(m) }]}></cf-menu></div></div>
      <p class="minor facts">${[bytes(m.size), sound && t('adm.models.tokens', { n: number(m.context) }), m.quantization, m.architecture, sound && (m.license ?? t('adm.models.nolicence'))]
        .filter(Boolean).map((fact) => html`<span>${fact}</span>`)}</p>
      ${m.reason && m.state === 'failed' ? html`<p class="verdict bad">${icon('warn', 'small')}<span>${m.reason}</span></p>` : nothing}</li>`;
  }

  renderState(m) {
    const { loading_ms: ms, resident, answers } = m.memory ?? {};
    const more = [m.state === 'loading' && t('adm.models.seconds', { n: number(ms / 1000) }), resident && t('adm.models.in', { resident: bytes(resident) }), answers && t('adm.models.using', { n: number(answers) })].filter(Boolean).join(', ');
    return html`<span class="status ${TONES[m.state]}">${t(`state.${m.state}`)}${more ? `, ${more}` : nothing}</span>`;
  }

  renderAll() {
    if (!state.models) return nothing;
    if (!state.models.length) return html`<p class="minor">${t('adm.models.none')}</p>`;
    return html`<div class="table-frame" tabindex="0" role="region" aria-label=${t('adm.models.all')}><table class="table"><thead><tr><th scope="col">${t('adm.models.name')}</th><th scope="col">${t('adm.models.from')}</th></tr></thead>
      <tbody>${state.models.slice(0, 500).map((m) => html`<tr><td><div class="who"><strong>${m.name ?? m.id}</strong>${m.name && m.name !== m.id ? html`<span>${m.id}</span>` : nothing}</div></td>
        <td>${m.connection_type === 'local' ? html`<span class="tag">${t('model.local')}</span>` : m.owned_by ?? '–'}</td></tr>`)}</tbody></table></div>`;
  }
}
customElements.define('cf-admin-models', AdminModels);
