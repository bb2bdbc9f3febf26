// A request in the words of curl, JavaScript and Python.

/**
 * What is to be sent.
 * @param {{method, path, op}} operation
 * @param {{params: Object<string, string>, body: string}} values what the form holds
 * @returns {{method, path, headers, body}} `body` null when there is none
 */
export function requestOf({ method, path, op }, parameters, { params, body }) {
  const given = (p) => params[p.name] !== undefined && params[p.name] !== '';
  const filled = path.replace(/\{(\w+)\}/g, (all, name) => (params[name] ? encodeURIComponent(params[name]).replaceAll('%2F', '/') : all));
  const query = parameters.filter((p) => p.in === 'query' && given(p)).map((p) => `${encodeURIComponent(p.name)}=${encodeURIComponent(params[p.name])}`).join('&');
  const headers = Object.fromEntries(parameters.filter((p) => p.in === 'header' && given(p)).map((p) => [p.name, params[p.name]]));
  if (op.requestBody) headers['Content-Type'] = 'application/json';
  return { method: method.toUpperCase(), path: filled + (query ? `?${query}` : ''), headers, body: op.requestBody ? body : null };
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The body without the line breaks of the form, if it is JSON. */
function compact(body) {
  try { return JSON.stringify(JSON.parse(body)); } catch { return body; }
}

export function curl({ method, path, headers, body }, origin, open) {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(origin + path)}`];
  if (!open) lines.push('-H "Authorization: Bearer $KEY"');
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== null) lines.push(`-d ${quoted(compact(body))}`);
  return lines.join(' \\\n     ');
}

export function javascript({ method, path, headers, body }, origin, open) {
  const all = { ...(open ? {} : { Authorization: '@key' }), ...headers };
  const head = JSON.stringify(all, null, 2).replaceAll('\n', '\n  ').replace('"@key"', '`Bearer ${key}`');
  const parts = [`method: '${method}'`];
  if (Object.keys(all).length) parts.push(`headers: ${head}`);
  if (body !== null) parts.push(`body: ${literal(body, (value) => `JSON.stringify(${JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')})`)}`);
  return `const response = await fetch(${JSON.stringify(origin + path)}, {\n  ${parts.join(',\n  ')},\n});\nconsole.log(response.status, await response.text());`;
}

export function python({ method, path, headers, body }, origin, open) {
  const all = Object.entries(headers).filter(([name]) => body === null || name !== 'Content-Type').map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  if (!open) all.unshift('"Authorization": f"Bearer {key}"');
  const parts = [JSON.stringify(method), JSON.stringify(origin + path)];
  if (all.length) parts.push(`headers={${all.join(', ')}}`);
  if (body !== null) parts.push(literal(body, (value) => `json=${pythonValue(value)}`, 'data='));
  return `import requests\n\nresponse = requests.request(\n    ${parts.join(',\n    ')},\n)\nprint(response.status_code, response.text)`;
}

/** `write(value)` for JSON, else the text itself as a string. */
function literal(body, write, before = '') {
  try { return write(JSON.parse(body)); } catch { return before + JSON.stringify(body); }
}

function pythonValue(value) {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(', ')}]`;
  if (typeof value === 'object') return `{${Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${pythonValue(one)}`).join(', ')}}`;
  return JSON.stringify(value);
}
