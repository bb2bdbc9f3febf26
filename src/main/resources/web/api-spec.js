// The OpenAPI document: fetched once, its references followed, its schemas put into words.
import { t } from './messages.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
let doc = null;

/** Fetches the document; a refusal becomes an Error with what to say. */
export async function load() {
  const response = await fetch('/api/v1/openapi.json', { credentials: 'same-origin' });
  if (!response.ok) throw new Error((await response.json().catch(() => null))?.error?.message ?? t('err.unknown'));
  doc = await response.json();
  return doc;
}

/** What a `$ref` stands for; anything else is itself. */
export const resolve = (node) => (node?.$ref ? resolve(node.$ref.slice(2).split('/').reduce((at, key) => at?.[key], doc)) : node);

/** [{tag, operations: [{id, method, path, op}]}] in the order of the document. */
export function groups() {
  const all = Object.entries(doc.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ id: item[method].operationId, method, path, op: item[method] })));
  return doc.tags.map((tag) => ({ tag, operations: all.filter(({ op }) => op.tags[0] === tag.name) })).filter(({ operations }) => operations.length);
}

/** Whether all words occur in what an operation is called. */
export function matches({ id, method, path, op }, words) {
  const text = `${method} ${path} ${op.summary} ${op.tags.join(' ')} ${id}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The scheme names that an operation accepts; empty for everybody. */
export const isPublic = (op) => (op.security ?? doc.security).length === 0;

/** [{name, value}] of a request's or answer's examples. */
export function examples(media) {
  if (media?.examples) return Object.entries(media.examples).map(([name, { summary, value }]) => ({ name: summary ?? name, value }));
  return media && 'example' in media ? [{ name: t('api.example'), value: media.example }] : [];
}

/** The parts of `allOf` as one schema. */
export function flat(schema) {
  const node = resolve(schema) ?? {};
  if (!node.allOf) return node;
  const parts = node.allOf.map(flat);
  return {
    ...node,
    allOf: undefined,
    type: 'object',
    required: parts.flatMap((part) => part.required ?? []),
    properties: Object.assign({}, ...parts.map((part) => part.properties ?? {})),
  };
}

/** "string or null", "list of File". */
export function typeName(schema) {
  const name = schema?.$ref?.split('/').pop();
  const node = flat(schema);
  if (name && (node.properties || node.enum || node.oneOf)) return name;
  if (node.oneOf) return node.oneOf.map(typeName).join(` ${t('api.or')} `);
  if (node.enum && !node.type) return 'enum';
  const words = [].concat(node.type ?? 'any').map((type) => (type === 'array' ? t('api.listof', { what: typeName(node.items) }) : type));
  return words.join(` ${t('api.or')} `) + (node.format ? ` (${node.format})` : '');
}

/** Bounds and choices of a value, as short texts. */
export function bounds(schema) {
  const node = flat(schema);
  const range = (from, to, unit) => {
    if (from === undefined && to === undefined) return null;
    const [low, high] = [from, to].map((n) => n?.toLocaleString('en'));
    return `${low === undefined ? `≤ ${high}` : high === undefined ? `≥ ${low}` : `${low}–${high}`}${unit}`;
  };
  return [
    node.const !== undefined ? JSON.stringify(node.const) : null,
    node.enum ? node.enum.filter((value) => value !== null).map((value) => JSON.stringify(value)).join(' · ') : null,
    range(node.minimum, node.maximum, ''),
    range(node.minLength, node.maxLength, ` ${t('api.characters')}`),
    range(node.minItems, node.maxItems, ` ${t('api.items')}`),
    node.pattern ?? null,
    node.default !== undefined ? t('api.default', { value: JSON.stringify(node.default) }) : null,
  ].filter(Boolean);
}
