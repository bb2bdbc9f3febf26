// Parts that the forms of settings and admin pages share.
import { html, nothing } from './state.js';
import { toast } from './overlays.js';

/** A labelled control with a hint below it, or the mistake. */
export function field(label, control, { hint, wrong, id } = {}) {
  return html`<div class="field"><label for=${id}>${label}</label>${control}
    ${wrong ? html`<small class="wrong" id="${id}-hint" role="alert">${wrong}</small>` : hint ? html`<small id="${id}-hint">${hint}</small>` : nothing}</div>`;
}

/** Runs a call that changes something: says `done`, or shows why not. Answers whether it worked. */
export async function attempt(call, done) {
  try {
    const result = await call();
    if (done) toast(done);
    return result ?? true;
  } catch (e) {
    toast(e.message, { tone: 'bad', seconds: 8 });
    return false;
  }
}

/** Head of a page of settings: what it is for. */
export const pageHead = (title, text, action = nothing) =>
  html`<header class="page-head"><div><h1>${title}</h1><p>${text}</p></div>${action}</header>`;
