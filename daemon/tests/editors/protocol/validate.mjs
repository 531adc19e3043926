// Checks recorded messages against the JSON schema of the protocol: node validate.mjs SCHEMA RECORDING…
// A recording has one object a line: {"from": "client" | "server", "message": …}. Exit status 1 when a message breaks the protocol.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';

const [schemaFile, ...recordings] = process.argv.slice(2);
const schema = JSON.parse(readFileSync(schemaFile, 'utf8'));
// The generated schema spells out formats and unions in ways that Ajv's strict mode is only pedantic about.
const ajv = new Ajv({ strict: false, allErrors: true, allowUnionTypes: true });
ajv.addSchema(schema, 'messages');

const compiled = new Map();
function check(path, value) {
  const key = path.join(' ');
  if (!compiled.has(key)) {
    const ref = `messages#/definitions/${path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).map(encodeURIComponent).join('/')}`;
    compiled.set(key, ajv.compile({ $ref: ref }));
  }
  const validate = compiled.get(key);
  return validate(value) ? [] : validate.errors.slice(0, 3).map((error) => `${error.instancePath || '/'} ${error.message}`);
}

const tables = {
  client: { requests: 'ClientRequests', notifications: 'ClientNotifications' },
  server: { requests: 'ServerRequests', notifications: 'ServerNotifications' },
};
const known = (table, method) => schema.definitions[table].properties[method];
// Ours are typed and documented in docs/protocol.md, `$/` ones may be ignored by either side.
const exempt = (method) => method.startsWith('devmentor/') || method.startsWith('$/devmentor/');

let messages = 0;
const problems = [];
for (const recording of recordings) {
  const asked = { client: new Map(), server: new Map() };
  const answered = new Set();
  for (const line of readFileSync(recording, 'utf8').split('\n').filter(Boolean)) {
    const { from, message } = JSON.parse(line);
    const other = from === 'client' ? 'server' : 'client';
    messages += 1;
    const report = (...errors) => errors.forEach((error) => problems.push(`${recording}: ${from}: ${error}\n    ${line.slice(0, 600)}`));
    if (message.jsonrpc !== '2.0') report('jsonrpc is not "2.0"');
    if (message.method === undefined) {
      const method = asked[other].get(message.id);
      if (method === undefined) {
        if (message.id !== null) report(`answers ${JSON.stringify(message.id)}, which was not asked`);
        continue;
      }
      const key = `${other} ${JSON.stringify(message.id)}`;
      if (answered.has(key)) report(`answers ${method} twice`);
      answered.add(key);
      if (('result' in message) === ('error' in message)) report('an answer has either a result or an error');
      if ('error' in message) report(...check(['ResponseError'], message.error));
      else if (!exempt(method) && known(tables[other].requests, method)) {
        report(...check([tables[other].requests, 'properties', method, 'properties', 'result'], message.result).map((error) => `result of ${method}: ${error}`));
      }
      continue;
    }
    const kind = 'id' in message ? 'requests' : 'notifications';
    if (kind === 'requests') {
      if (from === 'server' && asked[from].has(message.id) && !answered.has(`${from} ${JSON.stringify(message.id)}`)) report(`asks again as ${message.id}`);
      asked[from].set(message.id, message.method);
      answered.delete(`${from} ${JSON.stringify(message.id)}`);
    }
    if (exempt(message.method)) continue;
    const table = tables[from][kind];
    if (!known(table, message.method)) {
      // What an editor sends is its own affair; what we send must be in the protocol.
      if (from === 'server' || !message.method.startsWith('$/')) report(`${message.method} is not a message that ${from}s send`);
      continue;
    }
    const path = [table, 'properties', message.method];
    if (kind === 'requests') path.push('properties', 'params');
    if (message.params !== undefined && message.params !== null) report(...check(path, message.params).map((error) => `params of ${message.method}: ${error}`));
  }
  for (const [id, method] of asked.client) {
    // An editor that quits may not wait for the answer to its last request.
    if (method !== 'shutdown' && !answered.has(`client ${JSON.stringify(id)}`)) problems.push(`${recording}: ${method} (${id}) was never answered`);
  }
}
for (const problem of problems.slice(0, 50)) console.error(problem);
console.log(`${messages} messages of ${recordings.length} recordings, ${problems.length} against the protocol`);
process.exit(problems.length > 0 || messages === 0 ? 1 : 0);
