// Parts of the documentation: running text, code, and schemas as nested lists.
import { LitElement } from 'lit';
import { html, nothing } from './state.js';
import { t } from './messages.js';
import { bounds, flat, typeName } from './api-spec.js';
import { highlight } from './highlighting.js';
import './overlays.js';

const DEEPEST = 8;

/** Text with `code`, "## " heads and blank lines between paragraphs; the document uses no more of Markdown. */
export const prose = (text, level = 3) => (text ?? '').split(/\n\n+/).map((block) => {
  if (!block.startsWith('## ')) return html`<p>${inline(block)}</p>`;
  return level === 2 ? html`<h2>${block.slice(3)}</h2>` : html`<h3>${block.slice(3)}</h3>`;
});

export const inline = (text) => text.split('`').map((part, at) => (at % 2 ? html`<code>${part}</code>` : part));

/** Code with colours and a button that copies it. Lit must not know its text: the colours replace it. */
class Code extends LitElement {
  static properties = { text: {}, language: {}, label: {} };

  createRenderRoot() { return this; }

  render() {
    return html`<figure class="code"><figcaption><span>${this.label ?? this.language}</span><cf-copy .text=${this.text}></cf-copy></figcaption>
      <pre tabindex="0" aria-label=${this.label ?? this.language}><code></code></pre></figure>`;
  }

  updated() {
    const code = this.querySelector('code');
    code.textContent = this.text;
    if (this.language) highlight(code, this.language);
  }
}
customElements.define('cf-code', Code);

/** A value as JSON that people can read, or a text as it is. */
export const code = (value, label) => (typeof value === 'string'
  ? html`<cf-code .text=${value} .label=${label ?? 'text'}></cf-code>`
  : html`<cf-code .text=${JSON.stringify(value, null, 2)} language="json" .label=${label ?? 'json'}></cf-code>`);

/** The fields of a schema, each with what it may be; objects inside fold out. */
export function fields(schema, depth = 0) {
  const node = flat(schema);
  if (node.oneOf && !node.properties) {
    return html`<ul class="api-fields">${node.oneOf.filter((one) => flat(one).type !== 'null').map((one) => html`<li><p class="api-field"><span class="api-type">${typeName(one)}</span>${marks(one)}</p>
      ${inside(one, depth)}</li>`)}</ul>`;
  }
  if (!node.properties) return nothing;
  const required = new Set(node.required ?? []);
  return html`<ul class="api-fields">${Object.entries(node.properties).map(([name, property]) => html`<li>
    <p class="api-field"><code>${name}</code> <span class="api-type">${typeName(property)}</span>
      ${required.has(name) ? html`<span class="tag">${t('api.required')}</span>` : nothing}${marks(property)}</p>
    ${about(property)}${inside(property, depth)}</li>`)}</ul>`;
}

const marks = (schema) => bounds(schema).map((bound) => html`<span class="api-bound">${bound}</span>`);

function about(schema) {
  const text = schema.description ?? flat(schema).description;
  return text ? html`<p class="minor">${inline(text)}</p>` : nothing;
}

/** What is within a value: its own fields, or those of a list's or a map's members. */
function inside(schema, depth) {
  const node = flat(schema);
  const within = node.properties || node.oneOf ? schema : node.items ?? (typeof node.additionalProperties === 'object' ? node.additionalProperties : null);
  if (!within || depth >= DEEPEST) return nothing;
  const list = fields(within, depth + 1);
  if (list === nothing) return flat(within).items ? inside(within, depth + 1) : nothing;
  return html`<details ?open=${depth < 1 && !node.oneOf}><summary>${typeName(within)}</summary>${list}</details>`;
}
